"""Alarms of the mail: when they are raised, who is told by which mailbox, that it happens once, and where they show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from helpdesk import heartbeats
from helpdesk.clock import SetClock
from helpdesk.db import prepare
from helpdesk.house import House
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery
from helpdesk.mailboxes.alarms import Alarm, compare, open_alarms
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder, MailboxHealth
from helpdesk.mailboxes.oauth import OAuthGrant
from helpdesk.policies import MailPolicy, decide_on
from helpdesk.worker import drain, sound_alarms
from intake.ledger import LedgerRow
from intake.trouble import findings
from tests.web.conftest import Browser, Statements
from tests.world import START, World

REFUSED = "refused the sign-in of help"


class Desk:
    """The desk of the test, minute by minute: `well` is what listeners and worker write down while all goes well."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world, self.session = app, world, world.session
        self.house: House = app.extensions["house"]
        assert isinstance(self.house.clock, SetClock)
        self.clock = self.house.clock
        world.mailbox.imap_host = "imap.northwind.example"
        self.health = MailboxHealth(mailbox_id=world.mailbox.id, last_mail_in_at=START)
        self.session.add(self.health)
        self.mail_lives = True
        self.well()

    def well(self) -> None:
        self.health.state, self.health.last_error = "idle", None
        self.session.commit()

    def broken(self, error: str = REFUSED) -> None:
        self.health.state, self.health.last_error = "backing off", error
        self.session.commit()

    def after(self, **duration: float) -> list[str]:
        """Time goes by, the worker looks, and what was raised is told."""
        now = self.clock.advance(**duration)
        self.health.lease_until = now + timedelta(seconds=60)
        self.session.commit()
        heartbeats.beat(self.session, "worker", now)
        if self.mail_lives:
            heartbeats.beat(self.session, "mail", now)
        sound_alarms(self.app)
        drain(self.app)
        self.session.expire_all()
        return [alarm.kind for alarm in open_alarms(self.session)]

    def second_mailbox(self) -> Mailbox:
        other = Mailbox(name="Other", address="other@northwind.example", smtp_host="smtp.example", created_at=START)
        self.session.add(other)
        self.session.commit()
        return other

    @property
    def letters(self) -> list[tuple[str, str, str]]:
        """(from, to, subject) of what left."""
        sent = self.house.transport.sent  # type: ignore[attr-defined]
        return [(str(letter["From"].addresses[0].addr_spec), to, str(letter["Subject"])) for letter, to in sent]


@pytest.fixture
def desk(app: Flask, world: World) -> Desk:
    return Desk(app, world)


def test_nothing_is_wrong(desk: Desk) -> None:
    assert desk.after(minutes=60) == []
    assert desk.letters == []


def test_a_mailbox_that_can_not_be_read_for_long(desk: Desk) -> None:
    desk.second_mailbox()
    desk.broken()
    assert desk.after(minutes=1) == []
    assert desk.after(minutes=14) == []
    assert desk.after(minutes=2) == ["unreachable"]
    ((sender, to, subject),) = desk.letters
    assert (sender, to) == ("other@northwind.example", "ada@northwind.example")
    assert "Support" in subject
    assert REFUSED in subject


def test_a_short_trouble_is_nobodys_business(desk: Desk) -> None:
    desk.broken()
    desk.after(minutes=10)
    desk.well()
    desk.after(minutes=1)
    desk.broken()
    assert desk.after(minutes=10) == []
    assert desk.session.scalars(select(Alarm)).one().raised_at is None


def test_a_try_that_is_under_way_is_no_recovery(desk: Desk) -> None:
    desk.broken()
    desk.after(minutes=1)
    desk.health.state, desk.health.last_error = "connecting", None
    desk.after(minutes=13)
    desk.broken()
    assert desk.after(minutes=3) == ["unreachable"]


def test_told_once_reminded_daily_and_told_when_over(desk: Desk) -> None:
    desk.second_mailbox()
    desk.broken()
    desk.after(minutes=1)
    for _ in range(20):
        desk.after(minutes=60)
    assert len(desk.letters) == 1
    desk.after(hours=24)
    assert [subject.partition("]")[2].partition(":")[0].strip() for *_, subject in desk.letters] == [
        "Alarm",
        "Still an alarm",
    ]
    desk.well()
    assert desk.after(minutes=1) == []
    assert desk.letters[-1][2].partition("]")[2].startswith(" Over:")
    for _ in range(3):
        desk.after(days=2)
    assert len(desk.letters) == 3
    kinds = desk.session.scalars(select(Event.kind).where(Event.record_kind == "alarm").order_by(Event.id)).all()
    assert kinds == ["alarm_raised", "alarm_reminded", "alarm_over"]


def test_the_alarm_address_is_told_too(desk: Desk) -> None:
    desk.second_mailbox()
    decide_on(desk.session, MailPolicy(alarm_address="pager@sms.example", alarm_minutes=5))
    desk.session.commit()
    desk.broken()
    desk.after(minutes=1)
    desk.after(minutes=5)
    assert [to for _, to, _ in desk.letters] == ["ada@northwind.example", "pager@sms.example"]


def test_an_alarm_never_goes_to_a_mailbox_of_ours(desk: Desk) -> None:
    desk.second_mailbox()
    decide_on(desk.session, MailPolicy(alarm_address="help@northwind.example", alarm_minutes=1))
    desk.session.commit()
    desk.broken()
    desk.after(minutes=1)
    desk.after(minutes=5)
    assert [to for _, to, _ in desk.letters] == ["ada@northwind.example"]


def test_without_another_mailbox_the_page_says_so(desk: Desk, browse: Callable[[str], Browser]) -> None:
    desk.world.mailbox.smtp_host = "smtp.northwind.example"
    desk.broken()
    desk.after(minutes=1)
    desk.after(minutes=16)
    assert desk.letters == []
    assert "no other mailbox" in browse("ada").text("/settings/operations")


def test_a_mailbox_in_trouble_itself_is_no_route(desk: Desk) -> None:
    other = desk.second_mailbox()
    other.imap_host = "imap.other.example"
    health = MailboxHealth(mailbox_id=other.id, state="stopped", last_error="gone")
    desk.session.add(health)
    desk.broken()
    desk.after(minutes=1)
    assert desk.after(minutes=16) == ["unreachable", "unreachable"]
    assert all("help@" not in sender for sender, *_ in desk.letters)
    assert len(desk.letters) <= 1


def test_a_gap_between_server_and_ledger(desk: Desk) -> None:
    folder = MailboxFolder(
        mailbox_id=desk.world.mailbox.id, name="INBOX", uidvalidity=1, server_count=10, known_count=7,
        skipped_count=1, counted_at=START, gap_since=desk.clock.now(),
    )  # fmt: skip
    desk.session.add(folder)
    desk.session.commit()
    assert desk.after(minutes=14) == []
    assert desk.after(minutes=2) == ["gap"]
    assert "2 are missing here" in open_alarms(desk.session)[0].words
    folder.gap_since = None
    desk.session.commit()
    assert desk.after(minutes=1) == []


def test_a_silent_mailbox_only_where_asked_for(desk: Desk) -> None:
    assert desk.after(days=30) == []
    decide_on(desk.session, MailPolicy(silent_hours=48))
    desk.session.commit()
    assert desk.after(minutes=1) == ["silent"]
    desk.health.last_mail_in_at = desk.clock.now()
    assert desk.after(minutes=1) == []


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        ({"refresh_token_expires_at": START + timedelta(days=3)}, "ends on 5 March 2026"),
        ({"last_error": "invalid_grant", "refused": True}, "was refused for good: invalid_grant"),
    ],
)
def test_a_sign_in_that_ends(desk: Desk, grant: dict[str, object], said: str) -> None:
    desk.world.mailbox.sign_in = "google"
    desk.session.add(OAuthGrant(mailbox_id=desk.world.mailbox.id, **grant))
    desk.session.commit()
    assert desk.after(minutes=1) == ["credential"]
    assert said in open_alarms(desk.session)[0].words


def test_a_renewal_that_fails_for_long(desk: Desk) -> None:
    desk.world.mailbox.sign_in = "google"
    grant = OAuthGrant(mailbox_id=desk.world.mailbox.id, last_renewed_at=desk.clock.now(), last_error="no answer")
    desk.session.add(grant)
    desk.session.commit()
    assert desk.after(minutes=5) == []
    assert desk.after(minutes=11) == ["credential"]
    grant.last_error = None
    assert desk.after(minutes=1) == []


def test_mail_that_nobody_files(desk: Desk) -> None:
    row = LedgerRow(source="smtp", key="stuck", size_bytes=1, received_at=desk.clock.now())
    desk.session.add(row)
    desk.session.commit()
    assert desk.after(minutes=10) == []
    assert desk.after(minutes=10) == ["unfiled"]
    row.state = "held"
    assert desk.after(minutes=1) == []


def test_letters_that_do_not_leave(desk: Desk) -> None:
    world = desk.world
    world.report()
    late = Delivery(
        letter="reply", event_id=1, mailbox_id=world.mailbox.id, recipient="a@b.example", message_id="late",
        state="deferred", answer="451 not now", created_at=desk.clock.now(),
    )  # fmt: skip
    desk.session.add(late)
    desk.session.commit()
    assert desk.after(minutes=59) == []
    assert desk.after(minutes=2) == ["unsent"]
    assert "451 not now" in open_alarms(desk.session)[0].remedy
    late.state = "sent"
    assert desk.after(minutes=1) == []


def test_a_dead_mail_process_is_an_alarm_and_needs_none_to_be_told(desk: Desk) -> None:
    desk.second_mailbox()
    desk.after(minutes=1)
    desk.mail_lives = False
    assert desk.after(minutes=14) == []
    assert desk.after(minutes=2) == ["mail_process"]
    assert len(desk.letters) == 1
    desk.mail_lives = True
    assert desk.after(minutes=1) == []


def test_while_the_mail_process_is_dead_no_mailbox_is_said_to_be_well(desk: Desk) -> None:
    desk.broken()
    desk.after(minutes=1)
    assert desk.after(minutes=16) == ["unreachable"]
    desk.mail_lives = False
    desk.well()
    assert "unreachable" in desk.after(minutes=30)


def test_a_listener_that_fell_silent(desk: Desk) -> None:
    desk.after(minutes=1)
    for _ in range(2):
        now = desk.clock.advance(minutes=16)
        heartbeats.beat(desk.session, "mail", now)
        sound_alarms(desk.app)
    desk.session.expire_all()
    (alarm,) = open_alarms(desk.session)
    assert "no process listens to it any more" in alarm.words


def test_two_workers_raise_one_alarm(app: Flask, desk: Desk) -> None:
    desk.second_mailbox()
    desk.broken()
    desk.after(minutes=1)
    now = desk.clock.advance(minutes=16)
    heartbeats.beat(desk.session, "mail", now)
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    prepare(engine)
    with Session(engine) as first, Session(engine) as second:
        seen = [findings(first, desk.house), findings(second, desk.house)]
        first.rollback()
        second.rollback()
        news = len(compare(first, seen[0], now=now))
        first.commit()
        news += len(compare(second, seen[1], now=now))
        second.commit()
    engine.dispose()
    assert news == 1


def test_the_banner_is_for_those_who_look_after_the_desk(
    desk: Desk, browse: Callable[[str], Browser], statements: Statements
) -> None:
    ada, sam, kim = browse("ada"), browse("sam"), browse("kim")
    assert "alarm-bar" not in ada.text("/queue")
    desk.broken()
    desk.after(minutes=1)
    desk.after(minutes=16)
    for lead in (ada, sam):
        page = lead.text("/queue")
        assert "alarm-bar" in page
        assert REFUSED in page
    with statements as said:
        assert "alarm-bar" not in kim.text("/queue")
    assert not [statement for statement in said if "alarms" in statement]


def test_the_banner_costs_one_statement(desk: Desk, browse: Callable[[str], Browser], statements: Statements) -> None:
    ada = browse("ada")
    ada.text("/queue")
    with statements as said:
        ada.text("/queue")
    assert len([statement for statement in said if "alarms" in statement]) == 1


def test_a_silent_worker_is_told_by_the_page_itself(desk: Desk, browse: Callable[[str], Browser]) -> None:
    desk.after(minutes=1)
    desk.clock.advance(minutes=10)
    assert "The worker is silent" in browse("ada").text("/queue")


def test_operations_and_health_tell_of_it(desk: Desk, browse: Callable[[str], Browser]) -> None:
    desk.second_mailbox()
    desk.broken("<script>alert(1)</script>")
    desk.after(minutes=1)
    desk.after(minutes=16)
    page = browse("sam").text("/settings/operations")
    assert "Mailbox can&#39;t be read" in page
    assert "ada@northwind.example</span> (sent)" in page
    assert "<script>alert" not in page
    said = browse("").get("/health/ready")
    assert [one["kind"] for one in said.get_json()["alarms"]] == ["unreachable"]
    assert "Support" not in said.text
    assert said.status_code == 200
    desk.well()
    desk.after(minutes=1)
    assert "Past alarms" in browse("sam").text("/settings/operations")


def test_the_ledger_shows_it_on_the_mailbox(desk: Desk, browse: Callable[[str], Browser]) -> None:
    desk.broken()
    desk.after(minutes=1)
    desk.after(minutes=16)
    assert "can&#39;t be read" in browse("sam").text("/ledger").partition("mailbox-card")[2]
