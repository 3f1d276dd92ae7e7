"""The message that is answered, quoted beneath the answer: readers know at once what it is about."""

from dataclasses import dataclass

from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.addresses import one_line
from helpdesk.letters.languages import ENGLISH, Language

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


def quote_for(session: Session, reply: Entry, language: Language = ENGLISH, zone: str = "UTC") -> Quote | None:
    """The last thing that a person on the requester's side wrote before this reply; beneath a question to a third
    party, what the agent chose to show of the thread. None when there is no text."""
    if reply.kind == EntryKind.CONSULTATION.value:
        return Quote("From the conversation:", tuple(printable(reply.quoted).split("\n"))) if reply.quoted else None
    query = select(Entry.at, Entry.author_name, Entry.text).where(
        Entry.incident_id == reply.incident_id,
        Entry.kind == EntryKind.MESSAGE.value,
        Entry.id < reply.id,
        Entry.automatic == "",
        Entry.text != "",
    )
    row = session.execute(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(1)).first()
    if row is None:
        return None
    introduced = language.quoted.format(moment=language.at(row.at, zone), name=one_line(row.author_name))
    return Quote(introduced, excerpt(row.text))


def excerpt(text: str) -> tuple[str, ...]:
    """Its lines, up to a length that is still pleasant to receive."""
    lines = printable(text).strip()[:CHARACTERS_MAX].split("\n")
    cut = len(lines) > LINES_MAX or len(text) > CHARACTERS_MAX
    return (*lines[:LINES_MAX], "…") if cut else tuple(lines)


def printable(text: str) -> str:
    """Line ends made one kind; control characters, which no mail may carry, left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in "\n\t" or ord(one) >= 32)


def as_html(text: str) -> Markup:
    """Plain text with its line ends kept."""
    return Markup("<br>\n").join(escape(line) for line in text.split("\n"))
