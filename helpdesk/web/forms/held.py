"""Which incident a held mail belongs to."""

from wtforms import StringField
from wtforms.validators import DataRequired

from helpdesk.web.forms import Form


class AttachForm(Form):
    incident = StringField(
        "Incident",
        description="Its number, such as INC-42.",
        validators=[DataRequired("Give the number of the incident it belongs to.")],
    )
