"""Which pictures of a thread are only part of somebody's signature: logos that come with every mail. The page folds
them away; nothing is deleted."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.incidents.thread import Entry, EntryKind

# Nobody sends a screenshot this small; icons of telephone and letter are.
TINY_BYTES_MAX = 4_000
SEEN_ELSEWHERE_MIN = 2
DOMAINS_MAX = 20


def signature_pictures(session: Session, entries: Iterable[Entry]) -> frozenset[str]:
    """The SHA-256 of those that came, from the same domain, with at least two mails of other incidents too, and of
    tiny ones shown inside a mail. One statement at most, none for a thread without pictures."""
    pictures: dict[str, set[str]] = defaultdict(set)
    tiny, here = set(), set()
    for entry in entries:
        here.add(entry.incident_id)
        if entry.kind != EntryKind.MESSAGE.value:
            continue
        for one in entry.attachments:
            if not one.content_type.startswith("image/"):
                continue
            if one.inline and one.size_bytes <= TINY_BYTES_MAX:
                tiny.add(one.sha256)
            else:
                pictures[entry.sender.rpartition("@")[2].lower()].add(one.sha256)
    return frozenset(tiny | (_seen_elsewhere(session, pictures, here) if pictures else set()))


def _seen_elsewhere(session: Session, pictures: dict[str, set[str]], here: set[int]) -> set[str]:
    from_domain = [
        and_(
            Attachment.sha256.in_(hashes),
            func.lower(Entry.sender).endswith(f"@{domain}", autoescape=True) if domain else true(),
        )
        for domain, hashes in list(pictures.items())[:DOMAINS_MAX]
    ]
    query = (
        select(Attachment.sha256)
        .join(Entry, Entry.id == Attachment.entry_id)
        .where(or_(*from_domain), Entry.kind == EntryKind.MESSAGE.value, Entry.incident_id.not_in(here))
        .group_by(Attachment.sha256)
        .having(func.count(Entry.id.distinct()) >= SEEN_ELSEWHERE_MIN)
    )
    return set(session.scalars(query))
