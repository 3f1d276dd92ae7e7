"""Whether the API answers, for whoever watches it. What else may be wrong with a desk is at /health/ready."""

from datetime import datetime

from sqlalchemy import text

from helpdesk import __version__
from helpdesk.api.access import house
from helpdesk.api.v1 import api
from helpdesk.api.v1.fields import Shown
from helpdesk.api.v1.openapi import operation
from helpdesk.db import session


class Health(Shown):
    """The status is ok whenever this is answered: otherwise it is a problem with status 503."""

    status: str
    version: str
    time: datetime


@api.get("/health")
@operation("Health", Health, problems=(503,), is_open=True)
def health() -> Health:
    """Ask whether the API answers

    Needs no token. Asks the database.
    """
    session().execute(text("SELECT 1"))
    return Health(status="ok", version=__version__, time=house().clock.now())
