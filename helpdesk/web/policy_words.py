"""Policies in words: whom they are for, what they promise, and why one of them would or would not be chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from helpdesk.incidents.priority import Priority
from helpdesk.people.organization import Organization, all_organizations
from helpdesk.service_levels.choosing import Facts
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.policy import PRIORITIES, ServiceLevelPolicy
from helpdesk.services import Category, Service, current_categories, current_services
from helpdesk.web.forms.durations import hours_and_minutes

SHOWN_MAX = 4


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers in policies stand for. `parents`: category to the one above it."""

    organizations: Mapping[int, str] = field(default_factory=dict)
    services: Mapping[int, str] = field(default_factory=dict)
    categories: Mapping[int, str] = field(default_factory=dict)
    parents: Mapping[int, int | None] = field(default_factory=dict)


def known_names(session: Session, policies: Iterable[ServiceLevelPolicy] = ()) -> Names:
    """Of all that is in use, and of what these policies name besides."""
    categories = current_categories(session)
    organizations = {one.id: one.name for one in all_organizations(session)}
    services = {one.id: one.name for one in current_services(session)}
    paths = {one.id: one.path for one in categories}
    for policy in policies:
        _add(session, organizations, Organization, policy.organization_ids, "name")
        _add(session, services, Service, policy.service_ids, "name")
        _add(session, paths, Category, policy.category_ids, "path")
    return Names(organizations, services, paths, {one.id: one.parent_id for one in categories})


def _add(
    session: Session,
    known: dict[int, str],
    kind: type[Organization] | type[Service] | type[Category],
    numbers: Iterable[int],
    name: str,
) -> None:
    """What is not in use any more keeps its name: a policy may still be for it."""
    for number in numbers:
        if number not in known:
            row = session.get(kind, number)
            known[number] = f"{getattr(row, name)} (not in use)" if row else f"number {number}, which is gone"


def conditions(policy: ServiceLevelPolicy, names: Names) -> str:
    """“For Nordwind; VPN or Mail; P1 or P2”; what holds for everything says so."""
    parts = [
        _either(names.organizations[one] for one in policy.organization_ids),
        _either(names.services[one] for one in policy.service_ids),
        _either(names.categories[one] for one in policy.category_ids),
        _either(f"P{one}" for one in sorted(policy.priorities)),
        {"incident": "incidents", "request": "requests"}.get(policy.record_type, ""),
    ]
    told = "; ".join(part for part in parts if part)
    return f"For {told}" if told else "For everything that no other policy is for"


def _either(names: Iterable[str]) -> str:
    found = list(names)
    if len(found) > SHOWN_MAX:
        return f"{', '.join(found[:SHOWN_MAX])} or {len(found) - SHOWN_MAX} others"
    return f"{', '.join(found[:-1])} or {found[-1]}" if len(found) > 1 else "".join(found)


def promises(policy: ServiceLevelPolicy) -> list[tuple[str, str]]:
    """For each target what is promised: “P1 15m, P2 1h”; targets without a promise are left out."""
    found = []
    for target in Target:
        known = [(one, policy.target_seconds(target, one)) for one in PRIORITIES]
        told = ", ".join(f"P{one} {hours_and_minutes(seconds)}" for one, seconds in known if seconds)
        if told:
            found.append((target.label, told))
    return found


def specificity(policy: ServiceLevelPolicy) -> tuple[bool, ...]:
    """What it leaves open, from the organization on: lower is looked at first, as `choosing` ranks them."""
    named = (
        policy.organization_ids, policy.service_ids, policy.category_ids, policy.priorities, policy.record_type,
    )  # fmt: skip
    return tuple(not one for one in named)


def in_order(policies: Iterable[ServiceLevelPolicy]) -> list[ServiceLevelPolicy]:
    """As they are looked at: the more specific first, then by position."""
    return sorted(policies, key=lambda one: (specificity(one), one.position, one.series))


def why_not(policy: ServiceLevelPolicy, facts: Facts, names: Names) -> str:
    """The first of its conditions that these facts don't meet; "" when all are met."""
    above, category = set(), facts.category_id
    while category is not None and category not in above:
        above.add(category)
        category = names.parents.get(category)
    fits = (
        (policy.organization_ids, {facts.organization_id}, "another organization"),
        (policy.service_ids, {facts.service_id}, "another service"),
        (policy.category_ids, above, "another category"),
        (
            policy.priorities,
            {facts.priority},
            f"not for P{facts.priority} {Priority(facts.priority).name.capitalize()}",
        ),
        ([policy.record_type] if policy.record_type else [], {facts.record_type}, f"not for a {facts.record_type}"),
    )
    return next((words for wanted, given, words in fits if wanted and not given & set(wanted)), "")
