"""Whose pictures from elsewhere an agent wants to see always. Nobody's, until they say so: the sender learns from it
that their mail was read, when and where."""

from collections.abc import Collection

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.base import Base
from helpdesk.db import session
from helpdesk.web import web
from helpdesk.web.access import agents_only, the_agent
from helpdesk.web.reading import entry_to_read
from helpdesk.web.submissions import done


class WelcomeSender(Base):
    """An address whose mails show their remote images to this agent at once."""

    __tablename__ = "welcome_senders"
    __table_args__ = (UniqueConstraint("agent_id", "address"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    address: Mapped[str]


def allowed_senders(addresses: Collection[str]) -> frozenset[str]:
    """Which of these senders the agent here has welcomed; no statement for none."""
    if not addresses:
        return frozenset()
    query = select(WelcomeSender.address).where(
        WelcomeSender.agent_id == the_agent().id, WelcomeSender.address.in_(list(addresses))
    )
    return frozenset(session().scalars(query))


@web.post("/entries/<int:number>/images")
@agents_only
def welcome_images(number: int) -> ResponseReturnValue:
    """`always` shows the images of this mail's sender from now on; without it no longer."""
    entry, agent_id = entry_to_read(number), the_agent().id
    wanted = request.form.get("always") == "1" and entry.sender != ""
    session().execute(
        delete(WelcomeSender).where(WelcomeSender.agent_id == agent_id, WelcomeSender.address == entry.sender)
    )
    if wanted:
        session().add(WelcomeSender(agent_id=agent_id, address=entry.sender))
        flash(f"Images in mail from {entry.sender} are always shown to you.", "success")
    else:
        flash(f"Images in mail from {entry.sender} are asked for again.", "success")
    return done(url_for("web.incident", number=entry.incident_id, _anchor=f"entry-{entry.id}"))
