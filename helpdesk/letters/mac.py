"""Short keyed digests in base32, lower case only: they ride in local parts and Message-IDs, which get case-folded.

Each use has its own purpose, so that a digest made for one can never pass for another."""

import hmac
from base64 import b32encode

ADDRESS_CHARACTERS = 8  # 40 bits: tells recipients apart; nobody without the key can look for a second one
MAC_CHARACTERS = 16  # 80 bits: a guess costs one mail


def mac(key: str, purpose: str, *parts: object, characters: int = MAC_CHARACTERS) -> str:
    """HMAC-SHA-256 of the parts, cut to so many base32 characters (5 bits each)."""
    said = "\0".join([purpose, *map(str, parts)])
    digest = hmac.digest(key.encode(), said.encode(), "sha256")
    return b32encode(digest).decode()[:characters].lower()


def address_digest(key: str, address: str) -> str:
    """What stands for an address, so that the address itself is not shown to whoever sees the identifier."""
    return mac(key, "recipient", address.strip().lower(), characters=ADDRESS_CHARACTERS)


def same(one: str, other: str) -> bool:
    """Compares in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
