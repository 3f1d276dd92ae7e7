"""Doing the same to many incidents, and taking it back: a bulk change, a macro, a run of a rule.

Each incident stands for itself: one that can't be changed holds up no other. Undoing puts back exactly what stood
before, unless somebody changed the same things since. The door commits; see `actions` for what can be done."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from helpdesk.errands import putting_off
from helpdesk.errors import Conflict, Invalid, Refused
from helpdesk.incidents.action_kind import Doing
from helpdesk.incidents.actions import Action, checked, touched
from helpdesk.incidents.export import PARTS
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident, must_work
from helpdesk.incidents.operation import Operation, OperationKind, Outcome, Restored, Result, Undone
from helpdesk.incidents.queries import visible
from helpdesk.incidents.restoring import clashes, restore
from helpdesk.journal import Actor, Event, EventKind
from helpdesk.people.agent import Viewer
from helpdesk.people.requester import Requester
from helpdesk.policies import MailPolicy, policy

INCIDENTS_MAX = 250  # more would keep whoever waits for the page, and everybody who writes, for too long
TITLE_LENGTH_MAX = 200
# The reaction that makes letters of events; `helpdesk.reactions` has the same name for it.
_NOTIFY = "notify"
# What an event tells of a change that was taken back: enough for clocks and reports, no words of people.
_TOLD = (
    "state", "status_id", "is_open", "priority", "impact", "urgency", "record_type", "affected_people", "service_id",
    "category_id", "assignee_id", "team_id", "cause_id", "wake_at", "restored_at", "resolved_at", "closed_at",
)  # fmt: skip

# Fills the variables of a text for one incident; gives the text and its HTML.
Wording = Callable[[Incident, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of one incident. `hidden`: whoever asked would not see it afterwards."""

    incident_id: int
    result: Result
    said: str
    hidden: bool = False

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.incident_id}"


def operate(
    session: Session,
    incidents: Iterable[Incident],
    actions: Iterable[Action],
    *,
    kind: OperationKind | str,
    title: str,
    by: Actor,
    at: datetime,
    source_id: int | None = None,
    wording: Wording | None = None,
) -> Operation:
    """Does all of `actions`, in their order, to each of these incidents; returns what became of each.

    One incident is changed by all of them or by none. Requesters' letters wait for as long as a reply can be called
    back, so that undoing at once stops them. The caller gives only what `by` may see. Raises Invalid for actions that
    can't be meant (see `actions.checked`) and for more than INCIDENTS_MAX incidents, NotAllowed for who may not
    work."""
    must_work(by)
    kind = OperationKind(kind)
    todo = checked(session, actions, by_rule=kind is OperationKind.RULE)
    targets = _locked(session, incidents)
    made = Operation(
        kind=kind.value,
        title=" ".join(title.split())[:TITLE_LENGTH_MAX],
        actions=[one.as_json() for one in todo],
        source_id=source_id,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        at=at,
    )
    session.add(made)
    session.flush()
    known, seconds = heads(session, [one.id for one in targets]), policy(session, MailPolicy).undo_send_seconds
    with putting_off(session, _NOTIFY, timedelta(seconds=seconds)):
        for incident in targets:
            made.outcomes.append(_applied(session, made, incident, todo, known.get(incident.id, 0), by, at, wording))
        session.flush()
    return made


def rehearse(
    session: Session, incidents: Iterable[Incident], actions: Iterable[Action], *, by: Actor, at: datetime,
    viewer: Viewer | None = None, wording: Wording | None = None,
) -> list[Rehearsed]:  # fmt: skip
    """What `operate` would do, found out by doing it and taking all of it back. Raises what that raises."""
    savepoint = session.begin_nested()
    try:
        made = operate(session, incidents, actions, kind=OperationKind.BULK, title="", by=by, at=at, wording=wording)
        numbers = [one.incident_id for one in made.outcomes]
        seen = _seen(session, viewer, numbers) if viewer else set(numbers)
        return [
            Rehearsed(one.incident_id, Result(one.result), one.said, one.incident_id not in seen)
            for one in made.outcomes
        ]
    finally:
        savepoint.rollback()


def undo(
    session: Session,
    operation: Operation,
    *,
    by: Actor,
    at: datetime,
    letters: Mapping[int, Sequence[str]] | None = None,
) -> Undone:
    """Puts back what the operation changed, each incident for itself. One where the same things were changed since
    is left, and told with what clashes. `letters`: what has left for good, by number of the incident, in words.

    Raises Conflict when it was undone before."""
    must_work(by)
    session.refresh(operation, with_for_update=True)
    if operation.undone_at is not None:
        raise Conflict(f"This was undone already, by {operation.undone_by}.")
    changed = [one for one in operation.outcomes if one.result == Result.CHANGED]
    _locked(session, [one.incident for one in changed])
    operation.undone_at, operation.undone_by = at, by.name
    # Backwards: where one incident was merged into another of the same operation, the last goes first.
    for outcome in reversed(changed):
        _take_back(session, outcome, by, at, (letters or {}).get(outcome.incident_id, ()))
    session.flush()
    return Undone(*(tuple(one for one in changed if one.restored == name) for name in _ENDINGS))


_ENDINGS = (Restored.RESTORED, Restored.PARTLY, Restored.LEFT)


def heads(session: Session, incident_ids: Collection[int]) -> dict[int, int]:
    """The number of the newest event of each of these incidents, by its number."""
    query = (
        select(Event.record_id, func.max(Event.sequence))
        .where(Event.record_kind == Incident.record_kind, Event.record_id.in_(incident_ids))
        .group_by(Event.record_id)
    )
    return dict(row for row in session.execute(query))


def _locked(session: Session, incidents: Iterable[Incident]) -> list[Incident]:
    """These, each once, as they are now; two who change the same ones wait here for each other."""
    targets = list(dict.fromkeys(incidents))
    if not targets:
        raise Invalid("Choose at least one incident.", field="incident")
    if len(targets) > INCIDENTS_MAX:
        raise Invalid(f"Change {INCIDENTS_MAX} incidents at a time, and the others afterwards.", field="incident")
    session.flush()
    numbers = [one.id for one in targets]
    session.execute(select(Incident.id).where(Incident.id.in_(numbers)).order_by(Incident.id).with_for_update())
    query = (
        select(Incident)
        .where(Incident.id.in_(numbers))
        .options(
            joinedload(Incident.requester).selectinload(Requester.addresses),
            joinedload(Incident.team),
            joinedload(Incident.assignee),
        )
        .execution_options(populate_existing=True)
    )
    found = {one.id: one for one in session.scalars(query)}
    return [found[number] for number in numbers]


def _seen(session: Session, viewer: Viewer, numbers: Collection[int]) -> set[int]:
    return set(session.scalars(select(Incident.id).where(Incident.id.in_(numbers), visible(viewer))))


def _applied(
    session: Session,
    operation: Operation,
    incident: Incident,
    todo: Sequence[Action],
    head: int,
    by: Actor,
    at: datetime,
    wording: Wording | None,
) -> Outcome:
    number = incident.id
    try:
        with session.begin_nested():
            outcome = _performed(session, incident, todo, by, at, wording)
            if outcome.result == Result.CHANGED:
                told = incident._record(
                    EventKind.OPERATION_APPLIED,
                    by=by,
                    at=at,
                    operation_id=operation.id,
                    operation=operation.kind,
                    title=operation.title,
                )
                session.flush()
                outcome.first_sequence, outcome.last_sequence = head + 1, told.sequence
    except Refused as error:
        return Outcome(incident_id=number, result=Result.REFUSED.value, said=str(error))
    return outcome


def _performed(
    session: Session, incident: Incident, todo: Sequence[Action], by: Actor, at: datetime, wording: Wording | None
) -> Outcome:
    parts = touched(todo)
    before = _snapshot(session, incident, parts)
    said = [_worded(one, incident, wording).perform(session, incident, by=by, at=at) for one in todo]
    session.flush()
    was, now = _changed(before, _snapshot(session, incident, parts))
    return Outcome(
        incident_id=incident.id,
        result=(Result.CHANGED if now else Result.SAME).value,
        said="; ".join(filter(None, said)) if now else "",
        before=was,
        after=now,
    )


def _worded(action: Action, incident: Incident, wording: Wording | None) -> Action:
    """The action with its texts as this incident gets them."""
    values = dict(action.values)
    for field in action.of_kind.fields:
        if field.worded and wording is not None and field.name in values:
            text, html = wording(incident, values[field.name])
            values |= {field.name: text} | ({"html": html} if field.name == "text" else {})
    return replace(action, values=values)


def _snapshot(session: Session, incident: Incident, parts: Iterable[str]) -> dict[str, Any]:
    return {name: PARTS[name](session, incident) for name in parts}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What differs: of a part that has keys those keys, of a list what was only there, else the whole part."""
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for name in before:
        one, other = before[name], after[name]
        if one == other:
            continue
        if isinstance(one, dict):
            keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
            was[name] = {key: one[key] for key in keys if key in one}
            now[name] = {key: other[key] for key in keys if key in other}
        elif isinstance(one, list):
            was[name] = [row for row in one if row not in other]
            now[name] = [row for row in other if row not in one]
        else:
            was[name], now[name] = one, other
    return was, now


def _take_back(session: Session, outcome: Outcome, by: Actor, at: datetime, letters: Sequence[str]) -> None:
    incident = outcome.incident
    clashing = clashes(session, incident, outcome.after)
    if clashing:
        outcome.restored, outcome.restored_said = Restored.LEFT.value, f"Changed since: {', '.join(clashing)}."
        return
    try:
        with session.begin_nested():
            left = [*letters, *restore(Doing(session, incident, by, at), outcome.before, outcome.after)]
            incident.updated_at = max(incident.updated_at, at)
            _tell(outcome, by, at)
            session.flush()
    except Refused as error:
        outcome.restored, outcome.restored_said = Restored.LEFT.value, str(error)
        return
    outcome.restored = (Restored.PARTLY if left else Restored.RESTORED).value
    outcome.restored_said = f"Letters that have left stay: {', '.join(dict.fromkeys(left))}." if left else ""


def _tell(outcome: Outcome, by: Actor, at: datetime) -> None:
    told = outcome.before.get("fields", {}), outcome.after.get("fields", {})
    before, after = ({key: fields[key] for key in _TOLD if key in fields} for fields in told)
    outcome.incident._record(
        EventKind.OPERATION_UNDONE,
        by=by,
        at=at,
        operation_id=outcome.operation_id,
        operation=outcome.operation.kind,
        title=outcome.operation.title,
        first_sequence=outcome.first_sequence,
        last_sequence=outcome.last_sequence,
        # Read as of any event: what stood until now, and what stands again.
        before=after,
        after=before,
    )
