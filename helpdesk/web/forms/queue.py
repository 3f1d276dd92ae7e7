"""What the queue is narrowed down to, as it stands in the address. Anything odd in it means no narrowing."""

from collections.abc import Iterable
from typing import Any

from wtforms import SearchField, SelectField

from helpdesk.incidents.choices import Choices
from helpdesk.incidents.custom_fields import CustomField, FieldType
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.priority import Priority
from helpdesk.incidents.queries import SORTS, VIEWS, QueueFilter
from helpdesk.incidents.queue_by_due import MISSED, PAUSED, SOON
from helpdesk.incidents.record_types import RecordType
from helpdesk.incidents.tags import Tag
from helpdesk.web.access import house
from helpdesk.web.forms import Form
from helpdesk.web.forms.incident import number_or_none, options

NUMBERS = ("team", "assignee", "service", "category", "status")
BY_WORK = ("tag", "choice", "watched")
NUMBER_MAX = 2**53


def _select(label: str, every: str, choices: list[tuple[Any, str]]) -> SelectField:
    return SelectField(label, coerce=str, choices=options([("", every), *choices]), default="", validate_choice=False)


def _choices_of(field: CustomField) -> list[tuple[str, str]]:
    if field.kind is FieldType.YES_NO:
        return []
    return [(f"{field.key}:{one['key']}", f"{field.label}: {one['label']}") for one in field.options]


class FilterForm(Form):
    state = _select("State", "Any state", [(state.value, state.label) for state in State])
    record_type = _select("Kind", "Incidents and requests", [(one.value, f"{one.label}s only") for one in RecordType])
    priority = _select(
        "Priority", "Any priority", [(one.value, f"P{one.value} {one.name.capitalize()}") for one in Priority]
    )
    due = _select("Due", "Whenever due", [(MISSED, "Missed"), (SOON, "Due within a day"), (PAUSED, "Paused")])
    requester = SearchField("Requester", render_kw={"placeholder": "Requester"})
    team = _select("Team", "Any team", [])
    assignee = _select("Assignee", "Any assignee", [])
    service = _select("Service", "Any service", [])
    category = _select("Category", "Any category", [])
    status = _select("Status", "Any status", [])
    tag = _select("Tag", "Any tag", [])
    choice = _select("Fields", "Whatever the fields say", [])
    watched = _select("Watched", "Watched or not", [("1", "Watched by me")])
    view = SearchField()
    sort = SearchField()
    cursor = SearchField()
    filters = SearchField()
    saved = SearchField()

    @property
    def needs_choices(self) -> bool:
        """Whether the selects that are filled from the database are to be seen."""
        return bool(self.filters.data) or any(self[name].data for name in (*NUMBERS, *BY_WORK))

    @property
    def narrowed(self) -> bool:
        named = ("state", "record_type", "priority", "due", "requester")
        return any(self[name].data for name in (*named, *NUMBERS, *BY_WORK))

    def asked(self) -> QueueFilter:
        return QueueFilter(
            view=self.view.data if self.view.data in VIEWS else "open",
            state=self.state.data if self.state.data in [state.value for state in State] else None,
            record_type=self.record_type.data if self.record_type.data in list(RecordType) else None,
            priority=self._number("priority"),
            team_id=self._number("team"),
            assignee_id=self._number("assignee"),
            service_id=self._number("service"),
            category_id=self._number("category"),
            status_id=self._number("status"),
            requester=(self.requester.data or "")[:200],
            tag=(self.tag.data or "")[:200],
            choice=(self.choice.data or "")[:200],
            is_watched=self.watched.data == "1",
            due=self.due.data if self.due.data in (MISSED, SOON, PAUSED) else "",
            now=house().clock.now(),
            sort=self.sort.data if (self.sort.data or "").removeprefix("-") in SORTS else "-updated",
            cursor=self.cursor.data or "",
        )

    def _number(self, name: str) -> int | None:
        text = self[name].data or ""
        return number_or_none(text) if text.isascii() and text.isdecimal() and int(text[:20]) < NUMBER_MAX else None

    def args(self) -> dict[str, str]:
        """What stands in the address now, without the page: for links that change one part of it."""
        return {name: field.data for name, field in self._fields.items() if field.data and name != "cursor"}

    def offering(self, known: Choices, tags: Iterable[Tag], fields: Iterable[CustomField]) -> "FilterForm":
        """Itself, with its selects filled."""
        for name, words in (
            ("tag", [(one.name, one.name) for one in tags]),
            ("choice", [row for one in fields if one.in_queue_filter for row in _choices_of(one)]),
        ):
            now = self[name].data
            offered = words if not now or now in dict(words) else [*words, (now, now.partition(":")[2] or now)]
            self[name].choices = [*self[name].choices[:1], *options(offered)]
        for name, rows in (
            ("team", known.teams),
            ("assignee", known.agents),
            ("service", known.services),
            ("category", known.categories),
            ("status", known.statuses),
        ):
            self[name].choices = [*self[name].choices[:1], *options((str(number), text) for number, text in rows)]
        return self
