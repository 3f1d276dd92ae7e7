"""Canned replies: texts with variables that agents put into what they write, for themselves, a team or everybody.

Doors call `save` and `text_for`; pages ask `canned_replies`. How often one helped is counted from its uses."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.sharing import OF_ONE_AGENT_MAX, Shared, checked_name, shared_with
from helpdesk.incidents.variables import check
from helpdesk.people.agent import Viewer
from helpdesk.services import Category

TEXT_LENGTH_MAX, SHORTCUT_LENGTH_MAX = 20_000, 30
COUNTED_DAYS = 90
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]*")


class CannedReply(Shared, Base):
    """`variants` holds the text in other languages, by their code of ISO 639-1. `category_id`: offered first there."""

    __tablename__ = "canned_replies"

    shortcut: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    variants: Mapped[dict[str, Any]] = mapped_column(default=dict)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    category: Mapped[Category | None] = relationship()


class CannedReplyUse(Base):
    """It was in a reply or note that somebody wrote."""

    __tablename__ = "canned_reply_uses"

    canned_reply_id: Mapped[int] = mapped_column(ForeignKey("canned_replies.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    at: Mapped[datetime]


def canned_replies(session: Session, viewer: Viewer) -> list[CannedReply]:
    """All that this viewer has, by name, in one statement."""
    query = (
        select(CannedReply)
        .where(shared_with(CannedReply, viewer))
        .options(joinedload(CannedReply.team), joinedload(CannedReply.owner), joinedload(CannedReply.category))
    )
    return sorted(session.scalars(query), key=lambda one: (one.name.casefold(), one.id))


def offered_first(
    found: Iterable[CannedReply], category: Category | None, used: Mapping[int, int]
) -> list[CannedReply]:
    """As they are offered: those of the incident's category, then what helps most often."""
    number = category.id if category else None
    return sorted(
        found, key=lambda one: (one.category_id is None or one.category_id != number, -used.get(one.id, 0), one.name)
    )


def save(
    session: Session,
    one: CannedReply,
    *,
    name: str,
    shortcut: str,
    text: str,
    variants: Mapping[str, str],
    category: Category | None,
    at: datetime,
) -> None:
    """Puts a new one or a changed one into shape; `sharing.share` says for whom it is. Raises Invalid."""
    one.name, one.shortcut = checked_name(name), _checked_shortcut(shortcut)
    one.text = _checked_text(text, "text")
    one.variants = {code: _checked_text(words, "text") for code, words in variants.items() if words.strip()}
    one.category, one.changed_at = category, at
    if one not in session:
        one.made_at = at
        _check_number(session, one)
    session.add(one)


def remove(session: Session, one: CannedReply) -> None:
    session.execute(delete(CannedReplyUse).where(CannedReplyUse.canned_reply_id == one.id))
    session.delete(one)


def text_for(one: CannedReply, language: str) -> str:
    """The text in this language where there is one (“de” for “de-AT”), else the first one."""
    return str(one.variants.get(language.lower().replace("_", "-").partition("-")[0]) or one.text)


def used(session: Session, viewer: Viewer, *, now: datetime) -> dict[int, int]:
    """How often each was used in the last COUNTED_DAYS, by anybody."""
    query = (
        select(CannedReplyUse.canned_reply_id, func.count())
        .join(CannedReply, CannedReply.id == CannedReplyUse.canned_reply_id)
        .where(shared_with(CannedReply, viewer), CannedReplyUse.at > now - timedelta(days=COUNTED_DAYS))
        .group_by(CannedReplyUse.canned_reply_id)
    )
    return dict(row for row in session.execute(query))


def count_uses(session: Session, viewer: Viewer, numbers: Collection[int], incident_id: int, *, at: datetime) -> None:
    """These were in what was written just now. Those that are not the viewer's are not counted."""
    if not numbers:
        return
    query = select(CannedReply.id).where(CannedReply.id.in_(numbers), shared_with(CannedReply, viewer))
    session.add_all(
        CannedReplyUse(canned_reply_id=number, incident_id=incident_id, agent_id=viewer.agent_id, at=at)
        for number in session.scalars(query).all()
    )


def _checked_shortcut(shortcut: str) -> str:
    word = shortcut.strip().lower().removeprefix("/")
    if word and (not _SHORTCUT.fullmatch(word) or len(word) > SHORTCUT_LENGTH_MAX):
        raise Invalid(
            f"A shortcut is one word of letters, digits and - up to {SHORTCUT_LENGTH_MAX} characters.", field="shortcut"
        )
    return word


def _checked_text(text: str, field: str) -> str:
    words = text.strip()
    if not words:
        raise Invalid("Write the text.", field=field)
    if len(words) > TEXT_LENGTH_MAX:
        raise Invalid(f"Shorten the text to {TEXT_LENGTH_MAX:,} characters.", field=field)
    check(words, field)
    return words


def _check_number(session: Session, one: CannedReply) -> None:
    query = select(func.count()).select_from(CannedReply).where(CannedReply.owner_id == one.owner.id)
    with session.no_autoflush:
        if (session.scalar(query) or 0) >= OF_ONE_AGENT_MAX:
            raise Invalid(f"You have {OF_ONE_AGENT_MAX} canned replies. Delete some first.")
