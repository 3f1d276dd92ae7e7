"""The forms for working on one record together: tags, watchers, tasks, checklists, time spent."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import TextInput

from helpdesk.incidents.tags import NAME_LENGTH_MAX
from helpdesk.incidents.tasks import TITLE_LENGTH_MAX
from helpdesk.incidents.time_spent import NOTE_LENGTH_MAX
from helpdesk.web.forms.incident import ChangeForm, ChoosingForm, number_or_none, options
from helpdesk.web.local_times import moment_field, zone_field


class Suggesting(TextInput):  # type: ignore[misc]  # wtforms carries no types
    """A line with the words that may be meant, without script: `field.suggested` holds them."""

    def __call__(self, field: Any, **more: Any) -> Markup:
        rows = Markup("").join(Markup('<option value="{}"></option>').format(one) for one in field.suggested)
        listed = Markup('<datalist id="{}-list">{}</datalist>').format(field.id, rows)
        return Markup(super().__call__(field, list=f"{field.id}-list", **more)) + listed  # noqa: S704


class SuggestingField(StringField):  # type: ignore[misc]
    widget = Suggesting()
    suggested: tuple[str, ...] = ()


class TagsForm(ChangeForm):
    """`kept` are those that stay on, `more` those that come on."""

    kept = SelectMultipleField("On it now", validators=[Optional()], validate_choice=False)
    more = SuggestingField(
        "Put on",
        description=f"One, or several with commas between them; each up to {NAME_LENGTH_MAX} characters.",
        validators=[Optional(), Length(max=3000, message="Put on fewer at once.")],
        render_kw={"autocomplete": "off", "maxlength": 3000, "data-focus": ""},
    )

    def offer(self, on: Iterable[str], known: Iterable[str]) -> None:
        rows = list(on)
        self.kept.choices = options((name, name) for name in rows)
        self.more.suggested = tuple(name for name in known if name not in rows)


class WatcherForm(ChoosingForm):
    agent = SelectField("Colleague", coerce=number_or_none, validators=[InputRequired("Choose a colleague.")])


class TaskForm(ChoosingForm):
    title = StringField(
        "What is to be done",
        validators=[
            InputRequired("Say what is to be done."),
            Length(max=TITLE_LENGTH_MAX, message=f"Shorten this to {TITLE_LENGTH_MAX} characters."),
        ],
        render_kw={"maxlength": TITLE_LENGTH_MAX, "autocomplete": "off", "data-focus": ""},
    )
    assignee = SelectField("By whom", coerce=number_or_none, validators=[Optional()])
    team = SelectField("Team", coerce=number_or_none, validators=[Optional()])
    due = moment_field("Until", "Who is to do it is reminded when the time is over.")
    zone = zone_field()


class ChecklistForm(ChoosingForm):
    checklist = SelectField("List", coerce=number_or_none, validators=[InputRequired("Choose a list.")])


class TimeForm(ChangeForm):
    minutes = StringField(
        "Time",
        description="Minutes such as 25, or 1h 30m.",
        validators=[InputRequired("Write minutes such as 25, or 1h 30m.")],
        render_kw={"autocomplete": "off", "maxlength": 20, "data-focus": ""},
    )
    day = DateField("On", validators=[InputRequired("Choose the day.")])
    note = StringField(
        "What you did",
        validators=[Optional(), Length(max=NOTE_LENGTH_MAX, message=f"Shorten this to {NOTE_LENGTH_MAX} characters.")],
        render_kw={"maxlength": NOTE_LENGTH_MAX},
    )
