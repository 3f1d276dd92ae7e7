"""A small named world for tests: one company, its services, four agents, six requesters, and builders for what
happens to them. Needs a Session and nothing else; every moment is given, nothing is random.

    world = build_world(session)
    incident = world.report("The printer prints blank pages", requester=world.mia)
    world.resolve(incident, by=world.kim)
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Entry, Words
from helpdesk.knowledge.article import Article, write_article
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Role
from helpdesk.people.requester import Requester, known_requester
from helpdesk.services import Category, Criticality, Service, make_category

DOMAIN = "northwind.example"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday
PASSWORD = "correct horse battery staple"


@dataclass
class World:
    """Everybody and everything by name. `at` is when the next thing happens, unless a builder is told otherwise."""

    session: Session
    at: datetime

    support: Team = field(init=False)
    network: Team = field(init=False)
    personnel: Team = field(init=False)  # private

    ada: Agent = field(init=False)  # administrator
    kim: Agent = field(init=False)  # support
    sam: Agent = field(init=False)  # network
    petra: Agent = field(init=False)  # personnel, the only one who sees its incidents

    mia: Requester = field(init=False)
    jonas: Requester = field(init=False)
    luis: Requester = field(init=False)
    hanna: Requester = field(init=False)
    omar: Requester = field(init=False)
    eva: Requester = field(init=False)

    mail: Service = field(init=False)
    vpn: Service = field(init=False)
    payroll: Service = field(init=False)

    hardware: Category = field(init=False)
    printing: Category = field(init=False)
    access: Category = field(init=False)

    mailbox: Mailbox = field(init=False)

    def passes(self, **duration: float) -> datetime:
        """Time goes by, given as for timedelta (`minutes=5`); returns the new moment."""
        self.at += timedelta(**duration)
        return self.at

    def report(
        self,
        subject: str = "The VPN drops every few minutes",
        text: str = "Since this morning the connection drops. I restarted twice.",
        *,
        requester: Requester | None = None,
        team: Team | None = None,
        service: Service | None = None,
        category: Category | None = None,
        impact: int = 3,
        urgency: int = 2,
        at: datetime | None = None,
        words: Words | None = None,
    ) -> Incident:
        """An incident that came by mail; Mia's unless somebody else is named."""
        who = requester or self.mia
        incident, _ = open_incident(
            self.session,
            who,
            subject,
            words or Words(text=text),
            source="mail",
            by=who.actor(),
            at=at or self.at,
            mailbox=self.mailbox,
            team=team,
            service=service,
            category=category,
            impact=impact,
            urgency=urgency,
        )
        self.session.flush()
        return incident

    def private_report(self, subject: str = "Question about my contract", **more: str) -> Incident:
        """An incident of the private team: Petra sees it, nobody else does."""
        return self.report(subject, team=self.personnel, requester=self.eva, **more)  # type: ignore[arg-type]

    def reply(self, incident: Incident, text: str = "We are looking into it.", *, by: Agent | None = None) -> Entry:
        entry = incident.reply(Words(text=text), by=(by or self.kim).actor(), at=self.at)
        self.session.flush()
        return entry

    def write_again(self, incident: Incident, text: str = "It is worse now.") -> Entry:
        """The requester writes once more."""
        entry = incident.receive(Words(text=text), by=incident.requester.actor(), at=self.at)
        self.session.flush()
        return entry

    def assign(self, incident: Incident, to: Agent | None, *, by: Agent | None = None) -> None:
        incident.assign(to, incident.team, by=(by or self.kim).actor(), at=self.at)
        self.session.flush()

    def resolve(
        self,
        incident: Incident,
        *,
        cause: str = "The certificate of the gateway had run out.",
        text: str = "Renewed the certificate and restarted the gateway.",
        by: Agent | None = None,
    ) -> None:
        incident.resolve(ResolutionCode.FIXED, cause, text, by=(by or self.kim).actor(), at=self.at)
        self.session.flush()

    def article(
        self,
        title: str = "When the VPN drops",
        body: str = "Check the certificate of the gateway first.",
        *,
        public: bool = False,
        by: Agent | None = None,
    ) -> Article:
        writer = (by or self.kim).actor()
        article = write_article(self.session, title, body, by=writer, at=self.at)
        if public:
            article.publish(by=writer, at=self.at)
        self.session.flush()
        return article


def build_world(session: Session, *, at: datetime = START) -> World:
    """Adds them all to the session and flushes; the caller commits."""
    world = World(session, at)
    world.support, world.network = Team(name="Support"), Team(name="Network")
    world.personnel = Team(name="Personnel", private=True)
    world.ada = _agent("Ada Lindqvist", Role.ADMINISTRATOR, at, world.support)
    world.kim = _agent("Kim Novak", Role.AGENT, at, world.support)
    world.sam = _agent("Sam Okafor", Role.LEAD, at, world.network)
    world.petra = _agent("Petra Weiss", Role.AGENT, at, world.personnel)
    world.mail = Service(name="Mail", description="Mail and calendars", team=world.support)
    world.vpn = Service(
        name="VPN", description="Working from elsewhere", team=world.network, criticality=Criticality.VITAL.value
    )
    world.payroll = Service(name="Payroll", team=world.personnel, on_public_form=False)
    world.mailbox = Mailbox(
        name="Support", address=f"help@{DOMAIN}", display_name="Northwind IT", team=world.support, created_at=at
    )
    session.add_all([world.ada, world.kim, world.sam, world.petra, world.mail, world.vpn, world.payroll, world.mailbox])
    world.hardware = make_category(session, "Hardware")
    world.printing = make_category(session, "Printing", world.hardware)
    world.access = make_category(session, "Access")
    for name in ("Mia Tanaka", "Jonas Berg", "Luis Ortega", "Hanna Keller", "Omar Haddad", "Eva Dvořáková"):
        first = name.split()[0].lower()
        setattr(world, first, known_requester(session, f"{first}@{DOMAIN}", name, at=at))
    session.flush()
    return world


def find_world(session: Session, *, at: datetime = START) -> World:
    """The world that `build_world` committed, read back in another session."""
    world = World(session, at)
    for kind in (Team, Agent, Requester, Service, Category):
        for row in session.scalars(select(kind)):
            setattr(world, row.name.split()[0].lower(), row)
    world.mailbox = session.scalars(select(Mailbox)).one()
    return world


def _agent(name: str, role: Role, at: datetime, *teams: Team) -> Agent:
    email = f"{name.split()[0].lower()}@{DOMAIN}"
    return Agent(name=name, email=email, role=role.value, created_at=at, teams=list(teams))
