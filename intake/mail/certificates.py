"""Certificates read from mail and from the system's store, where broken ones are passed over rather than trusted."""

from cryptography import x509

from intake.mail import ber

_BYTES_MAX = 32 * 1024
_VERSION = 0xA0


def read_certificate(data: bytes) -> x509.Certificate | None:
    """The certificate (RFC 5280), None for what cannot be read: it may be one that is not needed."""
    if len(data) > _BYTES_MAX or not _has_serial_number(data):
        return None
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError:
        return None


def _has_serial_number(data: bytes) -> bool:
    """RFC 5280 section 4.1.2.2 asks for a positive one, and the library warns of any other."""
    try:
        fields = next(ber.read(data).children()).children()
        first = next(fields)
        serial = next(fields) if first.tag == _VERSION else first
    except (ber.Malformed, StopIteration):
        return False
    return serial.tag == ber.INTEGER and serial.number() > 0
