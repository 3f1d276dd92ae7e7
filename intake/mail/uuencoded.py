"""Files written into plain text between "begin 644 name" and "end", as mail did before MIME."""

import re
from dataclasses import dataclass

from intake.mail.transfer import decode_uu

_FILE = re.compile(
    r"^begin [0-7]{3,4} ([^\n]{1,255})\n((?:[!-`][ -`]{0,90}[ \t]*\n){1,200000}?)(?:[` ]?\n)?end[ \t]*(?:\n|\Z)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class UuFile:
    """One file found inside a text."""

    filename: str
    content: bytes


def cut_out_files(text: str) -> tuple[str, list[UuFile]]:
    """The text without its uuencoded files, and the files."""
    if "begin " not in text or "\nend" not in text:
        return text, []
    found = list(_FILE.finditer(text))
    files = [UuFile(one[1].strip(), decode_uu(one[2].encode("ascii", "replace"))) for one in found]
    return _FILE.sub("", text) if found else text, files
