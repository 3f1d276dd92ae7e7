"""Markdown as safe HTML, and as plain words: for replies in letters, for articles on pages.

Raw HTML is shown as text, and nh3 looks over the result once more, so nothing that runs gets through either."""

import re
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto", "tel"}

# Brackets and emphasis cost time by their square. Nobody writes so many: it is a log file, or an attack.
LENGTH_MAX, MARKS_MAX = 300_000, 5_000
_MARK = re.compile(r"[\[\]*_~`<&!]")

_ARTICLE = MarkdownIt("js-default", {"html": False})
_LETTER = MarkdownIt("js-default", {"html": False, "breaks": True})


def render(markdown: str, *, keep_line_breaks: bool = False) -> str:
    """Safe HTML. `keep_line_breaks`: a line end is one in the result too, as people expect of a letter."""
    return nh3.clean(
        _html(_LETTER if keep_line_breaks else _ARTICLE, markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def to_text(markdown: str) -> str:
    """The words alone, one block a line, for teasers and search."""
    words = unescape(nh3.clean(_html(_ARTICLE, markdown), tags=set()))
    return "\n".join(line for line in (" ".join(line.split()) for line in words.splitlines()) if line)


def _html(parser: MarkdownIt, markdown: str) -> str:
    if len(markdown) > LENGTH_MAX or sum(1 for _ in _MARK.finditer(markdown)) > MARKS_MAX:
        return f"<pre>{escape(markdown)}</pre>"
    made: str = parser.render(markdown)
    return made
