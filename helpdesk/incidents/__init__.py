"""Incidents: the record from the first report to the fix, its thread, its states and its links."""
