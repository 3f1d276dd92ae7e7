"""`python -m helpdesk`: the command, where no script is on the path."""

from helpdesk.cli import main

main(prog_name="helpdesk")
