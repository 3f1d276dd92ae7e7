"""The audit page: how to prove that nobody changed the journal, and the key with which sealed records are proved."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from helpdesk.chain.signing import public_key
from helpdesk.db import session
from helpdesk.people.permissions import Permission
from helpdesk.seals import Seal
from helpdesk.web import web
from helpdesk.web.access import house, needs

SEALS_SHOWN = 14


@web.get("/settings/audit")
@needs(Permission.ADMINISTER)
def settings_audit() -> ResponseReturnValue:
    seals = list(session().scalars(select(Seal).order_by(Seal.day.desc()).limit(SEALS_SHOWN)))
    return render_template("settings/audit.html", seals=seals, public_key=public_key(house().signing_key))
