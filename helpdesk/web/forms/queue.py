"""What the queue is narrowed down to, as it stands in the address. Anything odd in it means no narrowing."""

from typing import Any

from wtforms import SearchField, SelectField

from helpdesk.incidents.choices import Choices
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.priority import Priority
from helpdesk.incidents.queries import SORTS, VIEWS, QueueFilter
from helpdesk.web.forms import Form
from helpdesk.web.forms.incident import number_or_none, options

NUMBERS = ("team", "assignee", "service", "category")
NUMBER_MAX = 2**53


def _select(label: str, every: str, choices: list[tuple[Any, str]]) -> SelectField:
    return SelectField(label, coerce=str, choices=options([("", every), *choices]), default="", validate_choice=False)


class FilterForm(Form):
    state = _select("State", "Any state", [(state.value, state.label) for state in State])
    priority = _select(
        "Priority", "Any priority", [(one.value, f"P{one.value} {one.name.capitalize()}") for one in Priority]
    )
    requester = SearchField("Requester", render_kw={"placeholder": "Requester"})
    team = _select("Team", "Any team", [])
    assignee = _select("Assignee", "Any assignee", [])
    service = _select("Service", "Any service", [])
    category = _select("Category", "Any category", [])
    view = SearchField()
    sort = SearchField()
    cursor = SearchField()
    filters = SearchField()

    @property
    def needs_choices(self) -> bool:
        """Whether the selects that are filled from the database are to be seen."""
        return bool(self.filters.data) or any(self[name].data for name in NUMBERS)

    @property
    def narrowed(self) -> bool:
        return any(self[name].data for name in ("state", "priority", "requester", *NUMBERS))

    def asked(self) -> QueueFilter:
        return QueueFilter(
            view=self.view.data if self.view.data in VIEWS else "open",
            state=self.state.data if self.state.data in [state.value for state in State] else None,
            priority=self._number("priority"),
            team_id=self._number("team"),
            assignee_id=self._number("assignee"),
            service_id=self._number("service"),
            category_id=self._number("category"),
            requester=(self.requester.data or "")[:200],
            sort=self.sort.data if (self.sort.data or "").removeprefix("-") in SORTS else "-updated",
            cursor=self.cursor.data or "",
        )

    def _number(self, name: str) -> int | None:
        text = self[name].data or ""
        return number_or_none(text) if text.isascii() and text.isdecimal() and int(text[:20]) < NUMBER_MAX else None

    def args(self) -> dict[str, str]:
        """What stands in the address now, without the page: for links that change one part of it."""
        return {name: field.data for name, field in self._fields.items() if field.data and name != "cursor"}

    def offering(self, known: Choices) -> "FilterForm":
        """Itself, with its selects filled."""
        for name, rows in (
            ("team", known.teams),
            ("assignee", known.agents),
            ("service", known.services),
            ("category", known.categories),
        ):
            self[name].choices = [*self[name].choices[:1], *options((str(number), text) for number, text in rows)]
        return self
