"""How the parts of a thread are put on the page: plain words as paragraphs, long ones cut with a way to the rest,
and other small matters of showing that are no business of a template."""

import re
from typing import Any

from flask import url_for
from jinja2.utils import urlize
from markupsafe import Markup, escape

from helpdesk.incidents.links import LinkKind
from helpdesk.incidents.queries import Neighbour
from helpdesk.incidents.thread import Entry, EntryKind
from helpdesk.letters.markdown import render
from helpdesk.web import web
from helpdesk.web.context import file_size

SHOWN_LENGTH_MAX = 20_000
LINK_LENGTH_SHOWN = 80
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


@web.app_template_filter()
def words_of(entry: Entry) -> Markup:
    """What was written, as HTML. Agents write Markdown, which was rendered when it was sent; mail is plain words,
    and its own HTML is shown in a frame only."""
    if entry.kind != EntryKind.MESSAGE.value and entry.html:
        return Markup(entry.html)  # noqa: S704 - made by letters.markdown
    return paragraphs(entry.text)


def paragraphs(text: str) -> Markup:
    """Plain words with their line ends, their indentation and their links."""
    shown = cut_long(text.replace("\r\n", "\n").strip("\n"))
    escaped = _linked(shown) if "://" in shown or "www." in shown else str(escape(shown))
    indented = _INDENT.sub(lambda found: "\u00a0" * len(found[0].expandtabs(4)), escaped)
    blocks = (block.replace("\n", "<br>") for block in indented.split("\n\n") if block.strip())
    return Markup("".join(f"<p>{block}</p>" for block in blocks))  # noqa: S704 - escaped above


def _linked(text: str) -> str:
    return urlize(text, trim_url_limit=LINK_LENGTH_SHOWN, rel="noopener noreferrer nofollow", target="_blank")


@web.app_template_filter()
def cut_long(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH_MAX else text[:SHOWN_LENGTH_MAX] + "…"


@web.app_template_filter()
def is_cut(entry: Entry) -> bool:
    return max(len(entry.text), len(entry.quoted)) > SHOWN_LENGTH_MAX


@web.app_template_filter()
def markdown(text: str) -> Markup:
    """Markdown as safe HTML."""
    return Markup(render(cut_long(text)))  # noqa: S704 - sanitised there


@web.app_template_filter()
def files_of(entry: Entry) -> list[dict[str, Any]]:
    """The attachments as `thread.attachments` takes them; images that stand in the mail itself are left to it."""
    return [
        {
            "name": one.filename,
            "url": url_for("web.attachment", number=one.id, filename=one.filename),
            "size": file_size(one.size_bytes),
            "is_image": one.content_type.startswith("image/"),
        }
        for one in entry.attachments
        if not one.inline
    ]


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
