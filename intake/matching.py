"""Where a mail belongs: a mail in, a decision with its evidence out. Changes nothing, so a dry run is the same.

Copies, blocked senders, our own mail and delivery reports first; then every sign that leads to an incident, each with
a check of the sender; then mail that agents forward. Else a new incident."""

from dataclasses import replace

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.letters.message_ids import read_message_id
from helpdesk.people.agent import Agent, agent_by_email
from helpdesk.policies import MailPolicy, policy
from intake.decision import Decision, Outcome
from intake.incoming import Incoming
from intake.joining import joining
from intake.ledger import twin
from intake.loops import loop
from intake.senders import sender_rule
from intake.trails import home_of
from intake.trust import Verdict

NEW = "Nothing in it leads to an incident we have, so it is a new one."


def decide(session: Session, mail: Incoming) -> Decision:
    """The decision for one mail. A dry run gives no row, so that it is nobody's copy but its own."""
    return replace(_decide(session, mail), trust=mail.trust)


def _decide(session: Session, mail: Incoming) -> Decision:
    rule = sender_rule(session, mail.sender) if mail.sender and not mail.is_form else None
    allowed = rule is not None and rule.verdict == "allow"
    settled = (
        _copy(session, mail)
        or (_blocked(mail) if rule is not None and rule.verdict == "block" else None)
        or _senderless(mail)
        or _our_own(mail)
        or _report(session, mail)
    )
    if settled:
        return settled
    wishes = policy(session, MailPolicy)
    agent = None if mail.is_form else agent_by_email(session, mail.sender)
    agent = agent if agent is not None and agent.active else None
    found = joining(session, mail, wishes, agent)
    if not allowed and (found is None or found.outcome is not Outcome.AGENT):
        found = loop(session, mail, wishes, found) or found
    return (
        found
        or (None if allowed else _stray_answer(mail))
        or _forwarded(mail, agent)
        or Decision(Outcome.NEW, "no match", (NEW,))
    )


def _copy(session: Session, mail: Incoming) -> Decision | None:
    first = twin(session, mail.row_id, mail.fingerprint) if mail.fingerprint else None
    if first is None:
        return None
    where = f"{NUMBER_PREFIX}{first.incident_id}" if first.incident_id else f"number {first.id} of the ledger"
    return Decision(Outcome.IGNORE, "copy", (f"The very same mail came before and is in {where}.",), first.incident_id)


def _blocked(mail: Incoming) -> Decision:
    return Decision(Outcome.HOLD, "blocked", (f"Mail from {mail.sender} is held: somebody here blocked this sender.",))


def _senderless(mail: Incoming) -> Decision | None:
    # A delivery report needs no sender: what it reports on is signed.
    if mail.sender or mail.arrival.bounce is not None:
        return None
    return Decision(Outcome.HOLD, "no sender", ("It has no sender address that could be answered.",))


def _our_own(mail: Incoming) -> Decision | None:
    arrival = mail.arrival
    if arrival.message_id and read_message_id(mail.key, arrival.message_id):
        return Decision(Outcome.IGNORE, "our own letter", ("It is one of our own letters, come back to us.",))
    if mail.sender in mail.ours and arrival.bounce is None:
        reason = "It says it was sent from one of our own mailboxes, which a requester can't do: a loop, or forged."
        return Decision(Outcome.HOLD, "own address", (reason,))
    return None


def _report(session: Session, mail: Incoming) -> Decision | None:
    """A bounce counts only when it names a letter we signed (RFC 3464 has no other proof); others are held."""
    arrival = mail.arrival
    if arrival.bounce is None:
        return None
    named = [arrival.bounce.original_message_id, *arrival.in_reply_to, *arrival.references]
    for message_id in filter(None, named):
        own = read_message_id(mail.key, message_id)
        plain = message_id.strip("<> ").lower()
        if own and own.incident_id is None:
            evidence = ("It is a delivery report about a letter of ours that belongs to no incident.",)
            return Decision(Outcome.BOUNCE, "delivery report", evidence, None, plain)
        if own and own.incident_id and session.get(Incident, own.incident_id):
            number = home_of(session, plain) or own.incident_id
            evidence = (f"It is a delivery report about our letter of {NUMBER_PREFIX}{number}.",)
            return Decision(Outcome.BOUNCE, "delivery report", evidence, number, plain)
    return Decision(Outcome.HOLD, "delivery report", ("It is a delivery report, but not about a letter of ours.",))


def _stray_answer(mail: Incoming) -> Decision | None:
    """An out-of-office notice to nothing of ours; what a machine reports by itself does make an incident."""
    automatic = mail.arrival.automatic
    if automatic is None or automatic.kind != "auto-replied":
        return None
    reason = f"It is an automatic answer ({automatic.evidence}) to nothing we sent."
    return Decision(Outcome.HOLD, "automatic answer", (reason,))


def _forwarded(mail: Incoming, agent: Agent | None) -> Decision | None:
    """An agent who forwards a mail opens the incident for whoever wrote that; nobody else can speak for others."""
    inside = mail.arrival.forwarded
    if agent is None or inside is None or not inside.sender.address:
        return None
    about = f"{agent.name} forwarded what {inside.sender.address} wrote ({inside.quoted_from})."
    if mail.trust.verdict is not Verdict.PASS:
        doubt = (
            f"It could not be proven that the mail comes from {agent.name}, so it is {agent.name}'s own new incident."
        )
        return Decision(Outcome.NEW, "no match", (about, doubt))
    reason = f"{about} It is a new incident of theirs; this can be undone on its page."
    return Decision(Outcome.NEW, "agent mail", (NEW, reason), agent_id=agent.id, acts_as=agent.name)
