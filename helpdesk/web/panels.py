"""The panels beside an incident's thread that a subject of its own fills: each names a template and what that shows.

A builder is asked once a page and says None when it has nothing to show; see `BUILDERS`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event


@dataclass(frozen=True, slots=True)
class Panel:
    """One card. The template finds itself as `panel`, its values in `panel.facts`, and `incident` and `key` beside."""

    template: str
    facts: dict[str, Any] = field(default_factory=dict)


Builder = Callable[[Incident, Sequence[Event]], Panel | None]

# In the order of the page.
BUILDERS: list[Builder] = []


def panels_of(incident: Incident, events: Sequence[Event]) -> list[Panel]:
    """What there is to show beside this incident; `events` is its whole history, oldest first."""
    built = (builder(incident, events) for builder in BUILDERS)
    return [panel for panel in built if panel is not None]
