"""Ties between incidents: related, duplicate, parent and child, caused by. Each can be undone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor, EventKind


class LinkKind(StrEnum):
    """Read from the first incident to the second."""

    RELATED = "related"
    DUPLICATE_OF = "duplicate_of"
    CHILD_OF = "child_of"
    CAUSED_BY = "caused_by"
    FOLLOW_UP_OF = "follow_up_of"

    def seen_from(self, *, first: bool) -> str:
        forwards, backwards = _WORDING[self]
        return forwards if first else backwards


_WORDING = {
    LinkKind.RELATED: ("related to", "related to"),
    LinkKind.DUPLICATE_OF: ("duplicate of", "has duplicate"),
    LinkKind.CHILD_OF: ("child of", "parent of"),
    LinkKind.CAUSED_BY: ("caused by", "cause of"),
    LinkKind.FOLLOW_UP_OF: ("follow-up of", "has follow-up"),
}


class IncidentLink(Base):
    __tablename__ = "incident_links"
    __table_args__ = (UniqueConstraint("first_id", "second_id", "kind"),)

    first_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str]

    first: Mapped[Incident] = relationship(foreign_keys=[first_id])
    second: Mapped[Incident] = relationship(foreign_keys=[second_id])


def link(
    session: Session, first: Incident, second: Incident, kind: LinkKind, *, by: Actor, at: datetime
) -> IncidentLink:
    first._worker(by)
    if first.id == second.id:
        raise Invalid("An incident can't be tied to itself. Give another number.", field="other")
    if any(
        one.kind == kind.value and {one.first_id, one.second_id} == {first.id, second.id}
        for one in links_of(session, first)
    ):
        raise Conflict(f"{first.number} and {second.number} are tied like this already.")
    made = IncidentLink(first=first, second=second, kind=kind.value)
    session.add(made)
    first.updated_at = second.updated_at = at
    first._record(EventKind.LINKED, by=by, at=at, tie=kind.seen_from(first=True), other=second.number)
    second._record(EventKind.LINKED, by=by, at=at, tie=kind.seen_from(first=False), other=first.number)
    return made


def unlink(session: Session, tie: IncidentLink, *, by: Actor, at: datetime) -> None:
    kind = LinkKind(tie.kind)
    tie.first._worker(by)
    tie.first.updated_at = tie.second.updated_at = at
    tie.first._record(EventKind.UNLINKED, by=by, at=at, tie=kind.seen_from(first=True), other=tie.second.number)
    tie.second._record(EventKind.UNLINKED, by=by, at=at, tie=kind.seen_from(first=False), other=tie.first.number)
    session.delete(tie)


def links_of(session: Session, incident: Incident) -> list[IncidentLink]:
    query = select(IncidentLink).where(or_(IncidentLink.first_id == incident.id, IncidentLink.second_id == incident.id))
    return list(session.scalars(query.order_by(IncidentLink.id)))
