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
        ge=0,
        le=3650,
        description="A reply to a closed incident reopens it for so many days; later it becomes a new, linked one.",
    )
    stranger_replies: Literal["hold", "new"] = Field(
        "hold",
        description="What becomes of a reply by somebody who has no part in the incident: held for an agent, or a new "
        "incident. It never joins by itself.",
    )
    agents_by_mail: Literal["reply", "note", "off"] = Field(
        "reply",
        description="What an agent's answer to a notification becomes: a reply to the requester, a note, or nothing.",
    )
    undo_send_seconds: int = Field(
        10, ge=0, le=600, description="For so long a reply can be called back before it leaves."
    )
    automatic_per_address_an_hour: int = Field(
        10, ge=1, le=10_000, description="At most so many automatic letters go to one address within an hour."
    )
    automatic_per_incident_an_hour: int = Field(
        20, ge=1, le=10_000, description="At most so many automatic letters go to requesters from one incident an hour."
    )
    automatic_overall_an_hour: int = Field(
        1000,
        ge=1,
        le=1_000_000,
        description="At most so many automatic letters go to requesters from the desk an hour.",
    )
    silent_hours: int = Field(
        0,
        ge=0,
        le=8760,
        description="A mailbox without any mail for so many hours raises an alarm; 0: never. One that can't be reached "
        "always does.",
    )
    alarm_minutes: int = Field(
        15, ge=1, le=1440, description="A mailbox that can't be reached, or a gap, for so long raises an alarm."
    )
    alarm_address: str = Field(
        "", description="Where alarms go besides the administrators, such as a telephone gateway's address."
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
