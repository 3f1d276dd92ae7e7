"""Notices: what an agent is told on the pages of the desk, and what waits for their next digest.

One row for each agent and event, so telling twice tells nothing twice. `reactions.notify` makes them, the pages show
and mark them, `reactions.digests` takes up what waits."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, ScalarSelect, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.journal import Event
from helpdesk.letters.addresses import one_line
from helpdesk.letters.happened import happened, told_of_task
from helpdesk.letters.kinds import Letter
from helpdesk.letters.readers import Planned, unreached
from helpdesk.letters.telling import Telling
from helpdesk.people.agent import Agent, Viewer
from helpdesk.people.notification import Timing
from helpdesk.people.permissions import Role
from helpdesk.service_levels.telling import told_in_words

TEXT_LENGTH_MAX = 300
SHOWN_MAX = 200


class ByMail(StrEnum):
    NO = ""  # not by mail
    LETTER = "letter"  # a letter of its own was made
    WAITS = "waits"  # for the digest that is due at `mail_due_at`
    DIGESTED = "digested"  # the digest `delivery_id` tells it
    DROPPED = "dropped"  # the agent wants no mail of it any more, or may not see it


class Notice(Base):
    """`event_id` None: it is about the desk itself, not about an incident; then `url` says where to look."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("agent_id", "event_id"),
        Index("ix_notices_unread", "agent_id", "on_page", "read_at"),
        Index("ix_notices_waiting", "by_mail", "mail_due_at"),
    )

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    topic: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    on_page: Mapped[bool] = mapped_column(default=True)
    read_at: Mapped[datetime | None]
    by_mail: Mapped[str] = mapped_column(default=ByMail.NO.value)
    mail_due_at: Mapped[datetime | None]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))

    incident: Mapped[Incident | None] = relationship()

    @property
    def address(self) -> str:
        """The page it is about."""
        if self.incident_id is None:
            return self.url
        return f"/incidents/{self.incident_id}" + (f"#entry-{self.entry_id}" if self.entry_id else "")


def keep_notice(
    session: Session, incident: Incident, event: Event, planned: Planned, telling: Telling, *, now: datetime
) -> tuple[Notice, bool]:
    """The notice of what an agent is told, and whether it was made just now; the door commits."""
    found = _notice_of(session, telling.agent.id, event.id)
    if found is not None:
        return found, False
    row = Notice(
        agent_id=telling.agent.id,
        event_id=event.id,
        incident_id=incident.id,
        entry_id=planned.entry.id if planned.entry else None,
        topic=telling.topic.value,
        text=in_words(planned.letter, incident, event),
        at=event.at,
        on_page=telling.on_page,
    )
    if telling.by_mail:
        row.mail_due_at = telling.setting.leaves_at(now, urgent=telling.is_urgent)
        has_letter = telling.setting.timing == Timing.AT_ONCE or row.mail_due_at == now
        row.by_mail = (ByMail.LETTER if has_letter else ByMail.WAITS).value
    session.add(row)
    return row, True


def in_words(letter: Letter, incident: Incident, event: Event) -> str:
    """What happened, as one line that stands beside the incident's number and subject."""
    who = one_line(event.actor_name) if event.actor_kind != "system" else ""
    match letter:
        case Letter.AGENT_NEW:
            said = f"{one_line(incident.requester.name)} reported it"
        case Letter.AGENT_ASSIGNED:
            to = incident.team.name if incident.team and not incident.assignee else "you"
            said = f"{who} gave it to {one_line(to)}" if who else f"It was given to {one_line(to)}"
        case Letter.AGENT_REOPENED:
            said = f"{who or 'The desk'} opened it again"
        case Letter.AGENT_ESCALATED:
            said = f"{who} escalated it to you" if who else "It was escalated to you: please acknowledge it"
        case Letter.AGENT_SERVICE_LEVEL:
            said = told_in_words(event.data)
        case Letter.AGENT_CONFIRMED:
            said = f"{who} says that it is fixed"
        case Letter.AGENT_WOKEN:
            said = "The time that it was put off to has come"
        case Letter.AGENT_DELIVERY_FAILED:
            said = f"A letter did not reach {one_line(', '.join(unreached(event))) or 'its reader'}"
        case Letter.AGENT_DELIVERY_UNCERTAIN:
            said = f"Nobody can tell whether a letter reached {one_line(', '.join(unreached(event))) or 'its reader'}"
        case Letter.AGENT_NOT_SENT:
            said = f"{who} answered first, so your letter was not sent"
        case Letter.AGENT_WATCHED:
            said = f"{who or 'The desk'} {happened(event)}"
        case Letter.AGENT_MENTIONED:
            said = f"{who} mentioned you in a note"
        case Letter.AGENT_TASK:
            said = told_of_task(event)
        case Letter.AGENT_MAIL_HELD:
            said = "What you wrote by mail could not be done"
        case _:
            said = f"{who or 'Somebody'} wrote"
    return said[:TEXT_LENGTH_MAX]


def tell_administrators(session: Session, text: str, url: str, *, at: datetime) -> None:
    """Something about the desk itself that an administrator should look at; the door commits."""
    query = select(Agent.id).where(Agent.active, Agent.role == Role.ADMINISTRATOR.value)
    session.add_all(
        Notice(agent_id=number, text=text[:TEXT_LENGTH_MAX], url=url, at=at) for number in session.scalars(query)
    )


# For the pages. What a viewer may not see any more is neither counted nor shown.


def unread_count(session: Session, viewer: Viewer) -> int:
    return session.scalar(select(unread(viewer))) or 0


def unread(viewer: Viewer) -> ScalarSelect[int]:
    """How many, to be selected together with other counts."""
    query = select(func.count(Notice.id)).outerjoin(Notice.incident).where(*_of(viewer), Notice.read_at.is_(None))
    return query.scalar_subquery()


def notices_for(session: Session, viewer: Viewer, *, unread_only: bool = False) -> list[Notice]:
    """The newest first."""
    query = select(Notice).outerjoin(Notice.incident).where(*_of(viewer))
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    return list(session.scalars(query.order_by(Notice.at.desc(), Notice.id.desc()).limit(SHOWN_MAX)))


def mark_read(
    session: Session, viewer: Viewer, *, at: datetime, incident_id: int | None = None, notice_ids: Iterable[int] = ()
) -> None:
    """All of this viewer's notices; or those of one incident, or just these. The door commits."""
    where = [Notice.agent_id == viewer.agent_id, Notice.read_at.is_(None)]
    if incident_id is not None:
        where.append(Notice.incident_id == incident_id)
    if numbers := list(notice_ids):
        where.append(Notice.id.in_(numbers))
    session.execute(update(Notice).where(*where).values(read_at=at).execution_options(synchronize_session=False))


def _of(viewer: Viewer) -> list[ColumnElement[bool]]:
    seen = Notice.incident_id.is_(None) | visible(viewer)
    return [Notice.agent_id == viewer.agent_id, Notice.on_page.is_(True), seen]


def _notice_of(session: Session, agent_id: int, event_id: int) -> Notice | None:
    return session.scalars(select(Notice).where(Notice.agent_id == agent_id, Notice.event_id == event_id)).first()
