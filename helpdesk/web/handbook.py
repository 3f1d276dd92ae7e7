"""The handbook in the desk itself: written pages from templates/handbook/*.md, and pages that are read off the code."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.letters.markdown import render
from helpdesk.settings import templates_folder
from helpdesk.web import web
from helpdesk.web.access import agents_only
from helpdesk.web.reference_pages import events, permissions, policies, settings, states

FOLDER = "handbook"
FIRST = "index"
# In the order in which they are offered; pages that are not named here follow by title.
ORDER = ("index", "agents", "requesters", "knowledge", "mail", "administrators")


@dataclass(frozen=True, slots=True)
class Generated:
    """A page that is read off the code, so that it can't go stale."""

    title: str
    make: Callable[[], str]


GENERATED = {
    "states": Generated("States of an incident", states),
    "permissions": Generated("Roles and permissions", permissions),
    "events": Generated("Events", events),
    "policies": Generated("What the site decides", policies),
    "settings": Generated("Settings", settings),
}


@web.get("/help")
@agents_only
def handbook() -> ResponseReturnValue:
    return _page(FIRST)


@web.get("/help/<page>")
@agents_only
def handbook_page(page: str) -> ResponseReturnValue:
    return _page(page)


def _page(name: str) -> str:
    written = written_pages()
    if name in GENERATED:
        title, text = GENERATED[name].title, f"# {GENERATED[name].title}\n\n{GENERATED[name].make()}"
    elif name in written:
        title, text = written[name], (_folder() / f"{name}.md").read_text(encoding="utf-8")
    else:
        abort(404)
    return render_template(
        "handbook/page.html",
        name=name,
        title=title,
        text=Markup(render(text)),  # noqa: S704 - our own words, and sanitised
        written=written,
        generated={key: page.title for key, page in GENERATED.items()},
    )


@cache
def written_pages() -> dict[str, str]:
    """Name and title of each written page, in order."""
    titles = {path.stem: _title(path) for path in _folder().glob("*.md")}
    known = [name for name in ORDER if name in titles]
    others = sorted(titles.keys() - set(known), key=titles.__getitem__)
    return {name: titles[name] for name in (*known, *others)}


def _folder() -> Path:
    return templates_folder() / FOLDER


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").strip() or path.stem
