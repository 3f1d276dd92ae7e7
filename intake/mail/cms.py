"""The envelope of S/MIME (RFC 5652): what is signed, by whom, and whether the signature fits. Expects hostile input."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

from intake.mail import ber
from intake.mail.certificates import read_certificate

_CERTIFICATES_MAX = 12
_CONTENT_TYPES: dict[bytes, Literal["signed", "encrypted"]] = {
    bytes.fromhex("2a864886f70d010702"): "signed",  # signedData
    bytes.fromhex("2a864886f70d010703"): "encrypted",  # envelopedData
    bytes.fromhex("2a864886f70d010706"): "encrypted",  # encryptedData
    bytes.fromhex("2a864886f70d0109100117"): "encrypted",  # authEnvelopedData (RFC 5083)
}
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_RSA_PSS = bytes.fromhex("2a864886f70d01010a")
_DIGESTS: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("608648016503040204"): hashes.SHA224(),
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_OUTDATED = {bytes.fromhex("2b0e03021a"): "SHA-1", bytes.fromhex("2a864886f70d0205"): "MD5"}


class Unproven(Exception):
    """The signature does not stand for the content; the text says why, for `Signature.detail`."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One SignerInfo (RFC 5652 section 5.3), its fields still encoded."""

    identifier: ber.Element
    digest: bytes
    attributes: ber.Element | None
    algorithm: ber.Element
    signature: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A SignedData structure: `content` is None when it stands elsewhere (detached)."""

    content: bytes | None
    certificates: tuple[x509.Certificate, ...]
    signer: Signer | None

    def signer_certificate(self) -> x509.Certificate | None:
        """The certificate that the signature names, None when the mail does not carry it."""
        if self.signer is None:
            return None
        return next((one for one in self.certificates if _is_named(one, self.signer.identifier)), None)


def content_kind(data: bytes) -> Literal["signed", "encrypted", ""]:
    """What a pkcs7-mime part holds, judged by its content: the smime-type parameter is often missing or wrong."""
    try:
        kind = next(ber.read(data).children(), None)
    except ber.Malformed:
        return ""
    return _CONTENT_TYPES.get(kind.content, "") if kind else ""


def read_signed(data: bytes) -> Signed:
    """The parts of a SignedData (RFC 5652 section 5.1); raises Unproven when it is none."""
    try:
        kind, wrapped = _some(ber.read(data), 2)
        if _CONTENT_TYPES.get(kind.content) != "signed":
            raise Unproven("What should be the signature is something else.")
        (signed,) = _some(wrapped, 1)
        _, _, encapsulated, *others = signed.children()
        inner = [*encapsulated.children()][1:]
        sets = {one.tag: one for one in others}
        signers = [*sets[ber.SET].children()]
        return Signed(
            content=_some(inner[0], 1)[0].octets() if inner else None,
            certificates=tuple(_certificates(sets.get(0xA0))),
            signer=_signer(signers[0]) if signers else None,
        )
    except (ber.Malformed, KeyError, ValueError) as error:
        raise Unproven("The signature is damaged and cannot be read.") from error


def check_signature(signer: Signer, certificate: x509.Certificate, content: bytes) -> None:
    """Raises Unproven with the reason unless `signer` was made over `content` with the certificate's key."""
    if signer.digest in _OUTDATED:
        raise Unproven(f"The signature uses {_OUTDATED[signer.digest]}, which is too old to be believed.")
    digest = _DIGESTS.get(signer.digest)
    if digest is None:
        raise Unproven("The signature uses a digest that is not known here.")
    try:
        signed = _signed_bytes(signer, digest, content)
        _verify(certificate, signer, signed, digest)
    except InvalidSignature as error:
        raise Unproven("The signature does not fit the mail: it was made with another key, or changed.") from error
    except (ber.Malformed, UnsupportedAlgorithm, ValueError) as error:
        raise Unproven("The signature or its certificate cannot be read.") from error


def _signed_bytes(signer: Signer, digest: hashes.HashAlgorithm, content: bytes) -> bytes:
    """The signed attributes, whose digest must be that of the content (RFC 5652 section 5.4), or else the content."""
    if signer.attributes is None:
        return content
    told = []
    for attribute in signer.attributes.children():
        kind, values = _some(attribute, 2)
        if kind.content == _MESSAGE_DIGEST:
            told += [one.octets() for one in values.children()]
    hashed = hashes.Hash(digest)
    hashed.update(content)
    if len(told) != 1 or not hmac.compare_digest(told[0], hashed.finalize()):
        raise Unproven("The text was changed after it was signed.")
    return bytes((ber.SET,)) + signer.attributes.encoded[1:]


def _verify(certificate: x509.Certificate, signer: Signer, signed: bytes, digest: hashes.HashAlgorithm) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signer.signature, signed, _padding(signer.algorithm), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signer.signature, signed, ec.ECDSA(digest))
    elif isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        key.verify(signer.signature, signed)
    else:
        raise Unproven("The certificate holds a kind of key that is not known here.")


def _padding(algorithm: ber.Element) -> padding.AsymmetricPadding:
    """RFC 4056: the parameters of RSASSA-PSS name the digest of its mask and the length of its salt."""
    name, *parameters = algorithm.children()
    if name.content != _RSA_PSS or not parameters:
        return padding.PKCS1v15()
    fields = {one.tag: next(one.children()) for one in parameters[0].children()}
    if 0xA1 not in fields:
        raise Unproven("The signature uses SHA-1, which is too old to be believed.")
    mask = next(_some(fields[0xA1], 2)[1].children()).content
    if mask not in _DIGESTS:
        raise Unproven("The signature uses a digest that is not known here.")
    salt_length = fields[0xA2].number() if 0xA2 in fields else 20
    return padding.PSS(mgf=padding.MGF1(_DIGESTS[mask]), salt_length=max(0, salt_length))


def _signer(element: ber.Element) -> Signer:
    _, identifier, digest, *others = element.children()
    attributes = others.pop(0) if others[0].tag == 0xA0 else None
    algorithm, signature = others[:2]
    return Signer(identifier, next(digest.children()).content, attributes, algorithm, signature.octets())


def _certificates(choices: ber.Element | None) -> Iterator[x509.Certificate]:
    for number, choice in enumerate(choices.children() if choices else ()):
        if number >= _CERTIFICATES_MAX:
            return
        found = read_certificate(choice.encoded) if choice.tag == ber.SEQUENCE else None
        if found is not None:
            yield found


def _is_named(certificate: x509.Certificate, identifier: ber.Element) -> bool:
    """By issuer and serial number, or by the key's identifier (RFC 5652 section 5.3)."""
    try:
        if identifier.tag == ber.SEQUENCE:
            issuer, serial = _some(identifier, 2)
            return serial.number() == certificate.serial_number and issuer.encoded == certificate.issuer.public_bytes()
        key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except (ber.Malformed, x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return key == identifier.octets()


def _some(element: ber.Element, count: int) -> list[ber.Element]:
    """The first `count` values inside."""
    found = [child for child, _ in zip(element.children(), range(count), strict=False)]
    if len(found) < count:
        raise ber.Malformed("a value is missing")
    return found
