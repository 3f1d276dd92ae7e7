"""Handing out one incident as a sealed file; see `helpdesk.incidents.sealed_record`."""

from tempfile import SpooledTemporaryFile
from typing import Any

from flask import send_file
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.sealed_record import Sealing, seal_record
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_agent
from helpdesk.web.changing import incident_to_change
from helpdesk.web.timeline import in_words

IN_MEMORY_BYTES = 8 << 20


@web.app_template_global()
def may_export() -> bool:
    """Whether the agent signed in may hand records out."""
    return Permission.EXPORT_RECORDS in the_agent().permissions


@web.post("/incidents/<int:number>/export")
@needs(Permission.EXPORT_RECORDS)
def export_record(number: int) -> ResponseReturnValue:
    found, now = incident_to_change(number), house().clock.now()
    here = house()
    sealing = Sealing(here.store, here.signing_key, here.settings.site_name, lambda event: in_words(event).text)
    out: Any = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 - closed with the answer that it is sent as
    seal_record(session(), found, out, sealing, by=actor(), at=now)
    name = f"{found.number}-{now:%Y-%m-%d}.zip"
    commit()
    out.seek(0)
    made = send_file(out, mimetype="application/zip", as_attachment=True, download_name=name)
    made.call_on_close(out.close)
    return made
