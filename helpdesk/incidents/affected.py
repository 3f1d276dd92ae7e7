"""How many people an incident hits: whoever reported it, here or in an incident that is the same one.

Asked by `prioritization`. The tables go by their names: the aggregate asks too, so its classes can't be imported."""

from sqlalchemy import ScalarSelect, Table, func, or_, select

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.priority import PEOPLE_MAX

# Ties that say: this is the same trouble, at somebody else's place.
SAME_TROUBLE = ("duplicate_of", "child_of")


def checked_people(people: int) -> int:
    """Raises Invalid for a number that can't be one of affected people."""
    if not 1 <= people <= PEOPLE_MAX:
        raise Invalid(f"Give a number of people from 1 to {PEOPLE_MAX:,}.", field="people")
    return people


def reporters(incident_id: int, team_id: int | None) -> ScalarSelect[int]:
    """Counts the different people who reported this incident, one that is tied to it as its duplicate or child, or
    one that was merged into any of these.

    Incidents of a private team count only where the whole is that team's too: whoever reads the number may know."""
    incidents, links, teams = _table("incidents"), _table("incident_links"), _table("teams")
    tied = select(links.c.first_id).where(links.c.second_id == incident_id, links.c.kind.in_(SAME_TROUBLE))
    same = select(incidents.c.id.label("id")).where(or_(incidents.c.id == incident_id, incidents.c.id.in_(tied)))
    parts = same.cte("same_trouble", recursive=True)
    # UNION, not UNION ALL: it ends even if somebody had made a circle by hand.
    parts = parts.union(select(incidents.c.id).where(incidents.c.merged_into_id == parts.c.id))
    hidden = select(teams.c.id).where(teams.c.private, teams.c.id != (team_id or 0))
    return (
        select(func.count(incidents.c.requester_id.distinct()))
        .join(parts, incidents.c.id == parts.c.id)
        .where(or_(incidents.c.team_id.is_(None), incidents.c.team_id.not_in(hidden)))
        .scalar_subquery()
    )


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
