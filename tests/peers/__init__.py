"""Real servers for tests, each private to the test process, on free loopback ports, ended by process id."""
