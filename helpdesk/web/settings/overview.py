"""The first page of the settings: what there is to set up, and what needs attention."""

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import DeclarativeBase

from helpdesk import errands
from helpdesk.db import session
from helpdesk.letters.wordings import faulty
from helpdesk.mailboxes.mailbox import Mailbox, MailboxHealth
from helpdesk.people.agent import Agent, Team
from helpdesk.people.organization import Organization
from helpdesk.people.permissions import Permission
from helpdesk.services import Category, Service
from helpdesk.services.causes import Cause
from helpdesk.web import web
from helpdesk.web.access import needs


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the settings, as a card. `trouble` says what needs attention."""

    title: str
    text: str
    url: str
    glyph: str
    count: int | None = None
    trouble: str = ""


@web.get("/settings")
@needs(Permission.ADMINISTER)
def settings() -> ResponseReturnValue:
    return render_template("settings/overview.html", parts=[*_people(), *_work(), *_running()])


def _people() -> list[Part]:
    agents = _count(Agent, Agent.active.is_(True))
    return [
        Part("Agents", "Who works here, what they may do.", url_for("web.settings_agents"), "users", agents),
        Part("Teams", "Who works together, and in private.", url_for("web.settings_teams"), "users", _count(Team)),
        Part(
            "Organizations",
            "Whom those belong to who write.",
            url_for("web.settings_organizations"),
            "building",
            _count(Organization, Organization.retired_at.is_(None)),
        ),
        Part(
            "Escalation",
            "When the desk calls for help.",
            url_for("web.settings_escalations"),
            "arrow-up-right",
        ),
        Part("Rules", "What the desk does by itself.", url_for("web.settings_rules"), "bolt"),
        Part("Recurring", "What opens itself every so often.", url_for("web.settings_recurring"), "repeat"),
    ]


def _work() -> list[Part]:
    services = _count(Service, Service.retired_at.is_(None))
    categories = _count(Category, Category.retired_at.is_(None))
    causes = _count(Cause, Cause.retired_at.is_(None))
    return [
        Part("Services", "What the organization runs.", url_for("web.settings_services"), "server", services),
        Part(
            "States",
            "What they are called, what leads where, when an incident is closed.",
            url_for("web.settings_states"),
            "circle-dot",
        ),
        Part(
            "Service levels",
            "What is promised to whom, and when it counts.",
            url_for("web.settings_service_levels"),
            "clock",
        ),
        Part("Calendars", "Hours, holidays, time zones.", url_for("web.settings_calendars"), "calendar"),
        Part("Categories", "How incidents are sorted.", url_for("web.settings_categories"), "category", categories),
        Part("Causes", "Why things fail, chosen when it is known.", url_for("web.settings_causes"), "tool", causes),
        Part("Priority", "Impact × urgency, and what is proposed.", url_for("web.settings_priority"), "flame"),
        Part("Fields", "What this desk asks besides.", url_for("web.settings_fields"), "forms"),
        Part("Checklists", "Steps that incidents need.", url_for("web.settings_checklists"), "clipboard-check"),
        Part("Tags", "Rename, colour, merge, retire.", url_for("web.settings_tags"), "tags"),
        Part("Canned replies", "Texts that are written again and again.", url_for("web.canned_list"), "message-2"),
        Part("Macros", "Several things at once.", url_for("web.macro_list"), "bolt"),
        Part("Saved views", "Tabs of the queue.", url_for("web.view_list"), "bookmark"),
    ]


def _running() -> list[Part]:
    failing = session().scalar(
        select(func.count())
        .select_from(MailboxHealth)
        .join(Mailbox)
        .where(Mailbox.active, MailboxHealth.last_error.is_not(None), MailboxHealth.last_error != "")
    )
    mail_trouble = f"{failing} with a problem" if failing else ""
    given_up = len(errands.given_up(session(), limit=100))
    errand_trouble = f"{given_up} errand{'' if given_up == 1 else 's'} given up" if given_up else ""
    mailboxes = _count(Mailbox, Mailbox.active.is_(True))
    return [
        Part(
            "Mailboxes",
            "Where mail comes in and goes out.",
            url_for("web.settings_mailboxes"),
            "mail",
            mailboxes,
            mail_trouble,
        ),
        Part("Mail", "What becomes of mail, and what agents may do by it.", url_for("web.settings_mail"), "mail-cog"),
        Part("Import", "Old mail from files, with its threads.", url_for("web.settings_imports"), "upload"),
        Part(
            "Letters",
            "What requesters are written, in their language.",
            url_for("web.settings_letters"),
            "mail-opened",
            trouble="a wording that can’t be used" if faulty(session()) else "",
        ),
        Part(
            "Operations",
            "Errands, search index, mail: how it runs.",
            url_for("web.settings_operations"),
            "activity",
            trouble=errand_trouble,
        ),
        Part("Survey", "Asking requesters how it went.", url_for("web.settings_survey"), "mood-smile"),
        Part("Changes", "Who set up and changed what, and when.", url_for("web.settings_changes"), "history"),
        Part("Audit", "Prove that nobody changed what happened.", url_for("web.settings_audit"), "shield-check"),
        Part(
            "Reference",
            "Every setting of the installation and its value.",
            url_for("web.settings_reference"),
            "adjustments-horizontal",
        ),
    ]


def _count(model: type[DeclarativeBase], *where: object) -> int:
    return session().scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]
