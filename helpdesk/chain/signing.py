"""The key with which a desk signs what it hands out: Ed25519 (RFC 8032), made from the desk's secret key.

Who has the public half, which Settings › Audit shows, can prove a sealed record without the desk. Another secret key
is another signature: write the public key down while it holds."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def _private(secret: str) -> Ed25519PrivateKey:
    made = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"helpdesk: sealed records")
    return Ed25519PrivateKey.from_private_bytes(made.derive(secret.encode()))


def public_key(secret: str) -> str:
    """64 hex digits."""
    return _private(secret).public_key().public_bytes_raw().hex()


def sign(secret: str, content: bytes) -> str:
    """128 hex digits."""
    return _private(secret).sign(content).hex()


def is_signed_by(public: str, content: bytes, signature: str) -> bool:
    """Whether the owner of this public key signed exactly this. Raises ValueError for what is no key."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    try:
        key.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True
