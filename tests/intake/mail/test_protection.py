"""Signed and encrypted mail: its content is always shown, and nothing counts as verified that is not proven."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from intake.mail.arrival import Arrival, Signature
from intake.mail.parse import parse
from tests.intake.mail.certificates import (
    DAY,
    Authority,
    encrypted_mail,
    envelope_mail,
    key,
    multipart_signed,
    opaque_mail,
    signed_mail,
)
from tests.intake.mail.raw_mail import multipart, part, raw_mail

CONTENT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe printer smokes.\r\n"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    made = Authority()
    made.trust(tmp_path, monkeypatch)
    return made


def signature_of(raw: bytes) -> Signature:
    arrival = parse(raw)
    assert arrival.signature is not None
    assert "The printer smokes." in arrival.text
    assert arrival.attachments == ()
    return arrival.signature


@pytest.mark.parametrize("seal", [signed_mail, opaque_mail])
def test_a_signature_that_fits_mail_sender_and_authority_is_verified(
    authority: Authority, seal: Callable[..., bytes]
) -> None:
    found = signature_of(seal(CONTENT, authority.issue()))
    assert (found.kind, found.verified, found.signer) == ("S/MIME", True, "Rosa Diaz <rosa@example.org>")
    assert "Test Mail Authority vouches" in found.detail


def test_signature_file_is_no_attachment_but_kept(authority: Authority) -> None:
    arrival = parse(signed_mail(CONTENT, authority.issue()))
    assert arrival.signature_file is not None
    assert arrival.signature_file.filename == "smime.p7s"


def test_address_in_the_subject_of_the_certificate_counts(authority: Authority) -> None:
    assert signature_of(signed_mail(CONTENT, authority.issue(is_in_subject=True))).verified


def test_elliptic_curve_and_longer_digests(authority: Authority) -> None:
    certificate = authority.issue(for_key=key("ec", 2))
    assert signature_of(signed_mail(CONTENT, certificate, with_key=key("ec", 2), digest=hashes.SHA512())).verified


def test_case_of_the_address_does_not_matter(authority: Authority) -> None:
    assert signature_of(signed_mail(CONTENT, authority.issue("Rosa@Example.org"))).verified


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (lambda ca: signed_mail(CONTENT, ca.issue()).replace(b"smokes.", b"smokes.\r\nPay now."), "changed after"),
        (lambda ca: signed_mail(CONTENT, ca.issue("mallory@example.org")), "not for the sender rosa@example.org"),
        (lambda ca: signed_mail(CONTENT, ca.issue(until=DAY - timedelta(days=1))), "not valid on that day"),
        (lambda ca: signed_mail(CONTENT, ca.issue(use=ExtendedKeyUsageOID.SERVER_AUTH)), "No authority"),
        (lambda _: signed_mail(CONTENT, Authority("Test Mail Authority", key_number=9).issue()), "No authority"),
        (lambda _: opaque_mail(CONTENT, Authority("Somebody", key_number=9).issue()), "No authority"),
        (lambda _: multipart_signed(CONTENT, b"no signature at all"), "damaged"),
        (lambda _: multipart_signed(CONTENT, b""), "damaged"),
    ],
)
def test_what_is_not_proven_is_shown_and_said(
    authority: Authority, raw: Callable[[Authority], bytes], reason: str
) -> None:
    found = signature_of(raw(authority))
    assert not found.verified
    assert found.detail.startswith("Not verified: ")
    assert reason in found.detail


def test_a_certificate_of_somebody_elses_key_proves_nothing(authority: Authority) -> None:
    honest = parse(signed_mail(CONTENT, authority.issue())).signature_file
    assert honest is not None
    stolen = signed_mail(CONTENT, authority.issue(for_key=key("ec", 5)), with_key=key("ec", 5))
    swapped = parse(multipart_signed(CONTENT, honest.content[:-8] + b"\x00" * 8))
    assert swapped.signature is not None
    assert not swapped.signature.verified
    assert parse(stolen).signature != swapped.signature


def test_a_signed_part_does_not_speak_for_the_rest(authority: Authority) -> None:
    inner = signed_mail(CONTENT, authority.issue()).partition(b"\r\nContent-Type: multipart/signed")
    signed_part = b"Content-Type: multipart/signed" + inner[2]
    found = parse(multipart(signed_part, part("Content-Type: text/plain", body="Transfer the money"))).signature
    assert found is not None
    assert not found.verified


def test_text_added_beside_the_signed_part_is_noticed(authority: Authority) -> None:
    raw = signed_mail(CONTENT, authority.issue())
    raw = raw.replace(b"\r\n--sig--", b"\r\n--sig\r\nContent-Type: text/plain\r\n\r\nAlso pay.\r\n--sig--")
    found = parse(raw).signature
    assert found is not None
    assert "only a part" in found.detail


@pytest.mark.parametrize("smime_type", ["signed-data", "", "enveloped-data", "certs-only"])
def test_opaque_content_is_shown_whatever_its_label(authority: Authority, smime_type: str) -> None:
    assert signature_of(opaque_mail(CONTENT, authority.issue(), smime_type=smime_type)).verified


def test_opaque_mail_with_a_file_inside(authority: Authority) -> None:
    inner = multipart(
        part("Content-Type: text/plain", body="See the file"),
        part('Content-Type: application/pdf; name="a.pdf"', body="%PDF"),
    ).partition(b"\r\n\r\n")
    content = b'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n' + inner[2]
    arrival = parse(opaque_mail(content, authority.issue()))
    assert arrival.text == "See the file"
    assert [one.filename for one in arrival.attachments] == ["a.pdf"]


@pytest.mark.parametrize(
    ("options", "is_streamed"), [(["-stream"], True), (["-keyopt", "rsa_padding_mode:pss"], False), (["-keyid"], False)]
)
def test_envelopes_of_openssl_are_read(
    authority: Authority, tmp_path: Path, options: list[str], is_streamed: bool
) -> None:
    certificate, private = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_bytes(authority.issue().public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key().private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    command = ["openssl", "cms", "-sign", "-nodetach", "-binary", "-outform", "DER", "-signer", str(certificate)]
    command += ["-inkey", str(private), *options]
    data = subprocess.run(command, input=CONTENT * 300, capture_output=True, check=True).stdout
    assert (data[1] == 0x80) == is_streamed  # an indefinite length
    assert signature_of(envelope_mail(data, "signed-data")).verified


@pytest.mark.parametrize("cut", [10, 60, 400, 1200])
def test_a_broken_envelope_stays_a_file(authority: Authority, cut: int) -> None:
    whole = opaque_mail(CONTENT, authority.issue())
    head, _, body = whole.partition(b"\r\n\r\n")
    arrival = parse(head + b"\r\n\r\n" + body[:cut])
    assert [one.filename for one in arrival.attachments] == ["smime.p7m"]


def test_encrypted_smime_is_said_and_kept(authority: Authority) -> None:
    arrival = parse(encrypted_mail(CONTENT, authority.issue()))
    assert arrival.encrypted == "S/MIME"
    assert [one.filename for one in arrival.attachments] == ["smime.p7m"]


def test_signed_around_encrypted_says_both(authority: Authority) -> None:
    sealed = encrypted_mail(CONTENT, authority.issue()).partition(b"Content-Type: ")[2]
    arrival = parse(
        signed_mail(b"Content-Type: " + sealed.replace(b"\r", b"").replace(b"\n", b"\r\n"), authority.issue())
    )
    assert arrival.encrypted == "S/MIME"
    assert arrival.signature is not None
    assert arrival.signature.verified


def openpgp(kind: str, *parts: bytes) -> Arrival:
    raw = multipart(*parts, kind=kind, boundary="pgp")
    return parse(raw.replace(b'boundary="pgp"', f'protocol="application/pgp-{kind}"; boundary="pgp"'.encode()))


def test_openpgp_signature_is_named_not_verified() -> None:
    arrival = openpgp(
        "signed",
        part("Content-Type: text/plain", body="The printer smokes."),
        part('Content-Type: application/pgp-signature; name="signature.asc"', body="-----BEGIN PGP SIGNATURE-----"),
    )
    assert arrival.signature is not None
    assert (arrival.signature.kind, arrival.signature.verified) == ("OpenPGP", False)
    assert (arrival.text, arrival.attachments) == ("The printer smokes.", ())


def test_openpgp_encryption_is_named() -> None:
    arrival = openpgp(
        "encrypted",
        part("Content-Type: application/pgp-encrypted", body="Version: 1"),
        part('Content-Type: application/octet-stream; name="encrypted.asc"', body="-----BEGIN PGP MESSAGE-----"),
    )
    assert arrival.encrypted == "OpenPGP"
    assert arrival.signature is None


@pytest.mark.parametrize(
    ("text", "encrypted", "is_signed"),
    [
        ("-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----", "OpenPGP", False),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n-----BEGIN PGP SIGNATURE-----\n\nx\n"
            "-----END PGP SIGNATURE-----",
            "",
            True,
        ),
        ("How do I read -----BEGIN PGP MESSAGE----- in Outlook?", "", False),
        ("> -----BEGIN PGP MESSAGE-----\n> x\n> -----END PGP MESSAGE-----\nI cannot read this", "", False),
    ],
)
def test_openpgp_in_the_text(text: str, encrypted: str, is_signed: bool) -> None:
    arrival = parse(raw_mail(body=text))
    assert arrival.encrypted == encrypted
    assert (arrival.signature is not None) == is_signed


def test_plain_mail_is_neither() -> None:
    arrival = parse(raw_mail())
    assert (arrival.signature, arrival.encrypted, arrival.signature_file) == (None, "", None)
