"""What a site decides and changes while it runs, one row for each subject; asked wherever it matters.

Unlike `helpdesk.settings`, which is read once at start, these have a page and need no restart."""

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base


class PolicyRow(Base):
    __tablename__ = "policies"

    name: Mapped[str] = mapped_column(unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MailPolicy(BaseModel):
    """How mail is dealt with. The descriptions stand on the page and in the handbook."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    reopen_days: int = Field(
        14,
        title="Days in which an answer reopens",
        ge=0,
        le=3650,
        description="A reply to a closed incident reopens it for so many days; later it becomes a new, linked one.",
    )
    stranger_replies: Literal["hold", "new"] = Field(
        "hold",
        title="Answers by strangers",
        description="What becomes of a reply by somebody who has no part in the incident: held for an agent, or a new "
        "incident. It never joins by itself.",
    )
    agents_by_mail: Literal["reply", "note", "off"] = Field(
        "reply",
        title="Agents who answer by mail",
        description="What an agent's answer to a notification becomes: a reply to the requester, a note, or nothing.",
    )
    undo_send_seconds: int = Field(
        10,
        title="Seconds to undo a reply",
        ge=0,
        le=600,
        description="For so long a reply can be called back before it leaves.",
    )
    letter_megabytes_max: int = Field(
        25,
        title="Megabytes of a letter",
        ge=1,
        le=150,
        description="A letter with its attachments may have at most so many megabytes as it travels, a third more than "
        "the files. Where the mail server takes less, that counts.",
    )
    keep_trying_hours: int = Field(
        72,
        title="Hours of trying to deliver",
        ge=1,
        le=336,
        description="For so long a letter is tried again while a mail server is away or says not now.",
    )
    automatic_per_address_an_hour: int = Field(
        10,
        title="Automatic letters to one address an hour",
        ge=1,
        le=10_000,
        description="At most so many automatic letters go to one address within an hour.",
    )
    automatic_per_incident_an_hour: int = Field(
        20,
        title="Automatic letters of one incident an hour",
        ge=1,
        le=10_000,
        description="At most so many automatic letters go to requesters from one incident an hour.",
    )
    automatic_overall_an_hour: int = Field(
        1000,
        title="Automatic letters of the desk an hour",
        ge=1,
        le=1_000_000,
        description="At most so many automatic letters go to requesters from the desk an hour.",
    )
    incoming_per_address_an_hour: int = Field(
        200,
        title="Mails from one address an hour",
        ge=1,
        le=1_000_000,
        description="More mail than this from one address within an hour is held as a suspected loop.",
    )
    automatic_into_incident_an_hour: int = Field(
        20,
        title="Automatic mails into one incident an hour",
        ge=1,
        le=10_000,
        description="More automatic mail than this into one incident within an hour is held as a suspected loop.",
    )
    silent_hours: int = Field(
        0,
        title="Hours of silence before an alarm",
        ge=0,
        le=8760,
        description="A mailbox without any mail for so many hours raises an alarm; 0: never. One that can't be reached "
        "always does.",
    )
    alarm_minutes: int = Field(
        15,
        title="Minutes of trouble before an alarm",
        ge=1,
        le=1440,
        description="A mailbox that can't be reached, or a gap, for so long raises an alarm.",
    )
    alarm_address: str = Field(
        "",
        title="Further address for alarms",
        description="Where alarms go besides the administrators, such as a telephone gateway's address.",
    )


class LetterPolicy(BaseModel):
    """How letters to requesters are worded. Shown on the page of the letters."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    default_language: Literal["en", "de", "fr", "es", "it", "nl"] = Field(
        "en", description="What requesters are written in of whom no language is known, or none that we have."
    )
    follows_requester: bool = Field(
        True, description="Each requester is written to in the language they wrote in, or that an agent chose for them."
    )
    time_zone: str = Field("UTC", description="Dates and times in letters are told in this time zone.")


class LifecyclePolicy(BaseModel):
    """When an incident is done with. Shown on the page of the states."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    auto_close_working_days: int = Field(
        5,
        title="Working days until a resolved incident is closed",
        ge=0,
        le=365,
        description="The requester is asked whether it is fixed; without an answer it is closed by itself after so "
        "many working days of the calendar. 0: never.",
    )


Policy = TypeVar("Policy", bound=BaseModel)


def policy(session: Session, kind: type[Policy]) -> Policy:
    """What was decided, with the defaults for what was not."""
    value = session.scalars(select(PolicyRow.value).where(PolicyRow.name == kind.__name__)).first()
    return kind.model_validate(value or {})


def decide_on(session: Session, chosen: BaseModel) -> None:
    """Keeps a policy; the door commits."""
    name = type(chosen).__name__
    row = session.scalars(select(PolicyRow).where(PolicyRow.name == name)).first()
    if row is None:
        row = PolicyRow(name=name)
        session.add(row)
    row.value = chosen.model_dump(mode="json")
