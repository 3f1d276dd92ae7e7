"""A wording filled in, as plain text and as HTML.

Lines whose placeholders all have nothing to say are left out, and so is a paragraph of which that is true: “It is
about: {service}” goes by itself where no service is known. A link on a line of its own becomes a button.

What values say is never read as markup: HTML is made of the wording alone, with marks nobody can guess where values
go, and cleaned once more after they are in."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import nh3
from markupsafe import Markup, escape

from helpdesk.letters.markdown import render
from helpdesk.letters.placeholders import named_in, replaced
from helpdesk.letters.quoting import as_html

LENGTH_MAX = 400_000

_LINK = re.compile(r"\[([^\[\]\n]*)\]\(([^()\s]*)\)")
_LINK_ALONE = re.compile(rf"[ \t]*{_LINK.pattern}[ \t]*", re.MULTILINE)
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_LINE_START = re.compile(r"^[ \t]*(?:>[ \t]?)+|^#{1,6}[ \t]+", re.MULTILINE)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_LEADING_BREAK = re.compile(r"<p>\s*<br ?/?>\s*")
_EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>")
_ANCHOR = re.compile(r'<a href="([^"]*)"[^>]*>((?:(?!<a\b|</a>).)*)</a>', re.DOTALL)
_TAGS = {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "hr", "li", "ol", "p", "pre", "s", "strong", "ul"}
_SCHEMES = {"http", "https", "mailto", "tel"}

# Mail clients drop style sheets.
_BOXED = (
    '<blockquote class="boxed" style="margin:16px 0;padding:1px 16px;border-left:4px solid #c3cbd5;'
    'background-color:#f4f6f8;overflow-wrap:anywhere">'
)
_BUTTON = (
    '<a href="{href}" class="button" style="display:inline-block;margin:4px 8px 4px 0;padding:10px 18px;'
    "border-radius:6px;background-color:{colour};color:#ffffff;text-decoration:none;font-weight:600"
    '">{words}</a>'
)
_COLOUR, _COLOURS = (
    "#0b5cad",
    {"yes_link": "#1a7f4b", "no_link": "#9a3412", "good_link": "#1a7f4b", "bad_link": "#9a3412"},
)


@dataclass(frozen=True, slots=True)
class Value:
    """What stands for a placeholder: as text, and, for a block, as HTML that is safe already."""

    text: str
    html: Markup | None = None


Values = dict[str, Value]


def filled_line(text: str, values: Values) -> str:
    """A subject. Raises KeyError for an unknown placeholder."""
    return replaced(text, {name: value.text for name, value in values.items()})


def filled_text(body: str, values: Values) -> str:
    """The plain text. Raises KeyError for an unknown placeholder, ValueError when it got out of hand."""
    plain = _together(_LINE_START.sub("", _without_empty(body, values)))
    plain = _LINK_ALONE.sub(r"\1:\n\2", plain)
    plain = _BOLD.sub(r"\1", _LINK.sub(r"\1 (\2)", plain))
    return _sane(replaced(plain, {name: value.text for name, value in values.items()}))


def filled_html(body: str, values: Values) -> Markup:
    """The HTML. Raises as `filled_text` does."""
    marks = _Marks(values)
    html = render(replaced(_without_empty(body, values), marks.by_name), keep_line_breaks=True)
    html = marks.words_in(marks.blocks_apart(html))
    html = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}}, url_schemes=_SCHEMES)
    html = _with_buttons(html.replace("<blockquote>", _BOXED), values)
    return Markup(_sane(marks.blocks_in(html)))  # noqa: S704 - cleaned above; blocks are safe already


class _Marks:
    """What stands for the values while the wording is made HTML: a number nobody can foresee, letters only beside."""

    def __init__(self, values: Values) -> None:
        self._values, self._names = values, list(values)
        nonce = secrets.token_hex(8)
        self.by_name = {name: f"q{nonce}w{number}z" for number, name in enumerate(self._names)}
        self._words = re.compile(rf'(href=")?q{nonce}w(\d+)z')
        self._apart = re.compile(rf"(?:(<p>)|<br ?/?>\n?)q{nonce}w(\d+)z(?=</p>|<br)")
        self._block = re.compile(rf"<p>b{nonce}w(\d+)z</p>")
        self._block_mark = f"b{nonce}w"

    def blocks_apart(self, html: str) -> str:
        """Each block that has a line of its own gets a paragraph of its own."""

        def moved(found: "re.Match[str]") -> str:
            if self._value(found[2]).html is None:
                return found[0]
            return f"{'' if found[1] else '</p>'}<p>{self._block_mark}{found[2]}z</p><p>"

        return _EMPTY_PARAGRAPH.sub("", _LEADING_BREAK.sub("<p>", self._apart.sub(moved, html)))

    def words_in(self, html: str) -> str:
        def words(found: "re.Match[str]") -> str:
            text = self._value(found[2]).text
            if found[1]:
                return f"{found[1]}{escape(text)}"
            is_address = text.startswith(("https://", "http://")) and not re.search(r"\s", text)
            return f'<a href="{escape(text)}">{escape(text)}</a>' if is_address else str(as_html(text))

        return self._words.sub(words, html)

    def blocks_in(self, html: str) -> str:
        return self._block.sub(lambda found: str(self._value(found[1]).html), html)

    def _value(self, number: str) -> Value:
        return self._values[self._names[int(number)]]


def _without_empty(body: str, values: Values) -> str:
    """The wording without lines and paragraphs that would say nothing."""
    empty = {name for name, value in values.items() if not value.text.strip()}
    kept: list[str] = []
    for paragraph in _paragraphs(body):
        names = named_in("\n".join(paragraph))
        if names and empty.issuperset(names):
            continue
        kept.extend(line for line in paragraph if not (here := named_in(line)) or not empty.issuperset(here))
    return _together("\n".join(kept))


def _together(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _paragraphs(body: str) -> Iterator[list[str]]:
    """Its paragraphs as lines; what stands between two of them, an empty line or a lone `>`, comes by itself."""
    lines: list[str] = []
    for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip(" \t>"):
            lines.append(line)
            continue
        if lines:
            yield lines
        yield [line.rstrip()]
        lines = []
    if lines:
        yield lines


def _with_buttons(html: str, values: Values) -> str:
    colours = {str(escape(values[name].text)): colour for name, colour in _COLOURS.items() if name in values}

    def dressed(found: "re.Match[str]") -> str:
        links = [_ANCHOR.fullmatch(line.strip()) for line in re.split(r"<br ?/?>", found[1])]
        made = [_BUTTON.format(href=one[1], words=one[2], colour=colours.get(one[1], _COLOUR)) for one in links if one]
        is_address = any(one and one[1] == one[2] for one in links)
        return f"<p>{''.join(made)}</p>" if len(made) == len(links) and not is_address else found[0]

    return _PARAGRAPH.sub(dressed, html)


def _sane(text: str) -> str:
    if len(text) > LENGTH_MAX:
        raise ValueError(f"The letter would have {len(text):,} characters.")
    return text
