"""`helpdesk setup`: the first administrator and the first mailbox, asked for and tried before they are saved."""

from datetime import UTC

import click
from flask import Flask
from sqlalchemy.orm import Session

from helpdesk.cli.db import ensure_newest
from helpdesk.cli.desk import house_of, open_desk, plainly, session_of
from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import SignIn
from helpdesk.mailboxes.preview import begin
from helpdesk.mailboxes.sealed import seal
from helpdesk.people.agent import Agent, agent_by_email
from helpdesk.people.permissions import Role
from helpdesk.people.requester import normalized
from helpdesk.service_levels.defaults import lay_down
from helpdesk.web.signin import PASSWORD_LENGTH_MIN, give_password
from intake.connections import first_look, try_incoming, try_outgoing
from intake.source import Found, MailboxError

SECURITY = ["tls", "starttls", "plain-loopback"]


@click.command()
@plainly
def command() -> None:
    """Make the first administrator and the first mailbox. Asks; run it again to add another mailbox."""
    app = open_desk()
    ensure_newest(app, upgrade=True)
    house = house_of(app)
    click.echo(f"The desk's data is in {house.settings.data_folder}.\n")
    _promises(app, house)
    _administrator(app, house)
    if click.confirm("\nSet up a mailbox now?", default=True):
        _mailbox(app, house)
    click.echo("\nDone. `helpdesk run` starts the desk; `helpdesk doctor` tells whether all is well.")


def _promises(app: Flask, house: House) -> None:
    """A desk without a promise gets the usual one. What is open already was promised nothing, and stays so."""
    with session_of(app) as session:
        if lay_down(session, at=house.clock.now()):
            click.echo("Service levels are promised as the policy “Standard” says, until you change it under Settings.")
        session.commit()


def _administrator(app: Flask, house: House) -> None:
    with session_of(app) as session:
        known = session.query(Agent).filter(Agent.role == Role.ADMINISTRATOR.value, Agent.active).first()
        if known and not click.confirm(
            f"There is an administrator already ({known.email}). Add another?", default=False
        ):
            return
        name = click.prompt("Your name").strip()
        email = _address("Your mail address, to sign in with")
        if agent_by_email(session, email):
            raise click.ClickException(f"{email} is an agent already. Change them under Settings.")
        at = house.clock.now()
        agent = Agent(name=name, email=email, role=Role.ADMINISTRATOR.value, active=True, created_at=at)
        session.add(agent)
        session.flush()
        while True:
            password = click.prompt(
                f"A password of at least {PASSWORD_LENGTH_MIN} characters", hide_input=True, confirmation_prompt=True
            )
            try:
                give_password(session, agent, password, at=at)
                break
            except Refused as refusal:
                click.echo(str(refusal))
        session.commit()
    click.echo(f"{name} can sign in at {house.settings.base_url}.")


def _address(question: str) -> str:
    while True:
        try:
            return normalized(click.prompt(question))
        except Refused as refusal:
            click.echo(str(refusal))


def _mailbox(app: Flask, house: House) -> None:
    with session_of(app) as session:
        mailbox = Mailbox(address=_address("Its address, such as help@example.org"), created_at=house.clock.now())
        mailbox.awaits_preview = True
        mailbox.name = click.prompt("What to call it", default=mailbox.address)
        mailbox.display_name = click.prompt("The name on letters", default=house.settings.site_name)
        mailbox.sign_in = click.prompt(
            "Sign in with", type=click.Choice([one.value for one in SignIn]), default="password"
        )
        _incoming(mailbox, house)
        _outgoing(mailbox, house)
        _save(session, mailbox)
        if mailbox.sign_in == SignIn.PASSWORD:
            _beginning(session, mailbox, house)
        else:
            page = f"{house.settings.base_url}/settings/mailboxes/{mailbox.id}/sign-in"
            click.echo(f"Next, let it sign in: {page}. Nothing is read before that.")


def _incoming(mailbox: Mailbox, house: House) -> None:
    """Asks until the server lets us in, or until told to save it as it is."""
    mailbox.folders, mailbox.poll_seconds, mailbox.ca_file = ["INBOX"], 60, ""
    mailbox.disposition = "move"
    mailbox.move_to = "Helpdesk"
    while True:
        mailbox.imap_host = click.prompt("IMAP server", default=mailbox.imap_host or f"imap.{mailbox.domain}")
        mailbox.imap_security = click.prompt("Security", type=click.Choice(SECURITY), default="tls")
        mailbox.imap_port = click.prompt("Port", type=int, default=993 if mailbox.imap_security == "tls" else 143)
        mailbox.imap_username = click.prompt("User name", default=mailbox.address)
        if mailbox.sign_in != SignIn.PASSWORD:
            break
        password = click.prompt("Password", hide_input=True)
        mailbox.imap_password_sealed = seal(house.signing_key, password)
        well, words = try_incoming(mailbox, house)
        click.echo(words)
        if well or click.confirm("Save it all the same?", default=False):
            break
    mailbox.disposition = click.prompt(
        "What to do with a mail once it is filed",
        type=click.Choice(["move", "flag", "leave", "delete"]),
        default="move",
    )
    if mailbox.disposition == "move":
        mailbox.move_to = click.prompt("Move it to the folder", default="Helpdesk")


def _outgoing(mailbox: Mailbox, house: House) -> None:
    while True:
        mailbox.smtp_host = click.prompt("SMTP server", default=mailbox.smtp_host or f"smtp.{mailbox.domain}")
        mailbox.smtp_security = click.prompt("Security", type=click.Choice(SECURITY), default="starttls")
        mailbox.smtp_port = click.prompt("Port", type=int, default=465 if mailbox.smtp_security == "tls" else 587)
        mailbox.smtp_username = click.prompt(
            "User name (empty: none)", default=mailbox.imap_username, show_default=True
        )
        if mailbox.sign_in != SignIn.PASSWORD:
            return
        password = click.prompt("Password (empty: as for IMAP)", hide_input=True, default="", show_default=False)
        mailbox.smtp_password_sealed = seal(house.signing_key, password) if password else mailbox.imap_password_sealed
        well, words = try_outgoing(mailbox, house)
        click.echo(words)
        if well or click.confirm("Save it all the same?", default=False):
            return


def _save(session: Session, mailbox: Mailbox) -> None:
    session.add(mailbox)
    session.commit()
    click.echo(f"{mailbox.name} is saved.")


def _beginning(session: Session, mailbox: Mailbox, house: House) -> None:
    """Shows what lies there and asks where to begin; left open, it is asked again on the mailbox's page."""
    try:
        for found in first_look(mailbox, house):
            click.echo(_words(found))
    except (MailboxError, Refused, ValueError) as error:
        click.echo(str(error))
    page = f"{house.settings.base_url}/settings/mailboxes/{mailbox.id}/beginning"
    now = house.clock.now()
    choice = click.prompt("Take in", type=click.Choice(["new", "since", "everything", "later"]), default="later")
    if choice == "later":
        click.echo(f"Nothing is read until you say where to begin: {page}")
        return
    days = click.DateTime(["%Y-%m-%d"])
    since = click.prompt("Received since (YYYY-MM-DD)", type=days).replace(tzinfo=UTC) if choice == "since" else None
    begin(session, mailbox, start_from=now if choice == "new" else since, at=now)
    session.commit()
    click.echo(f"Mail to {mailbox.address} becomes incidents once `helpdesk run` is running.")


def _words(found: Found) -> str:
    if found.problem or not found.oldest or not found.newest:
        return f"{found.folder}: {found.problem or f'{found.mails} mails'}"
    size = f"about {found.size / 1e6:,.1f} MB"
    return (
        f"{found.folder}: {found.mails:,} mails, oldest {found.oldest:%Y-%m-%d}, newest {found.newest:%Y-%m-%d}, {size}"
    )
