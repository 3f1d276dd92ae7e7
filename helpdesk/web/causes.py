"""The kinds of cause that can be chosen where an incident is resolved."""

from helpdesk.db import session
from helpdesk.services.causes import Cause, current_causes
from helpdesk.web.forms import options
from helpdesk.web.forms.states import ResolutionForm


def offer_causes(form: ResolutionForm) -> None:
    """Fills the select; without a taxonomy there is nothing to choose."""
    known = current_causes(session())
    if not known:
        del form.cause_id
        return
    form.cause_id.choices = options([("", "Not said"), *((one.id, one.path) for one in known)])


def chosen_cause(form: ResolutionForm) -> Cause | None:
    number = form.cause_id.data if "cause_id" in form else None
    return session().get(Cause, number) if number else None
