"""Agents and teams."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, EmailField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from helpdesk.people.permissions import Role
from helpdesk.web.forms import Form, options
from helpdesk.web.signin import PASSWORD_LENGTH_MIN

ROLES = {
    Role.AGENT: "Agent: works on incidents",
    Role.LEAD: "Lead: also sees how the desk runs",
    Role.ADMINISTRATOR: "Administrator: also changes the settings",
}


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
