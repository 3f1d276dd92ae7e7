"""How the parts of a thread are put on the page: plain words as paragraphs, long ones cut with a way to the rest,
and other small matters of showing that are no business of a template."""

import re
from typing import Any

from jinja2.utils import urlize
from markupsafe import Markup, escape

from helpdesk.incidents.links import LinkKind
from helpdesk.incidents.queries import Neighbour
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.markdown import render
from helpdesk.letters.plain_status import plain_status
from helpdesk.people.address_health import AddressHealth
from helpdesk.web import web

SHOWN_LENGTH_MAX = 20_000
LINK_LENGTH_SHOWN = 80
BY_MAIL = frozenset({EntryKind.MESSAGE.value, EntryKind.ADVICE.value})
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_QUOTED_LINE = re.compile(r"^&gt;.*$", re.MULTILINE)


def words_of(entry: Entry) -> Markup:
    """What was written, as HTML. Agents write Markdown, which was rendered when it was sent; mail is plain words,
    and its own HTML is shown in a frame only."""
    html, features = entry.html, entry.features
    if html and entry.kind not in BY_MAIL:
        return Markup(html)  # noqa: S704 - made by letters.markdown
    return paragraphs(entry.text, marks_quotes=bool(features) and bool(features.get("interleaved")))


def paragraphs(text: str, *, marks_quotes: bool = False) -> Markup:
    """Plain words with their line ends, their indentation and their links. `marks_quotes`: the lines that are
    answered, those behind “>”, are told apart from the answers between them."""
    shown = cut_long((text.replace("\r\n", "\n") if "\r" in text else text).strip("\n"))
    escaped = _linked(shown) if "://" in shown or "www." in shown else str(escape(shown))
    if marks_quotes:
        escaped = _QUOTED_LINE.sub(r'<span class="quoted-line">\g<0></span>', escaped)
    if "\n" not in escaped and not escaped.startswith((" ", "\t")):
        return Markup(f"<p>{escaped}</p>" if escaped else "")  # noqa: S704 - escaped above
    indented = _INDENT.sub(lambda found: "\u00a0" * len(found[0].expandtabs(4)), escaped)
    blocks = (block.replace("\n", "<br>") for block in indented.split("\n\n") if block.strip())
    return Markup("".join(f"<p>{block}</p>" for block in blocks))  # noqa: S704 - escaped above


def _linked(text: str) -> str:
    return urlize(text, trim_url_limit=LINK_LENGTH_SHOWN, rel="noopener noreferrer nofollow", target="_blank")


@web.app_template_filter()
def cut_long(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH_MAX else text[:SHOWN_LENGTH_MAX] + "…"


def is_cut(entry: Entry) -> bool:
    return max(len(entry.text), len(entry.quoted)) > SHOWN_LENGTH_MAX


@web.app_template_filter()
def markdown(text: str) -> Markup:
    """Markdown as safe HTML."""
    return Markup(render(cut_long(text)))  # noqa: S704 - sanitised there


@web.app_template_filter()
def plain_trouble(row: AddressHealth) -> str:
    """What is wrong with an address, for the facts beside the thread."""
    beginning = {"hard": "Letters don't arrive.", "delayed": "Letters arrive late."}.get(
        row.kind, "A letter came back."
    )
    return f"{beginning} {plain_status(row.status, row.said, row.kind)}"


@web.app_template_filter()
def tie_of(neighbour: Neighbour) -> str:
    """“caused by”, “has duplicate”: what the other incident is to this one."""
    return LinkKind(neighbour.link_kind or LinkKind.RELATED).seen_from(first=neighbour.link_from_here)


@web.app_template_filter()
def fields_in_pairs(form: Any) -> list[list[Any]]:
    """The fields to be seen, two of a kind side by side: selects with selects, choices with choices."""
    rows: list[list[Any]] = []
    for field in form:
        if field.type == "HiddenField":
            continue
        fits = rows and len(rows[-1]) == 1 and rows[-1][0].type == field.type and field.type in _SIDE_BY_SIDE
        if fits:
            rows[-1].append(field)
        else:
            rows.append([field])
    return rows


_SIDE_BY_SIDE = ("SelectField", "RadioField")
