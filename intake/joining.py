"""Whether a mail joins the incident that a sign leads to: only if its sender takes part there, or answers a letter
that was made for them. A mismatch becomes a held reply or a new incident, as the site decided; never a silent join."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import parts_of, surviving
from helpdesk.incidents.queries import visible
from helpdesk.incidents.reopening import is_too_late
from helpdesk.incidents.thread import Participant, ParticipantRole
from helpdesk.letters.delivery import was_consulted
from helpdesk.letters.message_ids import Side
from helpdesk.people.agent import Agent
from helpdesk.policies import MailPolicy
from intake.decision import Decision, Outcome
from intake.incoming import Incoming
from intake.trails import Trail, trails
from intake.trust import Verdict


@dataclass(frozen=True, slots=True)
class _Part:
    """In what way somebody takes part in an incident; `proof`: the sign itself was made for them."""

    said: str
    is_third_party: bool = False
    proof: bool = False


def joining(session: Session, mail: Incoming, wishes: MailPolicy, agent: Agent | None) -> Decision | None:
    """JOIN, ADVICE, AGENT, or what becomes of an answer that may not join; None when no sign leads anywhere."""
    refused: Decision | None = None
    for trail, incident in _leads(session, mail):
        if agent is not None and trail.side is Side.AGENT:
            return _agents_answer(session, mail, wishes, agent, trail, incident)
        part = _part(session, incident, mail.sender, trail)
        if part is None:
            refused = refused or _stranger(mail, wishes, agent, trail, incident)
        elif mail.trust.verdict is Verdict.FAIL and not part.proof:
            refused = refused or _doubted(mail, trail, incident)
        else:
            return _joins(mail, wishes, trail, incident, part)
    return refused


def _leads(session: Session, mail: Incoming) -> Iterator[tuple[Trail, Incident]]:
    for trail in trails(session, mail):
        incident = session.get(Incident, trail.incident_id)
        if incident is not None:
            # What was merged goes on where it was merged into.
            yield trail, surviving(session, incident)


def _part(session: Session, incident: Incident, sender: str, trail: Trail) -> _Part | None:
    proof = trail.made_for and trail.side is Side.REQUESTER
    if _is_requester(incident, sender):
        return _Part(f"{sender} is its requester.", proof=proof)
    # Whoever takes part in one that was merged takes part in the whole.
    if trail.incident_id != incident.id and _is_requester(session.get_one(Incident, trail.incident_id), sender):
        return _Part(f"{sender} is the requester of what was merged into it.", proof=proof)
    parts = select(parts_of([incident.id]).c.id)
    query = select(Participant.role).where(
        or_(Participant.incident_id == incident.id, Participant.incident_id.in_(parts)), Participant.address == sender
    )
    roles = set(session.scalars(query))
    if ParticipantRole.THIRD_PARTY in roles or (not roles and proof and was_consulted(session, incident.id, sender)):
        return _Part(f"{sender} was consulted by us; the requester does not see it.", is_third_party=True, proof=proof)
    if roles:
        return _Part(f"{sender} was copied in its thread.", proof=proof)
    return _Part(f"The letter answered was sent to {sender}, so they may answer.", proof=True) if proof else None


def _is_requester(incident: Incident, sender: str) -> bool:
    return any(one.address == sender for one in incident.requester.addresses)


def _joins(mail: Incoming, wishes: MailPolicy, trail: Trail, incident: Incident, part: _Part) -> Decision:
    said = (trail.evidence, part.said)
    if part.is_third_party:
        return Decision(Outcome.ADVICE, "consultation", said, incident.id, sender_check=part.said)
    machine = mail.arrival.automatic is not None or mail.is_old
    if not machine and is_too_late(incident, wishes.reopen_days, now=mail.now):
        reason = (
            f"{incident.number} ended more than {wishes.reopen_days} days ago, so this is a new incident tied to it."
        )
        return Decision(Outcome.NEW, trail.rule, (*said, reason), follow_up_of=incident.id, sender_check=part.said)
    return Decision(Outcome.JOIN, trail.rule, said, incident.id, sender_check=part.said)


def _stranger(
    mail: Incoming, wishes: MailPolicy, agent: Agent | None, trail: Trail, incident: Incident
) -> Decision | None:
    if not trail.is_answer:
        return None
    if agent is not None:
        who = f"{mail.sender} is an agent and answered the requester's letter, not a notification of their own"
    else:
        who = f"{mail.sender} is not part of it"
    check = f"It answers {incident.number}, but {who}."
    if wishes.stranger_replies == "new" and mail.arrival.automatic is None:
        reason = f"{check} So it is a new incident of its own."
        return Decision(Outcome.NEW, trail.rule, (trail.evidence, reason), sender_check=check)
    reason = f"{check} Attach it if it belongs there."
    return Decision(Outcome.HOLD, trail.rule, (trail.evidence, reason), incident.id, sender_check=check)


def _doubted(mail: Incoming, trail: Trail, incident: Incident) -> Decision:
    check = f"{mail.sender} takes part in {incident.number}, but the mail does not come from there."
    evidence = (trail.evidence, *mail.trust.evidence, f"{check} Attach it only if you are sure.")
    return Decision(Outcome.HOLD, trail.rule, evidence, incident.id, sender_check=check)


def _agents_answer(
    session: Session, mail: Incoming, wishes: MailPolicy, agent: Agent, trail: Trail, incident: Incident
) -> Decision:
    """An agent answers one of our notifications. Only from a mail that is proven to be theirs, about what they see."""
    said = (trail.evidence,)

    def hold(reason: str) -> Decision:
        return Decision(Outcome.HOLD, "agent mail", (*said, reason), incident.id, sender_check=reason)

    if mail.arrival.automatic is not None:
        reason = f"{agent.name}'s mail program answered our notification by itself."
        return Decision(Outcome.IGNORE, "automatic answer", (*said, reason), incident.id, sender_check=reason)
    if mail.is_old:
        return hold(f"{agent.name} wrote this before the desk watched over this mailbox; nothing of it is done now.")
    if wishes.agents_by_mail == "off":
        return hold(f"{agent.name} answered by mail, which is switched off here: agents answer on the page.")
    if not trail.made_for:
        return hold(f"The notification answered was not sent to {agent.name}.")
    if mail.trust.verdict is not Verdict.PASS:
        why = " ".join(mail.trust.evidence) or "Nothing vouches for the sender of mail to this mailbox."
        return hold(f"It could not be proven that this mail comes from {agent.name}. {why}")
    if session.scalar(select(Incident.id).where(Incident.id == incident.id, visible(agent.viewer()))) is None:
        return hold(f"{agent.name} may not see {incident.number}.")
    check = f"{agent.name} is an agent, the notification was sent to them, and the mail is proven to be theirs."
    return Decision(
        Outcome.AGENT,
        "agent mail",
        (*said, *mail.trust.evidence, check),
        incident.id,
        agent_id=agent.id,
        acts_as=agent.name,
        sender_check=check,
    )
