"""The dry run: drop a mail and see what would happen, with every rule that was tried and every letter that would go
out. Nothing is stored, and nobody is told."""

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.queries import QueueRow, rows_by_number
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_viewer
from helpdesk.web.forms.ledger import DryRunForm
from helpdesk.web.held_reasons import reason_for
from helpdesk.web.mail_facts import explained, header_block, headers_of
from intake.decision import Decision, Outcome
from intake.foretold import foretell
from intake.rehearsal import Rehearsal, rehearse
from intake.tried import tried

OUTLOOK_FILE = b"\xd0\xcf\x11\xe0"  # an OLE compound file
NOTHING = "Choose a mail file, or paste the source of a mail."
NOT_A_MAIL = "This is Outlook's own format (.msg). Save the mail as .eml there, or paste its source."
LETTERS = {
    "acknowledgement": "Acknowledgement",
    "reopened": "“We are on it again”",
    "agent_new": "New incident",
    "agent_message": "New message",
    "agent_reopened": "Reopened",
    "agent_delivery_failed": "Letter not delivered",
    "reply": "Reply",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of it, as a title, a sentence and how it looks."""

    title: str
    words: str
    tone: str
    glyph: str


@web.get("/ledger/dry-run")
@needs(Permission.HANDLE_HELD_MAIL)
def dry_run() -> ResponseReturnValue:
    return render_template("ledger/dry_run.html", form=DryRunForm())


@web.post("/ledger/dry-run")
@needs(Permission.HANDLE_HELD_MAIL)
def try_mail() -> ResponseReturnValue:
    form = DryRunForm(request.form)
    raw = _given(form)
    problem = NOTHING if not raw.strip() else NOT_A_MAIL if raw.startswith(OUTLOOK_FILE) else ""
    if problem:
        form.file.errors = [problem]
        return render_template("ledger/dry_run.html", form=form), 422
    envelope_to = tuple(filter(None, [(form.envelope_to.data or "").strip()[:320]]))
    return _result(form, raw, envelope_to)


def _given(form: DryRunForm) -> bytes:
    file = request.files.get("file")
    raw: bytes = file.read() if file else b""
    return raw or (form.source.data or "").lstrip("\r\n").encode("utf-8", "surrogateescape")


def _result(form: DryRunForm, raw: bytes, envelope_to: tuple[str, ...]) -> ResponseReturnValue:
    found = rehearse(session(), house(), raw, envelope_to=envelope_to)
    decision = found.decision
    number = decision.incident_id or decision.follow_up_of
    incident = rows_by_number(session(), the_viewer(), [number]).get(number) if number else None
    if number and incident is None:
        # Whoever may not see the incident learns nothing of it by trying mails out.
        return render_template("ledger/dry_run.html", form=form, is_private=True)
    steps = tried(session(), found.mail, decision)
    followed = foretell(session(), house(), raw, found, envelope_to)
    return render_template(
        "ledger/dry_run.html",
        form=form,
        found=found,
        verdict=_verdict(found, incident, followed.problem),
        incident=incident,
        why=explained(decision.as_json() | {"defects": found.arrival.defects}, decision.rule),
        steps=steps,
        letters=[(LETTERS.get(one.letter, one.letter.replace("_", " ").capitalize()), one) for one in followed.letters],
        told_on_page=followed.told_on_page,
        size=len(raw),
        arrival=found.arrival,
        headers=headers_of(found.arrival),
        source=header_block(raw),
    )


def _verdict(found: Rehearsal, incident: QueueRow | None, problem: str) -> Verdict:
    decision = found.decision
    if problem:
        return Verdict("It would be held", problem, "warn", "mail-pause")
    where = incident.number if incident else ""
    reason = decision.reason
    match decision.outcome:
        case Outcome.NEW:
            return Verdict("It would become a new incident", _opening(found, decision), "good", "circle-plus")
        case Outcome.JOIN:
            return Verdict(f"It would join {where}", reason, "good", "message")
        case Outcome.ADVICE:
            return Verdict(f"It would join {where}, unseen by the requester", reason, "good", "lock")
        case Outcome.AGENT:
            return Verdict(f"It would act in {where} for {decision.acts_as}", reason, "good", "user-check")
        case Outcome.BOUNCE:
            return Verdict(f"It would mark a letter of {where} as not delivered", reason, "warn", "mail-x")
        case Outcome.IGNORE:
            return Verdict("It would be ignored", reason, "", "eye-off")
        case Outcome.HOLD:
            return Verdict(f"It would be held: {reason_for(decision.rule).name.lower()}", reason, "warn", "mail-pause")


def _opening(found: Rehearsal, decision: Decision) -> str:
    if decision.follow_up_of:
        return f"A new one, tied to {NUMBER_PREFIX}{decision.follow_up_of}. {decision.reason}"
    if found.mailbox is None:
        return f"{decision.reason} It was written to none of our mailboxes."
    team = f", for the team {found.mailbox.team.name}" if found.mailbox.team else ""
    return f"{decision.reason} It came by {found.mailbox.name}{team}."
