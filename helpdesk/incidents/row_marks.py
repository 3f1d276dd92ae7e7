"""What a row of the queue shows beside the incident itself: its tags, the viewer's own draft, colleagues who are there.

One statement for all rows of a page, since the queue is the page that is asked for most."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, Select, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session, aliased

from helpdesk.base import UtcDateTime
from helpdesk.incidents.presence import HERE_SECONDS, Presence, Present, is_writing
from helpdesk.incidents.reply_drafts import ReplyDraft
from helpdesk.incidents.tags import IncidentTag, Tag, key_of, tint_of
from helpdesk.people.agent import Agent, Viewer

_PRESENT, _DRAFT, _TAG = "present", "draft", "tag"
_Marks = Select[str, int, str, int | None, datetime | None]


@dataclass(frozen=True, slots=True)
class RowMarks:
    """`tags` are (name, tint), in the order of the alphabet."""

    tags: tuple[tuple[str, int], ...] = ()
    has_draft: bool = False
    present: tuple[Present, ...] = ()


def marks_of_rows(
    session: Session, viewer: Viewer, incident_ids: Collection[int], *, at: datetime
) -> dict[int, RowMarks]:
    """By the numbers of those that have any. The caller gives only what the viewer may see."""
    if not incident_ids:
        return {}
    tags: dict[int, dict[str, int]] = {}
    present: dict[int, list[Present]] = {}
    drafted: set[int] = set()
    parts = (_present(viewer, incident_ids, at), _drafts(viewer, incident_ids), _tags(incident_ids))
    for what, number, words, tint, moment in session.execute(union_all(*parts)):
        if what == _TAG:
            tags.setdefault(number, {})[words] = tint_of(words) if tint is None else tint
        elif what == _PRESENT:
            present.setdefault(number, []).append(Present(words, is_writing(moment, at)))
        else:
            drafted.add(number)
    return {
        number: RowMarks(
            tuple(sorted(tags.get(number, {}).items(), key=lambda tag: key_of(tag[0]))),
            number in drafted,
            tuple(sorted(present.get(number, ()))),
        )
        for number in {*tags, *present, *drafted}
    }


def _present(viewer: Viewer, incident_ids: Collection[int], at: datetime) -> _Marks:
    return (
        select(literal(_PRESENT), Presence.incident_id, Agent.name, cast(null(), Integer), Presence.writing_at)
        .join(Agent, Agent.id == Presence.agent_id)
        .where(
            Presence.incident_id.in_(incident_ids),
            Presence.agent_id != viewer.agent_id,
            Presence.seen_at > at - timedelta(seconds=HERE_SECONDS),
        )
    )


def _drafts(viewer: Viewer, incident_ids: Collection[int]) -> _Marks:
    shown = (literal(_DRAFT), ReplyDraft.incident_id, literal(""), cast(null(), Integer), ReplyDraft.changed_at)
    return select(*shown).where(ReplyDraft.agent_id == viewer.agent_id, ReplyDraft.incident_id.in_(incident_ids))


def _tags(incident_ids: Collection[int]) -> _Marks:
    own, whole = aliased(Tag), aliased(Tag)
    return (
        select(literal(_TAG), IncidentTag.incident_id, whole.name, whole.tint, cast(null(), UtcDateTime))
        .join(own, own.id == IncidentTag.tag_id)
        .join(whole, whole.id == func.coalesce(own.merged_into_id, own.id))
        .where(IncidentTag.incident_id.in_(incident_ids))
    )
