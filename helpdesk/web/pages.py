"""The list of pages: each module puts its routes on the blueprint `web`; the portal brings one of its own."""

from importlib import import_module

from flask import Blueprint

from helpdesk.web import web

MODULES = (
    "queue", "incidents", "replies", "notes", "assignment", "triage", "states", "links", "attachments",
    "inner_mail", "remote_images", "well_again", "merges", "requester", "suggestions", "live", "knowledge",
    "search", "held", "held_decisions", "held_bulk", "ledger", "dry_run", "why", "settings", "profile",
    "notifications", "notices", "language", "outbox", "captured_letters", "sending", "recipients",
    "consultations", "handbook", "health",
)  # fmt: skip
BLUEPRINTS = ("portal",)


def blueprints() -> list[Blueprint]:
    """Every blueprint, with its routes on it."""
    for name in MODULES:
        import_module(f"helpdesk.web.{name}")
    return [web, *(import_module(f"helpdesk.web.{name}").blueprint for name in BLUEPRINTS)]
