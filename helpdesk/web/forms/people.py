"""Agents and teams."""

from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from helpdesk.people.allocation import ALLOCATIONS
from helpdesk.people.permissions import Role
from helpdesk.web.forms import Form, options
from helpdesk.web.signin import PASSWORD_LENGTH_MIN

ROLES = {
    Role.AGENT: "Agent: works on incidents",
    Role.LEAD: "Lead: also sees how the desk runs",
    Role.ADMINISTRATOR: "Administrator: also changes the settings",
}


_MINUTES = "Give a whole number of minutes from 1 to 1,440."


class AgentForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Give the name."), Length(max=200, message="Shorten the name.")]
    )
    email = EmailField(
        "Email address",
        description="They sign in with it, and are told of news there.",
        validators=[DataRequired("Give the address.")],
    )
    role = SelectField("Role", choices=options(ROLES.items()), default=Role.AGENT.value)
    teams = SelectMultipleField("Teams", coerce=int, validators=[Optional()])
    manager_id = SelectField(
        "Manager", coerce=int, description="Who is told when one of their incidents is escalated up the chain."
    )
    skill_names = StringField(
        "Skills",
        description="With commas between them: services, categories, languages. Teams that allocate by skill use them.",
        validators=[Length(max=500, message="Shorten the skills.")],
    )
    is_available = BooleanField(
        "Gets new work",
        description="Off while away: they get no new work, and nobody calls them.",
        default=True,
    )
    active = BooleanField("Works here and may sign in", default=True)
    password = PasswordField(
        "Password",
        description=f"At least {PASSWORD_LENGTH_MIN} characters. Setting one ends all their sessions.",
        validators=[
            Optional(),
            Length(
                min=PASSWORD_LENGTH_MIN,
                max=1000,
                message=f"Take a password of at least {PASSWORD_LENGTH_MIN} characters.",
            ),
        ],
    )

    def validate_email(self, field: Any) -> None:
        try:
            validate_email(field.data, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise ValidationError("This is not a mail address. Write it like name@example.org.") from None
        field.data = field.data.lower()


class TeamForm(Form):
    name = StringField(
        "Name", validators=[DataRequired("Name the team."), Length(max=100, message="Shorten the name.")]
    )
    private = BooleanField(
        "Private",
        description="Only its members see what it works on: not other agents, and not administrators.",
    )
    members = SelectMultipleField("Members", coerce=int, validators=[Optional()])
    escalates_to_id = SelectField(
        "Next tier", coerce=int, description="The team that knows more: where escalations of this one go."
    )
    acknowledge_minutes = IntegerField(
        "Minutes to acknowledge",
        [InputRequired(_MINUTES), NumberRange(1, 1440, _MINUTES)],
        default=15,
        description="For so long whoever is called may take, until the next one is called.",
    )
    on_call_takes_turns = BooleanField(
        "Takes turns", description="Every Monday the next one in the order below is called first."
    )
    allocation = SelectField("New work", choices=options(ALLOCATIONS.items()))

    def places(self, given: Mapping[str, str]) -> dict[int, int]:
        """Place in the order of calls by the agent's number, as typed; who has none is not called by order."""
        found = {number: given.get(f"place-{number}", "").strip() for number in self.members.data or []}
        return {number: int(text) for number, text in found.items() if text.isascii() and text.isdecimal()}
