"""An incident that an agent logs for somebody, on the phone or at the counter."""

from wtforms import (
    EmailField,
    HiddenField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from helpdesk.incidents.choices import Choices
from helpdesk.incidents.incident import REASON_LENGTH_MAX, SUBJECT_LENGTH_MAX
from helpdesk.incidents.priority import PEOPLE_MAX, PriorityPolicy, Urgency
from helpdesk.incidents.record_types import RecordType
from helpdesk.web.forms import Form
from helpdesk.web.forms.incident import RECORD_TYPES, number_or_none, options
from helpdesk.web.forms.priority import AS_PROPOSED, PEOPLE, REASON_LENGTH, impact_choices, urgency_choices
from helpdesk.web.local_times import moment_field, zone_field


class NewIncidentForm(Form):
    submission = HiddenField()
    address = EmailField(
        "Mail address",
        description="We write back to it. Known people keep their name.",
        validators=[InputRequired("Give the address we write back to.")],
        render_kw={"autocomplete": "off"},
    )
    name = StringField("Name", validators=[Optional(), Length(max=200, message="Shorten the name to 200 characters.")])
    subject = StringField(
        "Subject",
        validators=[
            InputRequired("Say in one line what it is about."),
            Length(max=SUBJECT_LENGTH_MAX, message=f"Shorten the subject to {SUBJECT_LENGTH_MAX} characters."),
        ],
    )
    text = TextAreaField(
        "What happened",
        description="In the words of the person who reports it: what they did, what they saw, since when.",
        validators=[InputRequired("Write down what happened.")],
    )
    record_type = RadioField("Kind", choices=RECORD_TYPES, default=RecordType.INCIDENT.value)
    service = SelectField("Service", coerce=number_or_none, validators=[Optional()])
    category = SelectField("Category", coerce=number_or_none, validators=[Optional()])
    people = IntegerField("People affected", [InputRequired(PEOPLE), NumberRange(1, PEOPLE_MAX, PEOPLE)], default=1)
    urgency = RadioField(
        "How soon does it hurt?",
        coerce=int,
        default=Urgency.MEDIUM.value,
        description="As the person who reports it says.",
    )
    impact = RadioField("Impact", coerce=int, default=AS_PROPOSED)
    reason = StringField(
        "Reason",
        [Length(max=REASON_LENGTH_MAX, message=REASON_LENGTH)],
        description="Needed where you choose another impact than is proposed.",
    )
    happened_at = moment_field("Reported at", "Empty: just now. An earlier time is marked as logged later.")
    zone = zone_field()
    files = MultipleFileField("Files", validators=[Optional()])

    def offer(self, known: Choices, decided: PriorityPolicy) -> None:
        """Fills the choices."""
        self.impact.choices = options(impact_choices(decided, "As proposed, from people and service"))
        self.urgency.choices = options(urgency_choices(decided))
        self.service.choices = options([("", "Not known yet"), *known.services])
        self.category.choices = options([("", "Not known yet"), *known.categories])
