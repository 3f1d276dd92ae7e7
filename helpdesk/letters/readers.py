"""Who is told of an event, and by which letter: one function for each kind of event.

Agents are told what they chose to be told (see `telling`), and never of what they did themselves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import Verb
from helpdesk.incidents.participants import copied, third_parties
from helpdesk.incidents.thread import Entry
from helpdesk.incidents.waiting_letters import ANSWERED
from helpdesk.incidents.watching import those_who_see, watchers_who_see
from helpdesk.journal import Event, EventKind
from helpdesk.letters.kinds import Letter
from helpdesk.letters.message_ids import Side
from helpdesk.letters.telling import Telling, tellings
from helpdesk.people.agent import Agent, Team, active_agents
from helpdesk.people.permissions import Role
from helpdesk.service_levels.policy import told_of_breach


@dataclass(frozen=True, slots=True)
class Planned:
    """One letter for one reader. `entry` is what it is about; `overtaken` says why it came too late to be sent;
    `telling` is why an agent gets it, and how they want to be told."""

    letter: Letter
    address: str
    name: str
    entry: Entry | None = None
    overtaken: str = ""
    telling: Telling | None = None

    @property
    def why(self) -> str:
        return self.telling.topic.reason if self.telling else "you work here"


def plan(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """All letters that an event asks for; each reader gets one at most on either side of the desk."""
    if event.data.get("quiet"):
        return []  # old mail: nobody waits for news of it
    if event.data.get("split_from") or _taken_back(session, event):
        return []
    rule = _RULES.get(EventKind(event.kind))
    found: dict[tuple[Side, str], Planned] = {}
    for planned in rule(session, incident, event) if rule else ():
        found.setdefault((planned.letter.side, planned.address), planned)
    return list(found.values())


def _taken_back(session: Session, event: Event) -> bool:
    """Whether it was part of a bulk change, a macro or a rule run that was undone before this letter was made."""
    query = select(Event.data).where(
        Event.record_kind == event.record_kind,
        Event.record_id == event.record_id,
        Event.kind == EventKind.OPERATION_UNDONE.value,
        Event.sequence > event.sequence,
    )
    spans = ((one.get("first_sequence", 0), one.get("last_sequence", 0)) for one in session.scalars(query))
    return any(first <= event.sequence <= last for first, last in spans)


def _opened(session: Session, incident: Incident, event: Event) -> list[Planned]:
    entry = _entry(session, event)
    return [
        _to_requester(Letter.ACKNOWLEDGEMENT, incident, entry),
        *_to_agents(Letter.AGENT_NEW, _desk(session, incident), incident, event, entry),
    ]


def _received(session: Session, incident: Incident, event: Event) -> list[Planned]:
    if event.data.get("automatic"):
        return []
    concerned = dict.fromkeys([*_desk(session, incident), *_team(incident.team)])
    told = _to_agents(Letter.AGENT_MESSAGE, concerned, incident, event, _entry(session, event))
    return [*told, *_watchers(session, incident, event)]


def _replied(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """To whom the reply says; one of old names nobody: then to the requester and those who read along. What was
    told on the phone is sent to nobody."""
    if event.data.get("spoken"):
        return []
    entry, along = _entry(session, event), copied(incident)
    own = {one.address: incident.requester.name for one in incident.requester.addresses}
    given = [*entry.to, *entry.cc] if entry and entry.to else [incident.requester.address, *along]
    names = along | own
    letters = [Planned(Letter.REPLY, address, names.get(address, ""), entry) for address in given]
    return [*letters, *_watchers(session, incident, event)]


def _consulted(session: Session, incident: Incident, event: Event) -> list[Planned]:
    entry, names = _entry(session, event), third_parties(incident)
    asked = entry.to if entry else []
    return [Planned(Letter.CONSULTATION, address, names.get(address, ""), entry) for address in asked]


def _withdrawn(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Who wrote a letter is told that it did not leave; who called it back knows."""
    entry = _entry(session, event)
    author = session.get(Agent, entry.author_id) if entry and entry.author_kind == "agent" else None
    if event.data.get("reason") != ANSWERED or author is None:
        return []
    return _to_agents(Letter.AGENT_NOT_SENT, [author], incident, event, entry)


def _mail_held(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """An agent's own mail, proven to be theirs, in which something can't be done. Nobody else is written to."""
    agent = session.get(Agent, event.data["agent_id"]) if event.data.get("agent_id") else None
    return _to_agents(Letter.AGENT_MAIL_HELD, [agent], incident, event) if agent else []


def _assigned(_: Session, incident: Incident, event: Event) -> list[Planned]:
    to = event.data.get("assignee_id"), event.data.get("team_id")
    if to != (incident.assignee_id, incident.team_id):
        return []  # it has moved on, and that event has letters of its own
    agents = _team(incident.team) if incident.assignee is None else [incident.assignee]
    return _to_agents(Letter.AGENT_ASSIGNED, agents, incident, event)


def _escalated(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """The one whose turn it is; also who did it, since the chain may lead back to them."""
    agent = session.get(Agent, event.data["agent_id"]) if event.data.get("agent_id") else None
    return _to_agents(Letter.AGENT_ESCALATED, [agent], incident, event) if agent else []


def _woken(session: Session, incident: Incident, event: Event) -> list[Planned]:
    told = _to_agents(Letter.AGENT_WOKEN, _desk(session, incident), incident, event)
    return [*told, *_watchers(session, incident, event)]


def _resolved(session: Session, incident: Incident, event: Event) -> list[Planned]:
    letter = _to_requester(Letter.RESOLUTION, incident, overtaken=_overtaken(session, event))
    return [letter, *_watchers(session, incident, event)]


def _closed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    if event.data.get("quiet"):
        return []
    letter = _to_requester(Letter.CLOSED, incident, overtaken=_overtaken(session, event))
    return [letter, *_watchers(session, incident, event)]


def _confirmed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    told = _to_agents(Letter.AGENT_CONFIRMED, _desk(session, incident), incident, event)
    return [*told, *_watchers(session, incident, event)]


def _reopened(session: Session, incident: Incident, event: Event) -> list[Planned]:
    to_requester = _to_requester(Letter.REOPENED, incident)
    before = _kind_at(session, event, event.sequence - 1)
    if before == EventKind.RECEIVED:
        return [to_requester]  # agents are told of the message that reopened it
    told = _to_agents(Letter.AGENT_REOPENED, _desk(session, incident), incident, event)
    return [to_requester, *told, *_watchers(session, incident, event)]


def _noted(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Who watches; but who is called by name in the note is told of that."""
    return _watchers(session, incident, event, but=_mentioned_in(session, event))


def _moved(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Who watches, unless the move just follows from what they are told of anyway."""
    before = _kind_at(session, event, event.sequence - 1)
    follows = event.data.get("verb") in (Verb.START, Verb.RESUME) and before in _OPENING
    return [] if follows else _watchers(session, incident, event)


_OPENING = (EventKind.RECEIVED, EventKind.ADVISED, EventKind.REPLIED, EventKind.ASSIGNED)


def _watched(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Who was made a watcher by somebody else, and not by being mentioned, which they are told of."""
    agent = session.get(Agent, event.data["agent_id"])
    if agent is None or event.data.get("why"):
        return []
    return _to_agents(Letter.AGENT_WATCHED, those_who_see(session, [agent], incident), incident, event)


def _mentioned(session: Session, incident: Incident, event: Event) -> list[Planned]:
    called = [session.get(Agent, one["id"]) for one in event.data.get("agents", ())]
    seeing = those_who_see(session, [one for one in called if one is not None], incident)
    return _to_agents(Letter.AGENT_MENTIONED, seeing, incident, event, _entry(session, event))


def _task(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Who is to do it, when that changes or when it is late. The tasks of a list come in a crowd: nobody is told."""
    data, before, after = event.data, event.data.get("before", {}), event.data.get("after", {})
    is_late = event.kind == EventKind.TASK_OVERDUE
    if event.kind == EventKind.TASK_ADDED and (data.get("checklist") or data.get("restored")):
        return []
    if event.kind == EventKind.TASK_CHANGED and all(before.get(one) == after.get(one) for one in ("assignee", "team")):
        return []
    agent = session.get(Agent, data["assignee_id"]) if data.get("assignee_id") else None
    team = session.get(Team, data["team_id"]) if data.get("team_id") else None
    people = [agent] if agent else _team(team) or (_desk(session, incident) if is_late else [])
    return _to_agents(Letter.AGENT_TASK, those_who_see(session, people, incident), incident, event)


def _failed(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return _undelivered(session, incident, event, _entry(session, event))


def _bounced(session: Session, incident: Incident, event: Event) -> list[Planned]:
    if event.data.get("action") not in (None, "", "failed"):
        return []  # a delay: the mail server goes on trying (RFC 3464 section 2.3.3)
    return _undelivered(session, incident, event, _entry(session, event, "answered_entry_id"))


def _uncertain(session: Session, incident: Incident, event: Event) -> list[Planned]:
    return _undelivered(session, incident, event, _entry(session, event), Letter.AGENT_DELIVERY_UNCERTAIN)


def _undelivered(
    session: Session,
    incident: Incident,
    event: Event,
    entry: Entry | None,
    letter: Letter = Letter.AGENT_DELIVERY_FAILED,
) -> list[Planned]:
    if str(event.data.get("letter", "")).startswith("agent_"):
        return []  # a letter about a letter that can't reach an agent would not reach them either
    author = session.get(Agent, entry.author_id) if entry and entry.author_kind == "agent" else None
    agents = [author] if author and author.active else _desk(session, incident)
    lost = unreached(event)
    reachable = [agent for agent in agents if agent.email not in lost]
    return _to_agents(letter, reachable, incident, event, entry)


def unreached(event: Event) -> list[str]:
    """The addresses that a DELIVERY_FAILED or BOUNCED event is about."""
    named = [event.data.get("recipient"), *event.data.get("recipients", ())]
    return [str(address).lower() for address in named if address]


def _warned(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Whose it is; nobody once it is resolved."""
    agents = _desk(session, incident) if incident.is_open else []
    return _to_agents(Letter.AGENT_SERVICE_LEVEL, agents, incident, event)


def _breached(session: Session, incident: Incident, event: Event) -> list[Planned]:
    """Whom the policy names. While nobody has taken it, its team stands for the assignee, and all agents for a team;
    what is private is told to no address outside its team."""
    if not incident.is_open:
        return []
    tell, addresses = told_of_breach(session, event.data)
    team = _team(incident.team) if incident.team else active_agents(session)
    named = {
        "assignee": [incident.assignee] if incident.assignee else team,
        "team": team,
        "lead": [agent for agent in team if agent.role == Role.LEAD.value],
    }
    agents = dict.fromkeys(agent for one in tell for agent in named[one])
    outside = () if incident.team and incident.team.private else addresses
    return [
        *_to_agents(Letter.AGENT_SERVICE_LEVEL, agents, incident, event),
        *(Planned(Letter.AGENT_SERVICE_LEVEL, address, "") for address in outside),
    ]


_RULES: dict[EventKind, Callable[[Session, Incident, Event], list[Planned]]] = {
    EventKind.OPENED: _opened,
    EventKind.RECEIVED: _received,
    EventKind.REPLIED: _replied,
    EventKind.CONSULTED: _consulted,
    EventKind.ADVISED: _received,
    EventKind.WITHDRAWN: _withdrawn,
    EventKind.MAIL_HELD: _mail_held,
    EventKind.ASSIGNED: _assigned,
    EventKind.WOKEN: _woken,
    EventKind.ESCALATED: _escalated,
    EventKind.SERVICE_LEVEL_WARNED: _warned,
    EventKind.SERVICE_LEVEL_BREACHED: _breached,
    EventKind.NOTED: _noted,
    EventKind.STATE_CHANGED: _moved,
    EventKind.WATCHED: _watched,
    EventKind.MENTIONED: _mentioned,
    EventKind.TASK_ADDED: _task,
    EventKind.TASK_CHANGED: _task,
    EventKind.TASK_OVERDUE: _task,
    EventKind.RESOLVED: _resolved,
    EventKind.CLOSED: _closed,
    EventKind.CONFIRMED: _confirmed,
    EventKind.REOPENED: _reopened,
    EventKind.DELIVERY_FAILED: _failed,
    EventKind.DELIVERY_UNCERTAIN: _uncertain,
    EventKind.BOUNCED: _bounced,
}


def _to_requester(letter: Letter, incident: Incident, entry: Entry | None = None, overtaken: str = "") -> Planned:
    return Planned(letter, incident.requester.address, incident.requester.name, entry, overtaken)


def _to_agents(
    letter: Letter, agents: Iterable[Agent], incident: Incident, event: Event, entry: Entry | None = None
) -> list[Planned]:
    session = object_session(incident)
    others = [agent for agent in agents if not _did_it(agent, incident, event)]
    return [
        Planned(letter, one.agent.email, one.agent.name, entry, telling=one)
        for one in (tellings(session, letter, others, incident) if session else ())
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


def _watchers(session: Session, incident: Incident, event: Event, but: frozenset[int] = frozenset()) -> list[Planned]:
    """Those who watch, and are not told as the ones whose it is: of two letters a reader gets the first."""
    watching = [agent for agent in watchers_who_see(session, incident) if agent.id not in but]
    return _to_agents(Letter.AGENT_WATCHED, watching, incident, event, _entry(session, event))


def _mentioned_in(session: Session, event: Event) -> frozenset[int]:
    """The numbers of those who are told by a letter of their own that a note calls them."""
    query = select(Event.data).where(
        Event.record_kind == event.record_kind,
        Event.record_id == event.record_id,
        Event.kind == EventKind.MENTIONED.value,
        Event.sequence > event.sequence,
    )
    entry_id = event.data.get("entry_id")
    calls = (data for data in session.scalars(query) if data.get("entry_id") == entry_id)
    return frozenset(one["id"] for data in calls for one in data.get("agents", ()))


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
