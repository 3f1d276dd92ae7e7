"""What administrators set up: people, teams, services, categories, mailboxes; and how the desk is doing."""

from helpdesk.web.settings import (
    agents,
    beginning,
    categories,
    connection,
    imports,
    letters,
    mail,
    mailboxes,
    operations,
    overview,
    reference,
    senders,
    services,
    sign_in,
    teams,
    wording,
)

__all__ = [
    "agents",
    "beginning",
    "categories",
    "connection",
    "imports",
    "letters",
    "mail",
    "mailboxes",
    "operations",
    "overview",
    "reference",
    "senders",
    "services",
    "sign_in",
    "teams",
    "wording",
]
