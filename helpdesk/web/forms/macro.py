"""The form of a macro; what it does stands in an `ActionsForm` beside it, in the same page form."""

from wtforms import StringField
from wtforms.validators import Length, Optional

from helpdesk.incidents.macros import DESCRIPTION_LENGTH_MAX
from helpdesk.web.forms.shared import SharedForm


class MacroForm(SharedForm):
    description = StringField(
        "When to use it",
        validators=[Optional(), Length(max=DESCRIPTION_LENGTH_MAX, message="Say it in fewer words.")],
    )
