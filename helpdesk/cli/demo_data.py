"""Plays the sample company's story through the real verbs, so that the demo is a desk like any other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from helpdesk.errands import Errand
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor
from helpdesk.knowledge.article import write_article
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.requester import Requester, known_requester
from helpdesk.sample import company
from helpdesk.sample.articles import load_articles
from helpdesk.sample.incident import SampleIncident, Step
from helpdesk.services import Category, Criticality, Service, make_category
from helpdesk.services.causes import Cause
from helpdesk.web.signin import give_password

PASSWORD = "harbour-and-pine"  # noqa: S105 - printed at every start; the demo listens on this machine only
CRITICALITY = {
    "critical": Criticality.VITAL,
    "high": Criticality.IMPORTANT,
    "normal": Criticality.ORDINARY,
    "low": Criticality.ORDINARY,
}


@dataclass
class Cast:
    """The company's rows by the keys that the sample uses."""

    agents: dict[str, Agent] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)
    requesters: dict[str, Requester] = field(default_factory=dict)
    # What incidents of a category turn out to be, by its number.
    causes: dict[int, Cause] = field(default_factory=dict)
    mailbox: Mailbox | None = None


def load_company(session: Session, *, at: datetime, with_passwords: bool = True) -> Cast:
    """Agents, teams, services, categories, requesters and the desk's mailbox; the door commits."""
    cast = Cast()
    for one in company.AGENTS:
        agent = Agent(
            name=one.name, email=one.address, role=one.role, active=True, created_at=at, signature=one.first_name
        )
        session.add(agent)
        session.flush()
        if with_passwords:
            give_password(session, agent, PASSWORD, at=at)
        cast.agents[one.address] = agent
    for team in company.TEAMS:
        members = [cast.agents[address] for address in team.members]
        cast.teams[team.key] = Team(name=team.name, private=team.private, members=members)
    session.add_all(cast.teams.values())
    for service in company.SERVICES:
        cast.services[service.key] = Service(
            name=service.name,
            description=service.description,
            owner=cast.agents[service.owner].name,
            criticality=CRITICALITY[service.criticality].value,
            team=cast.teams[service.team],
        )
    session.add_all(cast.services.values())
    for category in company.CATEGORIES:
        parent = cast.categories[category.parent] if category.parent else None
        cast.categories[category.key] = make_category(session, category.name, parent)
    for requester in company.REQUESTERS:
        cast.requesters[requester.address] = known_requester(session, requester.address, requester.name, at=at)
    cast.mailbox = Mailbox(
        name="Service desk",
        address=company.DESK_ADDRESS,
        display_name=f"{company.COMPANY_NAME} Service Desk",
        team=cast.teams["service-desk"],
        created_at=at,
    )
    session.add(cast.mailbox)
    session.flush()
    return cast


def load_articles_of(session: Session, cast: Cast, *, at: datetime) -> None:
    writer = next(iter(cast.agents.values())).actor()
    for sample in load_articles():
        article = write_article(
            session,
            sample.title,
            f"{sample.summary}\n\n{sample.body}",
            by=writer,
            at=at,
            service=cast.services.get(sample.service),
        )
        if sample.audience == "public":
            article.publish(by=writer, at=at)


def load_incidents(
    session: Session, cast: Cast, samples: Iterable[SampleIncident], progress: Callable[[int], None] | None = None
) -> int:
    """Plays each incident's steps. Nobody is written to: what follows these events followed long ago."""
    count = 0
    for sample in samples:
        _play(session, cast, sample)
        count += 1
        if count % 50 == 0:
            session.flush()
            session.expire_all()
        if progress:
            progress(count)
    session.flush()
    session.execute(delete(Errand))
    return count


def _play(session: Session, cast: Cast, sample: SampleIncident) -> None:
    first, *steps = sample.steps
    requester = cast.requesters.get(sample.requester) or known_requester(
        session, sample.requester, sample.requester_name, at=first.at
    )
    cast.requesters[sample.requester] = requester
    incident, _ = open_incident(
        session,
        requester,
        sample.subject,
        Words(first.text),
        source=sample.source,
        by=requester.actor(),
        at=first.at,
        mailbox=cast.mailbox,
        team=cast.teams[sample.team],
        service=cast.services[sample.service],
        category=cast.categories[sample.category],
        impact=sample.impact,
        urgency=sample.urgency,
    )
    for step in steps:
        _step(cast, incident, step, _actor(cast, requester, step))


def _actor(cast: Cast, requester: Requester, step: Step) -> Actor:
    return cast.agents[step.by].actor() if step.by in cast.agents else requester.actor()


def _step(cast: Cast, incident: Incident, step: Step, by: Actor) -> None:
    at = step.at
    match step.kind:
        case "message":
            incident.receive(Words(step.text), by=by, at=at)
        case "reply":
            incident.reply(Words(step.text), by=by, at=at)
        case "note":
            incident.note(Words(step.text), by=by, at=at)
        case "assign":
            assignee = cast.agents[step.assignee] if step.assignee else None
            team = cast.teams[step.team] if step.team else incident.team
            incident.assign(assignee, team, by=by, at=at)
        case "wait_for_requester":
            incident.wait_for_requester(by=by, at=at)
        case "wait_for_other":
            if step.until is None:
                raise ValueError(f"a wait for others needs a wake-up time: {step}")
            incident.wait_for_other(step.until, step.text, by=by, at=at)
        case "resolve":
            code, kind = ResolutionCode(step.code or "fixed"), cast.causes.get(incident.category_id or 0)
            incident.resolve(code, step.cause, step.text, by=by, at=at, cause_chosen=kind)
        case "confirm":
            incident.confirm(by=by, at=at)
        case "reopen":
            incident.reopen(step.text, by=by, at=at)
        case "close":
            incident.close(by=by, at=at)
