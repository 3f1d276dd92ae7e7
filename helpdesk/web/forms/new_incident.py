"""An incident that an agent logs for somebody, on the phone or at the counter."""

from wtforms import EmailField, HiddenField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from helpdesk.incidents.choices import Choices
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.web.forms import Form
from helpdesk.web.forms.incident import IMPACTS, URGENCIES, number_or_none, options


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
    service = SelectField("Service", coerce=number_or_none, validators=[Optional()])
    category = SelectField("Category", coerce=number_or_none, validators=[Optional()])
    impact = RadioField("Impact", coerce=int, choices=IMPACTS, default=3)
    urgency = RadioField("Urgency", coerce=int, choices=URGENCIES, default=2)
    files = MultipleFileField("Files", validators=[Optional()])

    def offer(self, known: Choices) -> None:
        """Fills the selects."""
        self.service.choices = options([("", "Not known yet"), *known.services])
        self.category.choices = options([("", "Not known yet"), *known.categories])
