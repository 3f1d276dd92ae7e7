"""How letters to requesters are worded: the built-in words, and what the desk put in their place.

A wording is for one letter in one language, for the whole desk or for one mailbox. Each change is a row of its own,
so earlier versions stay; going back to the built-in words is a change too. Doors check before they save; a letter
that can't be composed with what is stored is composed with the built-in words, see `rendering`."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.errors import Invalid, Stale
from helpdesk.journal import Actor, EventKind, record
from helpdesk.letters.kinds import Letter
from helpdesk.letters.languages import ENGLISH, LANGUAGES
from helpdesk.letters.placeholders import check
from helpdesk.settings import templates_folder

WHOLE_DESK = 0
RECORD_KIND = "letters"  # in the journal; the record's number is the mailbox's, or WHOLE_DESK
SUBJECT = "{thread_subject}"
# What an agent writes has little around it, whoever reads it and in whatever language.
_LIKE_A_REPLY = "consultation"

WORDED = tuple(
    letter
    for letter in Letter
    if letter.value in ("acknowledgement", "reply", "resolution", "reopened", "closed", "consultation")
)


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Subject and text with their placeholders. `wording` is the row they come from, None for the built-in ones."""

    subject: str
    body: str
    wording: "Wording | None" = None


class Wording(Base):
    """One version. `mailbox_id` is WHOLE_DESK (0) for all mailboxes that have no wording of their own; `built_in`:
    with this version the built-in words came back. `fault` says why a letter could not be composed with it."""

    __tablename__ = "wordings"
    __table_args__ = (UniqueConstraint("letter", "language", "mailbox_id", "number"),)

    letter: Mapped[str]
    language: Mapped[str]
    mailbox_id: Mapped[int]
    number: Mapped[int]
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    built_in: Mapped[bool] = mapped_column(default=False)
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    fault: Mapped[str] = mapped_column(default="")
    faulted_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Place:
    """What a wording is for."""

    letter: Letter
    language: str
    mailbox_id: int = WHOLE_DESK

    def in_language(self, code: str) -> "Place":
        return replace(self, language=code)


@cache
def built_in(letter: Letter, language: str) -> Phrasing:
    """The words that come with the desk."""
    name = "reply" if letter.value == _LIKE_A_REPLY else letter.value
    folder = templates_folder() / "letters" / name
    file = folder / f"{language}.md"
    text = (file if file.is_file() else folder / f"{ENGLISH.code}.md").read_text(encoding="utf-8")
    return Phrasing(SUBJECT, text.strip("\n"))


def newest(session: Session, place: Place) -> Wording | None:
    """The last version, or None where nobody ever changed anything."""
    return next(iter(versions(session, place)), None)


def versions(session: Session, place: Place) -> list[Wording]:
    """All of them, the newest first."""
    query = select(Wording).where(
        Wording.letter == place.letter.value,
        Wording.language == place.language,
        Wording.mailbox_id == place.mailbox_id,
    )
    return list(session.scalars(query.order_by(Wording.number.desc())))


def own_words(session: Session, place: Place) -> Phrasing | None:
    """What was decided for just this place; None where the words come from elsewhere."""
    row = newest(session, place)
    return Phrasing(row.subject, row.body, row) if row and not row.built_in else None


def inherited(session: Session, place: Place) -> Phrasing:
    """What holds here while this place has no words of its own: the whole desk's, else the built-in ones."""
    whole = own_words(session, Place(place.letter, place.language)) if place.mailbox_id != WHOLE_DESK else None
    return whole or built_in(place.letter, place.language)


def words_for(session: Session, place: Place) -> Phrasing:
    """What a letter from this mailbox says in this language."""
    return own_words(session, place) or inherited(session, place)


def reword(session: Session, place: Place, subject: str, body: str, *, seen: int, by: Actor, at: datetime) -> Wording:
    """A new version; the door commits. `seen`: the number of the version that the writer had before them, 0 for none.

    Raises Invalid for what can't be composed, Stale when somebody else saved in between."""
    subject, body = " ".join(subject.split()), _clean(body)
    check(place.letter, subject, body)
    return _next_version(session, place, seen, Wording(subject=subject, body=body), by, at)


def reset(session: Session, place: Place, *, seen: int, by: Actor, at: datetime) -> Wording:
    """Back to what holds without this place's own words; the earlier versions stay. Raises Stale, Invalid."""
    if own_words(session, place) is None:
        raise Invalid("Nothing was changed here, so there is nothing to reset.")
    return _next_version(session, place, seen, Wording(built_in=True), by, at)


def changed_places(session: Session) -> dict[Place, Wording]:
    """Every place that has words of its own, with its newest version."""
    found: dict[Place, Wording] = {}
    known = {letter.value: letter for letter in WORDED}
    for row in session.scalars(select(Wording).order_by(Wording.number)):
        if row.letter in known and row.language in LANGUAGES:
            found[Place(known[row.letter], row.language, row.mailbox_id)] = row
    return {place: row for place, row in found.items() if not row.built_in}


def faulty(session: Session) -> list[tuple[Place, Wording]]:
    """Wordings in use with which a letter could not be composed."""
    return [(place, row) for place, row in changed_places(session).items() if row.fault]


def _next_version(session: Session, place: Place, seen: int, row: Wording, by: Actor, at: datetime) -> Wording:
    before = newest(session, place)
    if (before.number if before else 0) != seen:
        raise Stale(f"{before.written_by if before else 'Somebody'} saved this letter in between.")
    row.letter, row.language, row.mailbox_id = place.letter.value, place.language, place.mailbox_id
    row.number, row.written_by, row.written_at = seen + 1, by.name, at
    session.add(row)
    said: dict[str, Any] = {
        "letter": row.letter,
        "language": row.language,
        "version": row.number,
        "built_in": bool(row.built_in),
    }
    record(session, RECORD_KIND, place.mailbox_id, EventKind.LETTER_REWORDED, by=by, at=at, **said)
    session.flush()
    return row


def _clean(body: str) -> str:
    plain = body.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in plain if one in "\n\t" or ord(one) >= 32).strip("\n")
