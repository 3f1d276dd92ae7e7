"""Mails out of files: every dialect of mbox, Maildir with its flags and subfolders, archives with bad intentions."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from helpdesk.errors import Invalid
from intake.importing import archive
from intake.importing.catalogue import catalogue, content_hash
from tests.intake.old_mail import maildir, mbox, old


def nothing() -> None:
    """No progress is asked for."""


def read(tmp_path: Path, *paths: Path) -> list[bytes]:
    return [one.read() for one in catalogue(list(paths), tmp_path / "work", nothing).ordered()]


def same(found: list[bytes], expected: list[bytes]) -> bool:
    return [content_hash(raw) for raw in found] == [content_hash(raw) for raw in expected]


@pytest.fixture
def mails() -> list[bytes]:
    return [old(number, text=f"Number {number}.\n\nFrom here on it smokes.\n>From there too.\n") for number in range(4)]


def test_mbox_with_quoting(tmp_path: Path, mails: list[bytes]) -> None:
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*mails))
    assert same(read(tmp_path, path), mails)


def test_mbox_with_the_line_ends_of_windows(tmp_path: Path, mails: list[bytes]) -> None:
    path = tmp_path / "inbox.mbox"
    path.write_bytes(mbox(*mails).replace(b"\n", b"\r\n"))
    assert same(read(tmp_path, path), mails)


def test_mbox_that_counts_and_quotes_nothing(tmp_path: Path) -> None:
    # An mbox within a mail: only the count tells that it is no mail of its own.
    inside = mbox(old(90), old(91)).decode()
    mails = [counted(old(number, text=f"See below.\n\n{inside}")) for number in range(3)]
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*mails, quote=False))
    assert same(read(tmp_path, path), mails)


def counted(mail: bytes) -> bytes:
    headers, _, body = mail.partition(b"\n\n")
    return headers + b"\nContent-Length: %d\n\n" % len(body) + body


def test_a_count_written_by_a_sender_hides_no_other_mail(tmp_path: Path, mails: list[bytes]) -> None:
    following = len(mbox(*mails[1:3])) + len(mails[0].partition(b"\n\n")[2]) + 1
    forged = mails[0].replace(b"\n\n", b"\nContent-Length: %d\n\n" % following, 1)
    path = tmp_path / "inbox"
    path.write_bytes(mbox(old(9, days=0), forged, *mails[1:]))
    assert len(read(tmp_path, path)) == 5


def test_prose_that_begins_with_from_parts_no_mail(tmp_path: Path) -> None:
    mails = [old(number, text="Hello\n\nFrom the cellar we hear:\nNote: smoke.\n") for number in range(2)]
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*mails, quote=False))
    assert same(read(tmp_path, path), mails)


def test_a_separator_on_the_border_of_two_blocks_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mails = [old(number, text="x" * (700 + 37 * number)) for number in range(60)]
    path = tmp_path / "inbox"
    path.write_bytes(mbox(*mails))
    monkeypatch.setattr("intake.importing.mbox.BLOCK_BYTES", 1500)
    assert same(read(tmp_path, path), mails)


def test_what_thunderbird_only_marked_as_deleted_is_left_aside(tmp_path: Path, mails: list[bytes]) -> None:
    gone = b"X-Mozilla-Status: 0009\n" + mails[1]
    path = tmp_path / "Inbox"
    path.write_bytes(mbox(mails[0], gone, b"X-Mozilla-Status: 0001\n" + mails[2]))
    found = catalogue([path], tmp_path / "work", nothing)
    assert (len(found), found.left.unwanted) == (2, 1)


def test_maildir_with_subfolders_and_flags(tmp_path: Path, mails: list[bytes]) -> None:
    top = maildir(tmp_path / "Mail", mails[:2])
    maildir(top / ".Archive.Sent", [old(7, days=1.5)])
    maildir(top / ".Trash", [old(8)])
    (top / "cur" / "1557129999.M1P1.host:2,ST").write_bytes(old(9))
    (top / "tmp" / "1557129998.M1P1.host").write_bytes(b"Subject: half of a ma")
    (top / "dovecot.index.cache").write_bytes(b"\x00\x01binary")
    found = catalogue([top], tmp_path / "work", nothing)
    assert [(one.sent, one.place.count(".Archive.Sent")) for one in found.ordered()] == [
        (False, 0),
        (False, 0),
        (True, 1),
    ]
    assert (found.left.unwanted, found.left.strange) == (2, 1)


def test_a_mail_that_is_marked_as_read_meanwhile_is_found_again(tmp_path: Path, mails: list[bytes]) -> None:
    top = maildir(tmp_path / "Mail", mails[:1])
    found = catalogue([top], tmp_path / "work", nothing)
    fresh = next((top / "new").iterdir())
    fresh.rename(top / "cur" / f"{fresh.name}:2,S")
    assert [one.read() for one in found.ordered()] == mails[:1]


def test_oldest_first_across_all_files_and_undated_last(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(mbox(old(3), old(1)))
    (tmp_path / "b.eml").write_bytes(old(2))
    (tmp_path / "c.eml").write_bytes(old(0).replace(b"Date:", b"X-Date:"))
    found = catalogue([tmp_path / name for name in ("a", "b.eml", "c.eml")], tmp_path / "work", nothing)
    subjects = [one.read().partition(b"Subject: ")[2].partition(b"\n")[0] for one in found.ordered()]
    assert subjects == [b"Printer 1", b"Printer 2", b"Printer 3", b"Printer 0"]
    assert found.oldest is not None
    assert found.newest is not None
    assert (found.oldest.day, found.newest.day) == (7, 9)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_archives(tmp_path: Path, mails: list[bytes], kind: str) -> None:
    contents = {"box/inbox": mbox(*mails[:2]), "box/2.eml": mails[2], "box/readme.txt": b"Read me.", "Spam/1": mails[3]}
    path = packed(tmp_path / f"old.{kind}", contents)
    found = catalogue([path], tmp_path / "work", nothing)
    assert same([one.read() for one in found.ordered()], mails[:3])
    assert (found.left.unwanted, found.left.strange) == (1, 1)


def packed(path: Path, contents: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in contents.items():
                made.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_no_name_in_an_archive_leads_out_of_it(tmp_path: Path, mails: list[bytes], kind: str) -> None:
    outside = tmp_path / "outside.eml"
    path = packed(tmp_path / f"bad.{kind}", {"../../outside.eml": mails[0], f"{outside}": mails[1]})
    assert len(read(tmp_path, path)) == 2
    assert not outside.exists()


def test_links_in_an_archive_and_in_a_folder_lead_nowhere(tmp_path: Path, mails: list[bytes]) -> None:
    secret = tmp_path / "secret.eml"
    secret.write_bytes(mails[0])
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.eml").symlink_to(secret)
    (folder / "up").symlink_to(tmp_path)
    with tarfile.open(folder / "linked.tar", "w") as tar:
        member = tarfile.TarInfo("link.eml")
        member.type, member.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(member)
    assert read(tmp_path, folder) == []


def test_an_archive_that_grows_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SMALL_BYTES", 1024 * 1024)
    path = packed(tmp_path / "bomb.zip", {f"{number}.eml": b"A" * 2_000_000 for number in range(8)})
    with pytest.raises(Invalid, match="no archive of mail grows so much"):
        read(tmp_path, path)
    assert sum(one.stat().st_size for one in (tmp_path / "work").rglob("*") if one.is_file()) < 4_000_000


def test_a_damaged_archive_says_what_to_do(tmp_path: Path, mails: list[bytes]) -> None:
    path = packed(tmp_path / "old.zip", {"1.eml": mails[0] * 50})
    raw = bytearray(path.read_bytes())
    raw[60:80] = bytes(20)
    path.write_bytes(raw)
    with pytest.raises(Invalid, match="Unpack it yourself"):
        read(tmp_path, path)


def test_outlooks_own_files_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "archive.pst"
    path.write_bytes(b"!BDN" + bytes(100))
    with pytest.raises(Invalid, match="readpst"):
        read(tmp_path, path)


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Check the path"):
        read(tmp_path, tmp_path / "nowhere")


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"From ", b"From x Mon May  6 08:00:00 2019\n", b"\xff" * 5000])
def test_files_with_nothing_in_them(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "odd"
    path.write_bytes(raw)
    assert read(tmp_path, path) == []
