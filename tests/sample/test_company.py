"""The sample company holds together: every key leads somewhere, and nobody real is named."""

import re
from collections.abc import Iterator

import pytest

from helpdesk.sample import company, example_mail
from helpdesk.sample.articles import load_articles
from helpdesk.sample.scenarios import SCENARIOS, SWITCH_FAILURE
from helpdesk.sample.wording import fill, slots

AGENT_ADDRESSES = {agent.address for agent in company.AGENTS}
TEAM_KEYS = {team.key for team in company.TEAMS}
REAL_COMPANIES = (
    "microsoft|google|apple|amazon|cisco|fortinet|hewlett|dell|lenovo|zebra|epson|brother|canon|paypal|stripe|"
    "klarna|adyen|visa|mastercard|sap|oracle|adobe|autodesk|siemens|telekom|vodafone|dhl|ups|fedex|zendesk|zammad|"
    "ikea|shopify|salesforce|dropbox|zoom"
)


def all_text() -> Iterator[str]:
    for scenario in (*SCENARIOS, SWITCH_FAILURE):
        yield from (f"{report.subject} {report.body}" for report in scenario.reports)
        yield from (f"{exchange.question} {exchange.answer}" for exchange in scenario.exchanges)
        yield from (scenario.cause, scenario.waits_for, *scenario.fixes, *scenario.notes)
        if scenario.relapse:
            yield from (scenario.relapse.message, scenario.relapse.fix)
    yield from (f"{article.title} {article.summary} {article.body}" for article in load_articles())
    yield from (example_mail.EXAMPLE_MAIL_BODY, example_mail.SECOND_MAIL_BODY)
    yield from (service.description for service in company.SERVICES)


@pytest.mark.parametrize("things", [company.SERVICES, company.CATEGORIES, company.TEAMS], ids=lambda t: t[0].key)
def test_keys_are_unique(things):
    assert len({thing.key for thing in things}) == len(things)


def test_addresses_are_unique_and_belong_to_example_domains():
    addresses = [person.address for person in (*company.AGENTS, *company.REQUESTERS)]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z.]+@[a-z-]+\.example", address) for address in addresses)


def test_the_company_is_of_the_promised_size():
    assert 10 <= len(company.SERVICES) <= 14
    assert len(company.CATEGORIES) >= 20
    assert len(company.AGENTS) == 6
    assert len(company.REQUESTERS) >= 45
    assert sorted(agent.role for agent in company.AGENTS) == ["administrator", *["agent"] * 4, "lead"]
    assert [team.key for team in company.TEAMS if team.private] == ["people"]


def test_owners_members_and_parents_exist():
    category_keys = {category.key for category in company.CATEGORIES}
    assert {service.owner for service in company.SERVICES} <= AGENT_ADDRESSES
    assert {service.team for service in company.SERVICES} <= TEAM_KEYS
    assert {address for team in company.TEAMS for address in team.members} == AGENT_ADDRESSES
    assert {category.parent for category in company.CATEGORIES} - {None} <= category_keys


def test_every_address_and_link_in_the_prose_is_an_example():
    text = "\n".join(all_text())
    hosts = re.findall(r"(?:@|https?://|\\\\)([\w-]+(?:\.[\w-]+)+)", text)
    assert hosts
    assert [host for host in hosts if not host.endswith(".example")] == []
    assert re.findall(r"\b[\w-]+\.(?:com|net|org|de|fr|es|co\.uk|io)\b", text) == []


def test_no_real_company_is_named():
    named = re.findall(rf"\b({REAL_COMPANIES})\b", "\n".join(all_text()), flags=re.IGNORECASE)
    assert named == []


def test_every_slot_in_the_prose_can_be_filled(rng):
    filled = slots(rng, company.REQUESTERS[0], company.AGENTS[0])
    texts = [fill(text, filled) for text in all_text()]
    assert not any("{" in text or "}" in text or "\n " in text for text in texts)
