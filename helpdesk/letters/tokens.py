"""The token in our Reply-To: bound to one incident and one recipient, so a forwarded or guessed address opens nothing.

    help+i42.k3j5x7qa.mz2w4lq6r5t3yabc@example.org

Kept to 64 octets of local part (RFC 5321 section 4.5.3.1.1) and to lower case, since local parts get folded on the
way. Intake asks `tokens_in` and `read_token`; the composer asks `reply_address`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from helpdesk.letters.mac import address_digest, mac, same

LOCAL_PART_LENGTH_MAX = 64
_SHAPE = r"i(?P<incident>[1-9][0-9]{0,17})\.(?P<recipient>[a-z2-7]{8})\.(?P<mac>[a-z2-7]{16})"
_WHOLE = re.compile(_SHAPE)
_IN_ADDRESS = re.compile(rf"\+(?P<token>{_SHAPE})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that we made. Whether the one who wrote is the one it was made for is asked by `is_for`."""

    incident_id: int
    recipient_digest: str
    _key: str = field(repr=False)

    def is_for(self, address: str) -> bool:
        return same(self.recipient_digest, address_digest(self._key, address))


def make_token(key: str, incident_id: int, recipient: str) -> str:
    digest = address_digest(key, recipient)
    return f"i{incident_id}.{digest}.{mac(key, 'reply', incident_id, digest)}"


def read_token(key: str, text: str) -> Token | None:
    """What a token says; None when it is none, or not one of ours."""
    found = _WHOLE.fullmatch(text.strip().lower())
    if found is None or not same(found["mac"], mac(key, "reply", int(found["incident"]), found["recipient"])):
        return None
    return Token(int(found["incident"]), found["recipient"], key)


def reply_address(mailbox_address: str, token: str) -> str:
    """The mailbox's address with the token in it; without, when the local part would get too long to be valid."""
    local, _, domain = mailbox_address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if len(tagged.encode()) <= LOCAL_PART_LENGTH_MAX else mailbox_address


def tokens_in(addresses: Iterable[str]) -> Iterator[str]:
    """What looks like a token in addresses a mail was sent to, in their order; each is still to be read."""
    for address in addresses:
        for found in _IN_ADDRESS.finditer(address):
            yield found["token"].lower()
