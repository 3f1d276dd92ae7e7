"""An agent's mail acts for them: commands in its first lines, the rest a reply to the requester or a note.

    #assign kim
    #pending 2d
    Your new cable is ordered and comes on Thursday.

Asked by filing for mail that `intake.joining` found to be an agent's own. All of it happens, or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import PENDING, ResolutionCode
from helpdesk.incidents.mentions import note as mention_in_note
from helpdesk.incidents.thread import Entry, Words
from helpdesk.journal import Actor
from helpdesk.letters.markdown import render
from helpdesk.people.agent import Agent, active_agents, all_teams

_COMMAND = re.compile(r"#([a-z]+)(?:[ \t]+(.{0,200}?))?[ \t]*", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,4})\s*(m|h|d|w)", re.IGNORECASE)
_SPANS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
COMMANDS = {
    "#note": "the text is a note, seen by agents only",
    "#reply": "the text is a reply to the requester",
    "#assign kim": "gives it to an agent (name or address), to a team, or to “me”",
    "#take": "the same as #assign me",
    "#pending": "waits for the requester's answer",
    "#pending 2d": "puts it off: 30m, 4h, 2d, 1w or a date such as 2026-12-24",
    "#resolve": "resolves it; the text is what fixed it. A code may follow, such as “workaround”",
    "#open": "takes it up again, where it waits",
    "#reopen": "opens it again",
    "#close": "closes what is resolved",
}
Kind = Literal["reply", "note"]


@dataclass(frozen=True, slots=True)
class Instructions:
    """What an agent's mail asks for. `commands` are (name, argument), in their order."""

    commands: tuple[tuple[str, str], ...]
    text: str
    kind: Kind


@dataclass(slots=True)
class _Turn:
    session: Session
    incident: Incident
    agent: Agent
    by: Actor
    at: datetime
    text: str
    actions: list[str] = field(default_factory=list)


def read_instructions(text: str, default: Kind) -> Instructions:
    """Commands stand one a line, before anything else. Raises Invalid for one that does not exist."""
    lines, commands, kind = text.strip().splitlines(), [], default
    while lines and (found := _COMMAND.fullmatch(lines[0].strip())):
        name, argument = found[1].lower(), (found[2] or "").strip()
        if name not in _VERBS and name not in ("note", "reply"):
            known = ", ".join(dict.fromkeys(one.split()[0] for one in COMMANDS))
            raise Invalid(f"There is no command #{name}. There are: {known}.")
        if name in ("note", "reply"):
            kind = "note" if name == "note" else "reply"
        else:
            commands.append((name, argument))
        lines.pop(0)
        while lines and not lines[0].strip():
            lines.pop(0)
    return Instructions(tuple(commands), "\n".join(lines).strip(), kind)


def act(
    session: Session, incident: Incident, agent: Agent, words: Words, default: Kind, *, at: datetime
) -> Entry | None:
    """Writes and does what the mail says; returns what was written, None for commands alone. Raises Invalid,
    Conflict or NotAllowed when any of it can't be done; the caller then undoes it all."""
    said = read_instructions(words.text, default)
    resolving = any(name == "resolve" for name, _ in said.commands)
    by = Actor(kind="agent", name=agent.name, id=agent.id, permissions=agent.permissions, via="mail")
    turn = _Turn(session, incident, agent, by, at, said.text)
    entry = None
    # What fixed it goes out with the resolution, not as a letter of its own before that.
    if (said.text or words.attachments) and (not resolving or words.attachments or said.kind == "note"):
        entry = _write(turn, words, said)
    for name, argument in said.commands:
        _VERBS[name](turn, argument)
    if entry is None and not said.commands:
        raise Invalid("The mail holds neither text nor a command, so there is nothing to do.")
    return entry


def _write(turn: _Turn, words: Words, said: Instructions) -> Entry:
    html = render(said.text, keep_line_breaks=True)
    # To whom the mail went, and what was noted of it as a mail, does not concern the reply.
    written = replace(words, text=said.text, html=html, cc=(), to=(), automatic="", features={})
    if said.kind == "note":
        return mention_in_note(turn.session, turn.incident, written, by=turn.by, at=turn.at)[0]
    return turn.incident.reply(written, by=turn.by, at=turn.at)


def _assign(turn: _Turn, argument: str) -> None:
    wanted = argument.strip().lower().lstrip("@")
    if wanted in ("", "me"):
        turn.incident.assign(turn.agent, turn.incident.team, by=turn.by, at=turn.at)
        return
    agents = [one for one in active_agents(turn.session) if wanted in _names(one)]
    teams = [one for one in all_teams(turn.session) if one.name.lower() == wanted]
    if len(agents) == 1:
        turn.incident.assign(agents[0], turn.incident.team, by=turn.by, at=turn.at)
    elif not agents and len(teams) == 1:
        turn.incident.assign(None, teams[0], by=turn.by, at=turn.at)
    else:
        several = "Several people are" if agents else "Nobody is"
        raise Invalid(f"{several} called “{argument}” here. Give the mail address instead.")


def _names(agent: Agent) -> set[str]:
    name, email = agent.name.lower(), agent.email.lower()
    return {name, name.split()[0], email, email.partition("@")[0]}


def _pending(turn: _Turn, argument: str) -> None:
    if argument:
        turn.incident.wait_for_other(_until(argument, turn.at), by=turn.by, at=turn.at)
    else:
        turn.incident.wait_for_requester(by=turn.by, at=turn.at)


def _until(text: str, now: datetime) -> datetime:
    span = _SPAN.fullmatch(text.strip())
    if span:
        return now + timedelta(**{_SPANS[span[2].lower()]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Invalid(f"“{text}” is no time. Write 30m, 4h, 2d, 1w or a date such as 2026-12-24.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _resolve(turn: _Turn, argument: str) -> None:
    wanted = argument.strip().lower().replace(" ", "_") or ResolutionCode.FIXED.value
    if wanted not in set(ResolutionCode):
        known = ", ".join(code.value for code in ResolutionCode)
        raise Invalid(f"“{argument}” is no way to end an incident. There are: {known}.")
    turn.incident.resolve(ResolutionCode(wanted), "Not known", turn.text, by=turn.by, at=turn.at)


def _reopen(turn: _Turn, argument: str) -> None:
    turn.incident.reopen(argument, by=turn.by, at=turn.at)


def _close(turn: _Turn, _: str) -> None:
    turn.incident.close(by=turn.by, at=turn.at)


def _resume(turn: _Turn, _: str) -> None:
    if turn.incident.current in PENDING:
        turn.incident.resume(by=turn.by, at=turn.at)


_VERBS: dict[str, Callable[[_Turn, str], None]] = {
    "assign": _assign,
    "take": lambda turn, _: _assign(turn, "me"),
    "pending": _pending,
    "resolve": _resolve,
    "reopen": _reopen,
    "close": _close,
    "open": _resume,
}
