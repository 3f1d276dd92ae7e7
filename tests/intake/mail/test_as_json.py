"""Arrivals as JSON lines: for scripts and for measuring."""

import json
from pathlib import Path

from intake.mail.as_json import to_json, walk
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail


def test_every_value_is_json() -> None:
    raw = multipart(part(body="Hello"), part("Content-Type: image/png", body="x"))
    found = json.loads(json.dumps(to_json(parse(raw))))
    assert found["from"] == {"name": "Rosa", "address": "rosa@example.org"}
    assert found["attachments"][0]["size"] == 1
    assert (found["auto_generated"], found["bounce"]) == (False, None)


def test_what_was_found_beside_the_text() -> None:
    raw = raw_mail(
        "Content-Type: text/plain; charset=utf-8",
        "Auto-Submitted: auto-replied",
        "Authentication-Results: mx.example; dkim=pass header.d=example.org",
        "Date: Sun, 22 Nov 2026 10:00:00 +0100",
        "Content-Language: en",
        body="I am away until 30 November.",
    )
    found = json.loads(json.dumps(to_json(parse(raw))))
    assert (found["away_until"], found["language"], found["encrypted"]) == ("2026-11-30", "en", "")
    assert found["authentication"] == [
        {"authserv_id": "mx.example", "results": [{"method": "dkim", "result": "pass", "header.d": "example.org"}]}
    ]


def test_times_of_invitations_and_forwards() -> None:
    calendar = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261130T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    inner = "From: a@example.org\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nHi"
    raw = multipart(
        part(body="x"),
        part("Content-Type: text/calendar", body=calendar),
        part("Content-Type: message/rfc822", body=inner),
    )
    found = json.loads(json.dumps(to_json(parse(raw))))
    assert found["invitation"]["starts_at"] == "2026-11-30T09:00:00+00:00"
    assert (found["forwarded"]["date"], found["forwarded"]["text"]) == ("2026-11-22T10:00:00+00:00", "Hi")


def test_a_detached_signature_is_listed_last_and_not_for_people() -> None:
    raw = multipart(
        part(body="x"),
        part('Content-Type: application/pgp-signature; name="signature.asc"', body="s"),
        kind="signed",
    )
    found = to_json(parse(raw))
    assert found["attachments"][-1]["inline"] is True  # type: ignore[index]
    assert found["signature"]["kind"] == "OpenPGP"  # type: ignore[index]


def test_reports_say_what_they_mean() -> None:
    raw = raw_mail(
        "Return-Path: <>",
        Subject="failure notice",
        From="MAILER-DAEMON@x.example",
        body="<a@b.example>:\n550 5.1.1 no\n",
    )
    found = json.loads(json.dumps(to_json(parse(raw))))
    assert [(one["recipient"], one["kind"]) for one in found["bounce"]["reports"]] == [("a@b.example", "hard")]


def test_folders_are_walked_and_files_taken_as_named(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.eml").write_bytes(raw_mail())
    (tmp_path / "note.txt").write_bytes(raw_mail(Subject="Other"))
    found = list(walk([tmp_path, tmp_path / "note.txt"]))
    assert [(one["file"], one["subject"]) for one in found] == [
        (str(tmp_path / "inner" / "a.eml"), "Printer"),
        (str(tmp_path / "note.txt"), "Other"),
    ]


def test_a_missing_file_is_an_error_line(tmp_path: Path) -> None:
    (found,) = walk([tmp_path / "gone.eml"])
    assert "cannot be read" in str(found["error"])
