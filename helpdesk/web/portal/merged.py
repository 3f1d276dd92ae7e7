"""What the requester of a merged incident goes on reading: their own thread, what they themselves wrote in the one it
went into, and the replies they get there by mail. Nothing that anybody else reported."""

from sqlalchemy import select

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.thread import Entry, EntryKind, ParticipantRole
from helpdesk.journal import Event, EventKind


def goes_on_in(incident: Incident) -> Incident:
    """Where what they write goes: the incident itself, unless it was merged."""
    return surviving(session(), incident)


def read_by_requester(incident: Incident) -> list[Entry]:
    """The public entries that the requester of this incident may read, oldest first."""
    whole = goes_on_in(incident)
    own = [one for one in incident.entries if one.is_public]
    if whole is incident:
        return own
    addresses = {one.address for one in incident.requester.addresses}
    reads_along = any(
        one.address in addresses and one.role == ParticipantRole.COPIED.value for one in whole.participants
    )
    since = session().scalar(
        select(Event.at)
        .where(
            Event.record_kind == Incident.record_kind,
            Event.record_id == incident.id,
            Event.kind == EventKind.MERGED.value,
        )
        .order_by(Event.sequence.desc())
        .limit(1)
    )

    def is_theirs(one: Entry) -> bool:
        if one.kind == EntryKind.MESSAGE.value:
            return (one.author_kind, one.author_id) == ("requester", incident.requester_id)
        return reads_along and since is not None and one.at >= since

    later = [one for one in whole.entries if one.is_public and is_theirs(one)]
    return sorted([*own, *later], key=lambda one: (one.at, one.id))
