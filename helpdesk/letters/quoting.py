"""The message that is answered, quoted beneath the answer: readers know at once what it is about."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.addresses import one_line

# The whole of it is in the thread; a letter need not carry a log file twice.
LINES_MAX = 200
CHARACTERS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Quote:
    attribution: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Each line behind `>`, as RFC 3676 section 4.5 has it."""
        return "\n".join(f">{'' if line.startswith('>') or not line else ' '}{line}" for line in self.lines)

    @property
    def html(self) -> Markup:
        return as_html("\n".join(self.lines))


def quote_for(session: Session, reply: Entry) -> Quote | None:
    """The last thing that a person on the requester's side wrote before this reply; None when there is no text."""
    query = select(Entry.at, Entry.author_name, Entry.text).where(
        Entry.incident_id == reply.incident_id,
        Entry.kind == EntryKind.MESSAGE.value,
        Entry.id < reply.id,
        Entry.automatic == "",
        Entry.text != "",
    )
    row = session.execute(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(1)).first()
    return Quote(f"On {moment(row.at)}, {one_line(row.author_name)} wrote:", excerpt(row.text)) if row else None


def excerpt(text: str) -> tuple[str, ...]:
    """Its lines, up to a length that is still pleasant to receive."""
    lines = printable(text).strip()[:CHARACTERS_MAX].split("\n")
    cut = len(lines) > LINES_MAX or len(text) > CHARACTERS_MAX
    return (*lines[:LINES_MAX], "…") if cut else tuple(lines)


def moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y at %H:%M} UTC"


def printable(text: str) -> str:
    """Line ends made one kind; control characters, which no mail may carry, left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in "\n\t" or ord(one) >= 32)


def as_html(text: str) -> Markup:
    """Plain text with its line ends kept."""
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))
