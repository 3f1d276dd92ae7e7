"""What agents are told: by which route, when, and that nothing is told twice or lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.errands import Errand, TryLater
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event
from helpdesk.letters.contents import Stationery
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.delivery import DeliveryState as State
from helpdesk.letters.notices import ByMail, Notice, mark_read, notices_for, unread_count
from helpdesk.people.agent import Agent, Team
from helpdesk.people.notification import NotificationSetting, Topic, mute, setting_of, unmute
from helpdesk.reactions import DELIVER, DIGEST
from helpdesk.reactions.digests import send_digest
from tests.letters.conftest import KEY, Desk, html_of, text_of


def choose(desk: Desk, agent: Agent, **chosen) -> NotificationSetting:
    setting = setting_of(desk.session, agent)
    for name, value in chosen.items():
        setattr(setting, name, value)
    desk.session.add(setting)
    desk.session.flush()
    return setting


def to(made: list[Delivery], agent: Agent) -> list[str]:
    return [one.letter for one in made if one.recipient == agent.email]


def notices(desk: Desk, agent: Agent) -> list[Notice]:
    return list(desk.session.scalars(select(Notice).where(Notice.agent_id == agent.id).order_by(Notice.id)))


def digest(desk: Desk, agent: Agent) -> Delivery | None:
    stationery = Stationery(desk.settings, KEY, desk.store)
    return send_digest(desk.session, agent.id, stationery=stationery, now=desk.clock.now())


def due(desk: Desk, reaction: str) -> list[datetime]:
    return [one.due_at for one in desk.errands() if one.reaction == reaction]


# What, and by which route


def test_by_default_agents_are_told_by_mail_and_by_the_bell(desk: Desk):
    incident = desk.report()
    assert to(desk.tell(), desk.jo) == ["agent_new"]
    (notice,) = notices(desk, desk.jo)
    assert (notice.incident_id, notice.text, notice.on_page) == (incident.id, "Dana Weber reported it", True)
    assert unread_count(desk.session, desk.jo.viewer()) == 1


def test_each_route_is_chosen_for_each_topic(desk: Desk):
    choose(desk, desk.jo, routes={"new_unassigned": ["page"], "message_team": ["mail"]})
    incident = desk.report()
    assert to(desk.tell(), desk.jo) == []
    assert unread_count(desk.session, desk.jo.viewer()) == 1
    incident.receive(Words("More."), by=desk.dana.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == ["agent_message"]
    assert unread_count(desk.session, desk.jo.viewer()) == 1
    choose(desk, desk.jo, routes={"message_team": []})
    incident.receive(Words("And more."), by=desk.dana.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == []
    assert len(notices(desk, desk.jo)) == 2


def test_without_mail_the_bell_still_rings(desk: Desk):
    desk.jo.notify_by_mail = False
    desk.report()
    assert to(desk.tell(), desk.jo) == []
    assert unread_count(desk.session, desk.jo.viewer()) == 1


def test_what_one_did_oneself_rings_no_bell(desk: Desk):
    incident = desk.report(source="agent", by=desk.jo.actor())
    incident.assign(desk.jo, None, by=desk.jo.actor(), at=desk.at())
    desk.tell()
    assert notices(desk, desk.jo) == []


def test_a_colleagues_work_is_told_to_who_asks_for_it(desk: Desk, team: Team):
    incident = desk.report(team=team)
    incident.assign(desk.sam, team, by=desk.sam.actor(), at=desk.at())
    desk.tell()
    incident.receive(Words("Still down."), by=desk.dana.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == []
    choose(desk, desk.jo, routes={"message_colleague": ["mail"]})
    incident.receive(Words("Hello?"), by=desk.dana.actor(), at=desk.at())
    made = desk.tell()
    assert to(made, desk.jo) == to(made, desk.sam) == ["agent_message"]


def test_a_muted_incident_is_silent_until_it_is_given_to_one(desk: Desk):
    incident = desk.report()
    mute(desk.session, desk.jo, incident.id)
    mute(desk.session, desk.jo, incident.id)
    desk.tell()
    incident.receive(Words("More."), by=desk.dana.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == []
    assert notices(desk, desk.jo) == []
    incident.assign(desk.jo, None, by=desk.sam.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == ["agent_assigned"]
    unmute(desk.session, desk.jo, incident.id)
    incident.receive(Words("More."), by=desk.dana.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == ["agent_message"]


def test_what_moved_to_a_private_team_is_seen_no_more(desk: Desk):
    incident = desk.report()
    desk.tell()
    incident.team = Team(name="Personnel", private=True, members=[desk.sam])
    desk.session.flush()
    assert unread_count(desk.session, desk.jo.viewer()) == 0
    assert notices_for(desk.session, desk.jo.viewer()) == []
    assert unread_count(desk.session, desk.sam.viewer()) == 1


def test_reading(desk: Desk):
    first, second = desk.report(), desk.report()
    desk.tell()
    viewer = desk.jo.viewer()
    mark_read(desk.session, viewer, at=desk.at(), incident_id=first.id)
    assert [one.incident_id for one in notices_for(desk.session, viewer, unread_only=True)] == [second.id]
    others = [one.id for one in notices(desk, desk.sam)]
    mark_read(desk.session, viewer, at=desk.at(), notice_ids=others)
    assert unread_count(desk.session, desk.sam.viewer()) == 2
    mark_read(desk.session, viewer, at=desk.at())
    assert unread_count(desk.session, viewer) == 0
    assert len(notices_for(desk.session, viewer)) == 2


# When


NIGHT = {"quiet_from": "22:00", "quiet_until": "07:00", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("chosen", "at", "leaves"),
    [
        ({}, "2026-03-02T23:30", "2026-03-02T23:30"),
        (NIGHT, "2026-03-02T20:59", "2026-03-02T20:59"),
        (NIGHT, "2026-03-02T21:00", "2026-03-03T06:00"),
        (NIGHT, "2026-03-03T05:59", "2026-03-03T06:00"),
        (NIGHT, "2026-03-03T06:00", "2026-03-03T06:00"),
        (NIGHT, "2026-03-29T00:30", "2026-03-29T05:00"),  # the night in which the clocks go forward
        ({"quiet_from": "12:00", "quiet_until": "13:00"}, "2026-03-02T12:30", "2026-03-02T13:00"),
        ({"quiet_days": [5, 6]}, "2026-03-07T10:00", "2026-03-09T00:00"),
        (NIGHT | {"quiet_days": [5, 6]}, "2026-03-06T22:00", "2026-03-09T06:00"),
        ({"timing": "hourly"}, "2026-03-02T09:30", "2026-03-02T10:00"),
        ({"timing": "hourly"}, "2026-03-02T09:00", "2026-03-02T10:00"),
        ({"timing": "hourly", "time_zone": "Asia/Kolkata"}, "2026-03-02T09:00", "2026-03-02T09:30"),
        ({"timing": "daily", "digest_at": "08:00"}, "2026-03-02T07:59", "2026-03-02T08:00"),
        ({"timing": "daily", "digest_at": "08:00"}, "2026-03-02T08:00", "2026-03-03T08:00"),
        ({"timing": "hourly"} | NIGHT, "2026-03-02T20:30", "2026-03-03T06:00"),
    ],
)
def test_when_mail_leaves(desk: Desk, chosen: dict, at: str, leaves: str):
    setting = choose(desk, desk.jo, **chosen)
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert setting.leaves_at(now, urgent=False) == datetime.fromisoformat(leaves).replace(tzinfo=UTC)
    assert setting.leaves_at(now, urgent=True) == now
    setting.urgent_at_once = False
    assert setting.leaves_at(now, urgent=True) == datetime.fromisoformat(leaves).replace(tzinfo=UTC)


def test_a_letter_waits_for_the_end_of_the_quiet_hours(desk: Desk):
    choose(desk, desk.jo, quiet_from="09:00", quiet_until="12:00")
    desk.report()
    made = desk.tell()
    assert to(made, desk.jo) == to(made, desk.sam) == ["agent_new"]
    waiting = {one.payload["delivery_id"]: one.due_at for one in desk.errands() if one.reaction == DELIVER}
    by_reader = {one.recipient: waiting[one.id] for one in made}
    assert by_reader[desk.jo.email] == datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert by_reader[desk.sam.email] < datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert {one.state for one in made} == {State.QUEUED}


def test_the_most_urgent_breaks_through(desk: Desk):
    choose(desk, desk.jo, quiet_from="09:00", quiet_until="12:00")
    choose(desk, desk.sam, timing="daily")
    desk.report(impact=1, urgency=1)
    made = desk.tell()
    assert to(made, desk.jo) == to(made, desk.sam) == ["agent_new"]
    assert max(due(desk, DELIVER)) <= desk.clock.now() + timedelta(minutes=1)
    assert due(desk, DIGEST) == []


# Digests


def test_a_digest_tells_all_that_happened_by_incident(desk: Desk):
    choose(desk, desk.jo, timing="hourly", time_zone="Europe/Berlin")
    first = desk.report("VPN drops", "It drops <b>every</b> few minutes.")
    second = desk.report("Printer jams")
    first.receive(Words("Still down."), by=desk.dana.actor(), at=desk.at())
    first.assign(desk.jo, None, by=desk.sam.actor(), at=desk.at())
    assert to(desk.tell(), desk.jo) == []
    assert set(due(desk, DIGEST)) == {datetime(2026, 3, 2, 10, 0, tzinfo=UTC)}
    desk.clock.advance(minutes=30)
    made = digest(desk, desk.jo)
    assert made is not None
    letter = desk.letter(made)
    assert letter["Subject"] == "Rowan Helpdesk: 4 things happened in 2 incidents"
    assert letter["To"] == "Jo Park <jo@desk.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] == '"Rowan Helpdesk" <incidents.desk.example>'
    text, html = text_of(letter), html_of(letter)
    assert text.index(f"{first.number}: VPN drops") < text.index("Still down.") < text.index(f"{second.number}: Prin")
    assert "Mon 10:31  Dana Weber reported it: It drops <b>every</b> few minutes." in text
    assert "Sam Reyes gave it to you" in text
    assert f"https://desk.example/incidents/{second.id}" in html
    assert "<b>every" not in html
    assert "https://desk.example/profile/notifications" in text
    assert (made.state, made.incident_id, made.letter) == (State.QUEUED, None, "agent_digest")


def test_a_digest_is_sent_once_and_misses_nothing(desk: Desk):
    choose(desk, desk.jo, timing="hourly")
    desk.report()
    desk.tell()
    assert len(due(desk, DIGEST)) == 1
    desk.session.commit()
    # The worker dies after it made the letter and before it commits: all of it is as before.
    assert digest(desk, desk.jo) is not None
    desk.session.rollback()
    assert [one.by_mail for one in notices(desk, desk.jo)] == [ByMail.WAITS]
    made = digest(desk, desk.jo)
    desk.session.commit()
    assert digest(desk, desk.jo) is None
    desk.report()
    desk.tell()
    again = digest(desk, desk.jo)
    assert made is not None
    assert again is not None
    assert "1 thing happened in 1 incident" in desk.letter(again)["Subject"]
    assert made.message_id != again.message_id
    assert [one.delivery_id for one in notices(desk, desk.jo)] == [made.id, again.id]
    for event in desk.session.scalars(select(Event)).all():
        desk.notify(event)
    assert digest(desk, desk.jo) is None
    assert len(due(desk, DIGEST)) == 2


def test_what_came_while_the_digest_was_made_has_an_errand_of_its_own(desk: Desk):
    choose(desk, desk.jo, timing="hourly")
    desk.report()
    desk.report()
    desk.tell()
    assert len(due(desk, DIGEST)) == 2


def test_a_digest_leaves_out_what_is_no_longer_wanted(desk: Desk):
    choose(desk, desk.jo, timing="daily")
    muted, hidden, kept = desk.report("Muted"), desk.report("Hidden"), desk.report("Kept")
    desk.tell()
    mute(desk.session, desk.jo, muted.id)
    hidden.team = Team(name="Personnel", private=True, members=[desk.sam])
    desk.session.flush()
    made = digest(desk, desk.jo)
    assert made is not None
    text = text_of(desk.letter(made))
    assert "Kept" in text
    assert "Muted" not in text
    assert "Hidden" not in text
    assert [one.by_mail for one in notices(desk, desk.jo)] == [ByMail.DROPPED, ByMail.DROPPED, ByMail.DIGESTED]
    assert kept.id


def test_no_digest_for_who_turned_mail_off_or_left(desk: Desk):
    choose(desk, desk.jo, timing="daily")
    desk.report()
    desk.tell()
    desk.jo.notify_by_mail = False
    assert digest(desk, desk.jo) is None
    assert digest(desk, desk.sam) is None
    assert [one.by_mail for one in notices(desk, desk.jo)] == [ByMail.DROPPED]


def test_a_digest_waits_for_a_mailbox(desk: Desk):
    choose(desk, desk.jo, timing="daily")
    desk.report()
    desk.tell()
    desk.mailbox.active = False
    with pytest.raises(TryLater, match="No mailbox"):
        digest(desk, desk.jo)
    desk.mailbox.active = True
    assert digest(desk, desk.jo) is not None


def test_an_impossible_address_of_an_agent_is_seen(desk: Desk):
    desk.jo.email = "broken"
    choose(desk, desk.jo, timing="daily")
    desk.report()
    desk.tell()
    made = digest(desk, desk.jo)
    assert made is not None
    assert made.state == State.FAILED
    assert "not a mail address" in made.answer
    assert not [one for one in desk.session.scalars(select(Errand)) if one.payload.get("delivery_id") == made.id]


# The letters themselves


def test_a_mail_program_keeps_the_letters_of_one_incident_together(desk: Desk):
    incident, other = desk.report(), desk.report("Printer jams")
    desk.tell()
    incident.receive(Words("Still down."), by=desk.dana.actor(), at=desk.at())
    desk.tell()
    incident.assign(desk.jo, None, by=desk.sam.actor(), at=desk.at())
    desk.tell()
    letters = [desk.letter(one) for one in desk.deliveries() if one.recipient == desk.jo.email]
    roots = [(letter["In-Reply-To"], letter["References"], letter["Subject"]) for letter in letters]
    here, elsewhere = roots[0], roots[1]
    assert roots == [here, elsewhere, here, here]
    assert here[0] == here[1] != elsewhere[0]
    assert here[2] == "[INC-1] VPN drops"
    assert here[0].startswith(f"<incident-{incident.id}.")
    assert other.number in elsewhere[2]
    assert [letter["X-Helpdesk-Reason"] for letter in letters] == [
        "new_unassigned", "new_unassigned", "message_team", "assigned_me",
    ]  # fmt: skip
    for letter in letters:
        assert letter["List-Id"] == '"Rowan Helpdesk" <incidents.desk.example>'
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["Precedence"] is None
    assert letters[0]["Message-ID"] != letters[0]["References"]


def test_a_letter_says_why_it_came_and_where_to_change_that(desk: Desk):
    incident = desk.report()
    incident.assign(desk.jo, None, by=desk.sam.actor(), at=desk.at())
    desk.tell()
    letter = desk.written("agent_assigned")
    for part in (text_of(letter), html_of(letter)):
        assert "You get this because it was given to you." in part
        assert "https://desk.example/profile/notifications" in part
    assert text_of(letter).startswith("Sam Reyes gave INC-1 to you: VPN drops")


def test_every_topic_has_its_words():
    assert all(topic.label and topic.reason for topic in Topic)
    assert len({topic.label for topic in Topic}) == len(Topic)


def test_an_odd_site_name_breaks_no_header(desk: Desk):
    desk.settings.site_name = 'He said "hi"\\\r\nBcc: eve@example.net'
    desk.report()
    desk.tell()
    letter = desk.written("agent_new")
    assert letter["Bcc"] is None
    assert letter["List-Id"].endswith("<incidents.desk.example>")
