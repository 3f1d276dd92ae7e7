"""The bad Friday, about five weeks before now: one switch fails and a dozen people report what they see of it."""

from datetime import UTC, datetime, time, timedelta

from .company import DOMAIN, REQUESTERS, TOMASZ, Requester
from .incident import SampleIncident, Source, Step
from .scenario import Report
from .scenarios import SWITCH_FAILURE
from .wording import prose

FRIDAY = 4
FAILED_AT = time(8, 41, tzinfo=UTC)
MENDED_AT = time(10, 32, tzinfo=UTC)
MINUTES_AFTER = (2, 4, 5, 9, 13, 17, 22, 28, 36, 47, 55, 68, 84, 101)
REPORTERS = (
    "bill.hathersage",
    "agnieszka.zareba",
    "declan.farr",
    "harpreet.gill",
    "nkechi.obi",
    "kofi.mensah",
    "jill.marsden",
    "stefan.krueger",
    "beatrice.holloway",
    "owen.pritchard",
    "joaquin.salas",
    "ama.boateng",
    "chidi.eze",
    "radu.ionescu",
)
KNOWN = (
    "We know about it: a core switch at Ropewalk has failed and we are on site. Next news by 10:00.",
    "Same cause as for your colleagues, a failed switch at Ropewalk. Please carry on without the network until 10:30.",
    "Thank you, that helps us to see how far it reaches. We are moving the cables to the other switch right now.",
)
FIRST_NOTE = """Switch 2 of the stack in the Ropewalk cabinet is dark, no power supply light. Spare power supply
is in the office store; Kenji brings it. Cables of the access points go to switch 1 meanwhile."""
RECOVERED = (
    "Network back since 10:32, checked at this place by phone.",
    "Everything reachable again since 10:32; {first} confirmed.",
    "Came back by itself once the uplink had been moved. Nothing to do on the device.",
    "Device restarted once after 10:32, then all was well.",
)


def bad_friday(now: datetime, count: int = 14) -> tuple[SampleIncident, ...]:
    """Up to 14 incidents within two hours on the Friday at least five weeks before `now`."""
    day = (now - timedelta(weeks=5)).date()
    day -= timedelta(days=(day.weekday() - FRIDAY) % 7)
    failed, mended = datetime.combine(day, FAILED_AT), datetime.combine(day, MENDED_AT)
    return tuple(_incident(place, failed, mended) for place in range(min(count, len(REPORTERS))))


def _incident(place: int, failed: datetime, mended: datetime) -> SampleIncident:
    report, person = SWITCH_FAILURE.reports[place], _person(place)
    opened = failed + timedelta(minutes=MINUTES_AFTER[place])
    filing = SWITCH_FAILURE.filing
    source: Source = "agent" if place % 5 == 2 else "mail"
    return SampleIncident(
        scenario=SWITCH_FAILURE.key,
        requester=person.address,
        requester_name=person.name,
        source=source,
        subject=report.subject,
        opened_at=opened,
        service=filing.service,
        category=filing.category,
        team=filing.team,
        assignee=TOMASZ,
        impact=filing.impact if place == 0 else 2,
        urgency=filing.urgency,
        steps=_steps(place, report, person, opened, mended),
    )


def _steps(place: int, report: Report, person: Requester, opened: datetime, mended: datetime) -> tuple[Step, ...]:
    settled = mended + timedelta(minutes=6 + 3 * place)
    return (
        Step(opened, "message", person.address, prose(report.body)),
        Step(opened + timedelta(minutes=3), "assign", TOMASZ, assignee=TOMASZ, team="network"),
        _spoken(place, opened + timedelta(minutes=4)),
        _resolution(place, person, settled),
        Step(settled + timedelta(days=5), "close", TOMASZ),
    )


def _spoken(place: int, at: datetime) -> Step:
    if place == 0:
        return Step(at, "note", TOMASZ, prose(FIRST_NOTE))
    return Step(at, "reply", TOMASZ, KNOWN[place % len(KNOWN)])


def _resolution(place: int, person: Requester, at: datetime) -> Step:
    cause, fix = prose(SWITCH_FAILURE.cause), prose(SWITCH_FAILURE.fixes[0])
    if place == 0:
        return Step(at, "resolve", TOMASZ, fix, code="fixed", cause=cause)
    text = f"{RECOVERED[place % len(RECOVERED)].format(first=person.first_name)} {fix}"
    return Step(at, "resolve", TOMASZ, text, code="duplicate", cause="Part of the switch failure at Ropewalk. " + cause)


def _person(place: int) -> Requester:
    address = f"{REPORTERS[place]}@{DOMAIN}"
    return next(person for person in REQUESTERS if person.address == address)
