"""What the name of a folder tells of the mail in it: sent by us, or nothing anybody wants imported."""

from collections.abc import Iterable

# As the usual mail programs and providers call them; Maildir++ writes INBOX.Sent as ".Sent", mbox trees "Sent.sbd".
SENT = frozenset({
    "sent", "sent items", "sent messages", "sent mail", "sent-mail", "outbox",
    "gesendet", "gesendete elemente", "gesendete objekte", "gesendete nachrichten",
    "envoyés", "envoy&aok-s", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados",
    "posta inviata", "inviati", "elementi inviati", "verzonden", "verzonden items", "verzonden berichten",
})  # fmt: skip
UNWANTED = frozenset({
    "drafts", "draft", "templates", "trash", "bin", "deleted", "deleted items", "deleted messages",
    "junk", "junk e-mail", "junk mail", "spam",
    "entwürfe", "papierkorb", "gelöscht", "gelöschte elemente", "gelöschte objekte", "brouillons", "corbeille",
    "borradores", "papelera", "bozze", "cestino", "concepten", "prullenbak",
})  # fmt: skip
ENDINGS = (".mbox", ".mbx", ".sbd", ".maildir", ".zip", ".tar", ".tgz", ".gz")


def is_sent(parts: Iterable[str]) -> bool:
    return any(name in SENT for name in _names(parts))


def is_unwanted(parts: Iterable[str]) -> bool:
    """Drafts, junk and trash."""
    return any(name in UNWANTED for name in _names(parts))


def _names(parts: Iterable[str]) -> Iterable[str]:
    for part in parts:
        name = part.lower()
        for ending in ENDINGS:
            name = name.removesuffix(ending)
        yield name
        if name.startswith("."):
            # The levels of Maildir++ are dots: .Archive.Sent
            yield from name.split(".")
