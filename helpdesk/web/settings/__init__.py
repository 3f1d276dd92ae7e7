"""What administrators set up: people, teams, services, categories, mailboxes; and how the desk is doing."""

from helpdesk.web.settings import (
    agents,
    categories,
    connection,
    mailboxes,
    operations,
    overview,
    reference,
    services,
    teams,
)

__all__ = [
    "agents",
    "categories",
    "connection",
    "mailboxes",
    "operations",
    "overview",
    "reference",
    "services",
    "teams",
]
