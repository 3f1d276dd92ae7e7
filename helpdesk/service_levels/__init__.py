"""Service levels: what was promised, how much of the time for it has gone by, and why.

Clocks are computed from an incident's events, never kept as counters. `replaying.clocks_of` is what pages ask;
`policy` and `calendar` are what administrators change; `due` and `judging` keep what queues and reports read."""
