"""`helpdesk mail`: read mails without filing them, explain what would happen, send the demo one."""

import json
import smtplib
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import click

from intake.mail.as_json import walk


class _Mail(click.Group):
    """Loads the import when it is asked for: reading a mail needs no database."""

    def list_commands(self, context: click.Context) -> list[str]:
        return [*super().list_commands(context), "import"]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name == "import":
            from helpdesk.cli.imports import command as importing

            return importing
        return super().get_command(context, name)


@click.group("mail", cls=_Mail)
def command() -> None:
    """Read mails without filing them; import old mail; send the demo a mail."""


@command.command("parse")
@click.option("--jsonl", is_flag=True, required=True, expose_value=False, help="One JSON object a line.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def parse_mails(paths: tuple[Path, ...]) -> None:
    """Print what the parser reads in mails: files, or folders walked for *.eml."""
    with click.progressbar(length=0, label="Parsing", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for found in walk(paths):
            click.echo(json.dumps(found, ensure_ascii=False))
            bar.update(1)


@command.command("explain")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def explain(file: Path) -> None:
    """Say what would happen with a mail, and why; nothing is stored."""
    from helpdesk.cli.desk import house_of, open_desk, session_of
    from intake.rehearsal import rehearse

    app = open_desk()
    with session_of(app) as session:
        tried = rehearse(session, house_of(app), file.read_bytes())
        arrival, decision = tried.arrival, tried.decision
    sender = f"{arrival.sender.name} <{arrival.sender.address}>" if arrival.sender else "nobody"
    click.echo(f"From:     {sender}\nSubject:  {arrival.subject}")
    target = f" INC-{decision.incident_id}" if decision.incident_id else ""
    click.echo(f"Outcome:  {decision.outcome.value}{target}   (rule: {decision.rule})")
    for line in decision.evidence:
        click.echo(f"Because:  {line}")
    answered = "yes" if arrival.is_auto_answerable else "no"
    reason = f" ({arrival.automatic.evidence})" if arrival.automatic else ""
    click.echo(f"Acknowledged if new: {answered}{reason}")
    for defect in arrival.defects:
        click.echo(f"Defect:   {defect}")


@command.command("sample")
@click.option("--second", is_flag=True, help="A second person with the same problem.")
@click.option("--port", type=int, help="Port of the SMTP door; the running demo's is known.")
@click.option("--data", type=click.Path(path_type=Path), help="The data folder of the demo, if it was given one.")
def sample(second: bool, port: int | None, data: Path | None) -> None:
    """Send the running demo a mail by SMTP, as somebody with a problem would."""
    from helpdesk.cli.demo import known_smtp_port
    from helpdesk.sample import company, example_mail

    mail = EmailMessage()
    mail["From"] = example_mail.SECOND_MAIL_FROM if second else example_mail.EXAMPLE_MAIL_FROM
    mail["To"] = company.DESK_ADDRESS
    mail["Subject"] = example_mail.SECOND_MAIL_SUBJECT if second else example_mail.EXAMPLE_MAIL_SUBJECT
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=company.DOMAIN)
    mail.set_content(example_mail.SECOND_MAIL_BODY if second else example_mail.EXAMPLE_MAIL_BODY)
    with smtplib.SMTP("127.0.0.1", port or known_smtp_port(data), timeout=10) as smtp:
        smtp.send_message(mail)
    click.echo(f"Sent: “{mail['Subject']}”. Look at the queue.")
