"""“Why here”: of every entry of an incident that came by mail or form, the rule and evidence that put it there.

A fragment for htmx and a page of its own without script. Whoever sees the incident may ask."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.incidents.merge import surviving
from helpdesk.incidents.queries import QueueRow, rows_by_number
from helpdesk.incidents.thread import Entry
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_viewer
from helpdesk.web.downloads import download
from helpdesk.web.mail_facts import explanation
from intake import held as verbs
from intake.ledger import LedgerRow, row_of_entry
from intake.ledger_search import same_mail


@web.get("/incidents/<int:number>/entries/<int:entry_id>/why")
@agents_only
def why_here(number: int, entry_id: int) -> ResponseReturnValue:
    incident, row = _incident(number, entry_id), row_of_entry(session(), entry_id)
    mailbox = session().get(Mailbox, row.mailbox_id) if row and row.mailbox_id else None
    return render_template(
        "ledger/_why.html" if request.headers.get("HX-Request") else "ledger/why.html",
        incident=incident,
        entry_id=entry_id,
        row=row,
        why=explanation(row, mailbox.name if mailbox else "") if row else None,
        same=same_mail(session(), the_viewer(), row) if row else [],
        in_dialog=bool(request.headers.get("HX-Request")),
    )


@web.get("/incidents/<int:number>/entries/<int:entry_id>/source")
@agents_only
def entry_source(number: int, entry_id: int) -> ResponseReturnValue:
    """The mail as it came, for whoever sees the incident it is in."""
    _incident(number, entry_id)
    row: LedgerRow = row_of_entry(session(), entry_id) or abort(404)
    return download(verbs.raw(house(), row), f"mail-{row.id}.eml")


def _incident(number: int, entry_id: int) -> QueueRow:
    """The incident the entry is in, or the one that was merged into; 404 for one this agent may not see."""
    entry = session().get(Entry, entry_id) or abort(404)
    numbers = list(dict.fromkeys((surviving(session(), entry.incident).id, entry.incident_id)))
    found = rows_by_number(session(), the_viewer(), numbers)
    if number not in numbers or not found:
        abort(404)
    return found.get(number) or next(iter(found.values()))
