"""Signed and encrypted mail (RFC 8551, RFC 3156): what is signed is opened and checked, what is encrypted is named."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from intake.mail.arrival import Address, Signature
from intake.mail.cms import Signed, Unproven, content_kind, read_signed
from intake.mail.limits import Allowance
from intake.mail.mime import Part, pieces_of, read_message
from intake.mail.signers import judge

_ENVELOPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENVELOPE_NAMES = (".p7m", ".p7z")
_SMIME_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_PGP_SIGNATURE = "application/pgp-signature"
_PGP_ENCRYPTED = "application/pgp-encrypted"
_SIGNATURE_BYTES_MAX = 256 * 1024
_LINE_END = re.compile(rb"\r*\n")
_INLINE_PGP = re.compile(r"^-----BEGIN PGP (SIGNED )?MESSAGE-----[ \t]*$", re.MULTILINE)
_INLINE_END = re.compile(r"^-----END PGP (?:MESSAGE|SIGNATURE)-----[ \t]*$", re.MULTILINE)
_OPENPGP = Signature("OpenPGP", False, "", "Not verified: it is signed with OpenPGP, for which no keys are kept here.")


@dataclass(slots=True)
class Protection:
    """What was found: `signature` is the outermost one, `file` held it; `encrypted` is "S/MIME", "OpenPGP" or ""."""

    signature: Signature | None = None
    encrypted: str = ""
    file: Part | None = None


def open_envelopes(root: Part, author: Address | None, at: datetime | None, allowance: Allowance) -> Protection:
    """Puts the content of signed parts into the tree in their place. `at`: when the mail came, None when it says not.

    Signature files leave the tree. What cannot be read stays where it is, as a file.
    """
    found = Protection()
    sender, at = author.address if author else "", at or datetime.now(UTC)
    waiting = [root]
    while waiting:
        part = waiting.pop()
        signature: Signature | None = None
        if part.content_type == "multipart/signed":
            file = _signature_file(part)
            if file is not None:
                signature = _open_detached(part, file, sender, at, allowance, is_whole=part is root)
                found.file = found.file or file
        elif part.content_type in {"multipart/encrypted", _PGP_ENCRYPTED}:
            found.encrypted = found.encrypted or "OpenPGP"
        elif _is_envelope(part):
            data = part.content(allowance)
            kind = content_kind(data)
            if kind == "encrypted":
                found.encrypted = found.encrypted or "S/MIME"
            elif kind == "signed":
                signature = _open_opaque(part, data, sender, at, allowance, is_whole=part is root)
        found.signature = found.signature or signature
        waiting.extend(reversed(part.children))
    return found


def look_into_text(found: Protection, text: str) -> None:
    """OpenPGP as it is pasted into plain text, without MIME (RFC 9580 sections 6 and 7)."""
    begin = _INLINE_PGP.search(text)
    if begin is None or _INLINE_END.search(text, begin.end()) is None:
        return
    if begin[1]:
        found.signature = found.signature or _OPENPGP
    else:
        found.encrypted = found.encrypted or "OpenPGP"


def _is_envelope(part: Part) -> bool:
    if part.content_type in _ENVELOPES:
        return True
    name = (part.disposition_parameters.get("filename") or part.parameters.get("name") or "").lower()
    return part.content_type == "application/octet-stream" and name.endswith(_ENVELOPE_NAMES)


def _signature_file(part: Part) -> Part | None:
    """The signature of a multipart/signed, taken out of its parts: the second one (RFC 1847 section 2.1)."""
    kinds = {*_SMIME_SIGNATURES, _PGP_SIGNATURE}
    file = next((one for one in part.children[1:] if one.content_type in kinds), None)
    part.children = [one for one in part.children if one is not file]
    return file


def _open_detached(
    part: Part, file: Part, sender: str, at: datetime, allowance: Allowance, *, is_whole: bool
) -> Signature:
    """The first part is signed, byte for byte, with the line ends of the wire."""
    if file.content_type == _PGP_SIGNATURE:
        return _OPENPGP
    signed = _read(file.content(allowance)[:_SIGNATURE_BYTES_MAX])
    if isinstance(signed, Signature):
        return signed
    pieces = pieces_of(part)
    content = _LINE_END.sub(b"\r\n", part.source[slice(*pieces[0])]) if pieces else b""
    return judge(signed, content, sender, at, is_whole=is_whole and len(part.children) == 1)


def _open_opaque(
    part: Part, data: bytes, sender: str, at: datetime, allowance: Allowance, *, is_whole: bool
) -> Signature | None:
    """application/pkcs7-mime with its content inside, which is read whether or not the certificate is known."""
    if not allowance.may_open("a signed envelope (smime.p7m)", len(data)):
        return None
    signed = _read(data)
    if isinstance(signed, Signature):
        return signed
    if signed.content is not None:
        part.children = [read_message(signed.content, allowance)]
        part.content_type = "multipart/mixed"
    return judge(signed, signed.content or b"", sender, at, is_whole=is_whole)


def _read(data: bytes) -> Signed | Signature:
    try:
        return read_signed(data)
    except Unproven as error:
        return Signature("S/MIME", False, "", f"Not verified: {error}")
