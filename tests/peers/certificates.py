"""A certificate authority of the test's own, and a certificate for this machine signed by it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.peers.required import require

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@dataclass(frozen=True)
class Certificates:
    authority: Path  # PEM; what a client has to trust
    certificate: Path
    key: Path


def make_certificates(where: Path, name: str = "test") -> Certificates:
    """Valid for localhost and 127.0.0.1 for two days."""
    made = Certificates(where / f"{name}-ca.pem", where / f"{name}.pem", where / f"{name}.key")
    authority_key = where / f"{name}-ca.key"
    _openssl(
        *("req", "-x509", *KEY, "-days", "2", "-subj", f"/CN={name} authority"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        *("-keyout", str(authority_key), "-out", str(made.authority)),
    )
    _openssl(
        *("req", "-x509", *KEY, "-days", "2", "-subj", "/CN=localhost", "-addext", NAMES),
        *("-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature"),
        *("-CA", str(made.authority), "-CAkey", str(authority_key)),
        *("-keyout", str(made.key), "-out", str(made.certificate)),
    )
    return made


def _openssl(*arguments: str) -> None:
    subprocess.run([require("openssl"), *arguments], check=True, capture_output=True)
