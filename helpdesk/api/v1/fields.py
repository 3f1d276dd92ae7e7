"""The kinds of members that bodies and parameters are made of, and the three classes all models come from."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from helpdesk.api.access import NUMBER_MAX
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import SUBJECT_LENGTH_MAX
from helpdesk.incidents.thread import TEXT_LENGTH_MAX
from helpdesk.people.requester import ADDRESS_LENGTH_MAX, normalized


class Given(BaseModel):
    """A body. JSON has its own types, so "5" is no number here, and a member nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """What stands behind the question mark, where everything is text."""

    model_config = ConfigDict(extra="forbid")


class Shown(BaseModel):
    """An answer."""


def _storable(text: str) -> str:
    # PostgreSQL keeps no NUL, and no encoding carries half of a surrogate pair.
    if "\0" in text:
        raise ValueError("Take the NUL character out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("Half of a surrogate pair stands in it. Send the whole character.") from None
    return text


def _address(text: str) -> str:
    try:
        return normalized(text)
    except Invalid as error:
        raise ValueError(str(error)) from None


def _is_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("Write the moment as text: 2030-01-31T09:00:00Z.")  # noqa: TRY004 - pydantic wants ValueError
    return value


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("This moment lies outside the calendar.") from None


Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Storable = Annotated[str, AfterValidator(_storable)]
Text = Annotated[Storable, Field(min_length=1, max_length=TEXT_LENGTH_MAX)]
Line = Annotated[Storable, Field(min_length=1, max_length=SUBJECT_LENGTH_MAX)]
Words = Annotated[Storable, Field(max_length=1000)]
MailAddress = Annotated[Storable, Field(max_length=ADDRESS_LENGTH_MAX), AfterValidator(_address)]
# Strict pydantic would refuse text for a moment, and lax pydantic would take a number for one.
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_is_text), AfterValidator(_in_utc)]
