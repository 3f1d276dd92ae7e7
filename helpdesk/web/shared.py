"""What the pages of canned replies, macros and saved views have in common: who finds which, and who may change it."""

from typing import Any, TypeVar

from flask import abort

from helpdesk.db import session
from helpdesk.incidents.sharing import Shared, found_for, may_change, share
from helpdesk.people.agent import Team, all_teams
from helpdesk.web.access import the_agent, the_viewer
from helpdesk.web.forms.shared import SharedForm, audience_of

Kind = TypeVar("Kind", bound=Any)


def found(kind: type[Kind], number: int) -> Kind:
    """One of this kind; 404 for one that is not this person's to see."""
    return found_for(session(), kind, number, the_viewer()) or abort(404)


def found_to_change(kind: type[Kind], number: int) -> Kind:
    """The same; 403 for one that this person sees and may not change."""
    one = found(kind, number)
    return one if may_change(one, the_agent()) else abort(403)


def offer_audiences(form: SharedForm, one: Shared | None, *, given: bool) -> None:
    """Fills the select that says for whom it is."""
    form.offer_audiences(the_agent(), all_teams(session()), one)
    if one is not None and not given:
        form.audience.data = audience_of(one)


def share_as_chosen(form: SharedForm, one: Shared) -> None:
    """Raises what `sharing.share` does."""
    audience, team_id = form.chosen_audience()
    share(one, audience, session().get(Team, team_id) if team_id else None, by=the_agent())
