"""The form that confirms an erasure."""

from wtforms import StringField
from wtforms.validators import InputRequired

from helpdesk.web.forms import Form


class ErasureForm(Form):
    """`name`: of the person, typed by hand, since nothing brings them back."""

    name = StringField("Their name", [InputRequired("Type the name of the person.")])
