"""What an incident's page tells of a mail besides its words, as its reader sees it."""

from datetime import date
from typing import Any

import pytest
from flask import Flask

from helpdesk.attachments import attach
from helpdesk.incidents.thread import Entry, Participant, Words
from helpdesk.people.address_health import AddressHealth, mark
from helpdesk.web.invitations import card
from tests.web.conftest import Browser
from tests.world import World

PAGE = "/incidents/1"
INVITATION = {
    "method": "request",
    "summary": "Replacing the switch",
    "starts_at": "2026-03-05T14:00:00+01:00",
    "ends_at": "2026-03-05T15:30:00+01:00",
    "all_day": False,
    "location": "Room 4",
    "organizer": "boss@x.example",
    "attendees": ["mia@northwind.example", "kim@northwind.example"],
    "answer": "",
    "recurs": "every week",
}


def came(world: World, text: str = "Hello", **more: Any) -> Entry:
    """A mail of Mia's; commits."""
    incident = world.report(words=Words(text=text, sender="mia@northwind.example", **more))
    world.session.commit()
    return incident.entries[0]


def test_a_forged_sender_strikes_the_eye_and_a_proven_one_is_said_so(kim: Browser, world: World) -> None:
    incident = came(world, trust="fail").incident
    page = kim.text(PAGE)
    assert 'class="notice tone-bad" role="alert"' in page
    assert "The sender may not be who they say" in page
    assert "Don&#39;t do what it asks before you have spoken to Mia Tanaka by another way." in page
    incident.entries[0].trust = "pass"
    world.session.commit()
    page = kim.text(PAGE)
    assert "Sender proven" in page
    assert "tone-bad" not in page


def test_an_unusual_address_is_shown(kim: Browser, world: World) -> None:
    entry = came(world)
    assert "<strong>Mia Tanaka</strong></span>" in page_of(kim)
    entry.sender = "mia@elsewhere.example"
    world.session.commit()
    assert '<span class="entry-address">mia@elsewhere.example</span>' in page_of(kim)
    entry.author_name = "mia@northwind.example"
    world.session.commit()
    assert "Another address in the name" in page_of(kim)


def page_of(kim: Browser) -> str:
    return kim.text(PAGE)


def test_away_is_told_on_the_notice_and_beside_the_name_while_it_lasts(kim: Browser, world: World) -> None:
    incident = came(world).incident
    words = Words("I am away", automatic="Auto-Submitted", features={"away_until": "2026-03-09"})
    incident.receive(words, by=world.mia.actor(), at=world.at)
    world.session.commit()
    page = page_of(kim)
    assert page.count("Away until 9 March") == 2
    incident.entries[-1].features = {"away_until": "2026-03-01"}
    world.session.commit()
    assert page_of(kim).count("Away until") == 1


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ({"kind": "S/MIME", "verified": True, "signer": "Mia", "detail": "Issued by X."}, "S/MIME verified"),
        (
            {"kind": "OpenPGP", "verified": False, "signer": "", "detail": "The key is not known."},
            "OpenPGP not verified",
        ),
    ],
)
def test_signatures_are_marked(kim: Browser, world: World, signature: dict[str, Any], said: str) -> None:
    came(world, features={"signature": signature})
    page = page_of(kim)
    assert said in page
    assert f'title="{signature["detail"]}"' in page


def test_an_encrypted_mail_says_what_to_do(kim: Browser, world: World) -> None:
    came(world, features={"encrypted": "S/MIME"})
    assert "Encrypted with S/MIME" in page_of(kim)
    assert "Ask Mia Tanaka to send it unencrypted" in page_of(kim)


def test_answers_between_quotes_are_shown_whole(kim: Browser, world: World) -> None:
    came(
        world, "> Which room?\nRoom 4.\n> Since when?\nMonday.", quoted="> Which room?", features={"interleaved": True}
    )
    page = page_of(kim)
    assert '<details class="quoted">' not in page
    assert '<span class="quoted-line">&gt; Which room?</span><br>Room 4.' in page


def test_a_report_tells_each_recipient_in_plain_words(kim: Browser, world: World) -> None:
    reports = [
        {"recipient": "a@x.example", "action": "failed", "status": "5.1.1", "diagnostic": "550 no", "kind": "hard"},
        {"recipient": "b@x.example", "action": "delayed", "status": "4.4.1", "diagnostic": "", "kind": "delayed"},
        {"recipient": "c@x.example", "action": "relayed", "status": "2.0.0", "diagnostic": "", "kind": ""},
    ]
    came(world, features={"report": {"reports": reports}}, automatic="delivery report")
    page = page_of(kim)
    for said in ("The address does not exist.", "goes on trying", "It arrived.", "5.1.1 550 no", "c@x.example"):
        assert said in page


def test_an_address_in_trouble_is_marked_until_an_agent_knows_better(kim: Browser, world: World) -> None:
    came(world)
    mark(world.session, "mia@northwind.example", "hard", "5.1.1", "550 no such user", at=world.at)
    world.session.commit()
    assert "Letters don&#39;t arrive. The address does not exist." in page_of(kim)
    answer = kim.submit(PAGE, f"{PAGE}/well_again")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "Letters don&#39;t arrive" not in page_of(kim)
    assert world.session.query(AddressHealth).count() == 0
    assert kim.post(f"{PAGE}/well_again", address="other@x.example").status_code == 404


def test_an_invitation_is_a_card_with_a_file_for_the_calendar(kim: Browser, world: World, app: Flask) -> None:
    file = attach(app.extensions["house"].store, "invite.ics", "text/calendar", b"BEGIN:VCALENDAR")
    came(world, features={"invitation": INVITATION}, attachments=(file,))
    page = page_of(kim)
    for said in ("Replacing the switch", "Thursday 5 March 2026, 14:00–15:30 UTC+01:00", "(13:00–14:30 UTC)", "Room 4",
                 "boss@x.example", "every week", 'href="/attachments/1/invite.ics" download'):  # fmt: skip
        assert said in page


@pytest.mark.parametrize(
    ("changed", "mark", "when"),
    [
        ({"method": "cancel"}, "Cancelled", "Thursday 5 March 2026, 14:00–15:30 UTC+01:00"),
        ({"method": "reply", "answer": "declined"}, "Declined", "Thursday 5 March 2026, 14:00–15:30 UTC+01:00"),
        (
            {"starts_at": "2026-03-05T00:00:00", "ends_at": "2026-03-07T00:00:00", "all_day": True},
            "Invitation",
            "Thursday 5 March 2026, 2 days",
        ),
        (
            {"starts_at": "2026-03-05T14:00:00", "ends_at": None},
            "Invitation",
            "Thursday 5 March 2026, 14:00 (the invitation names no time zone)",
        ),
        (
            {"ends_at": "2026-03-06T01:00:00+01:00"},
            "Invitation",
            "Thursday 5 March 2026, 14:00 to Friday 6 March 2026, 01:00 UTC+01:00",
        ),
        ({"starts_at": "soon", "ends_at": 7}, "Invitation", ""),
    ],
)
def test_invitations_of_every_kind(app: Flask, changed: dict[str, Any], mark: str, when: str) -> None:
    with app.app_context():
        made = card(INVITATION | changed)
    assert (made.mark, made.when) == (mark, when)


@pytest.mark.parametrize(
    "features",
    [
        {"invitation": "x"},
        {"invitation": {}},
        {"invitation": {"attendees": None, "starts_at": [], "all_day": "yes"}},
        {"signature": []},
        {"report": {"reports": [1, None, {}]}},
        {"report": []},
        {"away_until": "tomorrow", "language": 7, "forwarded_by": None},
    ],
)
def test_damaged_features_do_no_harm(kim: Browser, world: World, features: dict[str, Any]) -> None:
    came(world, "My words", features=features)
    assert "My words" in page_of(kim)


def test_what_third_parties_were_asked_is_marked_as_internal(kim: Browser, world: World) -> None:
    incident = came(world).incident
    for kind, text in (("consultation", "Is it you?"), ("advice", "It is us.")):
        incident.entries.append(
            Entry(kind=kind, at=world.at, author_kind="agent", author_name="Kim", text=text, to=["v@x.example"])
        )
    incident.participants.append(Participant(address="v@x.example", role="third_party", added_at=world.at))
    world.session.commit()
    page = page_of(kim)
    assert "entry-consultation" in page
    assert "Internal: asked outside the desk" in page
    assert "to v@x.example" in page
    assert "Internal: answer from outside the desk" in page


def test_a_withdrawn_letter_is_struck_through(kim: Browser, world: World) -> None:
    incident = came(world).incident
    world.reply(incident, "Oops").withdrawn_at = world.at
    world.session.commit()
    page = page_of(kim)
    assert "entry-reply is-withdrawn" in page
    assert "Withdrawn, never sent" in page


def test_who_forwarded_it_is_said(kim: Browser, world: World) -> None:
    came(world, features={"forwarded_by": "Kim Novak <kim@northwind.example>"})
    assert "Forwarded by Kim Novak &lt;kim@northwind.example&gt;" in page_of(kim)


def test_the_year_is_named_when_it_is_another(kim: Browser, world: World) -> None:
    day = date(2027, 1, 2)
    came(world, features={"away_until": day.isoformat()})
    assert "Away until 2 January 2027" in page_of(kim)
