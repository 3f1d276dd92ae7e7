"""Why a clock says what it says: the replay of an incident's clocks, and the panel beside its thread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.db import session
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind, history
from helpdesk.service_levels.choosing import Book, Terms
from helpdesk.service_levels.clocks import Clock, Interval, Target, current
from helpdesk.service_levels.due import ServiceLevelDue
from helpdesk.service_levels.records import present_facts
from helpdesk.service_levels.replaying import book_of, clocks_of
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_incident
from helpdesk.web.clock_bars import bar
from helpdesk.web.clock_tables import FOLDED_FROM, ClockDay, Sums, clock_time, days, sums
from helpdesk.web.clock_words import VERDICTS, Chip, chip, chip_of
from helpdesk.web.forms.durations import hours_and_minutes
from helpdesk.web.panels import Panel
from helpdesk.web.timeline import WORDINGS

# The tables after the first one are left out once there are so many rows; they open on their own.
ROWS_MAX = 400


@dataclass(frozen=True, slots=True)
class Warned:
    """`at` None: it can't be said yet, since the clock is paused."""

    percent: int
    at: datetime | None
    shown: Markup
    is_past: bool


@dataclass(frozen=True, slots=True)
class ShownClock:
    """A clock with its working. `days` is None where the table was left out; `url` shows it."""

    clock: Clock
    chip: Chip
    target: str
    due: Markup
    bar: Markup
    start: Markup
    end: Markup
    sums: Sums
    warnings: list[Warned]
    days: list[ClockDay] | None
    is_open: bool
    url: str

    @property
    def is_folded(self) -> bool:
        return len(self.clock.intervals) > FOLDED_FROM


@web.get("/incidents/<int:number>/service-levels")
@agents_only
def service_levels(number: int) -> ResponseReturnValue:
    """Every clock with all its stretches; `clock` in the address names one whose table is wanted."""
    incident, now = the_incident(number), house().clock.now()
    events, book = history(session(), incident.record_kind, incident.id), book_of(session())
    clocks = clocks_of(session(), incident.id, now=now, events=events, book=book)
    latest = current(clocks)
    going_on = [one for one in latest.values() if not one.is_over] or list(latest.values())
    return render_template(
        "incidents/service_levels.html",
        incident=incident,
        terms=going_on[0].terms if going_on else _terms(incident, book, now),
        shown=_shown(list(latest.values()), events, now),
        earlier=_earlier(clocks, latest, now),
        judged=[_judged(event) for event in events if event.kind == EventKind.SERVICE_LEVEL_JUDGED],
        now=now,
    )


def _terms(incident: Incident, book: Book, now: datetime) -> Terms | None:
    """The policy that was chosen for an incident to which it promises nothing; None when there is none."""
    if not book.promises:
        return None
    facts = present_facts(session(), [incident.id])[incident.id]
    return book.terms(facts, opened_at=incident.opened_at, at=now)


@web.get("/incidents/<int:number>/clocks")
@agents_only
def clocks(number: int) -> ResponseReturnValue:
    """The list in the panel, for htmx."""
    incident, now = the_incident(number), house().clock.now()
    found = current(clocks_of(session(), incident.id, now=now))
    rows = [(clock, chip_of(clock, now), _due(clock, _zone(clock.terms))) for clock in found.values()]
    return render_template("incidents/_clocks.html", incident=incident, rows=rows, target_words=hours_and_minutes)


@web.app_template_filter()
def due_chip(row: ServiceLevelDue) -> Chip:
    """What is due next, for the head of an incident's page."""
    return chip(Target(row.target), row.state, row.due_at, house().clock.now())


@web.app_template_filter()
def due_name(row: ServiceLevelDue) -> str:
    return Target(row.target).label


def clocks_panel(_incident: Incident, _events: Sequence[Event]) -> Panel:
    """Its clocks come on their own: computing them costs more than a page may wait for."""
    return Panel("incidents/panels/clocks.html")


def _shown(clocks: list[Clock], events: Sequence[Event], now: datetime) -> list[ShownClock]:
    """One table is open: the one asked for, else the first."""
    wanted, rows, links = request.args.get("clock", ""), 0, _links(events)
    found: list[ShownClock] = []
    for clock in clocks:
        rows += len(clock.intervals)
        with_table = wanted == _key(clock) if wanted else rows <= ROWS_MAX or not found
        found.append(_show(clock, now, links, with_table=with_table, is_open=bool(wanted) or not found))
    return found


def _show(
    clock: Clock, now: datetime, links: Callable[[Interval], str], *, with_table: bool, is_open: bool
) -> ShownClock:
    zone, warnings = _zone(clock.terms), _warnings(clock, now)
    last = clock.intervals[-1].end if clock.intervals else clock.started_at
    return ShownClock(
        clock,
        chip_of(clock, now),
        hours_and_minutes(clock.target_seconds),
        _due(clock, zone),
        bar(clock, [one.at for one in warnings if one.at is not None]),
        clock_time(clock.started_at, zone),
        clock_time(max(last, clock.due_at or last), zone),
        sums(clock),
        warnings,
        days(clock, zone, links) if with_table else None,
        is_open,
        f"?clock={_key(clock)}#{clock.target.value}",
    )


def _key(clock: Clock) -> str:
    return f"{clock.target.value}-{clock.run}"


def _zone(terms: Terms) -> tzinfo:
    return ZoneInfo(terms.times.hours.zone_name)


def _due(clock: Clock, zone: tzinfo) -> Markup:
    return clock_time(clock.due_at, zone) if clock.due_at else Markup("")


def _warnings(clock: Clock, now: datetime) -> list[Warned]:
    zone, found = _zone(clock.terms), []
    for percent in clock.terms.promise.warns_at:
        at = clock.reaches(percent)
        if at is None and clock.is_over:
            continue
        shown = clock_time(at, zone) if at else Markup("once it goes on")
        found.append(Warned(percent, at, shown, at is not None and at <= now))
    return found


def _links(events: Sequence[Event]) -> Callable[[Interval], str]:
    """Where on the incident's page the event behind a stretch stands: its entry, or its line."""
    by_sequence = {event.sequence: event for event in events}

    def link(interval: Interval) -> str:
        event = by_sequence.get(interval.event_sequence or 0)
        if event is None:
            return ""
        page = url_for("web.incident", number=event.record_id)
        if entry := event.data.get("entry_id"):
            return f"{page}#entry-{entry}"
        return f"{page}#event-{event.sequence}" if event.kind in WORDINGS else page

    return link


def _earlier(clocks: Sequence[Clock], latest: dict[Target, Clock], now: datetime) -> list[dict[str, Any]]:
    """The runs before the latest: each update promised the next one."""
    return [
        {
            "clock": clock,
            "chip": chip_of(clock, now),
            "start": clock_time(clock.started_at, _zone(clock.terms)),
            "end": clock_time(clock.ended_at, _zone(clock.terms)) if clock.ended_at else "",
            "elapsed": hours_and_minutes(clock.elapsed_seconds),
            "target": hours_and_minutes(clock.target_seconds),
        }
        for clock in clocks
        if latest[clock.target] is not clock
    ]


def _judged(event: Event) -> dict[str, Any]:
    """A verdict that was frozen, as its event tells it."""
    rows = [
        {
            "label": Target(one["target"]).label,
            "verdict": one["verdict"],
            "chip": VERDICTS.get(one["verdict"], Chip(one["verdict"], "minus")),
            "elapsed": hours_and_minutes(one["elapsed_seconds"]),
            "target": hours_and_minutes(one["target_seconds"]),
            "policy": f"{one['policy']}, version {one['policy_version']}",
            "runs": one.get("runs", 1),
            "missed_runs": one.get("missed_runs", 0),
        }
        for one in event.data.get("targets", ())
    ]
    return {"at": event.at, "rows": rows}
