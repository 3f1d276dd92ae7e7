"""Actions that tie incidents to another one, or make them part of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.incidents.action_kind import ActionKind, Doing, Field, FieldType, Values
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.links import BY_HAND, LinkKind, are_tied, link
from helpdesk.incidents.merge import merge, newcomers, surviving
from helpdesk.incidents.queries import visible
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent


def number_in(text: str) -> int:
    """The number that “INC-7”, “#7” or “7” names. Raises Invalid for anything else."""
    digits = text.strip().upper().removeprefix(NUMBER_PREFIX).lstrip("#").strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 16):
        raise Invalid(f"“{text[:40]}” is no number of an incident. Write it like INC-7.", field="other")
    return int(digits)


def _other(session: Session, text: str, by: Actor) -> Incident:
    """The incident of that number, as far as whoever acts may see it."""
    number, query = number_in(text), select(Incident)
    agent = session.get(Agent, by.id) if by.kind == "agent" and by.id is not None else None
    if agent is not None:
        query = query.where(visible(agent.viewer()))
    found = session.scalars(query.where(Incident.id == number)).first()
    if found is None:
        raise Invalid(f"There is no incident {NUMBER_PREFIX}{number}. Look at its number.", field="other")
    return found


def _named(values: Values) -> None:
    number_in(values["other"])


def _tie(doing: Doing, values: Values) -> str:
    incident = doing.incident
    other, kind = _other(doing.session, values["other"], doing.by), LinkKind(values["tie"])
    if other is incident or are_tied(doing.session, incident, other, kind):
        return ""
    link(doing.session, incident, other, kind, by=doing.by, at=doing.at)
    return f"tied: {kind.seen_from(first=True)} {other.number}"


def _merge(doing: Doing, values: Values) -> str:
    incident = doing.incident
    into = surviving(doing.session, _other(doing.session, values["other"], doing.by))
    if into is incident:
        return ""
    copied = [one.address for one in newcomers(incident, into) if one.is_requester] if values.get("copied") else []
    merge(doing.session, incident, into, by=doing.by, at=doing.at, copied=copied)
    return f"merged into {into.number}"


_NUMBER = Field("other", "Number", FieldType.LINE, required=True, help="Such as INC-7.")

KINDS = (
    ActionKind(
        "link",
        "Tie to another",
        "link",
        _tie,
        (
            Field(
                "tie",
                "Each of these is",
                FieldType.CHOICE,
                required=True,
                choices=tuple((kind.value, kind.seen_from(first=True)) for kind in BY_HAND),
            ),
            _NUMBER,
        ),
        touches=frozenset({"fields", "links"}),
        check=_named,
    ),
    ActionKind(
        "merge",
        "Merge into another",
        "git-merge",
        _merge,
        (_NUMBER, Field("copied", "Their requesters read along there", FieldType.YES)),
        touches=frozenset({"fields", "merged"}),
        check=_named,
        by_rule=False,
    ),
)
