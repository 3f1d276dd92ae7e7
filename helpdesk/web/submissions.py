"""A form sent twice is done once: each carries a random key, and the second sending is answered with where the
first one led. The keys are rows, so this holds across processes; `once` guards a view and `done` ends it."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, g, redirect, request
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from helpdesk.base import Base
from helpdesk.db import commit, session
from helpdesk.web.access import house, the_agent

P = ParamSpec("P")
R = TypeVar("R")
KEY_LENGTH_MAX = 64
KEPT_DAYS = 7
SWEEP_EVERY = 100


class Submission(Base):
    """One form that was sent: by whom, and the address it was answered with."""

    __tablename__ = "submissions"

    key: Mapped[str] = mapped_column(unique=True)
    agent_id: Mapped[int]
    location: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(index=True)


def new_key() -> str:
    """For a form that is about to be shown."""
    return secrets.token_urlsafe(12)


def once(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Runs the view for the first sending of a form only. A form without a key is not guarded."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        key = request.form.get("submission", "")[:KEY_LENGTH_MAX]
        earlier = _take(key) if key else None
        return go(earlier) if earlier else view(*args, **kwargs)

    return guarded


def _take(key: str) -> str | None:
    """Takes the key, or tells where its first sending led. Waits while that one is still under way."""
    agent_id, now = the_agent().id, house().clock.now()
    row = Submission(key=key, agent_id=agent_id, at=now)
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        earlier = session().scalars(select(Submission).where(Submission.key == key)).one()
        if earlier.agent_id != agent_id:
            abort(409, "This form was sent by somebody else. Load the page again.")
        return earlier.location
    if row.id % SWEEP_EVERY == 0:
        session().execute(delete(Submission).where(Submission.at < now - timedelta(days=KEPT_DAYS)))
    g.submission = row
    return None


def done(location: str) -> Response:
    """Commits, keeps where this form led in case it comes again, and goes there."""
    row: Submission | None = g.pop("submission", None)
    if row is not None:
        row.location = location
    commit()
    return go(location)


def go(location: str) -> Response:
    """303 See Other; for a form that htmx sent from a dialog, the whole page goes there."""
    if request.headers.get("HX-Request"):
        # Without the fragment: a browser that is at this address already would only scroll.
        return Response(headers={"HX-Redirect": location.partition("#")[0]})
    return redirect(location, 303)
