"""What is done to one incident. Each form carries `seen`, the number of the last event its page showed, and a
submission key."""

from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.incidents.choices import Choice
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.incidents.links import BY_HAND
from helpdesk.incidents.record_types import RecordType
from helpdesk.people.agent import Agent, Team
from helpdesk.services import Category, Service
from helpdesk.web.forms import Form
from helpdesk.web.leaving import CHOICES, NOW

FIX_LENGTH_MAX = 100_000


def options(rows: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, text) for value, text in rows]


RECORD_TYPES = options(
    [
        (RecordType.INCIDENT.value, "Incident: something is broken"),
        (RecordType.REQUEST.value, "Request: somebody needs something"),
    ]
)
KEEP, WAIT, RESOLVE = "", "wait", "resolve"
NEXT_STATES = [(KEEP, "and keep it open"), (WAIT, "and wait for the requester"), (RESOLVE, "and resolve…")]


def number_or_none(value: Any) -> int | None:
    """A chosen row's number; None for the choice of nothing. Raises ValueError for anything else."""
    return int(value) if value not in ("", None) else None


def named(chosen: Agent | Team | Service | Category | None) -> Choice | None:
    """What is set now, as a row of its select."""
    if chosen is None:
        return None
    return chosen.id, chosen.path if isinstance(chosen, Category) else chosen.name


class ChangeForm(Form):
    """Shared by all forms that change an incident."""

    seen = HiddenField()
    submission = HiddenField()

    @property
    def seen_sequence(self) -> int | None:
        """The last event the page showed; None when the form does not say."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


class ConfirmationForm(ChangeForm):
    """A change that needs no words."""


class ChoosingForm(ChangeForm):
    """Has selects whose rows come from the database."""

    def offer(self, field: str, choices: tuple[Choice, ...], nothing: str, current: Choice | None = None) -> None:
        """Fills one select; `current` is kept even when it could not be chosen anew (a retired service)."""
        rows = list(choices)
        if current and current not in rows:
            rows.insert(0, current)
        self[field].choices = options([("", nothing), *rows])


class AssignmentForm(ChoosingForm):
    assignee = SelectField("Assignee", coerce=number_or_none, validators=[Optional()])
    team = SelectField("Team", coerce=number_or_none, validators=[Optional()])


class CategoryForm(ChoosingForm):
    record_type = RadioField("Kind", choices=RECORD_TYPES, validators=[InputRequired("Choose incident or request.")])
    service = SelectField("Service", coerce=number_or_none, validators=[Optional()])
    category = SelectField("Category", coerce=number_or_none, validators=[Optional()])


class SubjectForm(ChangeForm):
    subject = StringField(
        "Subject",
        validators=[
            InputRequired("Say in one line what it is about."),
            Length(max=SUBJECT_LENGTH_MAX, message=f"Shorten the subject to {SUBJECT_LENGTH_MAX} characters."),
        ],
    )


def _ties() -> Iterable[tuple[str, str]]:
    """Each tie by hand, from here to there and, where that reads otherwise, from there to here."""
    for kind in BY_HAND:
        forwards, backwards = kind.seen_from(first=True), kind.seen_from(first=False)
        yield kind.value, forwards
        if backwards != forwards:
            yield f"{kind.value}:backwards", backwards


class LinkForm(ChangeForm):
    kind = SelectField(
        "This incident is",
        choices=options(_ties()),
        validators=[InputRequired("Choose how they belong together.")],
    )
    other = StringField(
        "Number",
        validators=[InputRequired("Give the number of the other incident, such as INC-7.")],
        render_kw={"placeholder": "INC-7", "autocomplete": "off"},
    )

    def other_number(self) -> int | None:
        text = (self.other.data or "").strip().upper().removeprefix("INC-").lstrip("#").strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


class WritingForm(ChangeForm):
    """A reply or a note. `next_state` is what becomes of the incident after a reply; `leaves` when that is sent."""

    text = TextAreaField("Text", validators=[Optional()])
    next_state = SelectField("Then", choices=options(NEXT_STATES), default=KEEP, validators=[Optional()])
    leaves = SelectField("When", choices=options(CHOICES), default=NOW, validators=[Optional()])
    leaves_at = StringField("At", validators=[Optional()])
    zone = HiddenField()
    happened_at = StringField("It happened earlier", validators=[Optional()])
    unless_answered = BooleanField("Not if they answer first")
    minutes = StringField("Minutes", validators=[Optional()])
