"""The service catalogue and the category tree."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from helpdesk.services import Criticality
from helpdesk.web.forms import Form, options

CRITICALITIES = {
    Criticality.VITAL: "Vital: the business stands still without it",
    Criticality.IMPORTANT: "Important: much depends on it",
    Criticality.ORDINARY: "Ordinary",
}
NOTHING = 0


class ServiceForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Name the service."), Length(max=100, message="Shorten the name.")]
    )
    description = TextAreaField(
        "Description", validators=[Optional(), Length(max=2000, message="Shorten this to 2,000 characters.")]
    )
    owner_key = SelectField("Owner", coerce=str, description="Who answers for it: an agent or a team.")
    owner = StringField(
        "Or somebody else",
        description="By name, where nobody of the desk answers for it.",
        validators=[Optional(), Length(max=200, message="Shorten the name.")],
    )
    criticality = SelectField(
        "Criticality",
        coerce=int,
        choices=options((level.value, text) for level, text in CRITICALITIES.items()),
        default=Criticality.ORDINARY.value,
    )
    team_id = SelectField("Team", coerce=int, description="Its incidents go there first.")
    on_public_form = BooleanField("Offered on the public form", default=True)
    in_use = BooleanField("In use", default=True, description="What is not in use stays on old incidents only.")


class NodeForm(Form):
    """One node of a tree: a category or a cause."""

    name = StringField(
        "Name", validators=[DataRequired("Give the name."), Length(max=100, message="Shorten the name.")]
    )
    parent_id = SelectField("Under", coerce=int)
    in_use = BooleanField(
        "In use", default=True, description="What is not in use stays on old incidents only, with all that is below it."
    )


class NodeMergeForm(Form):
    into = SelectField("Into", coerce=int, validators=[InputRequired("Choose the one that stays.")])
