"""Proves a sealed record from the file alone: signature, every file, the chain of events, the words of the thread.

Needs no desk and no database. Whatever the file holds may be forged or damaged: nothing of it is trusted first."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from helpdesk.chain.event_hash import Said
from helpdesk.chain.heads import Head
from helpdesk.chain.salts import Salts
from helpdesk.chain.signing import is_signed_by
from helpdesk.chain.words import proved_entries
from helpdesk.errors import Invalid
from helpdesk.incidents.proof import compared
from helpdesk.incidents.sealed_record import EVENTS, FILES, FORMAT, MANIFEST, SIGNATURE, WORDS
from helpdesk.proof import UNREADABLE, Chain, Stored

JSON_BYTES_MAX = 512_000_000
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the manifest of a file says; true only once it was proved."""

    manifest: Mapping[str, Any]
    signature: str
    content: bytes

    @property
    def public_key(self) -> str:
        return str(self.manifest.get("public_key", ""))


def opened(path: Path) -> Sealed:
    """Raises Invalid for a file that is no sealed record."""
    try:
        with ZipFile(path) as archive:
            content = _read(archive, MANIFEST)
            manifest, signature = json.loads(content), _read(archive, SIGNATURE).decode("ascii").strip()
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise Invalid(f"{path.name} is no sealed record of a desk: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Invalid(f"{path.name} is no sealed record that this version can read.")
    return Sealed(manifest, signature, content)


def prove_file(path: Path, public_key: str = "") -> Iterator[str]:
    """What does not hold. `public_key`: of the desk that is said to have sealed it; without it only that the file is
    whole is proved, not whose it is."""
    sealed = opened(path)
    try:
        signed = is_signed_by(public_key or sealed.public_key, sealed.content, sealed.signature)
    except ValueError as error:
        raise Invalid("That is no public key: 64 hex digits, as Settings › Audit shows them.") from error
    if not signed:
        yield "the signature is not that of this desk: the manifest was changed, or somebody else made it"
    try:
        with ZipFile(path) as archive:
            yield from _files(archive, sealed)
            yield from _chain(archive, sealed)
    except (*UNREADABLE, BadZipFile, OSError, EOFError) as error:
        yield f"the file is damaged: {error}"


def _files(archive: ZipFile, sealed: Sealed) -> Iterator[str]:
    listed = {str(one["name"]): one for one in sealed.manifest["files"]}
    names = archive.namelist()
    for name in sorted({*names} - listed.keys() - {MANIFEST, SIGNATURE}):
        yield f"{name} was put in"
    if len(names) != len(set(names)):
        yield "a file is there twice"
    for name, one in listed.items():
        if name not in names:
            yield f"{name} is missing"
        elif _sha256(archive, name, int(one["bytes"])) != one["sha256"]:
            yield f"{name} was changed"
        elif name.startswith(FILES) and name.removeprefix(FILES) != one["sha256"]:
            yield f"{name} is not the file that it is named after"


def _chain(archive: ZipFile, sealed: Sealed) -> Iterator[str]:
    head = Head(*sealed.manifest["newest_event"])
    words = json.loads(_read(archive, WORDS))
    chain = Chain()
    for row in json.loads(_read(archive, EVENTS)):
        stored = _stored(row)
        yield from map(str, chain.follow(stored, head))
        for number, name, digest in proved_entries(stored.said.data):
            # An entry that has moved to another incident since is proved there.
            if str(number) in words:
                yield from map(str, compared(stored, number, words[str(number)], name, digest))
    yield from map(str, chain.end())
    if chain.count != 1:
        yield "the events are not those of one record"


def _stored(row: Mapping[str, Any]) -> Stored:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("at", "recorded_at")}
    said = Said(**{name: row[name] for name in Said._fields} | moments)
    return Stored(said, Salts.read(row["salt"]), row["hash"])


def _read(archive: ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > JSON_BYTES_MAX:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _sha256(archive: ZipFile, name: str, size: int) -> str:
    running, left = hashlib.sha256(), size
    with archive.open(name) as file:
        while left >= 0 and (chunk := file.read(CHUNK_BYTES)):
            running.update(chunk)
            left -= len(chunk)
    return running.hexdigest() if left == 0 else ""
