"""What `helpdesk audit` says of a sealed record, and how it makes one."""

import sys
from pathlib import Path

import click

from helpdesk.errors import Invalid
from helpdesk.incidents.unsealing import opened, prove_file


def verify_file(path: Path, public_key: str) -> None:
    """Ends with 1 when anything of it does not hold."""
    try:
        sealed = opened(path)
        broken = list(prove_file(path, public_key.strip().lower()))
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    for one in broken:
        click.echo(f"BROKEN {one}", err=True)
    if broken:
        sys.exit(1)
    said = sealed.manifest
    click.echo(f"{said['number']} of {said['site']}, sealed {said['sealed_at']} by {said['sealed_by']}.")
    if not public_key:
        click.echo(f"Signed with the key {sealed.public_key}. Is it the desk's? See its Settings › Audit,")
        click.echo("and prove it with --public-key.")
    click.echo("Everything holds.")
