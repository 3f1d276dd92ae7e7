"""What an agent was told: the bell at the top of every page, the list behind it, and incidents they mute."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.letters.notices import mark_read, notices_for, unread_count
from helpdesk.people.notification import mute, muted_by, unmute
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_agent, the_incident, the_viewer


@web.get("/notices")
@agents_only
def notices() -> ResponseReturnValue:
    unread_only = "all" not in request.args
    found = notices_for(session(), the_viewer(), unread_only=unread_only)
    return render_template("notices/list.html", notices=found, unread_only=unread_only)


@web.get("/notices/bell")
@agents_only
def notices_bell() -> ResponseReturnValue:
    """The bell alone, asked for by every open page now and then."""
    return render_template("notices/_bell.html", unread=unread_count(session(), the_viewer()))


@web.post("/notices/reading")
@agents_only
def read_notices() -> ResponseReturnValue:
    """Those that are named, else all."""
    mark_read(session(), the_viewer(), at=house().clock.now(), notice_ids=request.form.getlist("notice", int))
    commit()
    return redirect(url_for("web.notices"), 303)


@web.post("/incidents/<int:number>/notices/reading")
@agents_only
def read_notices_of_incident(number: int) -> ResponseReturnValue:
    """The page of the incident was opened: what it was told about is read."""
    the_incident(number)
    mark_read(session(), the_viewer(), at=house().clock.now(), incident_id=number)
    commit()
    return notices_bell()


@web.post("/incidents/<int:number>/silence")
@agents_only
def mute_incident(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    mute(session(), the_agent(), found.id)
    commit()
    undo = {"action": "Undo", "action_url": url_for("web.unmute_incident", number=number)}
    flash({"text": f"You hear nothing more of {found.number}, unless it is given to you.", **undo}, "success")  # type: ignore[arg-type]
    return redirect(url_for("web.incident", number=number), 303)


@web.post("/incidents/<int:number>/silence/end")
@agents_only
def unmute_incident(number: int) -> ResponseReturnValue:
    found = the_incident(number)
    unmute(session(), the_agent(), found.id)
    commit()
    flash(f"You are told of {found.number} again.", "success")
    return redirect(url_for("web.incident", number=number), 303)


@web.app_template_global()
def is_muted(number: int) -> bool:
    """Whether the agent here muted this incident."""
    return the_agent().id in muted_by(session(), number)
