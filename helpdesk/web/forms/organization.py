"""An organization, and into which other one it goes."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from helpdesk.people.organization import NAME_LENGTH_MAX
from helpdesk.web.forms import Form


class OrganizationForm(Form):
    name = StringField(
        "Name",
        [
            DataRequired("Name the organization."),
            Length(max=NAME_LENGTH_MAX, message=f"Shorten the name to {NAME_LENGTH_MAX} characters."),
        ],
    )
    domains = TextAreaField(
        "Mail domains",
        description="One a line, such as example.org. Who writes from there for the first time belongs here by "
        "themselves, from a domain below it too.",
        validators=[Optional()],
    )
    is_vip = BooleanField("VIP", description="Raises the impact that is proposed for what its people report.")
    note = TextAreaField(
        "Note",
        description="For agents: contract, contacts, what to know.",
        validators=[Optional(), Length(max=5000, message="Shorten the note to 5,000 characters.")],
    )
    in_use = BooleanField(
        "In use", default=True, description="What is not in use keeps its people and offers itself no more."
    )

    @property
    def domain_list(self) -> list[str]:
        return (self.domains.data or "").replace(",", " ").split()


class OrganizationMergeForm(Form):
    into = SelectField("Into", coerce=int, validators=[InputRequired("Choose the organization that stays.")])
