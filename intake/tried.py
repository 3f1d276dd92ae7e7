"""Every rule that matching goes through, in its order, and what each said about one mail: for the dry run.

Reads the decision and the same signs that matching reads; decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from intake.decision import Decision, Outcome
from intake.incoming import Incoming
from intake.senders import sender_rule
from intake.trails import trails

SIGNS = frozenset({"references", "reply address", "thread", "subject", "consultation"})
SIGNS_MAX = 20


class Said(StrEnum):
    NO = "no"  # did not apply
    YES = "yes"  # decided
    NOT_ASKED = "not asked"  # an earlier rule had decided


@dataclass(frozen=True, slots=True)
class Step:
    """One rule. `words` says what it asks for; `found` what there was of it in this mail."""

    words: str
    said: Said
    found: tuple[str, ...] = ()


def tried(session: Session, mail: Incoming, decision: Decision) -> tuple[Step, ...]:
    """All rules in order; exactly one of them decided."""
    signs = tuple(_signs(session, mail))
    questions: list[tuple[str, bool, tuple[str, ...]]] = [
        ("Did the very same mail come before?", decision.rule == "copy", ()),
        ("Is its sender blocked or allowed?", decision.rule == "blocked", _about_sender(session, mail)),
        ("Has it no sender that could be answered?", decision.rule == "no sender", ()),
        ("Is it one of our own, come back?", decision.rule in ("own address", "our own letter"), ()),
        ("Is it a delivery report?", decision.rule == "delivery report", ()),
        ("Does a sign lead to an incident, and may its sender follow it?", _by_sign(decision), signs),
        ("Does so much come from there that it may be a loop?", decision.rule == "loop", ()),
        ("Is it an automatic answer to nothing of ours?", _is_stray(decision), ()),
        ("Does an agent forward what somebody else wrote?", _is_forwarded(decision), ()),
        ("Otherwise it is a new incident.", decision.rule == "no match", ()),
    ]
    return tuple(_steps(questions))


def _steps(questions: list[tuple[str, bool, tuple[str, ...]]]) -> Iterator[Step]:
    decided = False
    for words, decides, found in questions:
        said = Said.NOT_ASKED if decided else Said.YES if decides else Said.NO
        decided = decided or decides
        yield Step(words, said, () if said is Said.NOT_ASKED else found)


def _by_sign(decision: Decision) -> bool:
    about_one = decision.incident_id is not None and decision.outcome is not Outcome.NEW
    return decision.rule in SIGNS or (about_one and decision.rule in ("agent mail", "automatic answer"))


def _is_stray(decision: Decision) -> bool:
    return decision.rule == "automatic answer" and not _by_sign(decision)


def _is_forwarded(decision: Decision) -> bool:
    return decision.rule == "agent mail" and not _by_sign(decision)


def _about_sender(session: Session, mail: Incoming) -> tuple[str, ...]:
    rule = sender_rule(session, mail.sender) if mail.sender else None
    if rule is None:
        return ()
    verb = "allowed" if rule.verdict == "allow" else "blocked"
    return (f"{rule.made_by} {verb} {rule.address}{f': {rule.note}' if rule.note else '.'}",)


def _signs(session: Session, mail: Incoming) -> Iterator[str]:
    for count, trail in enumerate(trails(session, mail)):
        if count == SIGNS_MAX:
            yield "There are more signs than are shown here."
            return
        incident = session.get(Incident, trail.incident_id)
        where = f"{NUMBER_PREFIX}{trail.incident_id}" if incident else "an incident that does not exist"
        made_for = " It was made for this sender." if trail.made_for else ""
        yield f"{trail.evidence} It leads to {where}.{made_for}"
