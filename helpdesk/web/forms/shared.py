"""The forms of what agents share: canned replies, macros, saved views."""

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from helpdesk.incidents.sharing import NAME_LENGTH_MAX, Audience, Shared
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.web.forms import Form, options

_TEAM = "team:"


class SharedForm(Form):
    name = StringField(
        "Name",
        validators=[
            InputRequired("Give it a name."),
            Length(max=NAME_LENGTH_MAX, message=f"Shorten the name to {NAME_LENGTH_MAX} characters."),
        ],
    )
    audience = SelectField("For", description="Who finds it. Only you and those who may share can change it.")

    def offer_audiences(self, agent: Agent, teams: list[Team], one: Shared | None = None) -> None:
        """What this agent may choose: themselves, their teams; with the right to share also other teams and
        everybody. What is chosen already can stay."""
        may_share = Permission.SHARE in agent.permissions
        own = [team for team in teams if team in agent.teams or (may_share and not team.private)]
        rows = [(Audience.ME.value, "Only me"), *((f"{_TEAM}{team.id}", team.name) for team in own)]
        if may_share:
            rows.append((Audience.ALL.value, "Everybody"))
        if one is not None and (now := audience_of(one)) not in [value for value, _ in rows]:
            rows.append((now, one.for_whom))
        self.audience.choices = options(rows)

    def chosen_audience(self) -> tuple[str, int | None]:
        """The audience, and the number of its team."""
        name, colon, number = str(self.audience.data or "").partition(":")
        return name, int(number) if colon and number.isascii() and number.isdecimal() and len(number) < 16 else None


def audience_of(one: Shared) -> str:
    """For whom it is, as the form's select says it."""
    return f"{_TEAM}{one.team_id}" if one.audience == Audience.TEAM.value else one.audience
