"""The files of an entry as the page shows them: pictures as small pictures, mails as something to open, and those
that are only part of a signature, or came before, folded away."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from helpdesk.attachments import Attachment
from helpdesk.incidents.thread import Entry
from helpdesk.web.context import file_size

# Browsers show these without running anything in them; SVG and PDF are not among them.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class File:
    """`path` is below the root of the desk; `size` in words; `is_mail`: it opens as a page."""

    name: str
    path: str
    size: str
    is_image: bool
    is_mail: bool
    is_calendar: bool


@dataclass(frozen=True, slots=True)
class Files:
    pictures: tuple[File, ...] = ()
    others: tuple[File, ...] = ()
    folded: tuple[File, ...] = ()

    @property
    def calendar(self) -> File | None:
        """The invitation as a file that a calendar program reads."""
        return next((one for one in self.others if one.is_calendar), None)


def is_mail(content_type: str, filename: str) -> bool:
    return content_type.lower() == "message/rfc822" or filename.lower().endswith(".eml")


def files_of_thread(entries: Iterable[Entry], root: str, signatures: frozenset[str]) -> dict[int, Files]:
    """By the numbers of their entries, which come oldest first: a picture is shown where it came first."""
    found, seen = {}, set[str]()
    for entry in entries:
        if entry.attachments:
            found[entry.id] = _files(entry.attachments, root, signatures, seen)
    return found


def _files(attachments: list[Attachment], root: str, signatures: frozenset[str], seen: set[str]) -> Files:
    pictures, others, folded = [], [], []
    for one in attachments:
        file = _file(one, root)
        if not file.is_image:
            others.append(file)
        elif one.sha256 in signatures or one.sha256 in seen:
            folded.append(file)
        else:
            pictures.append(file)
            seen.add(one.sha256)
    return Files(tuple(pictures), tuple(others), tuple(folded))


def _file(one: Attachment, root: str) -> File:
    mail = is_mail(one.content_type, one.filename)
    return File(
        name=one.filename,
        path=f"{root}/mails/{one.id}" if mail else f"{root}/attachments/{one.id}/{quote(one.filename, safe='')}",
        size=file_size(one.size_bytes),
        is_image=one.content_type.lower() in SHOWN_INLINE,
        is_mail=mail,
        is_calendar=one.content_type.lower() == "text/calendar" or one.filename.lower().endswith(".ics"),
    )
