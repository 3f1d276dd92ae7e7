"""Is a certificate vouched for by an authority that this system trusts? Reads the system's store once, nothing else."""

import ssl
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from intake.mail.certificates import read_certificate
from intake.mail.transfer import decode_base64

_DEPTH_MAX = 5
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class Untrusted(Exception):
    """No way leads from the certificate to a trusted authority; the text says what was missing."""


def check_trust(certificate: x509.Certificate, others: Sequence[x509.Certificate], at: datetime) -> None:
    """Raises Untrusted unless `certificate` was good for mail at that time and `others` lead to an authority.

    What was revoked since is not known here: nothing is asked over the network.
    """
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Untrusted("The certificate was not valid on that day.")
    store = _store(ssl.get_default_verify_paths().cafile or "")
    if store is None:
        raise Untrusted("This system keeps no list of trusted authorities.")
    policy = PolicyBuilder().store(store).max_chain_depth(_DEPTH_MAX)
    policy = policy.extension_policies(ca_policy=_authority_policy(), ee_policy=_signer_policy())
    try:
        policy.time(at).build_client_verifier().verify(certificate, list(others))
    except (VerificationError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension, ValueError) as error:
        raise Untrusted("No authority that this system trusts vouches for the certificate.") from error


@lru_cache(maxsize=2)
def _store(path: str) -> Store | None:
    """The authorities of a file of certificates, such as the system's; those that cannot be read are passed over."""
    if not path:
        return None
    pieces = Path(path).read_text("ascii", "replace").split(_BEGIN)[1:]
    ders = (decode_base64(piece.partition(_END)[0].encode("ascii", "ignore")) for piece in pieces)
    found = [one for one in map(read_certificate, ders) if one is not None]
    return Store(found) if found else None


def _signer_policy() -> ExtensionPolicy:
    """RFC 8551 section 4: for mail when the certificate names its uses at all, and with a key that may sign."""
    return (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _serves_mail)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
    )


def _authority_policy() -> ExtensionPolicy:
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_certify)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _serves_mail)
    )


def _serves_mail(_policy: object, _certificate: x509.Certificate, uses: x509.ExtendedKeyUsage | None) -> None:
    wanted = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if uses is not None and not wanted & set(uses):
        raise ValueError("not for mail")


def _may_sign(_policy: object, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise ValueError("not for signing")


def _may_certify(_policy: object, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("may not certify")


def _is_authority(_policy: object, _certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("no authority")
