"""Mail HTML made harmless by nh3: it shows, it never runs. Remote images stay for the page to block or allow."""

import html
import re

import nh3

_TAGS = nh3.ALLOWED_TAGS | {"font", "big", "tt", "main", "u", "s", "ins", "del", "address", "label", "legend"}
_CELL = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "nowrap", "headers", "scope"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title", "align"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace"},
    "font": {"color", "face", "size"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height", "summary"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign", "height"},
    "col": {"width", "span"},
    "colgroup": {"width", "span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "blockquote": {"cite", "type"},
    "hr": {"size", "width", "noshade"},
    "time": {"datetime"},
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "xmp"},
    attributes=_ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    strip_comments=True,
    link_rel="noopener noreferrer nofollow",
)


_CONTAINER = re.compile(
    r"<(/?)(?:div|span|table|tbody|tr|td|blockquote|font|center|ul|ol|b|i|u|a|section)\b", re.IGNORECASE
)
_DEPTH_MAX = 3000  # the HTML parser takes quadratic time in depth and in bare ampersands
_AMPERSANDS_MAX = 100_000
_TAGS_MAX = 150_000


def clean_html(markup: str) -> str:
    """`markup` without anything active: scripts, styles, forms, frames, handlers, foreign URL schemes."""
    return _CLEANER.clean(markup.replace("\x00", ""))


def is_hostile(markup: str) -> bool:
    """Nested or spelled so that the parser would be kept busy; no mail program writes such HTML."""
    tags = markup.count("<")
    if markup.count("&") > _AMPERSANDS_MAX or tags > _TAGS_MAX:
        return True
    if tags <= _DEPTH_MAX:
        return False
    depth = 0
    for tag in _CONTAINER.finditer(markup):
        depth += -1 if tag[1] else 1
        if depth > _DEPTH_MAX:
            return True
    return False


def as_source(markup: str) -> str:
    """The markup itself, to be read as text."""
    return f"<pre>{html.escape(markup, quote=False)}</pre>"
