"""Letters in the desk's own words: filled in, never broken, never a way in."""

import re

import lxml.html
import pytest
from sqlalchemy import select

from helpdesk.errors import Invalid, Stale
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.thread import Words
from helpdesk.journal import EventKind, history
from helpdesk.letters.delivery import DeliveryState
from helpdesk.letters.filling import Value, filled_html, filled_text
from helpdesk.letters.kinds import Letter
from helpdesk.letters.languages import LANGUAGES
from helpdesk.letters.notices import Notice
from helpdesk.letters.placeholders import check, named_in, placeholders_of
from helpdesk.letters.wordings import (
    RECORD_KIND,
    WORDED,
    Place,
    Wording,
    built_in,
    changed_places,
    faulty,
    reset,
    reword,
    versions,
    words_for,
)
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.permissions import Role
from helpdesk.proof import breaks
from tests.letters.conftest import Desk, html_of, text_of

ACKNOWLEDGEMENT = Place(Letter.ACKNOWLEDGEMENT, "en")
SUBJECT = "{thread_subject}"


def put(desk: Desk, place: Place, body: str, subject: str = SUBJECT, seen: int | None = None) -> Wording:
    known = len(versions(desk.session, place)) if seen is None else seen
    return reword(desk.session, place, subject, body, seen=known, by=desk.jo.actor(), at=desk.at())


def acknowledged(desk: Desk, **more):
    desk.report(**more)
    desk.tell()
    return desk.written("acknowledgement")


def test_the_desks_own_words_are_sent(desk: Desk):
    put(desk, ACKNOWLEDGEMENT, "Dear {name}, **{number}** is ours now.\n\n[Look here]({link})", "Got it: {number}")
    letter = acknowledged(desk)
    assert letter["Subject"] == "Got it: INC-1"
    assert text_of(letter).startswith("Dear Dana Weber, INC-1 is ours now.\n\nLook here:\nhttps://desk.example/track/")
    html = html_of(letter)
    assert "Dear Dana Weber, <strong>INC-1</strong> is ours now." in html
    assert 'class="button"' in html
    assert "Thank you for writing" not in html


def test_a_mailbox_has_words_of_its_own_and_else_those_of_the_desk(desk: Desk):
    other = Mailbox(name="Print", address="print@desk.example", created_at=desk.clock.now())
    desk.session.add(other)
    desk.session.flush()
    put(desk, ACKNOWLEDGEMENT, "The whole desk says {number}.")
    put(desk, Place(Letter.ACKNOWLEDGEMENT, "en", other.id), "Print says {number}.")
    assert "The whole desk says INC-1." in text_of(acknowledged(desk))
    assert "Print says INC-2." in text_of(acknowledged(desk, mailbox=other))


def test_setting_back_keeps_what_was_and_brings_the_built_in_words_back(desk: Desk):
    put(desk, ACKNOWLEDGEMENT, "One {number}")
    put(desk, ACKNOWLEDGEMENT, "Two {number}")
    reset(desk.session, ACKNOWLEDGEMENT, seen=2, by=desk.sam.actor(), at=desk.at())
    assert "Thank you for writing" in text_of(acknowledged(desk))
    assert [
        (one.number, one.body, one.built_in, one.written_by) for one in versions(desk.session, ACKNOWLEDGEMENT)
    ] == [
        (3, "", True, "Sam Reyes"),
        (2, "Two {number}", False, "Jo Park"),
        (1, "One {number}", False, "Jo Park"),
    ]
    assert changed_places(desk.session) == {}
    kinds = [one.kind for one in history(desk.session, RECORD_KIND, 0)]
    assert kinds == [EventKind.LETTER_REWORDED] * 3
    assert list(breaks(desk.session)) == []
    with pytest.raises(Invalid, match="nothing to reset"):
        reset(desk.session, ACKNOWLEDGEMENT, seen=3, by=desk.sam.actor(), at=desk.at())


def test_two_who_write_at_once_do_not_lose_each_others_words(desk: Desk):
    put(desk, ACKNOWLEDGEMENT, "One {number}", seen=0)
    with pytest.raises(Stale, match="Jo Park"):
        put(desk, ACKNOWLEDGEMENT, "Two {number}", seen=0)
    assert words_for(desk.session, ACKNOWLEDGEMENT).body == "One {number}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Hello {nmae}", "Did you mean {name}?"),
        ("Hello {zzzzzz}", "no placeholder {zzzzzz}"),
        ("Hello {{ number }}", "single braces"),
        ("{% for x in range(9**9) %}", "single braces"),
        ("Hello {number.__class__}", "no placeholder"),
        (" \n ", "Write something"),
        ("x" * 10_001, "Shorten"),
        ("{number}" * 61, "at most 60"),
        ("[x](/settings)", "whole address"),
        ("[x](javascript:alert(1))", "whole address"),
        ("{fix}", "no placeholder {fix}"),
    ],
)
def test_a_mistake_is_told(body: str, said: str):
    with pytest.raises(Invalid, match=re.escape(said)) as caught:
        check(Letter.ACKNOWLEDGEMENT, SUBJECT, body)
    assert caught.value.field == "body"


def test_what_a_letter_is_for_stays_in_it():
    with pytest.raises(Invalid, match=r"Keep \{text\}"):
        check(Letter.REPLY, SUBJECT, "{signature}")
    with pytest.raises(Invalid, match="find their way back") as caught:
        check(Letter.REPLY, "Hello", "{text}")
    assert caught.value.field == "subject"
    with pytest.raises(Invalid, match=r"no placeholder \{text\}"):
        check(Letter.REPLY, "{number} {text}", "{text}")


def test_every_built_in_wording_is_right():
    for letter in WORDED:
        for code in LANGUAGES:
            words = built_in(letter, code)
            check(letter, words.subject, words.body)
    for letter in ("acknowledgement", "resolution", "reopened", "closed"):
        bodies = {built_in(Letter(letter), code).body for code in LANGUAGES}
        assert len(bodies) == len(LANGUAGES), letter
        names = {tuple(sorted(named_in(body))) for body in bodies}
        assert len(names) == 1, f"{letter}: the languages name other placeholders"


def test_every_placeholder_that_is_offered_has_a_value(desk: Desk):
    for letter in WORDED:
        names = "\n\n".join(f"{{{one.name}}}" for one in placeholders_of(letter))
        put(desk, Place(letter, "en"), f"All:\n\n{names}")
    incident = desk.report()
    incident.reply(Words("Hello."), by=desk.jo.actor(), at=desk.at())
    incident.resolve(ResolutionCode.FIXED, "Cable", "Plugged it in.", by=desk.jo.actor(), at=desk.at())
    incident.close(by=desk.jo.actor(), at=desk.at())
    desk.tell()
    for name in ("acknowledgement", "reply", "resolution", "closed"):
        assert text_of(desk.written(name)).startswith("All:"), name
    assert faulty(desk.session) == []


def test_a_wording_that_can_not_be_filled_in_gives_way_to_the_built_in_one_and_is_told(desk: Desk):
    desk.sam.role = Role.ADMINISTRATOR.value
    row = put(desk, ACKNOWLEDGEMENT, "Hello {number}")
    row.body = "Hello {gone_since_the_update}"  # as an older version of the desk may have stored it
    for _ in range(2):
        assert "Thank you for writing" in text_of(acknowledged(desk))
    assert {one.state for one in desk.deliveries()} == {DeliveryState.QUEUED}
    assert "gone_since_the_update" in row.fault
    assert [place for place, _ in faulty(desk.session)] == [ACKNOWLEDGEMENT]
    told = desk.session.scalars(select(Notice).where(Notice.incident_id.is_(None))).all()
    assert [(one.agent_id, one.url) for one in told] == [(desk.sam.id, "/settings/letters/acknowledgement")]
    assert "gone_since_the_update" in told[0].text
    put(desk, ACKNOWLEDGEMENT, "Hello again {number}")
    assert faulty(desk.session) == []


def test_what_people_write_is_never_markup_or_a_placeholder(desk: Desk):
    put(desk, ACKNOWLEDGEMENT, "{subject}\n\n> {subject}\n\n[{subject}](https://x.example/?q={subject})")
    nasty = "<script>1</script> {link} **b** [x](javascript:1) \"onload='1"
    letter = acknowledged(desk, subject=nasty)
    text, html = text_of(letter), html_of(letter)
    assert text.count(nasty) == 4
    assert "<strong>b" not in html
    page = lxml.html.fromstring(html)
    assert not page.xpath("//script | //@onload | //img | //*[starts-with(@href, 'javascript')]")
    assert "/track/" not in html.partition("faint")[0]


def test_hostile_words_read_nothing_and_end_soon():
    values = {"number": Value("INC-1"), "big": Value("x" * 100_000)}
    for body in ("[" * 5000, "**" * 5000, "> " * 5000, "(" * 9000, "{" * 9000, "{a" * 4000, "`" * 9000, "\n" * 9000):
        assert len(filled_text(body, values)) <= len(body) + 10
        assert "<script" not in filled_html(body, values)
    html = filled_html("<img src=http://spy.example/1.gif><style>a</style> ![a](http://spy.example/2.gif)", values)
    assert "<img" not in html
    assert "<style" not in html
    with pytest.raises(ValueError, match="characters"):
        filled_text("{big}" * 5, values)
    with pytest.raises(KeyError):
        filled_text("{settings}", values)


def test_lines_with_nothing_to_say_go():
    body = (
        "**It is about**\n{service}\n\n{number}: {service}\n\n- {service}\n- {number}\n\n> **Why**\n> {cause}\n>\n> end"
    )
    values = {"service": Value(""), "number": Value("INC-1"), "cause": Value("")}
    assert filled_text(body, values) == "INC-1: \n\n- INC-1\n\nend"


def test_blocks_stand_where_they_were_put(desk: Desk):
    put(desk, Place(Letter.REPLY, "en"), "Above\n{text}\n{signature}\nBelow")
    incident = desk.report()
    incident.reply(Words("- one\n- two"), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    letter = desk.written("reply")
    assert text_of(letter).startswith("Above\n- one\n- two\n-- \nJo Park\nRowan IT\nBelow\n")
    html = "".join(html_of(letter).split("\n"))
    assert "<p>Above</p><ul><li>one</li><li>two</li></ul><p class=" in html
    assert "Rowan IT</p><p>Below</p>" in html


def test_a_block_in_the_middle_of_a_line_is_plain(desk: Desk):
    put(desk, Place(Letter.REPLY, "en"), "He said: {text} [x](https://x.example/{text})")
    incident = desk.report()
    incident.reply(Words('**bold** "><script>'), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    html = html_of(desk.written("reply"))
    assert "He said: **bold**" in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("agent_and_desk", '"Jo Park (Rowan Desk)" <help@desk.example>'),
        ("agent_via_desk", "Jo Park via Rowan Desk <help@desk.example>"),
        ("desk", "Rowan Desk <help@desk.example>"),
    ],
)
def test_who_letters_are_from_and_what_stands_below_them(desk: Desk, sender: str, shown: str):
    desk.mailbox.sender_name, desk.mailbox.footer = sender, "Rowan Ltd.\nRegistered <in> Leeds"
    incident = desk.report()
    incident.reply(Words("Hello."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    letter = desk.written("reply")
    assert letter["From"] == shown
    text = text_of(letter)
    assert text.index("Jo Park\nRowan IT") < text.index("Rowan Ltd.\nRegistered <in> Leeds") < text.index("wrote:")
    assert "Rowan Ltd.<br>\nRegistered &lt;in&gt; Leeds" in html_of(letter)
    assert desk.written("acknowledgement")["From"] == "Rowan Desk <help@desk.example>"
    assert "Rowan Ltd." in text_of(desk.written("acknowledgement"))
    assert "Rowan Ltd." not in text_of(desk.written("agent_new"))
