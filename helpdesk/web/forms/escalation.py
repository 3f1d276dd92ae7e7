"""Escalating an incident, and the rules by which the desk does it."""

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from helpdesk.incidents.escalation import NOTE_LENGTH_MAX, EscalationKind
from helpdesk.incidents.escalation_rule import Goal, Reason
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.incident import ChoosingForm, number_or_none

TARGETS = {
    "first_response": "first response",
    "next_update": "next update",
    "restoration": "restoration",
    "resolution": "resolution",
}
REASONS = {
    Reason.SHARE: "A part of a service-level target has gone by",
    Reason.AGE: "It has been open for so long",
    Reason.UNTAKEN: "Nobody has taken it for so long",
    Reason.VIP: "Somebody important reported it",
}
GOALS = {Goal.MANAGER: "Up the chain of managers", Goal.NEXT_TEAM: "To the team’s next tier"}
PRIORITIES = [(5, "Every priority"), (4, "P4 and above"), (3, "P3 and above"), (2, "P2 and above"), (1, "P1 only")]
UNITS = [(1, "minutes"), (60, "hours"), (1440, "days")]
NUMBER_MAX = 10_000


class EscalationForm(ChoosingForm):
    kind = RadioField(
        "Escalate",
        choices=options(
            [
                (EscalationKind.FUNCTIONAL.value, "To another team: they know more, and take it over"),
                (EscalationKind.HIERARCHICAL.value, "Up the chain: a manager must know or decide; the work stays here"),
            ]
        ),
        default=EscalationKind.FUNCTIONAL.value,
        validators=[InputRequired("Choose where it goes.")],
    )
    team = SelectField("Team", coerce=number_or_none, validators=[Optional()])
    note = TextAreaField(
        "Hand-over note",
        description="What was found, what was tried, what is needed. Only colleagues read it.",
        validators=[
            DataRequired("Say how far you got and what is needed: whoever takes over starts from it."),
            Length(max=NOTE_LENGTH_MAX, message=f"Shorten the note to {NOTE_LENGTH_MAX:,} characters."),
        ],
    )


class EscalationRuleForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Name the rule."), Length(max=100, message="Shorten the name.")]
    )
    reason = SelectField("When", choices=options((one.value, text) for one, text in REASONS.items()))
    target = SelectField("Target", choices=options(TARGETS.items()), description="For a service-level target.")
    percent = IntegerField(
        "Percent",
        [Optional(), NumberRange(1, 100, "Give a whole number from 1 to 100.")],
        default=90,
        description="One at which the policies warn, or 100 for a missed target.",
    )
    number = IntegerField(
        "How long",
        [Optional(), NumberRange(1, NUMBER_MAX, f"Give a whole number from 1 to {NUMBER_MAX:,}.")],
        default=1,
        description="For how long it is open, or untaken.",
    )
    unit = SelectField("Unit", coerce=int, choices=options(UNITS), default=1440)
    priority_max = SelectField("For", coerce=int, choices=options(PRIORITIES), default=5)
    team_id = SelectField("Of team", coerce=int)
    goal = SelectField("Then", choices=options((one.value, text) for one, text in GOALS.items()))
