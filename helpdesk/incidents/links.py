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
    SPLIT_FROM = "split_from"  # made by splitting only

    def seen_from(self, *, first: bool) -> str:
        forwards, backwards = _WORDING[self]
        return forwards if first else backwards


_WORDING = {
    LinkKind.RELATED: ("related to", "related to"),
    LinkKind.DUPLICATE_OF: ("duplicate of", "has duplicate"),
    LinkKind.CHILD_OF: ("child of", "parent of"),
    LinkKind.CAUSED_BY: ("caused by", "cause of"),
    LinkKind.FOLLOW_UP_OF: ("follow-up of", "has follow-up"),
    LinkKind.SPLIT_FROM: ("split off from", "split off to"),
}
# What people tie by hand.
BY_HAND = tuple(kind for kind in LinkKind if kind is not LinkKind.SPLIT_FROM)


# Ties that lead upwards: followed far enough, none of them comes back to where it began.
_UPWARDS = (LinkKind.CHILD_OF, LinkKind.DUPLICATE_OF, LinkKind.CAUSED_BY)


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
    if are_tied(session, first, second, kind):
        raise Conflict(f"{first.number} and {second.number} are tied like this already.")
    _check_way(session, first, second, kind)
    made = IncidentLink(first=first, second=second, kind=kind.value)
    session.add(made)
    first.updated_at = second.updated_at = at
    first._record(EventKind.LINKED, by=by, at=at, tie=kind.seen_from(first=True), other=second.number)
    second._record(EventKind.LINKED, by=by, at=at, tie=kind.seen_from(first=False), other=first.number)
    return made


def _check_way(session: Session, first: Incident, second: Incident, kind: LinkKind) -> None:
    """No incident is its own grandparent, and a child has one parent: whose updates it gets."""
    if kind not in _UPWARDS:
        return
    query = select(IncidentLink.second_id).where(IncidentLink.first_id == second.id, IncidentLink.kind == kind.value)
    above = query.cte("above", recursive=True)
    further = select(IncidentLink.second_id).join(above, IncidentLink.first_id == above.c.second_id)
    above = above.union(further.where(IncidentLink.kind == kind.value))
    if session.scalar(select(above.c.second_id).where(above.c.second_id == first.id)) is not None:
        tie = kind.seen_from(first=True)
        raise Conflict(f"{second.number} is {tie} {first.number}, perhaps through others. That would be a circle.")
    parent = next((one.second for one in links_of(session, first) if _is_child(one, first)), None)
    if kind is LinkKind.CHILD_OF and parent is not None:
        raise Conflict(f"{first.number} is a child of {parent.number} already. Untie it there first.")


def _is_child(tie: IncidentLink, incident: Incident) -> bool:
    return tie.kind == LinkKind.CHILD_OF.value and tie.first_id == incident.id


def unlink(session: Session, tie: IncidentLink, *, by: Actor, at: datetime) -> None:
    kind = LinkKind(tie.kind)
    tie.first._worker(by)
    tie.first.updated_at = tie.second.updated_at = at
    tie.first._record(EventKind.UNLINKED, by=by, at=at, tie=kind.seen_from(first=True), other=tie.second.number)
    tie.second._record(EventKind.UNLINKED, by=by, at=at, tie=kind.seen_from(first=False), other=tie.first.number)
    session.delete(tie)


def are_tied(session: Session, first: Incident, second: Incident, kind: LinkKind) -> bool:
    """Whether they are tied like this, in either direction."""
    return any(
        one.kind == kind.value and {one.first_id, one.second_id} == {first.id, second.id}
        for one in links_of(session, first)
    )


def links_of(session: Session, incident: Incident) -> list[IncidentLink]:
    query = select(IncidentLink).where(or_(IncidentLink.first_id == incident.id, IncidentLink.second_id == incident.id))
    return list(session.scalars(query.order_by(IncidentLink.id)))
