"""The smallest parts of a page, made by the hundred on a long thread: icons, discs with initials, moments.

Functions instead of macros, and addresses of static files built once. `templates/_parts` hands them on, so a
template imports `icon`, `avatar` and `moment` from there as it does every other part."""

from datetime import datetime
from functools import lru_cache

from flask import Flask, request, url_for
from markupsafe import Markup

from helpdesk import __version__
from helpdesk.web.context import relative

_TINTS = 8


@lru_cache(maxsize=512)
def _static(root: str, filename: str) -> Markup:  # noqa: ARG001 - another prefix is another address
    return Markup("{}").format(url_for("static", filename=filename, v=__version__))


def static_address(filename: str) -> Markup:
    """Where a file of helpdesk/static lies, with the version that lets browsers keep it."""
    return _static(request.script_root, filename)


@lru_cache(maxsize=4096)
def _icon(sprite: Markup, name: str, label: str, css: str) -> Markup:
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    drawn = f"ic {css}".rstrip()
    return Markup('<svg class="{}" {}><use href="{}#{}"/></svg>').format(drawn, spoken, sprite, name)


def icon(name: str, label: str = "", **attributes: str) -> Markup:
    """`icon("check", label="Done", class="turn")`; without a label it is decoration. Names: static/icons.txt."""
    return _icon(static_address("vendor/icons.svg"), name, str(label), attributes.get("class", ""))


@lru_cache(maxsize=4096)
def avatar(name: str | None, size: str = "") -> Markup:
    """A disc with the first letters of a name, always in the same tint."""
    words = (name or "?").replace("@", " ").split()
    first, last = (words[0][0].upper(), words[-1][0].upper()) if words else ("?", "")
    tint = (len("".join(words)) * 3 + "abcdefghijklmnopqrstuvwxyz".find(first.lower())) % _TINTS if words else 0
    return Markup('<span class="avatar-disc tint-{} {}" aria-hidden="true">{}{}</span>').format(
        tint, size, first, last if len(words) > 1 else ""
    )


def moment(at: datetime | None, now: datetime | None = None) -> Markup:
    """How long ago, with the exact moment for those who ask. `now` spares a long list from asking the clock."""
    if not at:
        return Markup('<span class="moment none">never</span>')
    exact = at.isoformat()
    return Markup(  # noqa: S704 - digits and our own words
        f'<time class="moment" datetime="{exact}" title="{exact[:10]} {exact[11:16]} UTC">{relative(at, now)}</time>'
    )


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        static_address=static_address, icon_markup=icon, avatar_markup=avatar, moment_markup=moment
    )
