"""Which panels stand beside an incident's thread, in the order of the page. Asked by `helpdesk.web.incident_page`."""

from collections.abc import Sequence

from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.web.escalations import escalations_panel
from helpdesk.web.panels import Builder, Panel
from helpdesk.web.prioritizing import about_panel
from helpdesk.web.service_levels import clocks_panel
from helpdesk.web.working import fields_panel, tasks_panel, time_panel, watching_panel

BUILDERS: tuple[Builder, ...] = (
    about_panel,
    clocks_panel,
    escalations_panel,
    tasks_panel,
    fields_panel,
    watching_panel,
    time_panel,
)  # fmt: skip


def panels_of(incident: Incident, events: Sequence[Event]) -> list[Panel]:
    """What there is to show beside this incident; `events` is its whole history, oldest first."""
    built = (builder(incident, events) for builder in BUILDERS)
    return [panel for panel in built if panel is not None]
