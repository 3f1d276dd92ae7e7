"""Tags: short free words on incidents, for finding again what belongs together across categories.

Merging one tag into another moves nothing: the one points to the other and is read as it, so that it can be taken
apart again. Doors call `set_tags`; pages and the export ask `tags_of`."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, object_session

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid
from helpdesk.journal import Actor, EventKind

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

NAME_LENGTH_MAX = 60
TAGS_MAX = 30
TINTS = 8


class Tag(Base):
    """`key` is the name folded, so that “VPN” and “vpn” are one tag. `tint` None: the colour follows from the name.
    A retired tag stays where it is and is no longer offered."""

    __tablename__ = "tags"

    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    tint: Mapped[int | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"), index=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @property
    def shown_tint(self) -> int:
        """0 to 7: the one chosen, else one that a name always has."""
        return tint_of(self.name) if self.tint is None else self.tint


class IncidentTag(Base):
    __tablename__ = "incident_tags"
    __table_args__ = (UniqueConstraint("incident_id", "tag_id"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), index=True)


def tint_of(name: str) -> int:
    return hashlib.sha256(key_of(name).encode()).digest()[0] % TINTS


def key_of(name: str) -> str:
    return name.casefold()


def checked_name(name: str) -> str:
    """One line without commas, which part tags where they are typed. Raises Invalid for nothing, or too much."""
    line = " ".join("".join(one if one.isprintable() else " " for one in name).replace(",", " ").split())
    if not line:
        raise Invalid("Write the tag as a word or a few.", field="tags")
    if len(line) > NAME_LENGTH_MAX:
        raise Invalid(f"“{line[:20]}…” is too long. Shorten the tag to {NAME_LENGTH_MAX} characters.", field="tags")
    return line


def parted(text: str) -> list[str]:
    """The names in what somebody typed: “vpn, printer, rome”."""
    return [part.strip() for part in text.split(",") if part.strip()]


def set_tags(incident: "Incident", names: Iterable[str], *, by: Actor, at: datetime) -> None:
    """Puts exactly these on, making those that are new. Raises Invalid for a name that can't be one, for too many,
    and for a retired tag that was not on it before."""
    incident._worker(by)
    session = _session_of(incident)
    before = _on(session, incident.id)
    wanted = _wanted(session, names, before, at)
    if {tag.id for tag in wanted} == {tag.id for tag in before}:
        return
    _take_off(session, incident.id, [tag for tag in before if tag not in wanted])
    session.add_all(IncidentTag(incident_id=incident.id, tag_id=tag.id) for tag in wanted if tag not in before)
    incident.updated_at = at
    incident._record(EventKind.TAGGED, by=by, at=at, before=_names(before), after=_names(wanted))


def change_tags(
    incident: "Incident", *, add: Iterable[str] = (), remove: Iterable[str] = (), by: Actor, at: datetime
) -> None:
    """Puts some on and takes some off; the others stay."""
    off = {key_of(name.strip()) for name in remove}
    kept = [tag.name for tag in _on(_session_of(incident), incident.id) if tag.key not in off]
    set_tags(incident, [*kept, *add], by=by, at=at)


def tags_of(session: Session, incident_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The names on each of these incidents by its number, in the order of the alphabet, in one statement."""
    shown = shown_tags_of(session, incident_ids)
    return {number: tuple(name for name, _ in tags) for number, tags in shown.items()}


def shown_tags_of(session: Session, incident_ids: Collection[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """(name, tint) of each tag on each of these incidents; see `tags_of`."""
    found: dict[int, dict[int, Tag]] = {}
    if incident_ids:
        own, whole = aliased(Tag), aliased(Tag)
        query = (
            select(IncidentTag.incident_id, whole)
            .join(own, own.id == IncidentTag.tag_id)
            .join(whole, whole.id == func.coalesce(own.merged_into_id, own.id))
            .where(IncidentTag.incident_id.in_(incident_ids))
        )
        for number, tag in session.execute(query):
            found.setdefault(number, {})[tag.id] = tag
    return {
        number: tuple((tag.name, tag.shown_tint) for tag in sorted(tags.values(), key=lambda one: one.key))
        for number, tags in found.items()
    }


def tagged(session: Session, tag: Tag) -> int:
    """How many incidents have it, or what was merged into it."""
    query = select(func.count(IncidentTag.incident_id.distinct())).where(IncidentTag.tag_id.in_(reading_as(tag.id)))
    return session.scalar(query) or 0


def reading_as(tag_id: int):  # type: ignore[no-untyped-def]  # a select, of a type longer than it is worth
    """The numbers of a tag and of those merged into it, as a subquery for conditions."""
    return select(Tag.id).where(or_(Tag.id == tag_id, Tag.merged_into_id == tag_id))


def current_tags(session: Session) -> list[Tag]:
    """Those that are offered, by name."""
    query = select(Tag).where(Tag.retired_at.is_(None), Tag.merged_into_id.is_(None))
    return list(session.scalars(query.order_by(Tag.key)))


# For the settings


def make_tag(session: Session, name: str, *, at: datetime) -> Tag:
    """A new tag, or the one there is of this name."""
    name = checked_name(name)
    found = session.scalars(select(Tag).where(Tag.key == key_of(name))).first()
    if found is None:
        found = Tag(name=name, key=key_of(name), created_at=at)
        session.add(found)
        session.flush()
    return found


def rename_tag(session: Session, tag: Tag, name: str) -> None:
    """Raises Conflict when another tag has this name: those are to be merged."""
    name = checked_name(name)
    other = session.scalars(select(Tag).where(Tag.key == key_of(name), Tag.id != tag.id)).first()
    if other is not None:
        raise Conflict(f"There is a tag “{other.name}” already. Merge this one into it instead.")
    tag.name, tag.key = name, key_of(name)


def merge_tag(session: Session, tag: Tag, into: Tag) -> None:
    """From now on `tag` is read as `into`, wherever it was put on. What was merged into it goes along."""
    if into.merged_into_id is not None or into.id == tag.id:
        raise Conflict(f"“{tag.name}” can't be merged into “{into.name}”. Choose a tag that is in use by itself.")
    for one in session.scalars(select(Tag).where(Tag.merged_into_id == tag.id)):
        one.merged_into_id = into.id
    tag.merged_into_id = into.id


def unmerge_tag(tag: Tag) -> None:
    """It is a tag of its own again, on the incidents where it was put on by its name."""
    tag.merged_into_id = None


def _wanted(session: Session, names: Iterable[str], before: Collection[Tag], at: datetime) -> list[Tag]:
    found: dict[int, Tag] = {}
    for name in dict.fromkeys(checked_name(one) for one in names):
        tag = make_tag(session, name, at=at)
        if tag.merged_into_id is not None:
            tag = session.get_one(Tag, tag.merged_into_id)
        if tag.retired_at is not None and tag not in before:
            raise Invalid(f"The tag “{tag.name}” is no longer used. Choose another.", field="tags")
        found[tag.id] = tag
    if len(found) > TAGS_MAX:
        raise Invalid(f"An incident has at most {TAGS_MAX} tags. Take some off first.", field="tags")
    return list(found.values())


def _on(session: Session, incident_id: int) -> list[Tag]:
    """The tags that are read there, each once."""
    own = aliased(Tag)
    query = (
        select(Tag)
        .join(own, Tag.id == func.coalesce(own.merged_into_id, own.id))
        .join(IncidentTag, and_(IncidentTag.tag_id == own.id, IncidentTag.incident_id == incident_id))
        .distinct()
    )
    return sorted(session.scalars(query), key=lambda tag: tag.key)


def _take_off(session: Session, incident_id: int, tags: Iterable[Tag]) -> None:
    for tag in tags:
        where = (IncidentTag.incident_id == incident_id, IncidentTag.tag_id.in_(reading_as(tag.id)))
        session.execute(delete(IncidentTag).where(*where).execution_options(synchronize_session="fetch"))


def _names(tags: Iterable[Tag]) -> list[str]:
    return sorted((tag.name for tag in tags), key=key_of)


def _session_of(incident: "Incident") -> Session:
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before it is tagged")
    return session
