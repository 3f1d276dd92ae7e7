"""For the demo: a parent with children, and a bulk change that can be undone."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.errands import leaving_out
from helpdesk.incidents.actions import Action
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.links import LinkKind, link
from helpdesk.incidents.operations import operate
from helpdesk.people.agent import Team

CHILDREN = 3


def load_family(session: Session, cast: Cast, *, now: datetime) -> None:
    """The oldest open incident that several share a service with becomes their parent; then they are tagged."""
    query = select(Incident).join(Team).where(Incident.is_open, Team.private.is_(False)).order_by(Incident.id)
    by_service: dict[int | None, list[Incident]] = {}
    for one in session.scalars(query):
        by_service.setdefault(one.service_id, []).append(one)
    family = max(by_service.values(), key=len, default=[])[: CHILDREN + 1]
    if len(family) < 2:
        return
    by = next(iter(cast.agents.values())).actor()
    parent, *children = family
    with leaving_out(session, "notify"):
        for child in children:
            link(session, child, parent, LinkKind.CHILD_OF, by=by, at=now)
        tagged = [Action("tags", {"add": "same cause"})]
        operate(session, family, tagged, kind="bulk", title=f"Tags ({len(family)})", by=by, at=now)
