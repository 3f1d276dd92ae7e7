"""One message, from bytes to an Arrival. Pure: imports nothing of ours, opens nothing, sends nothing."""
