"""“Test connection”: the one place where a page asks another server, since an administrator pressed the button.

Both servers are asked at once, in threads of their own, and the page answers after ten seconds at the latest."""

from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from time import monotonic

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import house, needs
from helpdesk.web.settings.mailboxes import filled, mailbox_form, mailbox_page, the_mailbox
from intake.connections import enter, try_outgoing

TOGETHER_SECONDS = 10.0
SEALED = ("imap_password_sealed", "smtp_password_sealed")


@dataclass(frozen=True, slots=True)
class Tried:
    """How one server answered. `is_well` is None where there is none to ask."""

    name: str
    is_well: bool | None
    text: str
    folders: tuple[str, ...] = ()


@web.post("/settings/mailboxes/connection")
@web.post("/settings/mailboxes/<int:number>/connection")
@needs(Permission.ADMINISTER)
def settings_try_mailbox(number: int | None = None) -> ResponseReturnValue:
    form = mailbox_form(given=True)
    stored = the_mailbox(number) if number else None
    if not form.validate():
        return _answer(form, number, []), 422
    asked = Mailbox(id=number or 0, **{name: getattr(stored, name) if stored else "" for name in SEALED})
    try:
        filled(form, asked)
    except Invalid as error:
        form.refuse(error)
        return _answer(form, number, []), 422
    # Nobody waits for the database while we wait for other servers.
    engine = session().get_bind(Mailbox)
    session().rollback()
    db.begin_reading()
    # It lives in a session of its own, which asks for tokens in its name and never writes it.
    with Session(engine, autoflush=False) as trial:
        trial.add(asked)
        return _answer(form, number, try_both(asked, house()))


def _answer(form: object, number: int | None, results: list[Tried]) -> str:
    if request.headers.get("HX-Request"):
        return render_template("settings/_connection.html", form=form, results=results)
    return mailbox_page(form, the_mailbox(number) if number else None, results)  # type: ignore[arg-type]


def try_both(mailbox: Mailbox, desk: House, seconds: float = TOGETHER_SECONDS) -> list[Tried]:
    """Signs in at both servers. What has not answered in time is said to be slow."""
    answers: Queue[Tried] = Queue()
    asking: dict[str, Callable[[Mailbox, House], Tried]] = {"Incoming (IMAP)": _try_imap, "Outgoing (SMTP)": _try_smtp}
    for ask in asking.values():
        Thread(target=lambda ask=ask: answers.put(ask(mailbox, desk)), daemon=True).start()
    end = monotonic() + seconds
    found: dict[str, Tried] = {}
    while len(found) < len(asking):
        try:
            one = answers.get(timeout=max(0.0, end - monotonic()))
        except Empty:
            break
        found[one.name] = one
    slow = f"No answer within {seconds:.0f} seconds. Check server and port, and whether a firewall stands between."
    return [found.get(name) or Tried(name, False, slow) for name in asking]


def _try_imap(mailbox: Mailbox, desk: House) -> Tried:
    name = "Incoming (IMAP)"
    if not mailbox.imap_host:
        return Tried(name, None, "No server is given: mail comes through the SMTP listener only.")
    try:
        entry = enter(mailbox, desk)
    except Exception as error:  # noqa: BLE001 - a thread's exception would be lost; the page says it
        return Tried(name, False, f"{type(error).__name__}: {error}")
    return Tried(name, entry.well, entry.words, entry.folders)


def _try_smtp(mailbox: Mailbox, desk: House) -> Tried:
    name = "Outgoing (SMTP)"
    if not mailbox.smtp_host:
        return Tried(name, None, "No server is given: nothing can be sent from here.")
    try:
        return Tried(name, *try_outgoing(mailbox, desk))
    except Exception as error:  # noqa: BLE001 - as above
        return Tried(name, False, f"{type(error).__name__}: {error}")
