"""The sample company's canned replies, macros and saved views, and a draft that somebody shares."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.incidents import canned_replies, macros, saved_views
from helpdesk.incidents.actions import Action
from helpdesk.incidents.canned_replies import CannedReply
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.macros import Macro
from helpdesk.incidents.reply_drafts import ReplyDraft
from helpdesk.incidents.saved_views import SavedView
from helpdesk.incidents.sharing import Audience
from helpdesk.people.agent import Agent, Team
from helpdesk.sample import company

_CANNED: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    (
        "First answer", "hello",
        "Hello {requester_first_name},\n\nthank you for telling us. I look into {number} now and write again within "
        "two hours.\n\n{agent_first_name}",
        {
            "de": "Guten Tag {requester},\n\nvielen Dank für die Meldung. Ich sehe mir {number} jetzt an und "
            "melde mich innerhalb von zwei Stunden wieder.\n\n{agent}"
        },
    ),
    (
        "Restart the VPN", "vpn",
        "Please try this:\n\n1. Quit the VPN client from the tray.\n2. Wait ten seconds and start it again.\n"
        "3. Tell us whether it connects, and what it says if it does not.",
        {},
    ),
    (
        "What we need of a printer", "printer",
        "To find the fault we need:\n\n- the name on the printer’s label,\n- what its display says,\n"
        "- whether others can print on it.\n\nYou can answer here or on [your page]({link}).",
        {},
    ),
)  # fmt: skip
_VIEWS = (
    ("Urgent", {"view": "open", "priority": "1", "sort": "opened"}),
    ("Due soon", {"view": "open", "due": "day", "sort": "due"}),
    ("Waiting for others", {"view": "open", "state": "pending_other"}),
)


def load_tools(session: Session, cast: Cast, *, now: datetime) -> None:
    """For everybody, but for what is Ingrid's own; the door commits."""
    ingrid, desk = cast.agents[company.INGRID], cast.teams["service-desk"]
    at = now - timedelta(days=60)
    for name, shortcut, text, variants in _CANNED:
        reply = CannedReply(owner=ingrid, audience=Audience.ALL.value)
        canned_replies.save(
            session, reply, name=name, shortcut=shortcut, text=text, variants=variants, category=None, at=at
        )
    _macros(session, ingrid, desk, cast.teams["network"], at)
    for place, (name, arguments) in enumerate(_VIEWS):
        view = SavedView(owner=ingrid, audience=Audience.ALL.value)
        saved_views.narrow(view, arguments)
        saved_views.save(session, view, name=name, place=place, at=at)
    own = SavedView(owner=ingrid, audience=Audience.ME.value)
    saved_views.narrow(own, {"view": "mine", "sort": "priority"})
    saved_views.save(session, own, name="My day", place=0, at=at)
    session.flush()
    _share_a_draft(session, cast.agents[company.AMARA], now)


def _macros(session: Session, ingrid: Agent, desk: Team, network: Team, at: datetime) -> None:
    to_network = [
        Action("team", {"team": network.id}),
        Action("tags", {"add": ["network"]}),
        Action("note", {"text": "Passed on after the first checks: {number}, {requester}, {service}."}),
    ]
    quiet = [
        Action(
            "reply", {"text": "Hello {requester_first_name},\n\ndo you still need help with “{subject}”?\n\n{agent}"}
        ),
        Action("tags", {"add": ["asked-again"]}),
    ]
    for name, description, actions, team in (
        ("To the network team", "The first checks are done and it is not the device.", to_network, None),
        ("Ask once more", "Nothing was heard for days.", quiet, desk),
    ):
        macro = Macro(owner=ingrid, audience=(Audience.TEAM if team else Audience.ALL).value, team=team)
        macros.save(session, macro, name=name, description=description, actions=actions, at=at)


def _share_a_draft(session: Session, amara: Agent, now: datetime) -> None:
    query = select(Incident).where(Incident.is_open, Incident.team_id.is_not(None)).order_by(Incident.id.desc())
    found = session.scalars(query.limit(1)).first()
    if found is not None:
        session.add(
            ReplyDraft(
                agent_id=amara.id,
                incident_id=found.id,
                kind="reply",
                text="I have found the same fault in the log of last Tuesday. Could you try once more with the cable "
                "instead of Wi-Fi, so that we",
                is_shared=True,
                changed_at=now - timedelta(minutes=6),
            )
        )
