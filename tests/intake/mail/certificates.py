"""A certificate authority of the tests' own, and mail signed with what it issues: made with real keys, none mocked."""

from base64 import encodebytes
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)


@lru_cache
def key(kind: str = "rsa", number: int = 0) -> Key:
    """One key of a kind for the whole run: making RSA keys takes its time."""
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


class Authority:
    """Issues certificates; `trust` makes this process's system store hold it alone."""

    def __init__(self, name: str = "Test Mail Authority", *, key_number: int = 1) -> None:
        self.key = key("ec", key_number)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (
            _builder(self.name, self.name, self.key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(_usage(certify=True), critical=True)
            .sign(self.key, hashes.SHA256())
        )

    def trust(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = folder / "authorities.pem"
        file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    def issue(
        self,
        address: str = "rosa@example.org",
        *,
        for_key: Key | None = None,
        use: x509.ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
        until: datetime = DAY + timedelta(days=300),
        is_in_subject: bool = False,
    ) -> x509.Certificate:
        names = [x509.NameAttribute(NameOID.COMMON_NAME, "Rosa Diaz")]
        if is_in_subject:
            names.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, address))
        builder = (
            _builder(x509.Name(names), self.name, for_key or key(), until=until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
            .add_extension(_usage(certify=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key((for_key or key()).public_key()), critical=False)
        )
        if not is_in_subject:
            builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), critical=False)
        return builder.sign(self.key, hashes.SHA256())


def signed_mail(
    content: bytes,
    certificate: x509.Certificate,
    *,
    with_key: Key | None = None,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
    others: tuple[x509.Certificate, ...] = (),
    **named: str,
) -> bytes:
    """multipart/signed with smime.p7s, as Thunderbird and Outlook send it (clear-signed)."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(certificate, with_key or key(), digest or hashes.SHA256())
    for one in others:
        builder = builder.add_certificate(one)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    signature = builder.sign(serialization.Encoding.DER, options)
    return multipart_signed(content, signature, **named)


def multipart_signed(content: bytes, signature: bytes, **named: str) -> bytes:
    head = _head(named) + (
        'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="sig"\r\n\r\n'
        "This is an S/MIME signed message\r\n\r\n--sig\r\n"
    )
    file = (
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: attachment; filename=smime.p7s\r\n\r\n"
    )
    return head.encode() + content + b"\r\n--sig\r\n" + file.encode() + encodebytes(signature) + b"\r\n--sig--\r\n"


def opaque_mail(
    content: bytes, certificate: x509.Certificate, *, smime_type: str = "signed-data", **named: str
) -> bytes:
    """application/pkcs7-mime with the content inside, as Outlook sends it when "clear text" is not ticked."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key(), hashes.SHA256())
    return envelope_mail(builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary]), smime_type, **named)


def encrypted_mail(content: bytes, certificate: x509.Certificate, **named: str) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(content).add_recipient(certificate)
    return envelope_mail(
        builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary]), "enveloped-data", **named
    )


def envelope_mail(data: bytes, smime_type: str, **named: str) -> bytes:
    kind = f"; smime-type={smime_type}" if smime_type else ""
    head = _head(named) + (
        f'Content-Type: application/pkcs7-mime{kind}; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="smime.p7m"\r\n\r\n'
    )
    return head.encode() + encodebytes(data)


def _head(named: dict[str, str]) -> str:
    fields = {"From": "Rosa <rosa@example.org>", "To": "desk@example.net", "Subject": "Printer"}
    fields |= {"Date": "Fri, 20 Nov 2026 09:00:00 +0000", "MIME-Version": "1.0"} | named
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


def _builder(
    subject: x509.Name, issuer: x509.Name, for_key: Key, *, until: datetime = DAY + timedelta(days=3000)
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(for_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(DAY - timedelta(days=100))
        .not_valid_after(until)
    )


def _usage(*, certify: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certify,
        content_commitment=False,
        key_encipherment=not certify,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certify,
        crl_sign=certify,
        encipher_only=False,
        decipher_only=False,
    )
