"""From a parent to its children: one update that each requester gets in a thread of their own, and one fix for all.

Nothing of the parent goes along but what is written for this; each letter is a reply of that child, to its requester
alone. Both are operations, so that they can be undone like any other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.actions import Action
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import UNRESOLVED
from helpdesk.incidents.links import IncidentLink, LinkKind
from helpdesk.incidents.operation import Operation, OperationKind
from helpdesk.incidents.operations import INCIDENTS_MAX, Wording, operate
from helpdesk.incidents.queries import visible
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.journal import Actor
from helpdesk.mailboxes.mailbox import own_addresses
from helpdesk.people.address_health import trouble_of
from helpdesk.people.agent import Viewer
from helpdesk.people.requester import Requester


@dataclass(frozen=True, slots=True)
class Addressee:
    """The requester of a child, or of the parent itself. `left_out` says why they get nothing; "" when they do."""

    incident: Incident
    address: str
    name: str
    left_out: str
    is_parent: bool


def children_of(session: Session, viewer: Viewer, parent: Incident) -> list[Incident]:
    """Those that this viewer may see and that were not merged into others, by number; INCIDENTS_MAX at most."""
    query = (
        select(Incident)
        .join(IncidentLink, IncidentLink.first_id == Incident.id)
        .where(
            IncidentLink.second_id == parent.id,
            IncidentLink.kind == LinkKind.CHILD_OF.value,
            Incident.merged_into_id.is_(None),
            visible(viewer),
        )
        .options(joinedload(Incident.requester).selectinload(Requester.addresses))
        .order_by(Incident.id)
    )
    return list(session.scalars(query.limit(INCIDENTS_MAX)))


def audience(session: Session, viewer: Viewer, parent: Incident) -> list[Addressee]:
    """Whom an update would go to, the parent's own requester first, and who is left out and why."""
    family = [parent, *children_of(session, viewer, parent)]
    addresses = [one.requester.address for one in family]
    trouble, ours = trouble_of(session, addresses), own_addresses(session)
    people = _written_by_people(session, [one.id for one in family])
    found = []
    for one in family:
        address = one.requester.address
        bounced = address in trouble and trouble[address].kind == "hard"
        left_out = _reason(one, address, bounced, address in ours, one.id in people)
        found.append(Addressee(one, address, one.requester.name, left_out, one is parent))
    return found


def update_family(
    session: Session,
    viewer: Viewer,
    parent: Incident,
    text: str,
    chosen: Collection[int],
    *,
    by: Actor,
    at: datetime,
    wording: Wording | None = None,
) -> Operation:
    """Sends `text` to the requester of each chosen incident that is not left out. Raises Invalid for nobody."""
    reached = [one.incident for one in audience(session, viewer, parent) if not one.left_out]
    targets = [one for one in reached if one.id in chosen]
    if not targets:
        raise Invalid("Choose at least one requester who can be reached.", field="incident")
    title = f"Update of {parent.number} to {len(targets)} requester{'' if len(targets) == 1 else 's'}"
    written = [Action("reply", {"text": text})]
    return operate(session, targets, written, kind=OperationKind.BULK, title=title, by=by, at=at, wording=wording)


def resolve_children(session: Session, viewer: Viewer, parent: Incident, *, by: Actor, at: datetime) -> Operation:
    """Resolves the open children with the cause and fix of the parent. Raises Conflict unless that is resolved and
    has open children."""
    open_children = [one for one in children_of(session, viewer, parent) if one.current in UNRESOLVED]
    if parent.current in UNRESOLVED or parent.resolution_code is None:
        raise Conflict(f"Resolve {parent.number} first: its children get the same cause and fix.")
    if not open_children:
        raise Conflict(f"No child of {parent.number} is open.")
    values = {"code": parent.resolution_code, "cause": parent.cause, "text": parent.resolution}
    if parent.cause_id is not None:
        values["cause_id"] = str(parent.cause_id)
    title = f"Children of {parent.number} resolved with its fix"
    actions = [Action("resolve", values)]
    return operate(session, open_children, actions, kind=OperationKind.BULK, title=title, by=by, at=at)


def _reason(incident: Incident, address: str, bounced: bool, is_ours: bool, person_wrote: bool) -> str:
    if incident.current not in UNRESOLVED:
        return f"{incident.current.label}: they wait for nothing."
    if not address:
        return "No address is known."
    if is_ours:
        return "This is a mailbox of this desk."
    if bounced:
        return "Letters to this address come back."
    return "" if person_wrote else "Only a machine has written here."


def _written_by_people(session: Session, numbers: Collection[int]) -> set[int]:
    query = select(Entry.incident_id).where(
        Entry.incident_id.in_(numbers), Entry.kind == EntryKind.MESSAGE.value, Entry.automatic == ""
    )
    return set(session.scalars(query.distinct()))
