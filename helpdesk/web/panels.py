"""The panels beside an incident's thread that a subject of its own fills: each names a template and what that shows.

A builder is asked once a page and says None when it has nothing to show; `helpdesk.web.panel_order` lists them."""

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


# Given the incident and its whole history, oldest first.
Builder = Callable[[Incident, Sequence[Event]], Panel | None]
