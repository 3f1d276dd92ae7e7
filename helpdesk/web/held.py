"""Held mail: what could not be filed by itself, why, and what can be done about it.

A mail about the work of somebody else's private team is theirs to decide on, and neither shown nor counted here."""

import re
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.queries import QueueRow, rows_by_number
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs, the_viewer
from helpdesk.web.downloads import download
from helpdesk.web.forms.held import AcceptForm, AttachForm
from helpdesk.web.held_reasons import TOO_LARGE, reason_for, reason_of, rules_called
from helpdesk.web.ledger import ledger_row, mail_page
from helpdesk.web.mail_facts import attachment_of
from intake import held as verbs
from intake.ledger import LedgerRow, LedgerState
from intake.ledger_search import COUNT_MAX, LedgerFilter, held_rules, search_ledger
from intake.senders import sender_rule
from search.document import Query
from search.index import SearchError

FOUND_MAX = 8
NUMBER = re.compile(r"\s*#?(?:inc[-\s]?)?(\d{1,15})\s*", re.IGNORECASE)


@web.get("/held")
@needs(Permission.HANDLE_HELD_MAIL)
def held() -> ResponseReturnValue:
    kind, text = request.args.get("rule", ""), request.args.get("q", "").strip()[:200]
    before = request.args.get("before", type=int)
    found = search_ledger(session(), the_viewer(), _asked(kind, text, before))
    kinds = _kinds()
    total = sum(kinds.values())
    return render_template(
        "held/list.html",
        lines=[(line, reason_for(line.rule, line.is_kept).name) for line in found.lines],
        kinds=sorted(kinds.items()),
        rule=kind,
        text=text,
        total=f"{COUNT_MAX}+" if total > COUNT_MAX else total,
        next_url=url_for("web.held", rule=kind or None, q=text or None, before=found.before) if found.before else "",
        first_url=url_for("web.held", rule=kind or None, q=text or None) if before else "",
    )


@web.get("/held/<int:number>")
@needs(Permission.HANDLE_HELD_MAIL)
def held_mail(number: int) -> ResponseReturnValue:
    return held_page(held_row(number))


@web.get("/held/<int:number>/incidents")
@needs(Permission.HANDLE_HELD_MAIL)
def held_incidents(number: int) -> ResponseReturnValue:
    """What the search box found, for htmx to put under it."""
    row = held_row(number)
    chosen = _proposed(row)
    return render_template("held/_incidents.html", choices=_choices(chosen), chosen=chosen)


@web.get("/held/<int:number>/raw")
@needs(Permission.HANDLE_HELD_MAIL)
def held_raw(number: int) -> ResponseReturnValue:
    row = held_row(number)
    return download(verbs.raw(house(), row), f"mail-{row.id}.eml")


@web.get("/held/<int:number>/attachments/<int:place>")
@needs(Permission.HANDLE_HELD_MAIL)
def held_attachment(number: int, place: int) -> ResponseReturnValue:
    return attachment_of(verbs.read(house(), held_row(number)), place)


def held_row(number: int) -> LedgerRow:
    """The row, whatever became of it since; 404 when it never was held, or is another team's."""
    row = ledger_row(number)
    if row.state not in (LedgerState.HELD.value, LedgerState.DISCARDED.value) and row.dealt_with_by is None:
        abort(404)
    return row


def held_page(row: LedgerRow, attach: AttachForm | None = None, accept: AcceptForm | None = None) -> str:
    facts = mail_page(row)
    chosen = _proposed(row)
    attach = attach or AttachForm(data={"incident": f"{NUMBER_PREFIX}{chosen}" if chosen else ""})
    return render_template(
        "held/mail.html",
        **facts,
        reason=reason_of(row),
        attach=attach,
        accept=accept or AcceptForm(data=_requester(row, facts["arrival"])),
        choices=_choices(chosen),
        chosen=chosen,
        find=request.args.get("find", ""),
        is_held=row.state == LedgerState.HELD.value,
        can_fetch=row.sha256 is None and row.uid is not None and _is_read(row),
        sender_rule=sender_rule(session(), row.sender) if row.sender else None,
    )


def _asked(kind: str, text: str, before: int | None) -> LedgerFilter:
    too_large = kind == TOO_LARGE.name
    rules = () if too_large or not kind else tuple(rules_called(kind)) or ("no such rule",)
    is_kept = None if not kind else not too_large
    held_only = LedgerState.HELD.value
    before = before if before is None else min(max(before, 1), 2**53)
    return LedgerFilter(state=held_only, rules=rules, is_kept=is_kept, text=text, before=before)


def _kinds() -> dict[str, int]:
    kinds: dict[str, int] = {}
    for rule, is_kept, count in held_rules(session(), the_viewer()):
        name = reason_for(rule, is_kept).name
        kinds[name] = kinds.get(name, 0) + count
    return kinds


def _proposed(row: LedgerRow) -> int | None:
    return row.incident_id or row.concerns_id


def _choices(proposed: int | None) -> list[QueueRow]:
    """The incident it would have joined, then what the search box asks for; only what this agent may see."""
    found = [proposed] if proposed else []
    text = request.args.get("find", "").strip()[:200]
    if named := NUMBER.fullmatch(text):
        found.append(int(named[1]))
    elif text:
        found += _searched(text)
    rows = rows_by_number(session(), the_viewer(), found) if found else {}
    return [rows[number] for number in dict.fromkeys(found) if number in rows]


def _searched(text: str) -> list[int]:
    kinds = frozenset({"incident"})
    asked = Query(text, audience=the_viewer().audience, kinds=kinds, limit=FOUND_MAX, offset=0, people=True)
    try:
        return [hit.key.id for hit in house().index.search(asked).hits]
    except (SearchError, Conflict):
        return []


def _requester(row: LedgerRow, arrival: Any) -> dict[str, str]:
    """Whom it would be filed for: its sender, or whoever wrote what was forwarded."""
    sender = arrival.sender if arrival else None
    if sender is None and arrival is not None and arrival.forwarded is not None:
        sender = arrival.forwarded.sender
    return {"address": sender.address, "name": sender.name} if sender else {"address": row.sender, "name": ""}


def _is_read(row: LedgerRow) -> bool:
    mailbox = session().get(Mailbox, row.mailbox_id) if row.mailbox_id else None
    return mailbox is not None and bool(mailbox.imap_host)
