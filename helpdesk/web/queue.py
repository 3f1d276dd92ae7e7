"""The queue: which incidents wait, for whom, since when. Its rows keep themselves up to date."""

from datetime import datetime
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import generate_etag

from helpdesk.db import session
from helpdesk.incidents.choices import Choices, choices
from helpdesk.incidents.queries import COUNT_MAX, ViewCounts, view_counts
from helpdesk.incidents.queries import queue as page_of_queue
from helpdesk.web import live, web
from helpdesk.web.access import agents_only, house, the_viewer
from helpdesk.web.forms.queue import FilterForm

TABS = (("unassigned", "Unassigned"), ("mine", "Mine"), ("open", "All open"), ("all", "All"))
COLUMNS = (
    ("Incident", "opened", "wide"),
    ("State", "", "narrow"),
    ("Priority", "priority", "narrow"),
    ("Assigned to", "", "narrow"),
    ("Service", "", "narrow"),
    ("Changed", "updated", "narrow end"),
)


@web.get("/")
@agents_only
def start() -> ResponseReturnValue:
    return redirect(url_for("web.queue"))


@web.get("/queue")
@agents_only
def queue() -> ResponseReturnValue:
    form = FilterForm(request.args)
    known = choices(session(), the_viewer()) if form.needs_choices else None
    return render_template("queue/queue.html", **_facts(form, view_counts(session(), the_viewer()), known))


@web.get("/queue/filters")
@agents_only
def queue_filters() -> ResponseReturnValue:
    """The selects whose rows come from the database, for htmx to put into the page."""
    known = choices(session(), the_viewer())
    return render_template("queue/_filters.html", form=FilterForm(request.args).offering(known))


@web.get("/queue/rows")
@agents_only
def queue_rows() -> ResponseReturnValue:
    """The table alone, 304 while nothing has changed."""
    counts = view_counts(session(), the_viewer())
    if request.if_none_match.contains_weak(_tag(counts)):
        return Response(status=304)
    return render_template("queue/_rows.html", **_facts(FilterForm(request.args), counts, None))


def _facts(form: FilterForm, counts: ViewCounts, known: Choices | None) -> dict[str, Any]:
    asked = form.asked()
    page = page_of_queue(session(), the_viewer(), asked)
    return {
        "form": form.offering(known) if known else form,
        "asked": asked,
        "page_of": page,
        "title": dict(TABS)[asked.view].lower(),
        "tabs": [(text, url_for("web.queue", view=name), _count(counts, name)) for name, text in TABS],
        "current": url_for("web.queue", view=asked.view),
        "args": form.args(),
        "columns": _columns(asked.sort, form.args()),
        "newest": counts.newest_event_id,
        "tag": _tag(counts),
        "since": _since(),
        "now": house().clock.now(),
        "poll_seconds": live.poll_seconds(),
    }


def _columns(sort: str, args: dict[str, Any]) -> list[dict[str, str]]:
    """The heads of the table; a second click on the one it is sorted by turns the order round."""
    columns: list[dict[str, str]] = []
    for text, name, css in COLUMNS:
        column = {"text": text, "class": css}
        if name:
            first = "priority" if name == "priority" else f"-{name}"
            turned = name if sort == f"-{name}" else f"-{name}"
            is_sorted = sort.removeprefix("-") == name
            column["sort_url"] = url_for("web.queue", **{**args, "sort": turned if is_sorted else first})
            if is_sorted:
                column["sorted"] = "descending" if sort.startswith("-") else "ascending"
        columns.append(column)
    return columns


def _count(counts: ViewCounts, view: str) -> str | int | None:
    number = getattr(counts, view, None)
    return f"{COUNT_MAX}+" if number is not None and number > COUNT_MAX else number


def _tag(counts: ViewCounts) -> str:
    """Changes with every event and every minute, since the ages in the rows do."""
    minute = house().clock.now().strftime("%H%M")
    said = [the_viewer(), sorted(request.args.items()), counts, minute, live.poll_seconds()]
    return generate_etag(repr(said).encode())


def _since() -> datetime | None:
    """When the rows on the page were read: what changed after it flashes."""
    try:
        return datetime.fromisoformat(request.headers.get("X-Rows-Read", ""))
    except ValueError:
        return None
