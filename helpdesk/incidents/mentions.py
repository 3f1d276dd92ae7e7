"""Mentions: “@kim”, “@Kim Novak” or “@network” in a note calls a colleague, or a team.

`note` is the door to it: it writes the note, records who was called and lets them watch. A name that could be
anybody's, an address, and what stands in code call nobody; who may not see the incident is named to the writer."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape, unescape

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, Words
from helpdesk.incidents.watching import MENTIONED, those_who_see, watch_by_habit
from helpdesk.journal import Actor, EventKind
from helpdesk.people.agent import Agent, Team, team_members

MENTIONS_MAX = 50
_TAG = re.compile(r"""(<(?:"[^"]*"|'[^']*'|[^'">])*>)""")
_OPENING = re.compile(r"<\s*(/?)\s*(code|pre|a)\b", re.IGNORECASE)
# An address has something before its @; and so has a name within a path.
_AT = re.compile(r"(?<![\w@./+-])@(?=\w)")


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who can be called: `names` are all that may stand behind the @; `handle` is the shortest."""

    kind: str
    id: int
    name: str
    handle: str
    names: tuple[str, ...]


@dataclass(slots=True)
class Mentioned:
    """Whom a text calls. `unseen`: colleagues who are not told, since they may not see the incident."""

    agents: list[Agent] = field(default_factory=list)
    teams: list[Team] = field(default_factory=list)
    unseen: list[Agent] = field(default_factory=list)

    @property
    def people(self) -> list[Agent]:
        """Everybody who is called, by name or with their team."""
        of_teams = (agent for team in self.teams for agent in team.members if agent.active)
        return list(dict.fromkeys([*self.agents, *of_teams]))


def note(
    session: Session, incident: Incident, words: Words, *, by: Actor, at: datetime, logged_at: datetime | None = None
) -> tuple[Entry, Mentioned]:
    """A note, with its mentions marked in `words.html`. Raises what `Incident.note` raises."""
    known = mentionable(session, by)
    found = named_in(words.html or escape(words.text), known)
    entry = incident.note(_marked(words, known), by=by, at=at, logged_at=logged_at)
    # Whoever is called is called now, whenever it was that the note tells of.
    at = logged_at or at
    mentioned = _resolved(session, found)
    called = those_who_see(session, mentioned.people, incident)
    mentioned.unseen = [one for one in mentioned.agents if one not in called]
    mentioned.agents = [one for one in mentioned.agents if one in called]
    others = [one for one in called if (by.kind, by.id) != ("agent", one.id)]
    if others:
        incident._record(
            EventKind.MENTIONED,
            by=by,
            at=at,
            entry_id=entry.id,
            agents=[{"id": one.id, "name": one.name} for one in others],
            teams=[team.name for team in mentioned.teams],
        )
    for one in mentioned.agents:
        if one in others:
            watch_by_habit(incident, one, MENTIONED, by=by, at=at)
    return entry, mentioned


def mentionable(session: Session, by: Actor) -> list[Mentionable]:
    """Active agents and the teams this actor knows of: no private ones but their own."""
    agents = list(session.execute(select(Agent.id, Agent.name, Agent.email).where(Agent.active).order_by(Agent.name)))
    own = select(team_members.c.team_id).where(team_members.c.agent_id == (by.id if by.kind == "agent" else None))
    query = select(Team.id, Team.name).where(or_(Team.private.is_(False), Team.id.in_(own)))
    teams = list(session.execute(query.order_by(Team.name)))
    shorts = [[*_shorts(name, email), name] for _, name, email in agents]
    counts: dict[str, int] = {}
    for names in [*shorts, *([name] for _, name in teams)]:
        for name in {one.lower() for one in names}:
            counts[name] = counts.get(name, 0) + 1
    people = [
        _one("agent", number, name, [one for one in names if counts[one.lower()] == 1])
        for (number, name, _), names in zip(agents, shorts, strict=True)
    ]
    groups = [_one("team", number, name, [name] if counts[name.lower()] == 1 else []) for number, name in teams]
    return [one for one in [*people, *groups] if one.names]


def named_in(html: str, known: Iterable[Mentionable]) -> list[Mentionable]:
    """Whom the words of sanitised HTML call, in their order, each once."""
    names, found = _Names(known), dict[tuple[str, int], Mentionable]()
    for text, is_free in _texts(html):
        for _, who in names.parted(unescape(text)) if is_free else ():
            if who is not None:
                found.setdefault((who.kind, who.id), who)
    return list(found.values())[:MENTIONS_MAX]


def marked(html: str, known: Iterable[Mentionable]) -> str:
    """Sanitised HTML with a mark around each mention; what stands in code and links stays as it is."""
    names, made = _Names(known), list[str]()
    for text, is_free in _texts(html):
        if not is_free or "@" not in text:
            made.append(text)
            continue
        for piece, who in names.parted(unescape(text)):
            words = escape(piece, quote=False)
            made.append(words if who is None else f'<mark class="mention">{words}</mark>')
    return "".join(made)


def _marked(words: Words, known: list[Mentionable]) -> Words:
    return replace(words, html=marked(words.html, known)) if words.html else words


def _texts(html: str) -> Iterator[tuple[str, bool]]:
    """The parts of HTML: (part, whether mentions count in it)."""
    depth = 0
    for part in _TAG.split(html):
        if not part.startswith("<"):
            yield part, depth == 0
            continue
        opening = _OPENING.match(part)
        if opening:
            depth = max(0, depth - 1) if opening[1] else depth + 1
        yield part, False


class _Names:
    """All names there are, for looking one up at each @ of a text, the longest first."""

    def __init__(self, known: Iterable[Mentionable]) -> None:
        self.by_name = {name.lower(): one for one in known for name in one.names}
        self.lengths = sorted({len(name) for one in known for name in one.names}, reverse=True)

    def parted(self, text: str) -> Iterator[tuple[str, Mentionable | None]]:
        """The text in pieces; a piece that calls somebody comes with whom."""
        end = 0
        for at in _AT.finditer(text):
            found = self._longest(text, at.end()) if at.start() >= end else None
            if found is None:
                continue
            yield text[end : at.start()], None
            end = at.end() + found[0]
            yield text[at.start() : end], found[1]
        yield text[end:], None

    def _longest(self, text: str, start: int) -> tuple[int, Mentionable] | None:
        for length in self.lengths:
            who = self.by_name.get(text[start : start + length].lower())
            if who is not None and not _goes_on(text, start + length):
                return length, who
        return None


def _goes_on(text: str, end: int) -> bool:
    """Whether a word goes on here: “@kimono” is not Kim, “@kim.” is."""
    rest = text[end : end + 2]
    return bool(rest) and (rest[0].isalnum() or rest[0] in "_@" or (rest[0] in ".-" and rest[1:].isalnum()))


def _one(kind: str, number: int, name: str, names: Iterable[str]) -> Mentionable:
    given = tuple(dict.fromkeys(names))
    handle = min(given, key=lambda one: (" " in one, len(one)), default="")
    return Mentionable(kind, number, name, handle, given)


def _shorts(name: str, email: str) -> list[str]:
    """First name, and what stands before the @ of the address."""
    local = email.partition("@")[0]
    words = name.split()
    return [one for one in dict.fromkeys([*words[:1], local]) if one]


def _resolved(session: Session, found: Iterable[Mentionable]) -> Mentioned:
    by_kind: dict[str, list[int]] = {"agent": [], "team": []}
    for one in found:
        by_kind[one.kind].append(one.id)
    agents = {one.id: one for one in session.scalars(select(Agent).where(Agent.id.in_(by_kind["agent"])))}
    query = select(Team).where(Team.id.in_(by_kind["team"])).options(selectinload(Team.members))
    teams = {one.id: one for one in session.scalars(query)} if by_kind["team"] else {}
    return Mentioned([agents[number] for number in by_kind["agent"]], [teams[number] for number in by_kind["team"]])
