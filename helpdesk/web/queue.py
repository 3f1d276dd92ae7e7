"""The queue: which incidents wait, for whom, since when. Its rows keep themselves up to date."""

from datetime import datetime
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import generate_etag

from helpdesk.db import session
from helpdesk.incidents.choices import Choices, choices
from helpdesk.incidents.custom_fields import CustomField, all_fields
from helpdesk.incidents.queries import COUNT_MAX, ViewCounts, view_counts
from helpdesk.incidents.queries import queue as page_of_queue
from helpdesk.incidents.row_marks import marks_of_rows
from helpdesk.incidents.saved_views import saved_views
from helpdesk.incidents.tags import Tag, current_tags
from helpdesk.web import live, web
from helpdesk.web.access import agents_only, house, the_viewer
from helpdesk.web.clock_words import chip_of_row
from helpdesk.web.forms.queue import FilterForm
from helpdesk.web.view_tabs import view_tabs

# What the filters offer: people and catalogue, tags, the site's own fields.
Known = tuple[Choices, list[Tag], list[CustomField]]
TABS = (("unassigned", "Unassigned"), ("mine", "Mine"), ("open", "All open"), ("all", "All"))
COLUMNS = (
    ("Incident", "opened", "wide"),
    ("State", "", "narrow"),
    ("Priority", "priority", "narrow"),
    ("Due", "due", "narrow"),
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
    shown, form = saved_views(session(), the_viewer()), FilterForm(request.args)
    first = next((one.view for one in shown if one.is_first), None)
    if first is not None and not request.args:
        return redirect(url_for("web.queue", **first.arguments, saved=first.id))
    known = _known() if form.needs_choices else None
    facts = _facts(form, view_counts(session(), the_viewer()), known)
    return render_template("queue/queue.html", **facts, views=view_tabs(shown, form))


@web.get("/queue/filters")
@agents_only
def queue_filters() -> ResponseReturnValue:
    """The selects whose rows come from the database, for htmx to put into the page."""
    return render_template("queue/_filters.html", form=FilterForm(request.args).offering(*_known()))


@web.get("/queue/rows")
@agents_only
def queue_rows() -> ResponseReturnValue:
    """The table alone, 304 while nothing has changed."""
    counts = view_counts(session(), the_viewer())
    if request.if_none_match.contains_weak(_tag(counts)):
        return Response(status=304)
    return render_template("queue/_rows.html", **_facts(FilterForm(request.args), counts, None))


def _known() -> Known:
    return choices(session(), the_viewer()), current_tags(session()), all_fields(session())


def _facts(form: FilterForm, counts: ViewCounts, known: Known | None) -> dict[str, Any]:
    asked, now = form.asked(), house().clock.now()
    page = page_of_queue(session(), the_viewer(), asked)
    return {
        "form": form.offering(*known) if known else form,
        "asked": asked,
        "page_of": page,
        "marks_of_rows": marks_of_rows(session(), the_viewer(), [row.id for row in page.rows], at=now),
        "title": dict(TABS)[asked.view].lower(),
        "tabs": [(text, url_for("web.queue", view=name), _count(counts, name)) for name, text in TABS],
        "current": "" if form.saved.data else url_for("web.queue", view=asked.view),
        "args": form.args(),
        "columns": _columns(asked.sort, form.args()),
        "newest": counts.newest_event_id,
        "tag": _tag(counts),
        "since": _since(),
        "now": house().clock.now(),
        "chip_of_row": chip_of_row,
        "poll_seconds": live.poll_seconds(),
    }


def _columns(sort: str, args: dict[str, Any]) -> list[dict[str, str]]:
    """The heads of the table; a second click on the one it is sorted by turns the order round."""
    columns: list[dict[str, str]] = [{"text": "Choose", "class": "narrow", "hidden": "yes"}]
    for text, name, css in COLUMNS:
        column = {"text": text, "class": css}
        if name:
            first = name if name in ("priority", "due") else f"-{name}"
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
