"""What kind of record it is: something is broken (an incident), or somebody needs something (a request).

Both are worked on alike; figures on outages leave requests out. Changed by `Incident.reclassify`."""

from enum import StrEnum

from helpdesk.errors import Invalid


class RecordType(StrEnum):
    INCIDENT = "incident"
    REQUEST = "request"

    @property
    def label(self) -> str:
        return self.value.capitalize()


# What a requester reads instead.
REQUESTER_WORDING = {
    RecordType.INCIDENT: "Something is broken",
    RecordType.REQUEST: "I need something",
}


def checked_record_type(value: str) -> RecordType:
    """Raises Invalid for a kind that does not exist."""
    try:
        return RecordType(value)
    except ValueError:
        raise Invalid("Choose incident or request.", field="record_type") from None
