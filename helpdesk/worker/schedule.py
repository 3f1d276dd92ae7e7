"""What the worker does by the clock: each task takes the app, and is safe to run twice. `SCHEDULE` says when."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from flask import Flask
from huey import crontab

from helpdesk import db, seals
from helpdesk.house import House
from helpdesk.incidents.closing import close_unanswered, due_to_close
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import due_to_wake
from helpdesk.incidents.recurring import due as due_recurring
from helpdesk.incidents.recurring import open_due
from helpdesk.incidents.tasks import Task as TaskOfIncident
from helpdesk.incidents.tasks import due_for_reminder, remind
from helpdesk.journal import Actor
from helpdesk.mailboxes.alarms import compare as compare_alarms
from helpdesk.mailboxes.alarms import has_open
from helpdesk.mailboxes.renewals import renew_all
from helpdesk.policies import LifecyclePolicy, policy
from helpdesk.reactions.alarm import tell
from helpdesk.reactions.automate import automate_by_time
from helpdesk.reactions.escalate import escalate_by_time
from helpdesk.reactions.index import all_documents, compare, mend
from helpdesk.service_levels.calendar import default_calendar
from helpdesk.service_levels.warning import warn_all
from intake.trouble import findings

SEAL_AFTER_HOURS = 1  # a transaction may run over midnight
SYSTEM = Actor(kind="system", name="Helpdesk")

log = structlog.get_logger(__name__)


def wake_incidents(app: Flask) -> None:
    """Opens pending incidents whose wake-up time has come, one transaction each."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        numbers = due_to_wake(session, now=house.clock.now())
        session.rollback()
        for number in numbers:
            incident = session.get(Incident, number)
            if incident is not None:
                incident.wake(by=SYSTEM, at=house.clock.now())
                session.commit()


def close_resolved(app: Flask) -> None:
    """Closes what was resolved and nobody denied for so many working days, one transaction each."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        now = house.clock.now()
        if not (days := policy(session, LifecyclePolicy).auto_close_working_days):
            return
        calendar = default_calendar(session)
        numbers = due_to_close(session, lambda at: calendar.working_days_after(at, days), days=days, now=now)
        session.rollback()
        for number in numbers:
            close_unanswered(session, number, days=days, by=SYSTEM, at=now)
            session.commit()


def seal_yesterday(app: Flask) -> None:
    """Binds the chains of every finished day that has no seal yet; see `helpdesk.seals`."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        until = (house.clock.now() - timedelta(hours=SEAL_AFTER_HOURS)).date()
        for day in seals.unsealed_days(session, before=until):
            seals.seal(session, day)
            session.commit()


def sound_alarms(app: Flask) -> None:
    """Compares what is wrong with the mail with the alarms there are, and queues the letters about what changed."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        with db.only_reading():
            found, known = findings(session, house), has_open(session)
            session.rollback()
        if not (found.troubles or known):
            return
        now = house.clock.now()
        for news in compare_alarms(session, found, now=now):
            tell(session, news, stationery=house.stationery, now=now)
            log.warning("alarm", turn=news.turn.value, kind=news.alarm.kind, words=news.alarm.words)
        session.commit()


def mend_index(app: Flask) -> None:
    """Nightly: compares the index with the database and brings it into step."""
    house: House = app.extensions["house"]
    with app.app_context(), db.only_reading():
        difference = compare(db.session(), house.index)
        if difference:
            log.warning("index was out of step", missing=len(difference.missing), outdated=len(difference.outdated))
            mend(db.session(), house.index, difference)


def renew_sign_ins(app: Flask) -> None:
    """Daily: tests that every mailbox with OAuth may still sign in, before its mail depends on it."""
    house: House = app.extensions["house"]
    with app.app_context():
        engine = db.db.engine
    renew_all(engine, house.signing_key, house.clock)


def rebuild_index(app: Flask) -> None:
    """Weekly: many small changes leave an index in many small parts, which a rebuild makes one again."""
    house: House = app.extensions["house"]
    with app.app_context(), db.only_reading():
        house.index.rebuild(all_documents(db.session()))


def escalate_what_waits(app: Flask) -> None:
    """The rules of escalation that wait for time, and escalations that nobody acknowledged."""
    house: House = app.extensions["house"]
    with app.app_context():
        escalate_by_time(db.session(), now=house.clock.now())


def remind_of_tasks(app: Flask) -> None:
    """Writes down which tasks were not done in time, one transaction each; who is to do them is told of it."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        numbers = due_for_reminder(session, now=house.clock.now())
        session.rollback()
        for number in numbers:
            late = session.get(TaskOfIncident, number)
            if late is not None:
                remind(late, by=SYSTEM, at=house.clock.now())
                session.commit()


def automate_what_is_due(app: Flask) -> None:
    """The rules on a schedule."""
    house: House = app.extensions["house"]
    with app.app_context():
        automate_by_time(db.session(), stationery=house.stationery, now=house.clock.now())


def warn_of_service_levels(app: Flask) -> None:
    """Puts warnings and breaches on record whose time has come; letters and escalation follow from that."""
    house: House = app.extensions["house"]
    with app.app_context():
        warn_all(db.session(), now=house.clock.now())


def open_what_recurs(app: Flask) -> None:
    """Opens the recurring incidents whose time has come, one transaction each."""
    house: House = app.extensions["house"]
    with app.app_context():
        session = db.session()
        numbers = due_recurring(session, now=house.clock.now())
        session.rollback()
        for number in numbers:
            open_due(session, number, by=SYSTEM, now=house.clock.now())
            session.commit()


Task = Callable[[Flask], None]

SCHEDULE: tuple[tuple[Task, Any], ...] = (
    (wake_incidents, crontab(minute="*")),
    (sound_alarms, crontab(minute="*")),
    (escalate_what_waits, crontab(minute="*")),
    (warn_of_service_levels, crontab(minute="*")),
    (automate_what_is_due, crontab(minute="*")),
    (open_what_recurs, crontab(minute="*")),
    (remind_of_tasks, crontab(minute="*")),
    (close_resolved, crontab(minute="*/10")),
    (seal_yesterday, crontab(minute="10")),
    (mend_index, crontab(hour="3", minute="30")),
    (renew_sign_ins, crontab(hour="5", minute="15")),
    (rebuild_index, crontab(day_of_week="0", hour="4", minute="0")),
)
