"""Who takes part in an incident besides its requester: those who are copied, and third parties who were consulted.

A third party is never copied and never taken off: what they answer must stay apart from the thread for good."""

from datetime import datetime
from typing import TYPE_CHECKING

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.thread import Participant, ParticipantRole
from helpdesk.journal import Actor, EventKind
from helpdesk.people.requester import normalized

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

NAME_LENGTH_MAX = 200


def add_participant(
    incident: "Incident",
    address: str,
    name: str = "",
    *,
    by: Actor,
    at: datetime,
    role: ParticipantRole = ParticipantRole.COPIED,
) -> Participant:
    """Somebody more reads along, or was consulted; who is there already stays as they are.

    Raises Invalid for no address, for the requester's, and for one that takes part in the other role."""
    address = normalized(address)
    if any(one.address == address for one in incident.requester.addresses):
        raise Invalid(f"{address} is the requester, who takes part anyway.", field="address")
    there = participant(incident, address)
    if there is not None and there.role != role.value:
        raise Invalid(_OTHER_ROLE[role].format(address), field="address")
    if there is not None:
        return there
    made = Participant(address=address, name=" ".join(name.split())[:NAME_LENGTH_MAX], role=role.value, added_at=at)
    incident.participants.append(made)
    incident.updated_at = at
    incident._record(EventKind.PARTICIPANT_ADDED, by=by, at=at, address=address, name=made.name, role=role.value)
    return made


_OTHER_ROLE = {
    ParticipantRole.COPIED: "{} was consulted without the requester's knowledge, so they can't be copied here.",
    ParticipantRole.THIRD_PARTY: "{} reads along in the thread, so nothing asked of them stays hidden. Reply instead.",
}


def remove_participant(incident: "Incident", leaving: Participant, *, by: Actor, at: datetime) -> None:
    """They get no more letters, and what they write does not join by itself."""
    incident._worker(by)
    if leaving.role == ParticipantRole.THIRD_PARTY.value:
        raise Conflict(f"{leaving.address} was consulted; they get nothing unless you ask them again.")
    incident.participants.remove(leaving)
    incident.updated_at = at
    incident._record(
        EventKind.PARTICIPANT_REMOVED, by=by, at=at, address=leaving.address, name=leaving.name, role=leaving.role
    )


def participant(incident: "Incident", address: str) -> Participant | None:
    return next((one for one in incident.participants if one.address == address), None)


def copied(incident: "Incident") -> dict[str, str]:
    """Address and name of those who read along."""
    return {one.address: one.name for one in incident.participants if one.role == ParticipantRole.COPIED.value}


def third_parties(incident: "Incident") -> dict[str, str]:
    """Address and name of those whom only agents know of."""
    return {one.address: one.name for one in incident.participants if one.role == ParticipantRole.THIRD_PARTY.value}
