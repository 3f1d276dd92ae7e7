"""Alarms on the pages: a banner for those who look after the desk, and what the operations page tells of them."""

from dataclasses import dataclass
from datetime import datetime

from flask import g
from sqlalchemy import and_, select

from helpdesk.db import session
from helpdesk.heartbeats import Heartbeat
from helpdesk.mailboxes.alarms import Alarm, AlarmKind
from helpdesk.people.permissions import Permission
from helpdesk.web.access import current_agent, house

# A worker that is being restarted is no news.
WORKER_SILENT_SECONDS = 300
KINDS = {
    AlarmKind.UNREACHABLE: "Mailbox can't be read",
    AlarmKind.GAP: "Mail is missing",
    AlarmKind.CREDENTIAL: "Sign-in ends",
    AlarmKind.SILENT: "Silent mailbox",
    AlarmKind.UNFILED: "Mail not filed",
    AlarmKind.UNSENT: "Letters not sent",
    AlarmKind.MAIL_PROCESS: "Mail process silent",
}


@dataclass(frozen=True, slots=True)
class Banner:
    """One line of it."""

    words: str
    since: datetime


def alarm_banner() -> list[Banner]:
    """What stands above every page of leads and administrators; others cost no query. One for each request."""
    if "alarm_banner" not in g:
        agent = current_agent()
        g.alarm_banner = _banner() if agent and Permission.SEE_OPERATIONS in agent.permissions else []
    found: list[Banner] = g.alarm_banner
    return found


def _banner() -> list[Banner]:
    """From the worker's heartbeat outward: it is the worker that raises alarms, so its own silence is told here."""
    raised = and_(Alarm.open_key.is_not(None), Alarm.raised_at.is_not(None))
    query = (
        select(Heartbeat.at, Alarm.words, Alarm.since)
        .select_from(Heartbeat)
        .outerjoin(Alarm, raised)
        .where(Heartbeat.process == "worker")
        .order_by(Alarm.since)
    )
    rows = session().execute(query).all()
    found = [Banner(words, since) for _, words, since in rows if words]
    if rows and (house().clock.now() - rows[0][0]).total_seconds() > WORKER_SILENT_SECONDS:
        words = "The worker is silent: no letter is sent and nothing is indexed. Start it with “helpdesk run”."
        found.insert(0, Banner(words, rows[0][0]))
    return found
