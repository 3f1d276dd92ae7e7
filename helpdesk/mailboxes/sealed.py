"""Passwords of mailboxes at rest: Fernet (AES-128-CBC with HMAC-SHA-256) under a key drawn from the signing key."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from helpdesk.errors import Conflict


def _box(signing_key: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"mailbox password:" + signing_key.encode()).digest()))


def seal(signing_key: str, secret: str) -> str:
    """The text to store; empty stays empty."""
    return _box(signing_key).encrypt(secret.encode()).decode() if secret else ""


def unseal(signing_key: str, sealed: str) -> str:
    """The secret again. Raises Conflict when the signing key is not the one it was sealed under."""
    if not sealed:
        return ""
    try:
        return _box(signing_key).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict(
            "A mailbox password was sealed under another secret key. Bring that key back, or enter the password again."
        ) from None
