"""What an agent wants to be told, by which route and when; and incidents they want to hear nothing of.

Asked by `letters.readers` and `letters.notices`; set on the agent's profile. Who never chose has the defaults, which
need no row. `Agent.notify_by_mail` off means no mail, whatever is chosen here."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base, Json
from helpdesk.people.agent import Agent

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Route(StrEnum):
    MAIL = "mail"
    PAGE = "page"  # the bell at the top of every page of the desk


class Topic(StrEnum):
    """What may be told."""

    NEW_TEAM = "new_team"
    NEW_UNASSIGNED = "new_unassigned"
    ASSIGNED_ME = "assigned_me"
    ASSIGNED_TEAM = "assigned_team"
    MESSAGE_MINE = "message_mine"
    MESSAGE_TEAM = "message_team"
    MESSAGE_COLLEAGUE = "message_colleague"
    REOPENED = "reopened"
    CONFIRMED = "confirmed"
    WOKEN = "woken"
    ESCALATED = "escalated"
    WATCHED = "watched"
    MENTIONED = "mentioned"
    TASK = "task"
    SERVICE_LEVEL = "service_level"
    DELIVERY_FAILED = "delivery_failed"

    @property
    def label(self) -> str:
        """How the profile names it."""
        return _WORDS[self][0]

    @property
    def reason(self) -> str:
        """Why somebody is told: “You get this because …”."""
        return _WORDS[self][1]

    @property
    def usual(self) -> frozenset[Route]:
        """Its routes for who never chose."""
        return frozenset() if self is Topic.MESSAGE_COLLEAGUE else frozenset(Route)


_YOURS = "the incident is yours or your team’s"
_WORDS = {
    Topic.NEW_TEAM: ("A new incident comes to my team", "it came to your team"),
    Topic.NEW_UNASSIGNED: ("A new incident belongs to no team", "it belongs to no team yet"),
    Topic.ASSIGNED_ME: ("An incident is given to me", "it was given to you"),
    Topic.ASSIGNED_TEAM: ("An incident is given to my team", "it was given to your team"),
    Topic.MESSAGE_MINE: ("Somebody writes on one of mine", "the incident is yours"),
    Topic.MESSAGE_TEAM: (
        "Somebody writes on one that nobody has taken yet",
        "nobody has taken the incident yet",
    ),
    Topic.MESSAGE_COLLEAGUE: (
        "Somebody writes on a colleague’s in my team",
        "you follow what your team works on",
    ),
    Topic.REOPENED: ("One is opened again", _YOURS),
    Topic.CONFIRMED: ("The requester says that it is fixed", _YOURS),
    Topic.WOKEN: ("The time that one was put off to has come", _YOURS),
    Topic.ESCALATED: ("An incident is escalated to me", "it was escalated to you"),
    Topic.WATCHED: ("Something happens in one that I watch", "you watch the incident"),
    Topic.MENTIONED: ("A colleague mentions me in a note", "you were mentioned"),
    Topic.TASK: ("A task is given to me or my team, or is late", "the task is yours or your team’s"),
    Topic.SERVICE_LEVEL: ("The time for a promise runs out", "its service level is looked after by you or your team"),
    Topic.DELIVERY_FAILED: ("A letter does not reach its reader", "you or your team wrote it"),
}


class Timing(StrEnum):
    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


class NotificationSetting(Base):
    """`routes` maps a topic to its routes; a topic that is not in it has its usual ones. `quiet_from` and
    `quiet_until` are local times as HH:MM, both "" for none; on `quiet_days` (0 is Monday) it is quiet all day."""

    __tablename__ = "notification_settings"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    routes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    timing: Mapped[str] = mapped_column(default=Timing.AT_ONCE.value)
    digest_at: Mapped[str] = mapped_column(default="08:00")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    quiet_from: Mapped[str] = mapped_column(default="")
    quiet_until: Mapped[str] = mapped_column(default="")
    quiet_days: Mapped[list[int]] = mapped_column(Json, default=list)
    # The most urgent incidents are told at once by mail, whatever the hour.
    urgent_at_once: Mapped[bool] = mapped_column(default=True)
    watch_when_mentioned: Mapped[bool] = mapped_column(default=True)
    watch_when_replying: Mapped[bool] = mapped_column(default=False)

    def routes_of(self, topic: Topic) -> frozenset[Route]:
        chosen = self.routes.get(topic.value)
        return topic.usual if chosen is None else frozenset(Route(one) for one in chosen)

    def leaves_at(self, now: datetime, *, urgent: bool) -> datetime:
        """When mail about what happens now may leave: now, at the next digest, or when the quiet hours are over."""
        if urgent and self.urgent_at_once:
            return now
        return self._after_quiet(self._digest_after(now))

    def _digest_after(self, now: datetime) -> datetime:
        local = now.astimezone(ZoneInfo(self.time_zone))
        if self.timing == Timing.HOURLY:
            return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(UTC)
        if self.timing == Timing.DAILY:
            at = self._local(local, time.fromisoformat(self.digest_at))
            return at if at > now else self._local(local + timedelta(days=1), time.fromisoformat(self.digest_at))
        return now

    def _after_quiet(self, moment: datetime) -> datetime:
        for _ in range(3 * len(DAYS)):
            later = self._quiet_until(moment)
            if later is None:
                break
            moment = max(later, moment + timedelta(minutes=1))
        return moment

    def _quiet_until(self, moment: datetime) -> datetime | None:
        """When the quiet that this moment falls into ends; None when it falls into none."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        if local.weekday() in self.quiet_days:
            return self._local(local + timedelta(days=1), time(0))
        if not (self.quiet_from and self.quiet_until):
            return None
        start, end, clock = time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until), local.time()
        if start <= end:
            return self._local(local, end) if start <= clock < end else None
        if clock >= start:
            return self._local(local + timedelta(days=1), end)
        return self._local(local, end) if clock < end else None

    @staticmethod
    def _local(day: datetime, clock: time) -> datetime:
        return datetime.combine(day.date(), clock, tzinfo=day.tzinfo).astimezone(UTC)


class MutedIncident(Base):
    """An agent wants to hear nothing of this incident, until it is given to them."""

    __tablename__ = "muted_incidents"
    __table_args__ = (UniqueConstraint("agent_id", "incident_id"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)


def setting_of(session: Session, agent: Agent) -> NotificationSetting:
    """What this agent chose; one with the defaults, not saved, for who never did."""
    return settings_of(session, [agent])[agent.id]


def settings_of(session: Session, agents: Iterable[Agent]) -> dict[int, NotificationSetting]:
    """The same for several, in one statement."""
    numbers = [agent.id for agent in agents]
    query = select(NotificationSetting).where(NotificationSetting.agent_id.in_(numbers))
    found = {one.agent_id: one for one in session.scalars(query)} if numbers else {}
    return {number: found.get(number) or _default(number) for number in numbers}


def _default(agent_id: int) -> NotificationSetting:
    return NotificationSetting(
        agent_id=agent_id,
        routes={},
        timing=Timing.AT_ONCE.value,
        digest_at="08:00",
        time_zone="UTC",
        quiet_from="",
        quiet_until="",
        quiet_days=[],
        urgent_at_once=True,
        watch_when_mentioned=True,
        watch_when_replying=False,
    )


def muted_by(session: Session, incident_id: int) -> frozenset[int]:
    """The numbers of the agents who muted this incident."""
    return frozenset(session.scalars(select(MutedIncident.agent_id).where(MutedIncident.incident_id == incident_id)))


def mute(session: Session, agent: Agent, incident_id: int) -> None:
    """The door commits."""
    if agent.id not in muted_by(session, incident_id):
        session.add(MutedIncident(agent_id=agent.id, incident_id=incident_id))


def unmute(session: Session, agent: Agent, incident_id: int) -> None:
    query = select(MutedIncident).where(MutedIncident.agent_id == agent.id, MutedIncident.incident_id == incident_id)
    for row in session.scalars(query):
        session.delete(row)
