"""What is known of a person: their name, whom they belong to, whether they are a VIP."""

from typing import Any

from wtforms import BooleanField, SearchField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from helpdesk.people.directory import PeopleFilter
from helpdesk.web.forms import Form, options
from helpdesk.web.forms.incident import number_or_none

NUMBER_MAX = 2**53


class PersonForm(Form):
    name = StringField("Name", [DataRequired("Give the name."), Length(max=200, message="Shorten the name.")])
    organization = SelectField("Organization", coerce=number_or_none, validators=[Optional()])
    is_vip = BooleanField("VIP", description="Raises the impact that is proposed for what they report.")


class PeopleForm(Form):
    """The search; anything odd in the address means no narrowing."""

    q = SearchField("Name or address", render_kw={"placeholder": "Name or address"})
    organization = SelectField("Organization", coerce=str, default="", validate_choice=False)
    vip = SelectField(
        "VIP", coerce=str, choices=options([("", "Everybody"), ("1", "VIPs only")]), validate_choice=False
    )
    after = SearchField()

    def asked(self) -> PeopleFilter:
        return PeopleFilter(
            text=(self.q.data or "")[:200],
            organization_id=_number(self.organization.data),
            vip_only=self.vip.data == "1",
            after=_number(self.after.data),
        )

    def args(self, **more: Any) -> dict[str, Any]:
        """What stands in the address, without the page."""
        given = {"q": self.q.data, "organization": self.organization.data, "vip": self.vip.data, **more}
        return {name: value for name, value in given.items() if value}


def _number(text: str | None) -> int | None:
    digits = (text or "").strip()
    return min(int(digits), NUMBER_MAX) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
