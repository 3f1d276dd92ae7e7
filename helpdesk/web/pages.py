"""The list of pages: each module puts its routes on the blueprint `web`; the portal brings one of its own."""

from importlib import import_module

from flask import Blueprint

from helpdesk.web import web

MODULES = (
    "prioritizing", "people",
    "queue", "incidents", "replies", "notes", "assignment", "triage", "states", "links", "attachments",
    "restorations", "calls",
    "inner_mail", "remote_images", "well_again", "merges", "requester", "suggestions", "live", "knowledge",
    "search", "held", "held_decisions", "held_bulk", "bulk", "operations", "split", "propagation",
    "ledger", "dry_run", "why", "settings", "profile",
    "notifications", "notices", "language", "outbox", "captured_letters", "sending", "recipients",
    "tags", "watching", "mentions", "tasks", "custom_fields", "time_spent",
    "erasure", "record_export", "feedback",
    "consultations", "escalations", "service_levels", "handbook", "health",
    "canned_replies", "canned_in_composer", "saved_views", "drafts", "macros", "macro_runs", "presence",
)  # fmt: skip
BLUEPRINTS = ("portal",)


def blueprints() -> list[Blueprint]:
    """Every blueprint, with its routes on it."""
    for name in MODULES:
        import_module(f"helpdesk.web.{name}")
    return [web, *(import_module(f"helpdesk.web.{name}").blueprint for name in BLUEPRINTS)]
