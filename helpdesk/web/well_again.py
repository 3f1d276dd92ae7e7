"""An agent knows better: an address that letters did not reach works again."""

from flask import abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.people import address_health
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import needs, the_incident
from helpdesk.web.submissions import done


@web.post("/incidents/<int:number>/well_again")
@needs(Permission.WORK_INCIDENTS)
def well_again(number: int) -> ResponseReturnValue:
    """`address`: one of the requester's."""
    found, address = the_incident(number), request.form.get("address", "")
    if address not in {one.address for one in found.requester.addresses}:
        abort(404)
    address_health.well_again(session(), address)
    flash(f"{address} counts as working again.", "success")
    return done(url_for("web.incident", number=number))
