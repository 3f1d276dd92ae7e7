"""How a page changes an incident: lock it, check the form, see whether somebody else got there first, do one verb.

What the person typed is never thrown away: with 422 and 409 the form comes back, filled in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from helpdesk.db import db, session
from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Event, EventKind
from helpdesk.web.access import the_agent, the_incident
from helpdesk.web.forms.incident import ChangeForm
from helpdesk.web.submissions import done, new_key
from helpdesk.web.timeline import in_words

# What competes with a move through the states.
MOVES = frozenset(
    {
        EventKind.STATE_CHANGED,
        EventKind.WOKEN,
        EventKind.RESOLVED,
        EventKind.CONFIRMED,
        EventKind.REOPENED,
        EventKind.CLOSED,
        EventKind.RECEIVED,
    }
)


def incident_to_change(number: int) -> Incident:
    """The incident, or 404. Two who change the same one wait here for each other, so neither meets a stale row."""
    session().execute(select(Incident.id).where(Incident.id == number).with_for_update())
    return the_incident(number)


def last_sequence(incident_id: int) -> int:
    """The number of the newest event of an incident: what a page that is rendered now shows."""
    newest = select(func.max(Event.sequence)).where(
        Event.record_kind == Incident.record_kind, Event.record_id == incident_id
    )
    return session().scalar(newest) or 0


def meanwhile(incident_id: int, seen: int | None, kinds: Iterable[EventKind]) -> list[Event]:
    """What others did, of these kinds, after the event that the person's page showed last."""
    if seen is None:
        return []
    me = the_agent().id
    query = select(Event).where(
        Event.record_kind == Incident.record_kind,
        Event.record_id == incident_id,
        Event.sequence > seen,
        Event.kind.in_([kind.value for kind in kinds]),
    )
    events = session().scalars(query.order_by(Event.sequence))
    return [event for event in events if (event.actor_kind, event.actor_id) != ("agent", me)]


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change: how its form is headed, and which events of others compete with it."""

    title: str
    button: str
    glyph: str
    competing: frozenset[EventKind] = field(default=frozenset())
    explanation: str = ""

    def page(
        self, incident: Incident, form: ChangeForm, status: int = 200, since: list[Event] | None = None, said: str = ""
    ) -> ResponseReturnValue:
        """The form, as a page of its own or as the inside of a dialog. A new look means a new `seen`."""
        form.seen.data, form.submission.data = str(last_sequence(incident.id)), new_key()
        template = "incidents/_change.html" if request.headers.get("HX-Request") else "incidents/change.html"
        lines = [in_words(event) for event in since or ()]
        return render_template(
            template, change=self, incident=incident, form=form, since=lines, said=said, clash=status == 409
        ), status

    def carry_out(
        self, incident: Incident, form: ChangeForm, verb: Callable[[], object], *, said: str = "", goes_to: str = ""
    ) -> ResponseReturnValue:
        """Does it and goes back to the incident; 422 when the form is not right, 409 when others were quicker."""
        if not form.validate():
            return self.page(incident, form, 422)
        if since := meanwhile(incident.id, form.seen_sequence, self.competing):
            return self.page(incident, form, 409, since)
        try:
            verb()
        except Invalid as error:
            db.session.rollback()
            form.refuse(error)
            return self.page(incident, form, 422)
        except Conflict as error:
            db.session.rollback()
            since = meanwhile(incident.id, form.seen_sequence, EventKind)
            return self.page(incident, form, 409, since, str(error))
        if said:
            flash(said, "success")
        return done(goes_to or url_for("web.incident", number=incident.id))
