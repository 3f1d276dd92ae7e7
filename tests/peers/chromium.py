"""Where the browser is, and how it is started in a container."""

import os
from typing import Any

from tests.peers.required import require


def launch_options() -> dict[str, Any]:
    """Arguments for Playwright's `chromium.launch`; the browser is the system's, nothing is downloaded."""
    # Chromium's sandbox refuses root, and containers give little shared memory.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {"executable_path": require("chromium"), "args": arguments, "headless": True}
