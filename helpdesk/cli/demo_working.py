"""How the sample company works on one record together: fields of its own, checklists, and what agents put on the
incidents that are open: tags, tasks, watchers, a mention, time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.errands import Errand
from helpdesk.incidents.checklists import Checklist, put_on
from helpdesk.incidents.custom_fields import CustomField, FieldType, set_fields
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.mentions import note
from helpdesk.incidents.tags import set_tags
from helpdesk.incidents.tasks import Plan, add_task, finish_task
from helpdesk.incidents.thread import Words
from helpdesk.incidents.time_spent import spend
from helpdesk.incidents.watching import those_who_see, watch
from helpdesk.letters.markdown import render
from helpdesk.people.agent import Agent
from helpdesk.sample import company

SITES = (
    ("harbour", "Harbour Street office"),
    ("yard", "Timber yard"),
    ("shop_north", "Shop North"),
    ("home", "At home"),
)
TAGS = {
    "network": ("wifi", "waiting for provider"),
    "devices": ("spare part", "on site"),
    "access": ("new starter",),
    "mail": ("phishing?", "all staff"),
    "applications": ("month end", "vendor ticket"),
}
LAPTOP = ("Note the serial number", "Ask when the last backup ran", "Order the part", "Swap it", "Wipe the old disk")
NETWORK = ("Check the status page of the provider", "Ping the switch", "Ask two more people on that floor")
TIMES = (10, 25, 40, 15, 5)


def load_ways_of_working(session: Session, cast: Cast, *, now: datetime) -> None:
    """After the history was played, whose incidents were resolved without any of this; the door commits."""
    _fields(session, cast)
    laptop, network = _checklists(session, cast)
    found = session.scalars(select(Incident).where(Incident.is_open).order_by(Incident.id.desc()).limit(40)).all()
    for number, incident in enumerate(found):
        _work(session, cast, incident, number, now)
    for checklist, root in ((laptop, "Devices"), (network, "Network")):
        fitting = [one for one in found if one.category and one.category.path.startswith(root)]
        for done, incident in zip((3, 1), fitting, strict=False):
            _put_on(session, cast, incident, checklist, done, now)
    session.flush()
    session.execute(delete(Errand))


def _fields(session: Session, cast: Cast) -> None:
    devices, files = cast.categories["devices"].id, cast.categories["applications.files"].id
    sites = [{"key": key, "label": label} for key, label in SITES]
    everywhere = {"on_new_form": True, "on_public_form": True, "in_queue_filter": True}
    session.add_all(
        [
            CustomField(
                key="site", label="Where", type=FieldType.CHOICE.value, options=sites, position=10, **everywhere
            ),
            CustomField(
                key="serial_number",
                label="Serial number",
                help="On the underside, behind S/N.",
                category_ids=[devices],
                required_in=["closed"],
                on_new_form=True,
                position=20,
            ),
            CustomField(
                key="data_lost",
                label="Data lost?",
                type=FieldType.YES_NO.value,
                category_ids=[devices, files],
                position=30,
            ),
            CustomField(
                key="last_backup",
                label="Last good backup",
                type=FieldType.DATE.value,
                category_ids=[devices, files],
                shown_when_key="data_lost",
                shown_when_value="yes",
                position=40,
            ),
            CustomField(
                key="size", label="Size", type=FieldType.NUMBER.value, unit="GB", category_ids=[files], position=50
            ),
            CustomField(key="vendor_ticket", label="Vendor’s ticket", type=FieldType.URL.value, position=60),
        ]
    )
    session.flush()


def _checklists(session: Session, cast: Cast) -> tuple[Checklist, Checklist]:
    laptop = Checklist(
        name="Broken device",
        items=list(LAPTOP),
        category=cast.categories["devices"],
        team=cast.teams["workplace"],
        required_for="closed",
        required_up_to=2,
    )
    network = Checklist(name="First look at a line", items=list(NETWORK), category=cast.categories["network"])
    leaver = Checklist(name="Second factor lost", items=["Check who it is by phone", "Reset it", "End all sessions"])
    leaver.category, leaver.adds_itself = cast.categories["access.mfa"], True
    session.add_all([laptop, network, leaver])
    session.flush()
    return laptop, network


def _work(session: Session, cast: Cast, incident: Incident, number: int, now: datetime) -> None:
    root = (incident.category.path if incident.category else "").split(" ")[0].lower()
    agent = incident.assignee or cast.agents[company.AMARA]
    at = max(incident.opened_at + timedelta(minutes=5), now - timedelta(hours=3))
    names = next((TAGS[key] for key in TAGS if key.startswith(root.rstrip("-s")[:3] or "?")), ())
    if names:
        set_tags(incident, names[: 1 + number % 2], by=agent.actor(), at=at)
    if number % 2 == 0:
        set_fields(incident, {"site": SITES[number % len(SITES)][0]}, by=agent.actor(), at=at)
    if number % 3 == 0:
        spend(incident, TIMES[number % len(TIMES)], "On the phone", agent=agent, by=agent.actor(), at=at)
    if number % 4 == 0:
        _watch(session, cast, incident, at)


def _watch(session: Session, cast: Cast, incident: Incident, at: datetime) -> None:
    ingrid, tomasz = cast.agents[company.INGRID], cast.agents[company.TOMASZ]
    for one in those_who_see(session, [ingrid, tomasz], incident):
        watch(incident, one, by=one.actor(), at=at)


def _put_on(session: Session, cast: Cast, incident: Incident, checklist: Checklist, done: int, now: datetime) -> None:
    agent: Agent = incident.assignee or cast.agents[company.KENJI]
    at = max(incident.opened_at + timedelta(minutes=10), now - timedelta(hours=2))
    tasks = put_on(incident, checklist, by=agent.actor(), at=at)
    for task in tasks[:done]:
        finish_task(task, by=agent.actor(), at=at + timedelta(minutes=5))
    late = Plan("Call the supplier about the part", cast.agents[company.INGRID], due_at=now - timedelta(minutes=90))
    add_task(incident, late, by=agent.actor(), at=at)
    said = "@ingrid the supplier wants an order number, can you look? @network knows of it."
    note(session, incident, Words(said, html=render(said)), by=agent.actor(), at=now - timedelta(minutes=40))
    spend(incident, 35, "Looked at it on the spot", agent=agent, by=agent.actor(), at=at)
