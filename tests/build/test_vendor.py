"""The build hook: what it brings in is what the manifest says, and doing it again changes nothing."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import hatch_build

ICONS = ["circle-check", "star-filled"]
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg"><path stroke="none" d="M0 0h24v24H0z"/><path d="M9 12l2 2l4 -4"/></svg>'
)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A folder like helpdesk/static before its first build."""
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}")
    (folder / "icons.txt").write_text("\n".join(ICONS))
    return folder


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """What npm would have installed, as far as the hook looks at it."""
    root = tmp_path / "node_modules"
    for package, pattern, _ in hatch_build.WANTED:
        write(root / package / pattern.replace("*", "latin"), f"{package} {pattern}")
    for style, name in (("outline", "circle-check"), ("filled", "star")):
        write(root / "@tabler/icons/icons" / style / f"{name}.svg", DRAWING)
    for package in {*(wanted[0] for wanted in hatch_build.WANTED), "@tabler/icons"}:
        write(root / package / "package.json", json.dumps({"name": package, "version": "1.2.3", "license": "MIT"}))
        write(root / package / "LICENSE", f"Licence of {package}")
    return root


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_placing_twice_gives_the_same_files(packages: Path, static: Path) -> None:
    hatch_build.place(packages, static)
    first = contents(static)
    assert hatch_build.is_current(static)
    hatch_build.place(packages, static)
    assert contents(static) == first


def test_what_is_no_longer_wanted_goes(packages: Path, static: Path) -> None:
    write(static / "vendor" / "left-over.js", "old")
    hatch_build.place(packages, static)
    assert not (static / "vendor" / "left-over.js").exists()


def test_the_manifest_names_origin_and_licence_of_every_file(packages: Path, static: Path) -> None:
    hatch_build.place(packages, static)
    vendor = static / "vendor"
    files = json.loads((vendor / "manifest.json").read_text())["files"]
    assert files.keys() == contents(vendor).keys() - {"manifest.json"}
    assert files["htmx.min.js"]["name"] == "htmx.org"
    assert files["icons.svg"]["name"] == "@tabler/icons"
    assert {(entry["version"], entry["licence"]) for entry in files.values()} == {("1.2.3", "MIT")}


def test_the_sprite_has_every_icon_without_its_empty_frame(packages: Path, static: Path) -> None:
    hatch_build.place(packages, static)
    sprite = (static / "vendor" / "icons.svg").read_text()
    assert [name for name in ICONS if f'id="{name}"' not in sprite] == []
    assert 'id="star-filled" viewBox="0 0 24 24"><path stroke="none"' in sprite
    assert 'id="circle-check" viewBox="0 0 24 24"><path d="M9' in sprite


def touched(static: Path) -> None:
    (static / "vendor" / "htmx.min.js").write_text("changed by hand")


def removed(static: Path) -> None:
    (static / "vendor" / "icons.svg").unlink()


def locked_anew(static: Path) -> None:
    (static / "package-lock.json").write_text('{"newer": true}')


def another_icon(static: Path) -> None:
    (static / "icons.txt").write_text("star-filled")


def never_built(static: Path) -> None:
    shutil.rmtree(static / "vendor")


@pytest.mark.parametrize("change", [touched, removed, locked_anew, another_icon, never_built])
def test_a_change_is_noticed(change: Callable[[Path], None], packages: Path, static: Path) -> None:
    hatch_build.place(packages, static)
    change(static)
    assert not hatch_build.is_current(static)


def test_an_unknown_icon_is_named(packages: Path, static: Path) -> None:
    (static / "icons.txt").write_text("no-such-icon")
    with pytest.raises(RuntimeError, match="no-such-icon"):
        hatch_build.place(packages, static)
    assert list(static.glob(".vendor-*")) == []


def test_a_package_without_the_wanted_file_is_named(packages: Path, static: Path) -> None:
    shutil.rmtree(packages / "htmx.org" / "dist")
    with pytest.raises(RuntimeError, match=re.escape("htmx.org has no dist/htmx.min.js")):
        hatch_build.place(packages, static)


@pytest.fixture
def built() -> Path:
    """The real one, as installing this project has filled it."""
    vendor = hatch_build.STATIC / "vendor"
    assert vendor.is_dir(), "no helpdesk/static/vendor: install the project once, or run `python hatch_build.py`"
    return vendor


def test_this_checkout_is_built_from_its_lock(built: Path) -> None:
    assert hatch_build.is_current(hatch_build.STATIC), "run `python hatch_build.py`: lock, icons or the hook changed"
    lock = json.loads((hatch_build.STATIC / "package-lock.json").read_text())["packages"]
    files = json.loads((built / "manifest.json").read_text())["files"]
    assert [
        name for name, entry in files.items() if lock[f"node_modules/{entry['name']}"]["version"] != entry["version"]
    ] == []


def test_every_icon_that_a_template_names_is_in_the_sprite(built: Path) -> None:
    sprite = (built / "icons.svg").read_text()
    assert [name for name in hatch_build.icon_names(hatch_build.STATIC) if f'id="{name}"' not in sprite] == []
