"""Drafts of replies and notes, kept for each agent and incident until they are sent; shared with colleagues on demand.

Each saving says which version it is of, so that two tabs, or two people, never overwrite each other unseen. Nobody sees
a draft of an incident that they may not see, their own included. The doors commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid, Stale
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.queries import visible
from helpdesk.people.agent import Agent, Viewer

TEXT_LENGTH_MAX, SHOWN_MAX = 200_000, 200
KINDS = ("reply", "note")


class ReplyDraft(Base):
    """`fields` are the further inputs of the composer by name. `writers` are the names of others who wrote in it."""

    __tablename__ = "reply_drafts"
    __table_args__ = (UniqueConstraint("agent_id", "incident_id"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str]
    text: Mapped[str]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    writers: Mapped[list[str]] = mapped_column(default=list)
    is_shared: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]

    agent: Mapped[Agent] = relationship()
    incident: Mapped[Incident] = relationship()

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.incident_id}"


class NewerDraft(Stale):
    """The draft was changed elsewhere; `draft` is what stands there now."""

    def __init__(self, draft: ReplyDraft) -> None:
        super().__init__("There is a newer draft from another tab, or from a colleague. Look at it first.")
        self.draft = draft


@dataclass(frozen=True, slots=True)
class DraftsHere:
    """What was begun on one incident: the agent's own, and what colleagues share."""

    own: ReplyDraft | None
    shared: tuple[ReplyDraft, ...]


def drafts_here(session: Session, viewer: Viewer, incident_id: int) -> DraftsHere:
    """In one statement; what was begun on an incident that was merged into this one is here too."""
    query = (
        _seen(viewer)
        .where(or_(Incident.id == incident_id, Incident.merged_into_id == incident_id))
        .order_by(ReplyDraft.changed_at.desc(), ReplyDraft.id.desc())
    )
    found = list(session.scalars(query))
    own = [one for one in found if one.agent_id == viewer.agent_id]
    return DraftsHere(own[0] if own else None, tuple(one for one in found if one.agent_id != viewer.agent_id))


def drafts_of(session: Session, viewer: Viewer) -> list[ReplyDraft]:
    """The viewer's own drafts, newest first, of the incidents that they still see."""
    query = _seen(viewer).where(ReplyDraft.agent_id == viewer.agent_id)
    return list(session.scalars(query.order_by(ReplyDraft.changed_at.desc()).limit(SHOWN_MAX)))


def draft_for(session: Session, viewer: Viewer, number: int) -> ReplyDraft | None:
    """One draft: the viewer's own or a shared one, of an incident that they see."""
    return session.scalars(_seen(viewer).where(ReplyDraft.id == number)).first()


def keep(
    session: Session,
    agent_id: int,
    incident_id: int,
    *,
    kind: str,
    text: str,
    fields: Mapping[str, Any],
    version: int,
    at: datetime,
) -> ReplyDraft | None:
    """Saves what the agent has typed so far, on top of `version` (0: none was known); an empty text ends the draft.

    Raises NewerDraft when the draft there is a later one, Invalid for what can't be one."""
    if kind not in KINDS or len(text) > TEXT_LENGTH_MAX:
        raise Invalid(f"A draft has at most {TEXT_LENGTH_MAX:,} characters. Attach the rest as a file.", field="text")
    found = _own(session, agent_id, incident_id)
    if found is None:
        return _begun(session, agent_id, incident_id, kind, text, fields, at) if text.strip() else None
    if (found.kind, found.text, found.fields) == (kind, text, dict(fields)):
        return found
    if found.version != version:
        raise NewerDraft(found)
    if not text.strip():
        session.delete(found)
        return None
    _write(session, found, version, {"kind": kind, "text": text, "fields": dict(fields)}, at)
    return found


def edit_shared(session: Session, draft: ReplyDraft, text: str, version: int, *, by: Agent, at: datetime) -> None:
    """A colleague changes a shared draft. Raises NewerDraft as `keep` does, Conflict once it is not shared."""
    _check_shared(draft, by)
    if not text.strip() or len(text) > TEXT_LENGTH_MAX:
        raise Invalid("Write the text; to end the draft, ask whoever began it.", field="text")
    _write(session, draft, version, {"text": text, "writers": _with(draft.writers, by.name)}, at)


def take_over(session: Session, draft: ReplyDraft, *, by: Agent, at: datetime) -> None:
    """A shared draft becomes this agent's own. Raises Conflict when they have one there themselves."""
    _check_shared(draft, by)
    if _own(session, by.id, draft.incident_id) is not None:
        raise Conflict(f"You have a draft on {draft.number} yourself. Send or discard it first, or edit this one.")
    writers = [name for name in _with(draft.writers, draft.agent.name) if name != by.name]
    changes = {"agent_id": by.id, "writers": writers, "is_shared": False}
    _write(session, draft, draft.version, changes, at)


def ended(session: Session, agent_id: int, incident_id: int, version: int, text: str) -> ReplyDraft | None:
    """Removes and returns the draft of what was sent just now; one that another tab has gone on with stays."""
    query = select(ReplyDraft).join(Incident, Incident.id == ReplyDraft.incident_id)
    query = query.where(
        ReplyDraft.agent_id == agent_id, or_(Incident.id == incident_id, Incident.merged_into_id == incident_id)
    )
    for draft in session.scalars(query):
        if draft.version <= version or not draft.text.strip() or draft.text.strip() in text:
            session.execute(delete(ReplyDraft).where(ReplyDraft.id == draft.id))
            session.expunge(draft)
            return draft
    return None


def _seen(viewer: Viewer) -> Select[ReplyDraft]:
    return (
        select(ReplyDraft)
        .join(Incident, Incident.id == ReplyDraft.incident_id)
        .where(visible(viewer), or_(ReplyDraft.agent_id == viewer.agent_id, ReplyDraft.is_shared))
        .options(joinedload(ReplyDraft.agent), joinedload(ReplyDraft.incident))
    )


def _own(session: Session, agent_id: int, incident_id: int) -> ReplyDraft | None:
    query = select(ReplyDraft).where(ReplyDraft.agent_id == agent_id, ReplyDraft.incident_id == incident_id)
    return session.scalars(query).first()


def _begun(
    session: Session, agent_id: int, incident_id: int, kind: str, text: str, fields: Mapping[str, Any], at: datetime
) -> ReplyDraft:
    draft = ReplyDraft(
        agent_id=agent_id, incident_id=incident_id, kind=kind, text=text, fields=dict(fields), changed_at=at
    )
    try:
        with session.begin_nested():
            session.add(draft)
    except IntegrityError:
        # Another tab began one in this moment.
        found = _own(session, agent_id, incident_id)
        if found is None:
            raise
        raise NewerDraft(found) from None
    return draft


def _write(session: Session, draft: ReplyDraft, version: int, values: dict[str, Any], at: datetime) -> None:
    """Only on top of this version, whoever else writes meanwhile."""
    changed = session.execute(
        update(ReplyDraft)
        .where(ReplyDraft.id == draft.id, ReplyDraft.version == version)
        .values(**values, version=version + 1, changed_at=at)
        .execution_options(synchronize_session=False)
    )
    session.refresh(draft)
    if getattr(changed, "rowcount", 0) != 1:
        raise NewerDraft(draft)


def _check_shared(draft: ReplyDraft, by: Agent) -> None:
    if not draft.is_shared or draft.agent_id == by.id:
        raise Conflict("This draft is not shared with you. Ask whoever writes it.")


def _with(names: list[str], name: str) -> list[str]:
    return list(dict.fromkeys([*names, name]))
