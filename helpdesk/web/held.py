"""Held mail: what could not be filed by itself, why, and what an agent decides about it.

A mail that answers an incident of somebody else's private team is theirs to decide on, and not shown here."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import NUMBER_PREFIX, Incident
from helpdesk.incidents.queries import incident_for, rows_by_number
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_viewer
from helpdesk.web.forms.held import AttachForm
from intake import held as verbs
from intake.filing import Filed
from intake.ledger import LedgerRow, LedgerState, Source
from intake.ledger import held as held_rows
from intake.mail.arrival import Address, Arrival

SHOWN_MAX = 200
TEXT_SHOWN_MAX = 50_000
NUMBER = re.compile(r"\s*#?(?:inc[-\s]?)?(\d{1,15})\s*", re.IGNORECASE)
RULES = {
    "no sender": "No sender",
    "own address": "From ourselves",
    "delivery report": "Delivery report",
    "automatic answer": "Automatic answer",
    "references": "Stranger answers",
    "reply address": "Stranger answers",
    "thread": "Stranger answers",
    "refused": "Could not be filed",
}
SOURCES = {
    Source.IMAP.value: "mailbox",
    Source.SMTP.value: "SMTP",
    Source.LMTP.value: "LMTP",
    Source.FORM.value: "form",
}


@web.get("/held")
@needs(Permission.HANDLE_HELD_MAIL)
def held() -> ResponseReturnValue:
    rows = held_rows(session(), SHOWN_MAX)
    visible = _visible(rows)
    wanted, text = request.args.get("rule", ""), request.args.get("q", "").strip()
    kinds: dict[str, int] = {}
    for row in visible:
        kinds[rule_of(row)] = kinds.get(rule_of(row), 0) + 1
    shown = [row for row in visible if wanted in ("", rule_of(row)) and _says(row, text)]
    return render_template(
        "held/list.html",
        rows=[(row, rule_of(row)) for row in shown],
        kinds=sorted(kinds.items()),
        rule=wanted,
        text=text,
        total=len(visible),
        hidden=len(rows) - len(visible),
        is_cut=len(rows) >= SHOWN_MAX,
    )


@web.get("/held/<int:number>")
@needs(Permission.HANDLE_HELD_MAIL)
def held_mail(number: int) -> ResponseReturnValue:
    return _page(_row(number), AttachForm())


@web.get("/held/<int:number>/raw")
@needs(Permission.HANDLE_HELD_MAIL)
def held_raw(number: int) -> ResponseReturnValue:
    row = _row(number)
    return _download(verbs.raw(house(), row), f"mail-{row.id}.eml")


@web.get("/held/<int:number>/attachments/<int:place>")
@needs(Permission.HANDLE_HELD_MAIL)
def held_attachment(number: int, place: int) -> ResponseReturnValue:
    arrival = verbs.read(house(), _row(number))
    if place >= len(arrival.attachments):
        abort(404)
    found = arrival.attachments[place]
    name = "".join(character for character in found.filename if character.isprintable())
    return _download(found.content, name or "attachment")


@web.post("/held/<int:number>/acceptance")
@needs(Permission.HANDLE_HELD_MAIL)
def accept_held(number: int) -> ResponseReturnValue:
    filed = verbs.accept(session(), house(), _row(number), by=actor(), at=house().clock.now())
    return _went(filed, "Filed as {}.")


@web.post("/held/<int:number>/attachment_to")
@needs(Permission.HANDLE_HELD_MAIL)
def attach_held(number: int) -> ResponseReturnValue:
    row, form = _row(number), AttachForm(request.form)
    named = NUMBER.fullmatch(form.incident.data or "")
    incident = incident_for(session(), the_viewer(), int(named[1])) if named else None
    if form.validate() and incident is None:
        form.incident.errors = ["There is no incident of this number that you can see."]
    if incident is None:
        return _page(row, form), 422
    filed = verbs.attach_to(session(), house(), row, incident, by=actor(), at=house().clock.now())
    return _went(filed, "Attached to {}.")


@web.post("/held/<int:number>/discard")
@needs(Permission.HANDLE_HELD_MAIL)
def discard_held(number: int) -> ResponseReturnValue:
    verbs.discard(_row(number), by=actor(), at=house().clock.now())
    commit()
    flash("Put away. The mail itself is kept in the ledger.", "success")
    return redirect(url_for("web.held"), 303)


@web.post("/held/<int:number>/parse_again")
@needs(Permission.HANDLE_HELD_MAIL)
def parse_held_again(number: int) -> ResponseReturnValue:
    filed = verbs.parse_again(session(), house(), _row(number), by=actor(), at=house().clock.now())
    if filed.state is LedgerState.HELD:
        flash("It is still held, for the reason given here.", "message")
        return redirect(url_for("web.held_mail", number=number), 303)
    return _went(filed, "Filed in {}.")


def rule_of(row: LedgerRow) -> str:
    """Why it is held, in two words."""
    return RULES.get(str(row.decision.get("rule", "")), "Other")


def _row(number: int) -> LedgerRow:
    """The row, whatever became of it since; 404 when it never was held, or is another team's."""
    row = session().get(LedgerRow, number)
    if row is None or row.state == LedgerState.FETCHED.value or not _visible([row]):
        abort(404)
    if row.state in (LedgerState.FILED.value, LedgerState.IGNORED.value) and row.dealt_with_by is None:
        abort(404)
    return row


def _visible(rows: list[LedgerRow]) -> list[LedgerRow]:
    named = {row.id: _incident_of(row) for row in rows}
    wanted = sorted({number for number in named.values() if number})
    seen = rows_by_number(session(), the_viewer(), wanted) if wanted else {}
    return [row for row in rows if not named[row.id] or named[row.id] in seen]


def _incident_of(row: LedgerRow) -> int | None:
    number = row.incident_id or row.decision.get("incident_id")
    return number if isinstance(number, int) else None


def _says(row: LedgerRow, text: str) -> bool:
    return text.casefold() in f"{row.subject}\n{row.sender}\n{row.reason}".casefold()


def _page(row: LedgerRow, form: AttachForm) -> str:
    problem, arrival = "", None
    try:
        arrival = verbs.read(house(), row)
    except Conflict as error:
        problem = str(error)
    proposed = _incident_of(row)
    if proposed and not form.incident.data:
        form.incident.data = f"{NUMBER_PREFIX}{proposed}"
    return render_template(
        "held/mail.html",
        row=row,
        rule=rule_of(row),
        source=SOURCES.get(row.source, row.source),
        evidence=[str(one) for one in row.decision.get("evidence", ())],
        defects=[str(one) for one in row.decision.get("defects", ())],
        arrival=arrival,
        headers=_headers(arrival) if arrival else [],
        text=arrival.text[:TEXT_SHOWN_MAX] if arrival else "",
        is_cut=arrival is not None and len(arrival.text) > TEXT_SHOWN_MAX,
        form=form,
        problem=problem,
        is_held=row.state == LedgerState.HELD.value,
        proposed=session().get(Incident, proposed) if proposed else None,
    )


def _headers(arrival: Arrival) -> list[tuple[str, str]]:
    pairs: list[tuple[str, Any]] = [
        ("From", _people([arrival.sender] if arrival.sender else [])),
        ("Reply-To", _people(arrival.reply_to)),
        ("To", _people(arrival.to)),
        ("Cc", _people(arrival.cc)),
        ("Subject", arrival.subject),
        ("Date", arrival.date.strftime("%-d %B %Y, %H:%M UTC") if arrival.date else ""),
        ("Message-ID", arrival.message_id),
        ("In-Reply-To", " ".join(arrival.in_reply_to)),
        ("References", " ".join(arrival.references)),
        ("Return-Path", arrival.return_path),
        ("Delivered to", ", ".join(arrival.delivered_to)),
        ("Automatic", arrival.automatic.evidence if arrival.automatic else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def _people(addresses: Iterable[Address]) -> str:
    return ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in addresses)


def _download(content: bytes, name: str) -> Response:
    # Never shown in place: what strangers send would run as ours.
    made = send_file(BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    made.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return made


def _went(filed: Filed, wording: str) -> ResponseReturnValue:
    if filed.incident_id is None or filed.state is not LedgerState.FILED:
        flash(filed.reason or "It needed no incident.", "message")
        return redirect(url_for("web.held"), 303)
    flash(wording.format(f"{NUMBER_PREFIX}{filed.incident_id}"), "success")
    return redirect(url_for("web.incident", number=filed.incident_id), 303)
