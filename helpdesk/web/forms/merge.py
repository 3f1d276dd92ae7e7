"""Merging an incident into another one."""

import re

from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from helpdesk.web.forms import Form

TOLD_LENGTH_MAX = 20_000
_NUMBER = re.compile(r"\s*#?(?:inc[-\s]?)?(\d{1,15})\s*", re.IGNORECASE)


class MergeForm(Form):
    """Whom it lets read along stands beside the form: `copied`, an address each."""

    submission = HiddenField()
    into = IntegerField(widget=HiddenInput(), validators=[InputRequired("Choose the incident it goes on in.")])
    told = TextAreaField(
        "Tell the requester",
        description="Sent as a reply in their own mail thread. Leave it empty, and nobody is told.",
        validators=[
            Optional(),
            Length(max=TOLD_LENGTH_MAX, message=f"Shorten this to {TOLD_LENGTH_MAX:,} characters."),
        ],
    )

    @staticmethod
    def number_in(text: str) -> int | None:
        """The number that “INC-7”, “#7” or “7” names; None for words."""
        named = _NUMBER.fullmatch(text)
        return int(named[1]) if named else None
