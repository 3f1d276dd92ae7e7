"""Read models: what several doors show, put together from several rooms. Selects and dataclasses, no changes."""
