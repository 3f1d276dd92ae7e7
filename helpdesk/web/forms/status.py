"""The site's own statuses and when an incident is done with, as administrators set them."""

from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional

from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.status_table import NAME_LENGTH_MAX, WORDING_LENGTH_MAX
from helpdesk.people.permissions import Role
from helpdesk.web.forms import Form, options

# As Status.pauses is kept, and as a select tells it.
PAUSES = {"": None, "yes": True, "no": False}


class NamingForm(Form):
    name = StringField(
        "Name",
        description="What agents read.",
        validators=[
            DataRequired("Name the status."),
            Length(max=NAME_LENGTH_MAX, message=f"Shorten the name to {NAME_LENGTH_MAX} characters."),
        ],
    )
    requester_wording = StringField(
        "The requester reads",
        description="On the tracking page. Empty: the words of its state.",
        validators=[
            Optional(),
            Length(max=WORDING_LENGTH_MAX, message=f"Shorten this to {WORDING_LENGTH_MAX} characters."),
        ],
    )


class NewStatusForm(NamingForm):
    state = SelectField(
        "State",
        description="What it means for the desk: its clocks, letters and lists. It can't be changed later.",
        choices=options((state.value, state.label) for state in State),
        default=State.PENDING_OTHER.value,
    )


class StatusSettingsForm(NamingForm):
    pauses = SelectField(
        "Clocks of service levels",
        choices=options([("", "as in every status of this state"), ("yes", "rest in it"), ("no", "go on in it")]),
    )
    required = SelectMultipleField("Needs, before it is entered", validators=[Optional()])
    roles = SelectMultipleField(
        "Entered by",
        choices=options((role.value, f"{role.value.capitalize()}s") for role in Role),
        validators=[Optional()],
    )
