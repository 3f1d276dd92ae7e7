"""One update for the requesters of a parent and its children. Who gets it stands beside the form: `incident`."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from helpdesk.incidents.action_kind import TEXT_LENGTH_MAX
from helpdesk.web.forms import Form


class UpdateForm(Form):
    submission = HiddenField()
    text = TextAreaField(
        "Update",
        [
            InputRequired("Write what they are to know."),
            Length(max=TEXT_LENGTH_MAX, message=f"Shorten this to {TEXT_LENGTH_MAX:,} characters."),
        ],
        description="Each reads this text and nothing else of this incident, in a mail thread of their own.",
    )
