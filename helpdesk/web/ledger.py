"""The ledger: how each mailbox is doing, and what happened to every mail. Agents see the mail whose incident they may
see; what a private team's mailbox got is for its members."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Conflict
from helpdesk.incidents.queries import rows_by_number
from helpdesk.mailboxes.alarms import alarms_of_mailboxes
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_agent, the_viewer
from helpdesk.web.downloads import download
from helpdesk.web.forms.ledger import LedgerForm
from helpdesk.web.held_reasons import reason_for
from helpdesk.web.mail_facts import attachment_of, explanation, header_block, headers_of, rule_words
from intake import held as verbs
from intake.ledger import LedgerRow, LedgerState
from intake.ledger_search import COUNT_MAX, row_for, same_mail, search_ledger, state_counts
from intake.mailbox_overview import mailbox_overviews

TEXT_SHOWN_MAX = 50_000
TABS = (
    ("", "All mail"),
    (LedgerState.FILED, "Filed"),
    (LedgerState.HELD, "Held"),
    (LedgerState.IGNORED, "Ignored"),
    (LedgerState.DISCARDED, "Discarded"),
    (LedgerState.FETCHED, "Not filed yet"),
)
STATES = {
    LedgerState.FILED: ("Filed", "check", "good"),
    LedgerState.HELD: ("Held", "mail-pause", "warn"),
    LedgerState.IGNORED: ("Ignored", "eye-off", ""),
    LedgerState.DISCARDED: ("Discarded", "trash", ""),
    LedgerState.FETCHED: ("Not filed yet", "clock", "info"),
}


@web.get("/ledger")
@needs(Permission.HANDLE_HELD_MAIL)
def ledger() -> ResponseReturnValue:
    overviews = mailbox_overviews(session(), the_viewer(), all_of_them=_sees_all())
    form = LedgerForm(request.args).offering([(one.mailbox.id, one.mailbox.name) for one in overviews])
    asked = form.asked()
    found = search_ledger(session(), the_viewer(), asked)
    counts = state_counts(session(), the_viewer())
    return render_template(
        "ledger/ledger.html",
        overviews=overviews,
        alarms=alarms_of_mailboxes(session(), [one.mailbox.id for one in overviews]),
        form=form,
        asked=asked,
        lines=found.lines,
        searched_to=found.searched_to,
        tabs=[(text, url_for("web.ledger", state=name or None), _count(counts, name)) for name, text in TABS],
        current=url_for("web.ledger", state=asked.state or None),
        next_url=url_for("web.ledger", **_args(form, before=found.before)) if found.before else "",
        first_url=url_for("web.ledger", **_args(form)) if asked.before else "",
        states=STATES,
        rule_words=rule_words,
        held_reason=reason_for,
    )


@web.get("/ledger/<int:number>")
@needs(Permission.HANDLE_HELD_MAIL)
def ledger_mail(number: int) -> ResponseReturnValue:
    row = ledger_row(number)
    return render_template("ledger/mail.html", **mail_page(row), same=same_mail(session(), the_viewer(), row))


@web.get("/ledger/<int:number>/raw")
@needs(Permission.HANDLE_HELD_MAIL)
def ledger_raw(number: int) -> ResponseReturnValue:
    row = ledger_row(number)
    return download(verbs.raw(house(), row), f"mail-{row.id}.eml")


@web.get("/ledger/<int:number>/attachments/<int:place>")
@needs(Permission.HANDLE_HELD_MAIL)
def ledger_attachment(number: int, place: int) -> ResponseReturnValue:
    return attachment_of(verbs.read(house(), ledger_row(number)), place)


def ledger_row(number: int) -> LedgerRow:
    """The row, or 404: missing and forbidden look the same."""
    return row_for(session(), the_viewer(), number) or abort(404)


def mail_page(row: LedgerRow) -> dict[str, Any]:
    """What every page of one mail shows: the mail as it reads, and how it was decided on."""
    problem, arrival, source = "", None, ""
    try:
        source = header_block(verbs.raw(house(), row))
        arrival = verbs.read(house(), row)
    except Conflict as error:
        problem = str(error)
    named = row.incident_id or row.concerns_id
    mailbox = session().get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    return {
        "row": row,
        "state": STATES[LedgerState(row.state)],
        "why": explanation(row, mailbox.name if mailbox else ""),
        "incident": rows_by_number(session(), the_viewer(), [named]).get(named) if named else None,
        "arrival": arrival,
        "headers": headers_of(arrival) if arrival else [],
        "source": source,
        "text": arrival.text[:TEXT_SHOWN_MAX] if arrival else "",
        "is_cut": arrival is not None and len(arrival.text) > TEXT_SHOWN_MAX,
        "problem": problem,
    }


def _sees_all() -> bool:
    return Permission.SEE_OPERATIONS in the_agent().permissions


def _count(counts: dict[str, int], state: str) -> str | int | None:
    number = counts.get(state)
    return f"{COUNT_MAX}+" if number is not None and number > COUNT_MAX else number


def _args(form: LedgerForm, before: int | None = None) -> dict[str, Any]:
    until = form.until.data
    given = {
        "q": form.q.data,
        "state": form.asked().state,
        "mailbox": form.mailbox.data,
        "until": until.isoformat() if until else None,
        "before": before,
    }
    return {name: value for name, value in given.items() if value}
