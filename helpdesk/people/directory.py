"""Finding people: who writes to the desk, by name, address or organization, a page at a time."""

from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from helpdesk.people.requester import Address, Requester

PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """`after` is the number of the last one on the page before."""

    text: str = ""
    organization_id: int | None = None
    vip_only: bool = False
    after: int | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """By name. `after` asks for the next page; None on the last one."""

    people: tuple[Requester, ...]
    after: int | None


def requesters_like(text: str) -> Select[int]:
    """The numbers of those whose name or address has this in it."""
    # Escaped: somebody's "%" or "_" is a letter here.
    escaped = text.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    pattern = f"%{escaped}%"
    return (
        select(Requester.id)
        .join(Address)
        .where(or_(func.lower(Requester.name).like(pattern, escape="\\"), Address.address.like(pattern, escape="\\")))
    )


def people(session: Session, asked: PeopleFilter) -> PeoplePage:
    query = select(Requester).options(joinedload(Requester.organization), selectinload(Requester.addresses))
    if asked.text.strip():
        query = query.where(Requester.id.in_(requesters_like(asked.text)))
    if asked.organization_id is not None:
        query = query.where(Requester.organization_id == asked.organization_id)
    if asked.vip_only:
        query = query.where(Requester.is_vip)
    if asked.after is not None:
        last = select(Requester.name).where(Requester.id == asked.after).scalar_subquery()
        query = query.where(tuple_(Requester.name, Requester.id) > tuple_(last, asked.after))
    found = list(session.scalars(query.order_by(Requester.name, Requester.id).limit(PAGE_LENGTH + 1)))
    shown = tuple(found[:PAGE_LENGTH])
    return PeoplePage(shown, shown[-1].id if len(found) > PAGE_LENGTH else None)
