"""What must never be in a file of this repository, whether it is committed or about to be."""

import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
# Put together here, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join((r"registry\.npm" + r"js\.org", r"py" + r"pi\.org", r"files\.python" + "hosted", r"_auth" + "Token"))
)
MACHINE_PATHS = re.compile(r"(?<![\w.~/:{}-])/(?:ro" + r"ot|wo" + r"rk|ho" + r"me/\w+)/")
RESOLVED = re.compile(r'"resol' + r'ved": "http|ind' + r"ex-url")
# Nobody writes lines of this length; a minifier does.
LINE_LENGTH_MAX = 2000


def files() -> list[Path]:
    """Tracked files, and those that are neither tracked nor ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=CHECKOUT, capture_output=True
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [CHECKOUT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def texts() -> list[tuple[str, str]]:
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content:
            found.append((str(path.relative_to(CHECKOUT)), content.decode("utf-8", "replace")))
    assert len(found) > 100
    return found


@pytest.mark.parametrize(
    "unwanted", [REGISTRIES, RESOLVED, MACHINE_PATHS], ids=["registry", "resolved", "machine path"]
)
def test_no_file_tells_of_the_machine_it_was_written_on(unwanted: re.Pattern[str]) -> None:
    hits = [(name, hit[0]) for name, text in texts() if (hit := unwanted.search(text))]
    assert hits == []


def test_no_code_of_others_is_committed() -> None:
    minified = [
        name
        for name, text in texts()
        if name.endswith((".js", ".css", ".mjs", ".html", ".svg"))
        and (".min." in name or max(map(len, text.splitlines() or [""])) > LINE_LENGTH_MAX)
    ]
    assert minified == []
    assert [path for path in files() if {"vendor", "node_modules"} & set(path.relative_to(CHECKOUT).parts)] == []


@pytest.mark.parametrize("sign", ["<script>", "onclick=", "onchange=", "onsubmit=", " style=", "javascript:", "hx-on"])
def test_templates_hold_nothing_that_the_security_policy_forbids(sign: str) -> None:
    pages = [(name, text) for name, text in texts() if re.match(r"templates/(?!letters/).*\.html$", name)]
    assert len(pages) > 50
    assert [name for name, text in pages if sign in text] == []


def test_icons_that_templates_name_are_listed() -> None:
    listed = set((CHECKOUT / "helpdesk/static/icons.txt").read_text().split())
    naming = re.compile(r'''(?:\bicon\(|glyph=)"([a-z0-9-]+)"''')
    named = {(name, icon) for name, text in texts() if name.startswith("templates/") for icon in naming.findall(text)}
    assert len(named) > 50
    assert [(name, icon) for name, icon in sorted(named) if icon not in listed] == []
