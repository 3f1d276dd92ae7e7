"""Invitations as cards: what Google, Outlook, Apple and Thunderbird send, and what hostile calendars do not achieve."""

from datetime import UTC, datetime

import pytest

from intake.mail.arrival import Invitation
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part

ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Customized Time Zone\r\n"
    "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n"
    "BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
)


def calendar(*lines: str, method: str = "REQUEST", before: str = "") -> str:
    head = f"BEGIN:VCALENDAR\r\nPRODID:x\r\nVERSION:2.0\r\n{f'METHOD:{method}' if method else 'CALSCALE:GREGORIAN'}\r\n"
    event = "\r\n".join(["BEGIN:VEVENT", "UID:1@x", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"])
    return f"{head}{before}{event}\r\nEND:VCALENDAR\r\n"


def read(text: str, kind: str = "text/calendar; charset=utf-8; method=REQUEST") -> Invitation | None:
    raw = multipart(
        part("Content-Type: text/plain", body="You are invited"),
        part(f"Content-Type: {kind}", body=text),
        kind="alternative",
    )
    return parse(raw).invitation


def card(*lines: str, **options: str) -> Invitation:
    found = read(calendar(*lines, **options))
    assert found is not None
    return found


def at(hour: int, minute: int = 0, day: int = 30, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def test_a_whole_invitation() -> None:
    found = card(
        "DTSTART;TZID=Europe/Berlin:20261130T100000",
        "DTEND;TZID=Europe/Berlin:20261130T113000",
        "SUMMARY:Talk about printers\\, and",
        "  paper",
        "LOCATION:Room 7",
        "ORGANIZER;CN=Kim Novak:mailto:kim@example.org",
        'ATTENDEE;CN="Diaz, Rosa";PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:rosa@example.org',
        "ATTENDEE;CUTYPE=ROOM:mailto:room7@example.org",
    )
    assert found == Invitation(
        method="request",
        summary="Talk about printers, and paper",
        starts_at=at(9),
        ends_at=at(10, 30),
        all_day=False,
        location="Room 7",
        organizer="kim@example.org",
        attendees=("rosa@example.org", "room7@example.org"),
        answer="",
        recurs="",
    )


@pytest.mark.parametrize(
    ("start", "before", "expected"),
    [
        ("DTSTART:20261130T090000Z", "", at(9)),
        ("DTSTART;TZID=America/New_York:20261130T040000", "", at(9)),
        ("DTSTART;TZID=W. Europe Standard Time:20261130T100000", "", at(9)),
        ('DTSTART;TZID="Eastern Standard Time":20261130T040000', "", at(9)),
        ("DTSTART;TZID=Customized Time Zone:20261130T100000", ZONE, at(9)),
        ("DTSTART;TZID=Customized Time Zone:20260701T100000", ZONE, at(8, day=1, month=7)),
        ("DTSTART;TZID=Customized Time Zone:20261025T020000", ZONE, at(0, day=25, month=10)),
        ("DTSTART;TZID=Customized Time Zone:20261025T040000", ZONE, at(3, day=25, month=10)),
        ("DTSTART;TZID=Nowhere:20261130T100000", "", None),
        ("DTSTART:20261130T100000", "", None),
        ("DTSTART:garbage", "", None),
        ("SUMMARY:no start at all", "", None),
    ],
)
def test_start(start: str, before: str, expected: datetime | None) -> None:
    assert card(start, before=before).starts_at == expected


def test_a_day_counts_from_midnight() -> None:
    found = card("DTSTART;VALUE=DATE:20261130", "DTEND;VALUE=DATE:20261201")
    assert (found.all_day, found.starts_at, found.ends_at) == (True, at(0), at(0, day=1, month=12))


def test_length_instead_of_an_end() -> None:
    assert card("DTSTART:20261130T090000Z", "DURATION:PT1H30M").ends_at == at(10, 30)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "every 2 weeks on Monday and Friday"),
        ("FREQ=WEEKLY;UNTIL=20261231T000000Z", "every week, until 31 December 2026"),
        ("FREQ=WEEKLY;COUNT=4", "every week, 4 times"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "every month on day 1 and 15"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "every year on day 24 in December"),
        ("FREQ=SECONDLY", "repeatedly"),
    ],
)  # fmt: skip
def test_recurrence_in_words(rule: str, words: str) -> None:
    assert card("DTSTART:20261130T090000Z", f"RRULE:{rule}").recurs == words


@pytest.mark.parametrize("method", ["CANCEL", "COUNTER", "PUBLISH", "REPLY"])
def test_method(method: str) -> None:
    assert card("DTSTART:20261130T090000Z", method=method).method == method.lower()


def test_method_of_the_part_where_the_calendar_names_none() -> None:
    assert card("DTSTART:20261130T090000Z", method="").method == "request"


@pytest.mark.parametrize("answer", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_answer_of_a_reply(answer: str) -> None:
    line = f"ATTENDEE;PARTSTAT={answer}:mailto:rosa@example.org"
    assert card("DTSTART:20261130T090000Z", line, method="REPLY").answer == answer.lower()
    assert card("DTSTART:20261130T090000Z", line).answer == ""


def test_an_alarm_inside_the_event_is_not_the_event() -> None:
    found = card(
        "DTSTART:20261130T090000Z", "BEGIN:VALARM", "ACTION:DISPLAY", "SUMMARY:Alarm", "DURATION:PT5M", "END:VALARM",
        "SUMMARY:Talk",
    )  # fmt: skip
    assert (found.summary, found.ends_at) == ("Talk", None)


def test_the_calendar_stays_a_file() -> None:
    raw = multipart(
        part("Content-Type: text/plain", body="x"),
        part('Content-Type: text/calendar; name="invite.ics"', body=calendar("DTSTART:20261130T090000Z")),
    )
    arrival = parse(raw)
    assert arrival.invitation is not None
    assert [one.filename for one in arrival.attachments] == ["invite.ics"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR",
        "no calendar",
    ],
)
def test_no_event_no_card(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VEVENT\r\n" * 50_000,
        calendar(*["ATTENDEE:mailto:a@example.org"] * 50_000),
        calendar("DTSTART:99999999T999999Z", "RRULE:FREQ=X;COUNT=x;BYDAY=9XX"),
        calendar("DTSTART;TZID=../../etc/passwd:20261130T090000"),
        calendar("DTSTART:00010101T000000Z", "DURATION:-P99999999999D"),
        calendar("DTSTART;TZID=Z:00010101T000000", before=ZONE.replace("Customized Time Zone", "Z")),
        calendar("SUMMARY:" + "x" * 300_000),
        calendar("DTSTART:20261130T090000Z", "DTEND"),
        calendar("DTSTART:20261130T090000Z", before=ZONE.replace("YEARLY", "SECONDLY") * 200),
        'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n :\r\n;:;:\r\nATTENDEE;X=":a\r\n',
    ],
)
def test_hostile_calendars_give_a_mail(text: str) -> None:
    raw = multipart(part(body="You are invited"), part("Content-Type: text/calendar", body=text), kind="alternative")
    assert parse(raw).text == "You are invited"


def test_a_calendar_that_cannot_be_read_is_said() -> None:
    raw = multipart(part(body="x"), part("Content-Type: text/calendar", body=calendar("DTSTART:20261130T100000")))
    assert any("time zone" in note for note in parse(raw).defects)
