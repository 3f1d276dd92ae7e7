"""Trees of categories and causes, the domains of organizations: what may hang where, and what merging moves."""

import pytest
from sqlalchemy.orm import Session

from helpdesk.clock import SetClock
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.sorting import merge_categories, merge_causes
from helpdesk.journal import history
from helpdesk.people.agent import Agent
from helpdesk.people.mail_domains import normalized_domain
from helpdesk.people.organization import Organization, give_domains
from helpdesk.people.requester import known_requester
from helpdesk.services import Category, make_category
from helpdesk.services.causes import make_cause
from helpdesk.services.tree import DEPTH_MAX, below, nodes, place, retire
from tests.domain.conftest import START


def paths(session: Session) -> list[str]:
    session.flush()
    return [one.path for one in nodes(session, Category)]


def test_what_moves_takes_its_branch_along(session: Session) -> None:
    hardware, network = make_category(session, "Hardware"), make_category(session, "Net%work")
    printer = make_category(session, "Printer", hardware)
    make_category(session, "Toner", printer)
    place(session, printer, "Printing", network)
    assert paths(session) == ["Hardware", "Net%work", "Net%work › Printing", "Net%work › Printing › Toner"]
    for name, parent in (("Hardware", None), ("A › B", None), ("Net%work", printer)):
        with pytest.raises(Invalid):
            place(session, network, name, parent)
    retire(session, network, START)
    assert all(one.retired_at for one in (network, *below(session, network)))
    assert hardware.retired_at is None


def test_a_tree_does_not_grow_for_ever(session: Session) -> None:
    parent = None
    for number in range(DEPTH_MAX):
        parent = make_category(session, f"Level {number}", parent)
    with pytest.raises(Invalid, match="levels deep"):
        place(session, Category(), "One more", parent)


def test_merging_categories_moves_incidents_and_open_ones_say_so(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    wifi, network = make_category(session, "Wi-Fi"), make_category(session, "Network")
    make_category(session, "Roaming", wifi)
    incident.categorize(wifi, None, by=kim.actor(), at=clock.now())
    merge_categories(session, wifi, network, by=kim.actor(), at=clock.now())
    assert (incident.category, wifi.merged_into_id, wifi.retired_at) == (network, network.id, clock.now())
    assert history(session, "incident", incident.id)[-1].data["after"]["category"] == "Network"
    assert paths(session) == ["Network", "Network › Roaming", "Wi-Fi"]
    with pytest.raises(Invalid):
        merge_categories(session, network, wifi, by=kim.actor(), at=clock.now())


def test_the_cause_is_apart_from_the_category(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    by, at = kim.actor(), clock.now()
    reported, cause = make_category(session, "Network"), make_cause(session, "Power", make_cause(session, "Hardware"))
    incident.categorize(reported, None, by=by, at=at)
    incident.resolve(ResolutionCode.FIXED, "The switch lost power", "New supply", by=by, at=at, cause_chosen=cause)
    event = history(session, "incident", incident.id)[-1]
    assert (event.data["cause_id"], event.data["cause_path"]) == (cause.id, "Hardware › Power")
    other = make_cause(session, "Electricity")
    merge_causes(session, cause, other, at=at)
    assert (incident.cause_chosen, incident.category) == (other, reported)
    incident.reopen(by=by, at=at)
    session.flush()
    assert (incident.cause_id, incident.category) == (None, reported)


def test_writers_of_a_domain_belong_by_themselves(session: Session) -> None:
    acme, north = (Organization(name=name, created_at=START) for name in ("Acme", "North"))
    session.add_all([acme, north])
    session.flush()
    give_domains(session, acme, ["@Acme.example", "acme.example"])
    give_domains(session, north, ["north.acme.example"])
    session.flush()
    for address, whose in (
        ("a@acme.example", acme),
        ("b@shop.acme.example", acme),
        ("c@it.north.acme.example", north),
        ("d@notacme.example", None),
        ("e@example", None),
    ):
        assert known_requester(session, address, "", at=START).organization is whose
    with pytest.raises(Invalid, match="belongs to Acme"):
        give_domains(session, north, ["acme.example"])
    acme.retired_at = START
    assert known_requester(session, "f@acme.example", "", at=START).organization is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "a b.example",
        "gmail.com",
        "Yahoo.co.uk",
        "hotmail.fr",
        "1.2.3.4",
        "x" * 300 + ".example",
        "-a.example",
    ],
)
def test_what_is_no_domain_of_an_organization(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalized_domain(text)
    assert refused.value.field == "domains"


def test_which_domains_are_an_organizations() -> None:
    assert normalized_domain("@Bücher.example.") == "bücher.example"
    assert normalized_domain("live.acme.example") == "live.acme.example"
