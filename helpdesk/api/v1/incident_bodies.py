"""What is sent about incidents: the bodies and parameters of calls, as pydantic models."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from helpdesk.api.v1.fields import Asked, Given, Line, MailAddress, Moment, Number, Text, Words
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.incidents.priority import PEOPLE_MAX
from helpdesk.incidents.record_types import RecordType

Side = Annotated[int, Field(ge=1, le=3)]
People = Annotated[int, Field(ge=1, le=PEOPLE_MAX)]
Kind = Annotated[RecordType, Field(strict=False)]


def _left_out() -> Any:
    """For members that stay as they are when they are not sent, whereas null clears them: no default is documented,
    and none is read, see `model_fields_set`."""


class NewRequester(Given):
    """Whom it is about; known by the address, made when nobody has it."""

    address: MailAddress = Field(description="Where letters go.")
    name: Words = Field("", description="Used when the address is new.")


class NewIncident(Given):
    """An incident to log for somebody."""

    requester: NewRequester
    subject: Line = Field(description="One line.")
    text: Text = Field(description="What is wrong, in plain text: the first message of the thread.")
    service_id: Number | None = Field(None, description="The service that is hit; its team gets the incident.")
    category_id: Number | None = None
    team_id: Number | None = Field(None, description="Goes before the service's team.")
    record_type: Kind = Field(RecordType.INCIDENT, description="incident: something is broken; request: it is wanted.")
    affected_people: People = Field(1, description="How many are hit, as far as is known.")
    impact: Side | None = Field(None, description="1 high, 2 medium, 3 low; null: as the desk proposes.")
    urgency: Side | None = Field(None, description="1 high, 2 medium, 3 low, as reported; null: nobody said.")
    reason: Words = Field("", description="Why another impact is chosen than the desk proposes.")


class IncidentChange(Given):
    """What to change; members left out stay as they are."""

    subject: Line = Field(default_factory=_left_out)
    service_id: Number | None = Field(default_factory=_left_out, description="null: not known.")
    category_id: Number | None = Field(default_factory=_left_out, description="null: none.")
    record_type: Kind = Field(default_factory=_left_out, description="incident or request.")
    affected_people: People = Field(default_factory=_left_out, description="How many are hit, as somebody counted.")
    impact: Side = Field(default_factory=_left_out, description="1 high, 2 medium, 3 low. Priority follows.")
    urgency: Side = Field(default_factory=_left_out, description="1 high, 2 medium, 3 low. Priority follows.")
    reason: Words = Field("", description="Needed for another impact or urgency than the desk proposes.")


class NewEntry(Given):
    """What to write."""

    text: Text = Field(description="Markdown.")


class NewReply(NewEntry):
    """What to write to whom."""

    cc: list[MailAddress] | None = Field(
        None, max_length=50, description="Copies; without it to those on the mail that is answered. Empty: no copies."
    )
    confirmed: bool = Field(
        False, description="Whoever is new in this conversation, or of another organisation, is meant."
    )


class Assignment(Given):
    """Who gets it; a member left out stays as it is."""

    assignee_id: Number | None = Field(default_factory=_left_out, description="An agent; null: nobody.")
    team_id: Number | None = Field(default_factory=_left_out, description="A team; null: none.")


class WaitsFor(StrEnum):
    """Whose turn it is."""

    REQUESTER = "requester"
    OTHER = "other"


class NewStatus(Given):
    """What the site calls it within its state."""

    status_id: Number = Field(description="A status of the state it is in.")


class Restoration(Given):
    """Since when the service works again."""

    at: Moment | None = Field(None, description="Without it: now.")
    how: Words = Field("", description="Such as the workaround.")


class Pending(Given):
    """Whom it waits for."""

    waits_for: Annotated[WaitsFor, Field(strict=False)] = Field(
        description="requester: until they write; other: until a moment comes."
    )
    until: Moment | None = Field(
        None, description="When it wakes by itself, such as 2030-01-31T09:00:00Z. Needed with other."
    )
    reason: Words = Field("", description="What is waited for.")
    status_id: Number | None = Field(None, description="One of the site's own statuses; without it the default.")


class NewResolution(Given):
    """How it ended, why it happened, what fixed it: the next incident like it is answered from this."""

    code: Annotated[ResolutionCode, Field(strict=False)]
    cause: Text = Field(description="Why it happened. “Not known” is an answer too.")
    text: Text = Field(description="What fixed it. The requester is told.")
    restored_at: Moment | None = Field(None, description="When the service worked again; without it when resolved.")
    status_id: Number | None = Field(None, description="One of the site's own statuses; without it the default.")


class NewMerge(Given):
    """What it is merged into."""

    into: Number = Field(description="The incident that goes on; when that was merged, the one it is part of.")
    copied: list[MailAddress] = Field(
        default_factory=list,
        max_length=100,
        description="Addresses of its requester and of people copied in it who read along from now on.",
    )
    told: Words = Field("", description="Sent to its requester as a reply, in Markdown; empty: nobody is told.")


class ThreadAsked(Asked):
    """How much of the thread."""

    internal: bool = Field(False, description="With notes, and with what third parties were asked and answered.")


class Reopening(Asked):
    """Why a resolution did not hold."""

    reason: Words = Field("", description="Kept in the history.")
    late: bool = Field(
        False, description="Also when it ended longer ago than the days in which an answer by mail reopens."
    )


class IncidentFilter(Asked):
    """Which incidents, in which order."""

    view: Literal["unassigned", "mine", "open", "all"] = Field("open", description="As on the queue page.")
    state: State | None = Field(None, description="Only this state, whether the view is open or not.")
    record_type: RecordType | None = Field(None, description="Only incidents, or only requests.")
    priority: int | None = Field(None, ge=1, le=5)
    team: Number | None = Field(None, description="The number of a team.")
    assignee: Number | None = Field(None, description="The number of an agent.")
    category: Number | None = Field(None, description="The number of a category.")
    service: Number | None = Field(None, description="The number of a service.")
    requester: Words = Field("", description="Part of the name or of an address.")
    sort: Literal["updated", "-updated", "opened", "-opened", "priority", "-priority"] = Field(
        "-updated", description="With a minus the largest or latest first."
    )
    cursor: str = Field("", max_length=1000, description="next_cursor of the page before; keep the other parameters.")
    limit: int = Field(50, ge=1, le=200)
