"""Whom the sample company's people belong to, why its services fail, what is a request, and what agents decided
against a proposal.

For `helpdesk.cli.demo`: `belong` and `name_causes` before the incidents are played, `triage` afterwards."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.record_types import RecordType
from helpdesk.people.organization import Organization
from helpdesk.sample import company
from helpdesk.services.causes import Cause, make_cause

OFFICE, CUSTOMER = "office", "Estudio Ibarra"
BRANCHES = {
    OFFICE: "Kelmouth office",
    "workshop": "Workshops",
    "shop": "Shops",
    "warehouse": "Warehouse and transport",
}
PARTNERS = {
    "estudioibarra.example": CUSTOMER,
    "fellsidetimber.example": "Fellside Timber",
    "beschlag-nord.example": "Beschläge Nord",
    "loomandfell.example": "Loom & Fell",
}
DIRECTOR = f"eleanor.whitcombe@{company.DOMAIN}"
CAUSES = {
    "Hardware": ("Worn out", "Power supply", "Cable or plug"),
    "Software": ("Fault in an update", "Settings", "Expired certificate"),
    "Network": ("Line of the provider", "Switch or access point"),
    "People": ("Not known how", "Rights were missing"),
    "Supplier": (),
}
# By the top of the category: what such incidents mostly turn out to be.
USUAL = {
    "devices": "Hardware › Worn out",
    "network": "Network › Switch or access point",
    "access": "People › Rights were missing",
    "mail": "Software › Settings",
    "applications": "Software › Fault in an update",
}
REQUESTED = ("access.permission", "applications.office")
REASONS = (
    (2, "The whole accounts team is waiting for it."),
    (2, "It is the week of the stocktaking."),
    (1, "All tills of the shop stand still."),
    (2, "The same fault was seen at three machines."),
)
AFFECTED = 34


def belong(session: Session, cast: Cast, *, at: datetime) -> None:
    """The company's branches, and those it does business with, who belong by their mail domain."""
    places = {area: Organization(name=name, created_at=at) for area, name in BRANCHES.items()}
    partners = {
        domain: Organization(name=name, domains=[domain], created_at=at, is_vip=name == CUSTOMER)
        for domain, name in PARTNERS.items()
    }
    partners["estudioibarra.example"].note = "Orders by the container. Call back the same day."
    session.add_all([*places.values(), *partners.values()])
    for one in company.REQUESTERS:
        domain = one.address.rpartition("@")[2]
        cast.requesters[one.address].organization = partners.get(domain) or places.get(one.area)
    cast.requesters[DIRECTOR].is_vip = True
    session.flush()


def name_causes(session: Session, cast: Cast) -> None:
    """A small taxonomy; what each category mostly turns out to be is chosen when its incidents are resolved."""
    found: dict[str, Cause] = {}
    for name, below in CAUSES.items():
        top = found[name] = make_cause(session, name)
        found |= {one.path: one for one in [make_cause(session, leaf, top) for leaf in below]}
    for key, category in cast.categories.items():
        if path := USUAL.get(key.partition(".")[0]):
            cast.causes[category.id] = found[path]


def triage(session: Session, cast: Cast, *, now: datetime) -> None:
    """Makes some of them requests, counts the people hit by one, and puts a few otherwise than proposed."""
    agents = [one.actor() for one in cast.agents.values()]
    wanted = [cast.categories[key].id for key in REQUESTED]
    for incident in session.scalars(select(Incident).where(Incident.category_id.in_(wanted))):
        incident.reclassify(RecordType.REQUEST.value, by=agents[0], at=incident.updated_at)
    newest = select(Incident).where(Incident.is_open, Incident.impact == 3).order_by(Incident.id.desc())
    found = list(session.scalars(newest.limit(len(REASONS) + 1)))
    for number, (incident, (impact, reason)) in enumerate(zip(found, REASONS, strict=False)):
        by = agents[number % len(agents)]
        incident.prioritize(impact, incident.urgency, by=by, at=now, reason=reason)
    for incident in found[len(REASONS) :]:
        incident.affects(AFFECTED, by=agents[1], at=now)
