"""What is answered about incidents, as pydantic models made from the records."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field

from helpdesk.api.access import house
from helpdesk.api.v1.fields import Shown
from helpdesk.attachments import Attachment
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import QueuePage, QueueRow
from helpdesk.incidents.statuses import status_label
from helpdesk.incidents.thread import Entry, ParticipantRole
from helpdesk.people.agent import Agent, Team
from helpdesk.services import Category, Service


class Named(Shown):
    """Something that has a number and a name."""

    id: int
    name: str

    @classmethod
    def of(cls, one: Agent | Team | Service | Category | None) -> "Named | None":
        if one is None:
            return None
        return cls(id=one.id, name=one.path if isinstance(one, Category) else one.name)


class RequesterShown(Shown):
    """Who reported it; the address is where letters go."""

    id: int
    name: str
    address: str


class ResolutionShown(Shown):
    """How it ended, why it happened, what fixed it."""

    code: str
    cause_kind: str | None = Field(description="The way through the tree of causes, apart from the category.")
    cause: str
    text: str


class AttachmentShown(Shown):
    """A file of the thread; its bytes are at url."""

    id: int
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    inline: bool
    url: str

    @classmethod
    def of(cls, one: Attachment) -> "AttachmentShown":
        return cls(
            id=one.id,
            filename=one.filename,
            content_type=one.content_type,
            size_bytes=one.size_bytes,
            sha256=one.sha256,
            inline=one.inline,
            url=f"{house().settings.base_url}/api/v1/attachments/{one.id}",
        )


class EntryShown(Shown):
    """One entry of the thread. Its kind: message (to the desk), reply (from it), note (among agents), consultation
    (asked of a third party) or advice (its answer)."""

    id: int
    incident_id: int = Field(description="The incident it was written in; another one when that was merged.")
    kind: str
    at: datetime
    author: str
    text: str
    quoted: str = Field(description="What the words stand above or below, from earlier mail.")
    automatic: str = Field(description="Why it counts as sent by a machine; empty for people.")
    to: list[str] = Field(description="Of a reply or a consultation: whom it was written to.")
    cc: list[str]
    send_at: datetime | None = Field(description="When it leaves; null once it has left, and for what is not sent.")
    withdrawn_at: datetime | None = Field(description="When it was called back before it left.")
    attachments: list[AttachmentShown]

    @classmethod
    def of(cls, entry: Entry) -> "EntryShown":
        return cls(
            id=entry.id,
            incident_id=entry.incident_id,
            kind=entry.kind,
            at=entry.at,
            author=entry.author_name,
            text=entry.text,
            quoted=entry.quoted,
            automatic=entry.automatic,
            to=entry.to,
            cc=entry.cc,
            send_at=entry.send_at,
            withdrawn_at=entry.withdrawn_at,
            attachments=[AttachmentShown.of(one) for one in entry.attachments],
        )


class ParticipantShown(Shown):
    """Somebody besides the requester who takes part by mail."""

    address: str
    name: str


class IncidentShown(Shown):
    """An incident without its thread. Its version is also its ETag."""

    id: int
    number: str
    version: int
    subject: str
    state: str
    status: str = Field(description="What the site calls it within its state.")
    status_id: int | None = Field(description="The number of that status; null where the site has none of its own.")
    is_open: bool
    source: str
    record_type: str
    affected_people: int
    impact: int
    urgency: int
    priority: int
    is_overridden: bool = Field(description="Somebody chose otherwise than the desk proposed, and said why.")
    requester: RequesterShown
    assignee: Named | None
    team: Named | None
    service: Named | None
    category: Named | None
    opened_at: datetime
    updated_at: datetime
    wake_at: datetime | None
    restored_at: datetime | None = Field(description="Since when the service works again, though it may be open.")
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution: ResolutionShown | None
    merged_into_id: int | None = Field(description="The incident it was merged into, and goes on in.")
    page: str = Field(description="The address of its page, for people.")

    @classmethod
    def of(cls, incident: Incident) -> "IncidentShown":
        return cls(**_facts(incident))


class IncidentWithThread(IncidentShown):
    """An incident with its thread, oldest entry first. What the requester must not see is in it only when asked
    for."""

    entries: list[EntryShown]
    participants: list[ParticipantShown]

    @classmethod
    def with_thread(cls, incident: Incident, entries: Iterable[Entry], *, internal: bool) -> "IncidentWithThread":
        readers = [one for one in incident.participants if internal or one.role == ParticipantRole.COPIED.value]
        return cls(
            **_facts(incident),
            entries=[EntryShown.of(entry) for entry in entries if internal or entry.is_public],
            participants=[ParticipantShown(address=one.address, name=one.name) for one in readers],
        )


def _facts(incident: Incident) -> dict[str, object]:
    same = (
        "id", "number", "version", "subject", "state", "is_open", "source", "record_type", "affected_people",
        "is_overridden", "impact", "urgency", "priority",
        "opened_at", "updated_at", "wake_at", "restored_at", "resolved_at", "closed_at", "merged_into_id",
    )  # fmt: skip
    who = incident.requester
    return {
        **{name: getattr(incident, name) for name in same},
        "status": status_label(incident),
        "status_id": incident.status_id,
        **{name: Named.of(getattr(incident, name)) for name in ("assignee", "team", "service", "category")},
        "requester": RequesterShown(id=who.id, name=who.name, address=who.address),
        "resolution": _resolution(incident),
        "page": f"{house().settings.base_url}/incidents/{incident.id}",
    }


def _resolution(incident: Incident) -> ResolutionShown | None:
    code, kind = incident.resolution_code, incident.cause_chosen
    if not code:
        return None
    shown = {"cause": incident.cause, "text": incident.resolution}
    return ResolutionShown(code=code, cause_kind=kind.path if kind else None, **shown)


class IncidentLine(Shown):
    """One line of a list; people, teams and services by name."""

    id: int
    number: str
    subject: str
    state: str
    record_type: str
    priority: int
    requester: str
    assignee: str | None
    team: str | None
    service: str | None
    opened_at: datetime
    updated_at: datetime
    wake_at: datetime | None

    @classmethod
    def of(cls, row: QueueRow) -> "IncidentLine":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class IncidentPage(Shown):
    """A page of incidents. next_cursor is null on the last one, and the Link header has the whole address."""

    incidents: list[IncidentLine]
    total: int = Field(description="How many there are in all, up to 1000.")
    more_than_total: bool
    next_cursor: str | None

    @classmethod
    def of(cls, page: QueuePage, next_cursor: str | None) -> "IncidentPage":
        lines = [IncidentLine.of(row) for row in page.rows]
        return cls(incidents=lines, total=page.total, more_than_total=page.more_than_total, next_cursor=next_cursor)
