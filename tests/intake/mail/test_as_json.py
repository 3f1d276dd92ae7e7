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
