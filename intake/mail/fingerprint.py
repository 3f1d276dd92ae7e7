"""One digest for one message, however it travelled: the same through two mailboxes or relays."""

from hashlib import sha256


def fingerprint(message_id: str | None, sender: str, date: str, subject: str, *bodies: str) -> str:
    """Hex SHA-256 over what the writer wrote; headers that relays add or change are not in it."""
    digest = sha256()
    for value in (message_id or "", sender, date, subject, *bodies):
        data = value.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
