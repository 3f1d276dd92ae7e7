"""What a test needs of the machine: skipped with the reason when missing, failed under HELPDESK_REQUIRE=all."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

# Debian keeps the PostgreSQL server out of PATH, and system daemons in sbin, which a user may not have there.
FOLDERS = ["/usr/sbin", "/usr/local/sbin", *(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))]
PACKAGES = {
    "dovecot": "dovecot-imapd",
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "chromium": "chromium",
    "openssl": "openssl",
}


def program(name: str) -> str | None:
    """The path of a server's program, or None when it isn't installed."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *FOLDERS]))


def require(name: str) -> str:
    """The path of a program the test can't do without."""
    return program(name) or missing(f"{name} is not installed (Debian package {PACKAGES.get(name, name)})")


def missing(reason: str) -> NoReturn:
    """Skips the test, or fails it where everything has to be there."""
    if os.environ.get("HELPDESK_REQUIRE") == "all":
        pytest.fail(reason)
    pytest.skip(reason)
