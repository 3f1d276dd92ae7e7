"""Who signed an S/MIME mail, and may that be believed? Signature, certificate and sender must agree (RFC 8550)."""

from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from intake.mail.arrival import Signature
from intake.mail.authorities import Untrusted, check_trust
from intake.mail.cms import Signed, Unproven, check_signature

_NAME_CHARACTERS = 200
_UNREADABLE = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError)


def judge(signed: Signed, content: bytes, sender: str, at: datetime, *, is_whole: bool) -> Signature:
    """The signature over `content`, with the reason in plain words when it is not verified for `sender`.

    `is_whole`: nothing of the mail stands outside the signature; a mailing list's footer does.
    """
    certificate = signed.signer_certificate()
    signer = _names(certificate) if certificate else ""
    if signed.signer is None:
        return _unproven(signer, "The mail is wrapped as if it were signed, but nobody signed it.")
    if certificate is None:
        return _unproven(signer, "The mail does not carry the certificate of its signer.")
    try:
        check_signature(signed.signer, certificate, content)
        _check_owner(certificate, sender)
        check_trust(certificate, signed.certificates, at)
    except (Unproven, Untrusted) as error:
        return _unproven(signer, str(error))
    if not is_whole:
        return _unproven(signer, "The signature is good, but it covers only a part of this mail.")
    return Signature("S/MIME", True, signer, _issued(certificate))


def _unproven(signer: str, reason: str) -> Signature:
    return Signature("S/MIME", False, signer, f"Not verified: {reason}")


def _check_owner(certificate: x509.Certificate, sender: str) -> None:
    addresses = _addresses(certificate)
    if not addresses:
        raise Unproven("The certificate names no mail address.")
    if sender.lower() not in {one.lower() for one in addresses}:
        owners = ", ".join(addresses)[:_NAME_CHARACTERS]
        raise Unproven(f"The certificate is for {owners}, not for the sender {sender[:_NAME_CHARACTERS]}.")


def _addresses(certificate: x509.Certificate) -> list[str]:
    """Those of subjectAltName, else the older emailAddress of the subject (RFC 8550 section 3)."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = names.get_values_for_type(x509.RFC822Name)
    except _UNREADABLE:
        found = []
    return found or _attributes(certificate, NameOID.EMAIL_ADDRESS)


def _names(certificate: x509.Certificate) -> str:
    """`Name <address>`, for a person to read."""
    name = next(iter(_attributes(certificate, NameOID.COMMON_NAME)), "")[:_NAME_CHARACTERS]
    address = next(iter(_addresses(certificate)), "")[:_NAME_CHARACTERS]
    if not address or name == address:
        return name or address
    return f"{name} <{address}>" if name else address


def _attributes(certificate: x509.Certificate, kind: x509.ObjectIdentifier, *, of_issuer: bool = False) -> list[str]:
    try:
        names = certificate.issuer if of_issuer else certificate.subject
        return [str(one.value) for one in names.get_attributes_for_oid(kind)]
    except _UNREADABLE:
        return []


def _issued(certificate: x509.Certificate) -> str:
    issuer = next(iter(_attributes(certificate, NameOID.COMMON_NAME, of_issuer=True)), "an authority")
    until = f"{certificate.not_valid_after_utc:%d %B %Y}".lstrip("0")
    return (
        f"Verified: the signature fits the mail and its sender. {issuer[:_NAME_CHARACTERS]} vouches for the"
        f" certificate until {until}; whether it was revoked since was not asked."
    )
