"""What every template knows: who looks at it, what waits, how moments and states are worded."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, g
from sqlalchemy import select

from helpdesk import __version__
from helpdesk.db import session
from helpdesk.incidents.lifecycle import REQUESTER_WORDING, ResolutionCode, State
from helpdesk.incidents.priority import Impact, Priority, Urgency
from helpdesk.incidents.statuses import label_of, statuses
from helpdesk.letters.notices import unread
from helpdesk.web.access import current_agent, house, the_viewer
from helpdesk.web.alarms import alarm_banner

STEPS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def relative(moment: datetime, now: datetime | None = None) -> str:
    """“5 minutes ago”, “in 2 hours”; beyond a week the date."""
    now = now or house().clock.now()
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < 45:
        return "just now" if seconds >= 0 else "in a moment"
    if distance > 7 * 86400:
        return moment.strftime("%-d %b" if moment.year == now.year else "%-d %b %Y")
    size, unit = next(step for step in STEPS if distance >= step[0] * 0.75)
    count = max(1, round(distance / size))
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def exact(moment: datetime) -> str:
    """The moment spelt out, in UTC, for titles and tables."""
    return moment.astimezone(UTC).strftime("%-d %B %Y, %H:%M UTC")


def file_size(size_bytes: int) -> str:
    """“12 kB”: thousands, as file managers count."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def status_name(one: Any) -> str:
    """What the site calls the status of an incident or of a line of a list; "" where it has no names of its own."""
    return label_of(session(), one.state, one.status_id) if statuses(session()) else ""


def _counts() -> dict[str, int] | None:
    from intake.ledger_search import waiting

    if "counts" not in g:
        g.counts = None
        if current_agent():
            viewer = the_viewer()
            held, notices = session().execute(select(waiting(viewer), unread(viewer))).one()
            g.counts = {"held": held, "notices": notices}
    counts: dict[str, int] | None = g.counts
    return counts


def install(app: Flask) -> None:
    app.jinja_env.filters.update(relative=relative, exact=exact, file_size=file_size)
    app.jinja_env.globals.update(
        State=State,
        status_name=status_name,
        REQUESTER_WORDING=REQUESTER_WORDING,
        ResolutionCode=ResolutionCode,
        Priority=Priority,
        Impact=Impact,
        Urgency=Urgency,
    )

    @app.context_processor
    def known() -> dict[str, Any]:
        settings = house().settings
        return {
            "viewer": current_agent(),
            "counts": _counts(),
            "alarm_banner": alarm_banner,
            "site_name": settings.site_name,
            "asset_version": __version__,
            "capture_mail": settings.capture_mail,
            "public_form": settings.public_form,
        }
