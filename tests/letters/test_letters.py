"""What the letters say, and the headers that keep them in the reader's thread."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select

from helpdesk.attachments import attach
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.thread import MessageReference, Participant, Words
from helpdesk.journal import EventKind, history
from helpdesk.letters.links import read_confirmation, read_tracking
from helpdesk.letters.message_ids import Side, read_message_id
from helpdesk.letters.tokens import read_token, tokens_in
from helpdesk.letters.wire import from_bytes, to_bytes
from helpdesk.services import Service
from tests.letters.conftest import KEY, START, Desk, html_of, text_of


def answered(desk: Desk, text: str = "Please try the other gateway.", **more):
    incident = desk.report(**more)
    desk.tell()
    incident.reply(Words(text), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    return incident


def test_the_acknowledgement(desk: Desk):
    vpn = Service(name="VPN")
    incident = desk.report("Re: AW: VPN drops", service=vpn)
    desk.tell()
    letter = desk.written("acknowledgement")
    assert letter["From"] == "Rowan Desk <help@desk.example>"
    assert letter["To"] == "Dana Weber <dana@example.net>"
    assert letter["Subject"] == f"Re: VPN drops [{incident.number}]"
    assert letter["In-Reply-To"] == letter["References"] == "<First.1@example.net>"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert parsedate_to_datetime(letter["Date"]) == desk.clock.now() + timedelta(seconds=1)
    assert letter.get_content_type() == "multipart/alternative"
    for part in (text_of(letter), html_of(letter)):
        assert "Hello Dana Weber," in part
        assert incident.number in part
        assert "VPN" in part
        assert "Just answer this mail" in part
        assert "https://desk.example/track/" in part
    link = next(line for line in text_of(letter).splitlines() if line.startswith("https://"))
    assert read_tracking(KEY, link.rsplit("/", 1)[1]).incident_id == incident.id


def test_only_the_reader_can_answer_to_the_address_of_their_letter(desk: Desk):
    incident = desk.report()
    desk.tell()
    (text,) = tokens_in([desk.written("acknowledgement")["Reply-To"]])
    token = read_token(KEY, text)
    assert token.incident_id == incident.id
    assert token.is_for("dana@example.net")
    assert not token.is_for("jo@desk.example")


def test_a_mailbox_without_plus_addressing_sends_no_reply_to(desk: Desk):
    desk.mailbox.plus_addressing = False
    desk.report()
    desk.tell()
    assert desk.written("acknowledgement")["Reply-To"] is None


def test_the_message_id_leads_back(desk: Desk):
    incident = desk.report()
    desk.tell()
    message_id = desk.written("acknowledgement")["Message-ID"]
    assert message_id.endswith("@desk.example>")
    own = read_message_id(KEY, message_id)
    assert (own.incident_id, own.side) == (incident.id, Side.REQUESTER)
    reference = desk.session.scalars(
        select(MessageReference).where(MessageReference.message_id == message_id.strip("<>"))
    ).one()
    assert (reference.incident_id, reference.ours) == (incident.id, True)


def test_a_form_report_begins_a_thread_of_its_own(desk: Desk):
    incident = desk.report(source="form", mailbox=None, message_id=None)
    desk.tell()
    letter = desk.written("acknowledgement")
    assert letter["Subject"] == f"VPN drops [{incident.number}]"
    assert letter["In-Reply-To"] is letter["References"] is None
    incident.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    reply = desk.written("reply")
    assert reply["Subject"] == f"Re: VPN drops [{incident.number}]"
    assert reply["In-Reply-To"] == letter["Message-ID"]


def test_the_reply(desk: Desk):
    incident = answered(desk, "Please try:\n\n- the *other* gateway\n- <b>nothing</b> else\nThanks")
    letter = desk.written("reply")
    assert letter["From"] == '"Jo Park (Rowan Desk)" <help@desk.example>'
    assert letter["Auto-Submitted"] is letter["X-Auto-Response-Suppress"] is letter["Precedence"] is None
    text, html = text_of(letter), html_of(letter)
    assert text.startswith("Please try:\n\n- the *other* gateway\n- <b>nothing</b> else\nThanks\n")
    assert "\n-- \nJo Park\nRowan IT\n" in text
    assert "On 2 March 2026 at 09:31 UTC, Dana Weber wrote:\n> It drops every few minutes.\n" in text
    assert "<em>other</em>" in html
    assert "&lt;b&gt;nothing&lt;/b&gt;" in html
    assert "Jo Park<br>\nRowan IT" in html
    assert "<blockquote" in html
    assert "It drops every few minutes." in html
    assert incident.number in html


def test_the_chain_of_references_grows_in_order(desk: Desk):
    incident = answered(desk)
    ours = [desk.written("acknowledgement")["Message-ID"], desk.written("reply")["Message-ID"]]
    incident.receive(Words("No.", message_id="Second@example.net"), by=desk.dana.actor(), at=desk.at())
    incident.reply(Words("Then this."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    letter = desk.written("reply")
    assert letter["In-Reply-To"] == "<Second@example.net>"
    assert letter["References"].split() == ["<First.1@example.net>", *ours, "<Second@example.net>"]
    assert "> No." in text_of(letter)


def test_a_long_chain_keeps_its_first_and_its_last(desk: Desk):
    incident = desk.report()
    for number in range(40):
        words = Words("more", message_id=f"{number}.{'x' * 90}@example.net")
        incident.receive(words, by=desk.dana.actor(), at=desk.at())
    incident.reply(Words("Here."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    raw = to_bytes(desk.written("reply"))
    chain = from_bytes(raw)["References"].split()
    assert len(chain) == 20
    assert chain[0] == "<First.1@example.net>"
    assert chain[-1] == from_bytes(raw)["In-Reply-To"] == f"<39.{'x' * 90}@example.net>"
    assert b"\r\n <39." + b"x" * 90 + b"@example.net>\r\n" in raw  # never cut, never encoded


@pytest.mark.parametrize("bad", ["a b@example.net", "a\r\nBcc: eve@example.net", "ä@example.net", "<>", "x" * 1000])
def test_a_message_id_that_can_not_stand_in_a_header_is_left_out(desk: Desk, bad: str):
    answered(desk, message_id=bad)
    letter = desk.written("reply")
    assert letter["Bcc"] is None
    assert letter["In-Reply-To"] == desk.written("acknowledgement")["Message-ID"]


def test_a_renamed_incident_keeps_the_subject_of_its_thread(desk: Desk):
    incident = desk.report("help!!")
    for better in ("VPN drops on the train", "VPN drops"):
        incident.rename(better, by=desk.jo.actor(), at=desk.at())
    incident.reply(Words("Hello"), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    assert desk.written("reply")["Subject"] == f"Re: help!! [{incident.number}]"


def test_numbers_and_prefixes_are_not_piled_up(desk: Desk):
    incident = desk.report("RE: Re[2]: Fwd: x [INC-1]")
    assert incident.id == 1
    desk.tell()
    assert desk.written("acknowledgement")["Subject"] == "Re: Fwd: x [INC-1]"


def test_attachments_go_along(desk: Desk):
    incident = desk.report()
    files = (
        attach(desk.store, "Anleitung für VPN.pdf", "application/pdf", b"%PDF"),
        attach(desk.store, 'a"\r\nX-Evil: 1.txt', "text/plain\r\nX-Evil: 1", b"x" * 3000),
        attach(desk.store, "mail.eml", "message/rfc822", b"Subject: x\r\n\r\nbody"),
        attach(desk.store, "ü" * 250, "", b""),
    )
    incident.reply(Words("See attached.", attachments=files), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    raw = to_bytes(desk.written("reply"))
    letter = from_bytes(raw)
    parts = list(letter.iter_attachments())
    assert [part.get_filename() for part in parts] == [one.filename for one in files]
    assert [part.get_content_type() for part in parts] == [
        "application/pdf",
        "application/octet-stream",
        "application/octet-stream",
        "application/octet-stream",
    ]
    assert [part.get_payload(decode=True) for part in parts] == [desk.store.get(one.sha256) for one in files]
    assert not [name for part in letter.walk() for name in part if name.lower() == "x-evil"]
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert "Anleitung für VPN.pdf" in text_of(letter)


def test_each_copied_person_has_a_letter_of_their_own(desk: Desk):
    incident = desk.report(cc=("lee@example.net",))
    incident.participants.append(Participant(address="kim@example.net", name="Kim", added_at=START))
    incident.reply(Words("All read this.", cc=("Kim@example.net", "max@example.net")), by=desk.jo.actor(), at=desk.at())
    made = [one for one in desk.tell() if one.letter == "reply"]
    assert {one.recipient for one in made} == {
        "dana@example.net", "lee@example.net", "kim@example.net", "max@example.net",
    }  # fmt: skip
    assert len({one.message_id for one in made}) == 4
    for delivery in made:
        letter = desk.letter(delivery)
        assert letter["To"] == "Dana Weber <dana@example.net>"
        assert letter["Cc"] == "Kim <kim@example.net>, lee@example.net, max@example.net"
        (token,) = tokens_in([letter["Reply-To"]])
        assert read_token(KEY, token).is_for(delivery.recipient)
        assert ("/track/" in text_of(letter)) == (delivery.recipient == "dana@example.net")


def test_a_note_is_told_to_nobody(desk: Desk):
    incident = desk.report(cc=("lee@example.net",))
    desk.tell()
    incident.note(Words("She always does this."), by=desk.jo.actor(), at=desk.at())
    assert desk.tell() == []


def test_the_resolution_asks_whether_it_helped(desk: Desk):
    incident = answered(desk)
    incident.resolve(
        ResolutionCode.FIXED, "A certificate ran out", "Renewed it.\nTry *again*.", by=desk.jo.actor(), at=desk.at()
    )
    desk.tell()
    letter = desk.written("resolution")
    text, html = text_of(letter), html_of(letter)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "Renewed it.\nTry *again*." in text
    assert "A certificate ran out" in text
    assert "Try <em>again</em>." in html
    sequence = next(
        one for one in history(desk.session, "incident", incident.id) if one.kind == EventKind.RESOLVED
    ).sequence
    links = [line for line in text.splitlines() if line.startswith("https://")]
    said = [read_confirmation(KEY, link.split("/")[-2]) for link in links]
    assert [(one.incident_id, one.resolution_sequence, one.answer.value) for one in said] == [
        (incident.id, sequence, "yes"),
        (incident.id, sequence, "no"),
    ]
    assert all(link in html for link in links)


@pytest.mark.parametrize("cause", ["Not known.", "unknown", "N/A"])
def test_a_cause_that_says_nothing_is_not_told(desk: Desk, cause: str):
    incident = desk.report()
    incident.resolve(ResolutionCode.FIXED, cause, "Restarted it.", by=desk.jo.actor(), at=desk.at())
    desk.tell()
    assert "Why it happened" not in text_of(desk.written("resolution"))


def test_injection_attempts_stay_text(desk: Desk):
    eve = desk.person('Eve\r\nBcc: all@example.net <script>alert(1)</script>"', "eve@example.net")
    incident = desk.report(
        "x\r\nBcc: all@example.net\r\n\r\n<script>", "</blockquote><script>1</script>", requester=eve
    )
    incident.reply(Words("{{ 7 * 7 }} <script>2</script>"), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    for delivery in desk.deliveries():
        raw = desk.store.get(delivery.raw_sha256)
        letter = from_bytes(raw)
        assert letter["Bcc"] is None
        assert len(letter.get_all("Subject")) == len(letter.get_all("To")) == 1
        assert "<script" not in html_of(letter)
    assert "{{ 7 * 7 }}" in text_of(desk.written("reply"))
    # A name that is no name is not read out by our acknowledgement.
    assert text_of(desk.written("acknowledgement")).startswith("Hello,\n")


@pytest.mark.parametrize("name", ["Win 1000 now", "www.evil.example", "go to http://x", "eve@example.net", "N" * 61])
def test_nobody_is_greeted_with_an_advertisement(desk: Desk, name: str):
    desk.report(requester=desk.person(name, "eve@example.net"))
    desk.tell()
    assert text_of(desk.written("acknowledgement")).startswith("Hello,\n")


def test_letters_outside_ascii(desk: Desk):
    jörg = desk.person("Jörg Größe", "jörg@bücher.example")
    incident = desk.report("Drucker läuft nicht " + "ß" * 200, "Grüße, 日本語 🖨", requester=jörg)
    incident.reply(Words("Schöne Grüße\n" + "ä" * 5000 + "\n" + "x" * 5000), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    raw = desk.store.get(desk.deliveries()[-1].raw_sha256)
    letter = desk.written("reply")
    assert letter["To"].addresses[0].addr_spec == "jörg@xn--bcher-kva.example"
    assert "ß" * 200 in letter["Subject"]
    assert "> Grüße, 日本語 🖨" in text_of(letter)
    assert "ä" * 5000 in text_of(letter)
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert to_bytes(from_bytes(raw)) == raw


def test_ascii_recipients_get_headers_without_any_other_byte(desk: Desk):
    desk.dana.name = "Jörg Größe"
    answered(desk, subject="Drucker läuft nicht")
    for delivery in desk.deliveries():
        raw = desk.store.get(delivery.raw_sha256)
        assert raw.isascii()
        assert to_bytes(from_bytes(raw)) == raw
    assert "Größe" in str(desk.written("reply")["To"])


def test_control_characters_never_leave(desk: Desk):
    answered(desk, "a\x00b\x1b[31mc\x07")
    assert text_of(desk.written("reply")).startswith("ab[31mc\n")


def test_a_huge_message_is_quoted_in_part(desk: Desk):
    incident = desk.report(text="line\n" * 5000)
    incident.reply(Words("Short."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    text = text_of(desk.written("reply"))
    assert text.count("> line") == 200
    assert text.rstrip().endswith("> …")
    assert len(desk.store.get(desk.deliveries()[-1].raw_sha256)) < 100_000


def test_letters_to_agents(desk: Desk, team):
    incident = desk.report(team=team)
    made = [one for one in desk.tell() if one.letter == "agent_new"]
    assert [one.recipient for one in made] == ["jo@desk.example", "sam@desk.example"]
    letter = desk.letter(made[0])
    assert letter["Subject"] == f"[{incident.number}] VPN drops"
    assert letter["Reply-To"] is None
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "It drops every few minutes." in text_of(letter)
    assert f"https://desk.example/incidents/{incident.id}" in text_of(letter)
    assert f"https://desk.example/incidents/{incident.id}" in html_of(letter)
    own = read_message_id(KEY, letter["Message-ID"])
    assert own.side is Side.AGENT


def test_kept_bytes_are_written_again_as_they_are():
    raw = b"Subject: " + b"word " * 40 + b"end\r\nX-Other: a\r\n\tb\r\n\r\nbody\r\n"
    assert to_bytes(from_bytes(raw)) == raw
