"""The command `helpdesk`: one file a family, imported only when it is asked for."""

import importlib

import click

from helpdesk import __version__

FAMILIES = {
    "run": "Serve the pages, work off errands, listen to mailboxes.",
    "demo": "Start a whole desk with sample data, here and now.",
    "setup": "Make the first administrator and the first mailbox.",
    "mail": "Read mails without filing them; import old mail; send the demo a mail.",
    "search": "Check or rebuild the search index.",
    "service-levels": "Check or rebuild what is due next.",
    "token": "API tokens, for scripts.",
    "audit": "Prove the journal, hand out sealed records, erase people.",
    "doctor": "Find what is wrong, and how to mend it.",
    "db": "The database's tables.",
}


class Families(click.Group):
    """Loads the module of a command when it is run: reading a mail needs no database."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(FAMILIES)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in FAMILIES:
            return None
        command: click.Command = importlib.import_module(f"helpdesk.cli.{name.replace('-', '_')}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(FAMILIES.items()))


@click.group(cls=Families, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="helpdesk")
def main() -> None:
    """A helpdesk: mail and forms become incidents, fixes become knowledge."""
