"""What the sample company promises, and what became of it: calendars, policies, warnings and verdicts as a worker
would have left them. For the demo only; commits nothing."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.errands import Errand
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event
from helpdesk.service_levels.calendar import ALWAYS, Calendar
from helpdesk.service_levels.defaults import usual_targets
from helpdesk.service_levels.due import refresh
from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.judging import CLOSING, judge
from helpdesk.service_levels.policy import PENDING, ServiceLevelPolicy
from helpdesk.service_levels.replaying import book_of
from helpdesk.service_levels.versions import add_calendar, add_policy
from helpdesk.service_levels.warning import warn

OFFICE = {str(day): [["08:00", "12:30"], ["13:00", "18:00"]] for day in range(5)}
TILLS = {str(day): [["08:00", "20:00"]] for day in range(6)}


def load_promises(session: Session, cast: Cast, *, at: datetime) -> None:
    """Before the incidents, so that everything they promise is in force when they are opened."""
    christmas = [{"date": f"{year}-12-24", "name": "Christmas Eve"} for year in range(at.year, at.year + 3)]
    office = Calendar(name="Office hours", time_zone="Europe/London", weekly=OFFICE, country="GB", own_days=christmas)
    shops = Calendar(name="Shops and tills", time_zone="Europe/London", weekly=TILLS, country="GB")
    always = Calendar(name="Around the clock", time_zone="Europe/London", weekly=ALWAYS)
    for calendar in (office, shops, always):
        add_calendar(session, calendar, at=at)
    sold = [cast.services[key].id for key in ("tills", "webshop") if key in cast.services]
    breach = {"tell": ["assignee", "lead"], "addresses": []}
    usual = {"pauses": list(PENDING), "warns_at": [50, 75, 90], "breach": breach}
    standard = ServiceLevelPolicy(name="Standard", targets=usual_targets(), position=20, **usual)
    standard.shown_to_requester = True
    selling = ServiceLevelPolicy(name="Wherever we sell", targets=_quicker(), position=10, service_ids=sold, **usual)
    selling.calendar, selling.pauses = shops.series, ["pending_requester"]
    requests = ServiceLevelPolicy(name="Requests", targets=_slower(), position=30, record_type="request", **usual)
    for policy in (standard, *([selling] if sold else []), requests):
        add_policy(session, policy, at=at)
    session.execute(delete(Errand))


def keep_promises(session: Session, *, now: datetime) -> None:
    """After the incidents: what the worker would have done, had it watched all the time. Nobody is told of it now."""
    session.flush()
    book = book_of(session)
    closings = select(Event).where(Event.record_kind == Incident.record_kind, Event.kind.in_(CLOSING))
    for closing in session.scalars(closings.order_by(Event.at)).all():
        judge(session, closing, at=closing.at, book=book)
    for number, updated_at in session.execute(select(Incident.id, Incident.updated_at).where(Incident.is_open)).all():
        _watch(session, number, updated_at, now)
    session.execute(delete(Errand))


def _watch(session: Session, number: int, since: datetime, now: datetime) -> None:
    """Twice since the last thing that happened to it: a worker that looked every minute would tell more."""
    for at in (since + (now - since) / 2, now):
        refresh(session, [number], now=at)
        session.flush()
        warn(session, number, now=at)


def _quicker() -> dict[str, dict[str, int]]:
    """Where customers stand and wait, everything goes twice as fast."""
    return {name: {key: seconds // 2 for key, seconds in by.items()} for name, by in usual_targets().items()}


def _slower() -> dict[str, dict[str, int]]:
    """Nothing is broken, so nothing is to be restored, and the rest may take twice as long."""
    kept = {name: by for name, by in usual_targets().items() if name != Target.RESTORATION}
    return {name: {key: seconds * 2 for key, seconds in by.items()} for name, by in kept.items()}
