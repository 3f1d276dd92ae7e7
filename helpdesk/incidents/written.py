"""What of an entry is proved by the chain: everything but when it leaves, whether it was called back, and whose
incident it is in, for those change. Asked when an event is recorded and when a chain is proved."""

from datetime import UTC
from typing import Any

from helpdesk.attachments import Attachment
from helpdesk.incidents.thread import Entry


def written(entry: Entry) -> dict[str, Any]:
    """The entry's words by part; see `helpdesk.chain.words`."""
    return {
        "text": entry.text,
        "html": entry.html,
        "quoted": entry.quoted,
        "author": entry.author_name,
        "addresses": [entry.sender, entry.to, entry.cc] if entry.sender or entry.to or entry.cc else [],
        "message_id": entry.message_id,
        "files": [_file(one) for one in entry.attachments],
        "features": entry.features,
        "nature": [
            entry.kind,
            entry.at.astimezone(UTC).isoformat(),
            entry.author_kind,
            entry.author_id,
            entry.automatic,
            entry.trust,
        ],
    }


def _file(one: Attachment) -> list[Any]:
    return [one.filename, one.content_type, one.size_bytes, one.sha256, bool(one.inline), one.content_id]
