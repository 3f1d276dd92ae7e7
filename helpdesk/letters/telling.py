"""Which agents are told of something, why, and by which routes: what they chose, applied to one incident.

For `readers`, which says who is concerned at all."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.priority import Priority
from helpdesk.letters.kinds import Letter
from helpdesk.people.agent import Agent
from helpdesk.people.notification import NotificationSetting, Route, Topic, muted_by, settings_of

_TOPICS = {
    Letter.AGENT_REOPENED: Topic.REOPENED,
    Letter.AGENT_CONFIRMED: Topic.CONFIRMED,
    Letter.AGENT_WOKEN: Topic.WOKEN,
    Letter.AGENT_ESCALATED: Topic.ESCALATED,
    Letter.AGENT_SERVICE_LEVEL: Topic.SERVICE_LEVEL,
    Letter.AGENT_DELIVERY_FAILED: Topic.DELIVERY_FAILED,
    Letter.AGENT_DELIVERY_UNCERTAIN: Topic.DELIVERY_FAILED,
    Letter.AGENT_WATCHED: Topic.WATCHED,
    Letter.AGENT_MENTIONED: Topic.MENTIONED,
    Letter.AGENT_TASK: Topic.TASK,
    Letter.AGENT_NOT_SENT: Topic.DELIVERY_FAILED,
    Letter.AGENT_MAIL_HELD: Topic.DELIVERY_FAILED,
}


# Who is given an incident, or called by name, must know, even if they muted it when it was somebody else's.
MUST_KNOW = (Topic.ASSIGNED_ME, Topic.ESCALATED, Topic.MENTIONED)


@dataclass(frozen=True, slots=True)
class Telling:
    """One agent who is to be told. `is_urgent`: the incident is of the first priority, or was escalated to them."""

    agent: Agent
    topic: Topic
    setting: NotificationSetting
    by_mail: bool
    on_page: bool
    is_urgent: bool


def tellings(session: Session, letter: Letter, agents: Iterable[Agent], incident: Incident) -> list[Telling]:
    """For those who want to hear of it, in the order given."""
    present = [agent for agent in agents if agent.active]
    settings, muted = settings_of(session, present), muted_by(session, incident.id)
    found = (_telling(letter, agent, settings[agent.id], incident, agent.id in muted) for agent in present)
    return [one for one in found if one is not None]


def _telling(
    letter: Letter, agent: Agent, setting: NotificationSetting, incident: Incident, is_muted: bool
) -> Telling | None:
    topic = topic_of(letter, agent, incident)
    routes = setting.routes_of(topic)
    by_mail = Route.MAIL in routes and agent.notify_by_mail
    if (is_muted and topic not in MUST_KNOW) or not (by_mail or Route.PAGE in routes):
        return None
    is_urgent = incident.priority == Priority.CRITICAL or topic is Topic.ESCALATED
    return Telling(agent, topic, setting, by_mail, Route.PAGE in routes, is_urgent)


def topic_of(letter: Letter, agent: Agent, incident: Incident) -> Topic:
    """What this letter is about, seen from this agent."""
    is_mine = incident.assignee_id == agent.id
    if letter is Letter.AGENT_NEW:
        return Topic.NEW_TEAM if incident.team_id else Topic.NEW_UNASSIGNED
    if letter is Letter.AGENT_ASSIGNED:
        return Topic.ASSIGNED_ME if is_mine else Topic.ASSIGNED_TEAM
    if letter in _TOPICS:
        return _TOPICS[letter]
    if is_mine:
        return Topic.MESSAGE_MINE
    return Topic.MESSAGE_COLLEAGUE if incident.assignee_id else Topic.MESSAGE_TEAM
