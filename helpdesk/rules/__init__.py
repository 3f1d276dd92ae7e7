"""Rules: what the desk does by itself when something happens, or when time has gone by. Conditions over the facts of
an incident, actions through the same verbs as by hand, every run on record and undoable."""
