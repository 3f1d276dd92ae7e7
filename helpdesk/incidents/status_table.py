"""The site's statuses as administrators change them: laid, added, reworded, put in order, retired, tied by moves.

Once there are any, each state has exactly one default; the first change of all lays the built-in names as rows."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.lifecycle import TABLE, State
from helpdesk.incidents.statuses import Status, default_status, statuses

NAME_LENGTH_MAX, WORDING_LENGTH_MAX = 60, 100
# From which state an agent gets to which, whatever the verb: what a site may narrow down, and never widen.
WAYS = frozenset((move.state, move.next_state) for move in TABLE if "agent" in move.actors)


def laid(session: Session) -> tuple[Status, ...]:
    """All statuses; where there are none, the built-in names become rows first."""
    if not statuses(session):
        session.add_all(Status(state=state.value, name=state.label, is_default=True) for state in State)
        session.flush()
    return statuses(session)


def add_status(session: Session, state: State, name: str, requester_wording: str = "") -> Status:
    """A further status at the end of its state. Raises Invalid for a name that is empty, long or taken."""
    others = [one for one in laid(session) if one.state == state.value]
    status = Status(state=state.value, name="", position=max(one.position for one in others) + 1)
    reword(session, status, name, requester_wording)
    session.add(status)
    session.flush()
    return status


def reword(session: Session, status: Status, name: str, requester_wording: str) -> None:
    """What agents and requesters read. Raises Invalid, naming the field."""
    name, requester_wording = " ".join(name.split()), " ".join(requester_wording.split())
    if not name:
        raise Invalid("Name the status.", field="name")
    if len(name) > NAME_LENGTH_MAX:
        raise Invalid(f"Shorten the name to {NAME_LENGTH_MAX} characters.", field="name")
    if len(requester_wording) > WORDING_LENGTH_MAX:
        raise Invalid(f"Shorten this to {WORDING_LENGTH_MAX} characters.", field="requester_wording")
    if any(one is not status and one.name.casefold() == name.casefold() for one in statuses(session)):
        raise Invalid(f"There is a status “{name}” already. Choose another name.", field="name")
    status.name, status.requester_wording = name, requester_wording


def limit(status: Status, *, required: Sequence[str], roles: Sequence[str], pauses: bool | None) -> None:
    """What entering it demands, who may do that, and whether clocks rest in it."""
    status.required, status.roles, status.pauses = list(required), list(roles), pauses


def make_default(session: Session, status: Status) -> None:
    """What an incident in this state is called from now on, unless another status is chosen."""
    if status.retired_at is not None:
        raise Conflict(f"“{status.name}” is retired. Bring it back first.")
    before = default_status(session, State(status.state))
    if before is not None:
        before.is_default = False
    status.is_default = True
    session.flush()


def put_before(session: Session, status: Status, *, earlier: bool) -> None:
    """One place up or down among the statuses of its state; nothing happens at either end."""
    row = [one for one in statuses(session) if one.state == status.state and one.retired_at is None]
    here = row.index(status) if status in row else -1
    there = here - 1 if earlier else here + 1
    if here >= 0 and 0 <= there < len(row):
        row[here], row[there] = row[there], row[here]
        for position, one in enumerate(row):
            one.position = position
        session.flush()


def retire(session: Session, status: Status, *, at: datetime) -> None:
    """Nothing enters it any more; what is in it stays there. Raises Conflict for the default of a state."""
    if status.is_default:
        raise Conflict(f"“{status.name}” is what “{State(status.state).label}” is called. Make another one that first.")
    status.retired_at = status.retired_at or at
    session.flush()


def bring_back(session: Session, status: Status) -> None:
    status.retired_at = None
    session.flush()


def ways(session: Session) -> list[tuple[Status, list[Status]]]:
    """For each status, those it can ever be entered from: the frame of the table of moves. Only what is in use."""
    known = [one for one in statuses(session) if one.retired_at is None]
    return [(to, [one for one in known if one is not to and _leads(one, to)]) for to in known]


def tie(session: Session, status: Status, entered_from: Collection[int]) -> None:
    """From which statuses it may be entered. All of those there are means no limit, for later ones too; none would
    make it a name that nothing gets: raises Invalid."""
    possible = next((before for to, before in ways(session) if to is status), [])
    chosen = [one.id for one in possible if one.id in entered_from]
    if possible and not chosen:
        raise Invalid(f"“{status.name}” could not be entered from anywhere. Tick a status, or retire it.")
    # What is retired stays in the list: incidents that are still in it must be able to leave.
    gone = {one.id for one in statuses(session) if one.retired_at is not None}
    kept = [number for number in status.entered_from if number in gone]
    status.entered_from = [] if len(chosen) == len(possible) else [*chosen, *kept]


def dead_ends(session: Session) -> list[Status]:
    """Statuses of open states that an agent gets into and not out of again."""
    found = []
    for status in statuses(session):
        leads_on = [to for to, before in ways(session) if status in before and _is_entered(to, status)]
        if status.retired_at is None and status.state != State.CLOSED.value and not leads_on:
            found.append(status)
    return found


def may_follow(to: Status, here: Status) -> bool:
    """Whether the table of moves ticks this one."""
    return _leads(here, to) and _is_entered(to, here)


def _leads(here: Status, to: Status) -> bool:
    return (State(here.state), State(to.state)) in WAYS


def _is_entered(to: Status, here: Status) -> bool:
    return not to.entered_from or here.id in to.entered_from
