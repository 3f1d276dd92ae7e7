"""Who is told of an event, and by which letter: one function for each kind of event.

Agents are told by mail only if they want it, and never of what they did themselves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event, EventKind
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side
from helpdesk.people.agent import Agent, Team, active_agents


@dataclass(frozen=True, slots=True)
class Planned:
    """One letter for one reader. `entry` is what it is about; `overtaken` says why it came too late to be sent."""

    letter: Letter
    address: str
    name: str
    entry: Entry | None = None
    overtaken: str = ""


def plan(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """All letters that an event asks for; each reader gets one at most on either side of the desk."""
    rule = _RULES.get(EventKind(event.kind))
    found: dict[tuple[Side, str], Planned] = {}
    for planned in rule(session, incident, event) if rule else ():
        found.setdefault((planned.letter.side, planned.address), planned)
    return list(found.values())


def _opened(session: Session, incident: Incident, event: Event) -> list[Planned]:
    entry = _entry(session, event)
    return [
        _to_requester(Letter.ACKNOWLEDGEMENT, incident, entry),
        *_to_agents(Letter.AGENT_NEW, _desk(session, incident), incident, event, entry),
    ]


def _received(session: Session, incident: Incident, event: Event) -> list[Planned]:
    if event.data.get("automatic"):
        return []
    return _to_agents(Letter.AGENT_MESSAGE, _desk(session, incident), incident, event, _entry(session, event))


def _replied(session: Session, incident: Incident, event: Event) -> list[Planned]:
    entry = _entry(session, event)
    copied = {one.address: one.name for one in incident.participants}
    copied |= {address: copied.get(address, "") for address in (entry.cc if entry else ())}
    others = [Planned(Letter.REPLY, address.strip().lower(), name, entry) for address, name in copied.items()]
    return [_to_requester(Letter.REPLY, incident, entry), *others]


def _assigned(_: Session, incident: Incident, event: Event) -> list[Planned]:
    to = event.data.get("assignee_id"), event.data.get("team_id")
    if to != (incident.assignee_id, incident.team_id):
        return []  # it has moved on, and that event has letters of its own
    agents = _team(incident.team) if incident.assignee is None else [incident.assignee]
    return _to_agents(Letter.AGENT_ASSIGNED, agents, incident, event)


def _woken(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return _to_agents(Letter.AGENT_WOKEN, _desk(session, incident), incident, event)


def _resolved(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return [_to_requester(Letter.RESOLUTION, incident, overtaken=_overtaken(session, event))]


def _closed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return [_to_requester(Letter.CLOSED, incident, overtaken=_overtaken(session, event))]


def _confirmed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return _to_agents(Letter.AGENT_CONFIRMED, _desk(session, incident), incident, event)


def _reopened(session: Session, incident: Incident, event: Event) -> list[Planned]:
    to_requester = _to_requester(Letter.REOPENED, incident)
    before = _kind_at(session, event, event.sequence - 1)
    if before == EventKind.RECEIVED:
        return [to_requester]  # agents are told of the message that reopened it
    return [to_requester, *_to_agents(Letter.AGENT_REOPENED, _desk(session, incident), incident, event)]


def _failed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return _undelivered(session, incident, event, _entry(session, event))


def _bounced(session: Session, incident: Incident, event: Event) -> list[Planned]:
    if event.data.get("action") not in (None, "", "failed"):
        return []  # a delay: the mail server goes on trying (RFC 3464 section 2.3.3)
    return _undelivered(session, incident, event, _entry(session, event, "answered_entry_id"))


def _undelivered(session: Session, incident: Incident, event: Event, entry: Entry | None) -> list[Planned]:
    if str(event.data.get("letter", "")).startswith("agent_"):
        return []  # a letter about a letter that can't reach an agent would not reach them either
    author = session.get(Agent, entry.author_id) if entry and entry.author_kind == "agent" else None
    agents = [author] if author and author.active else _desk(session, incident)
    lost = unreached(event)
    reachable = [agent for agent in agents if agent.email not in lost]
    return _to_agents(Letter.AGENT_DELIVERY_FAILED, reachable, incident, event, entry)


def unreached(event: Event) -> list[str]:
    """The addresses that a DELIVERY_FAILED or BOUNCED event is about."""
    named = [event.data.get("recipient"), *event.data.get("recipients", ())]
    return [str(address).lower() for address in named if address]


_RULES: dict[EventKind, Callable[[Session, Incident, Event], list[Planned]]] = {
    EventKind.OPENED: _opened,
    EventKind.RECEIVED: _received,
    EventKind.REPLIED: _replied,
    EventKind.ASSIGNED: _assigned,
    EventKind.WOKEN: _woken,
    EventKind.RESOLVED: _resolved,
    EventKind.CLOSED: _closed,
    EventKind.CONFIRMED: _confirmed,
    EventKind.REOPENED: _reopened,
    EventKind.DELIVERY_FAILED: _failed,
    EventKind.BOUNCED: _bounced,
}


def _to_requester(letter: Letter, incident: Incident, entry: Entry | None = None, overtaken: str = "") -> Planned:
    return Planned(letter, incident.requester.address, incident.requester.name, entry, overtaken)


def _to_agents(
    letter: Letter, agents: Iterable[Agent], incident: Incident, event: Event, entry: Entry | None = None
) -> list[Planned]:
    return [
        Planned(letter, agent.email, agent.name, entry)
        for agent in agents
        if agent.active and agent.notify_by_mail and not _did_it(agent, incident, event)
    ]


def _did_it(agent: Agent, incident: Incident, event: Event) -> bool:
    if event.actor_kind == "requester" and event.actor_id == incident.requester_id:
        return any(one.address == agent.email for one in incident.requester.addresses)
    return event.actor_kind == "agent" and event.actor_id == agent.id


def _desk(session: Session, incident: Incident) -> list[Agent]:
    """Whose it is: the assignee's, else the team's, else everybody's."""
    if incident.assignee:
        return [incident.assignee]
    return _team(incident.team) if incident.team else active_agents(session)


def _team(team: Team | None) -> list[Agent]:
    return list(team.members) if team else []


def _entry(session: Session, event: Event, named: str = "entry_id") -> Entry | None:
    number = event.data.get(named)
    return session.get(Entry, number) if number else None


def _overtaken(session: Session, event: Event) -> str:
    query = select(Event.id).where(
        Event.record_kind == event.record_kind,
        Event.record_id == event.record_id,
        Event.kind == EventKind.REOPENED.value,
        Event.sequence > event.sequence,
    )
    return "The incident was opened again before this letter left." if session.scalars(query).first() else ""


def _kind_at(session: Session, event: Event, sequence: int) -> str | None:
    query = select(Event.kind).where(
        Event.record_kind == event.record_kind, Event.record_id == event.record_id, Event.sequence == sequence
    )
    return session.scalars(query).first()
