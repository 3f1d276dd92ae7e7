"""The ways in: everything becomes one Arrival, filed by one function."""
