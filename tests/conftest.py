"""What every test may ask for: the peers, and the real data beside the checkout."""

import os
from pathlib import Path

import pytest

from tests.peers.required import missing

pytest_plugins = ["tests.peers.fixtures"]


def pytest_configure(config: pytest.Config) -> None:
    # pytest-playwright defines its base_url fixture as a method, of which pytest 9 warns.
    config.addinivalue_line("filterwarnings", "ignore:Session-scoped fixtures defined as instance methods")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real data; HELPDESK_SHARED says where, otherwise it is looked for beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    path = Path(os.environ.get("HELPDESK_SHARED", beside))
    return path if path.is_dir() else missing(f"no folder {path}; set HELPDESK_SHARED to where the real data is")
