"""`helpdesk token`: API tokens for scripts."""

import click

from helpdesk.cli.desk import house_of, open_desk, plainly, session_of
from helpdesk.people.agent import agent_by_email
from helpdesk.people.token import make_token


@click.group("token")
def command() -> None:
    """API tokens, for scripts."""


@command.command("create")
@click.argument("agent_email")
@click.option("--name", default="script", show_default=True, help="What will use it.")
@click.option("--days", type=click.IntRange(min=1), help="How long it lasts; without: until it is revoked.")
@plainly
def create(agent_email: str, name: str, days: int | None) -> None:
    """Make a token that acts as this agent. It is printed once and can't be shown again."""
    app = open_desk()
    with session_of(app) as session:
        agent = agent_by_email(session, agent_email)
        if agent is None:
            raise click.ClickException(f"There is no agent {agent_email}. `helpdesk setup` makes the first.")
        _, secret = make_token(session, agent, name, at=house_of(app).clock.now(), lasts_days=days)
        session.commit()
    click.echo(secret)
