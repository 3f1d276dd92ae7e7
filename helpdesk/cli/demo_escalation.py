"""The sample company's ladder: who is called first, who is above whom, one rule, one incident that was escalated."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.incidents.escalation import escalate_to_team
from helpdesk.incidents.escalation_rule import EscalationRule, Goal, Reason
from helpdesk.incidents.incident import Incident
from helpdesk.people.allocation import BY_LOAD
from helpdesk.people.on_call import set_places
from helpdesk.sample import company


def load_ladder(session: Session, cast: Cast, *, at: datetime) -> None:
    """Tiers, on-call orders, managers and a rule; the door commits."""
    desk, network, workplace = cast.teams["service-desk"], cast.teams["network"], cast.teams["workplace"]
    desk.escalates_to_id, workplace.escalates_to_id = workplace.id, network.id
    network.on_call_takes_turns, workplace.allocation = True, BY_LOAD
    for team in (network, workplace):
        set_places(session, team, {agent.id: place for place, agent in enumerate(team.members, start=1)})
    ingrid, tomasz = cast.agents[company.INGRID], cast.agents[company.TOMASZ]
    ingrid.manager_id = tomasz.id
    for address in (company.AMARA, company.RAHUL, company.LEILA, company.KENJI):
        cast.agents[address].manager_id = ingrid.id
    cast.agents[company.TOMASZ].skills = ["Network", "VPN", "Wi-Fi"]
    cast.agents[company.KENJI].skills = ["Devices", "Printing", "Workshop computers"]
    session.add(
        EscalationRule(
            name="Urgent and nobody there",
            reason=Reason.UNTAKEN.value,
            minutes=30,
            priority_max=2,
            goal=Goal.MANAGER.value,
            made_at=at,
        )
    )
    session.flush()


def escalate_one(session: Session, cast: Cast, *, now: datetime) -> None:
    """The newest open incident of the service desk that somebody has goes to the second line."""
    desk, amara = cast.teams["service-desk"], cast.agents[company.AMARA]
    query = select(Incident).where(
        Incident.is_open, Incident.team_id == desk.id, Incident.updated_at < now - timedelta(minutes=20)
    )
    found = session.scalars(query.order_by(Incident.id.desc()).limit(1)).first()
    if found is None:
        return
    note = "Signed in again and reset, no change. The account itself is fine. Please look at the device."
    escalate_to_team(session, found, cast.teams["workplace"], note, by=amara.actor(), at=now - timedelta(minutes=10))
