"""Our own Message-IDs (RFC 5322 section 3.6.4): derived from event and recipient, so sending again is no new letter.

    i42.1077.k3j5x7qa.mz2w4lq6r5t3yabc@example.org

Without <>, as the database keeps them. The first letter says to whom the letter went: `i` to the requester's side,
`n` to an agent. Intake asks `read_message_id` of whatever In-Reply-To and References name."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from helpdesk.letters.mac import address_digest, mac, same

_OWN = re.compile(
    r"<?(?P<side>[in])(?P<incident>0|[1-9][0-9]{0,17})\.(?P<event>[1-9][0-9]{0,17})"
    r"\.(?P<recipient>[a-z2-7]{8})\.(?P<mac>[a-z2-7]{16})@[^@<>\s]{1,255}>?"
)


class Side(StrEnum):
    REQUESTER = "i"
    AGENT = "n"


@dataclass(frozen=True, slots=True)
class OwnMessageId:
    """The Message-ID of a letter of ours; `incident_id` is None for a letter that was about none."""

    side: Side
    incident_id: int | None
    event_id: int
    recipient_digest: str
    _key: str = field(repr=False)

    def is_for(self, address: str) -> bool:
        """Whether the letter went to this address."""
        return same(self.recipient_digest, address_digest(self._key, address))


def make_message_id(
    key: str, event_id: int, recipient: str, *, domain: str, incident_id: int | None, side: Side = Side.REQUESTER
) -> str:
    """The same event, recipient and side always give the same one. `domain` may be an internationalized name."""
    number, digest = incident_id or 0, address_digest(key, recipient)
    seal = mac(key, "message-id", side.value, number, event_id, digest)
    return f"{side.value}{number}.{event_id}.{digest}.{seal}@{_ascii(domain)}"


def read_message_id(key: str, message_id: str) -> OwnMessageId | None:
    """What one of our Message-IDs says, with or without <>; None when it is somebody else's, or forged."""
    found = _OWN.fullmatch(message_id.strip().lower())
    if found is None:
        return None
    number, event_id = int(found["incident"]), int(found["event"])
    expected = mac(key, "message-id", found["side"], number, event_id, found["recipient"])
    if not same(found["mac"], expected):
        return None
    return OwnMessageId(Side(found["side"]), number or None, event_id, found["recipient"], key)


def _ascii(domain: str) -> str:
    try:
        return domain.strip().lower().encode("idna").decode("ascii") or "localhost"
    except UnicodeError:
        return "localhost"
