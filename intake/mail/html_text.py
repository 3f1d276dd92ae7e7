"""HTML as the plain text a person would read; quoted blocks get the usual "> " marks."""

import html
import re

from inscriptis import Inscriptis
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_OPEN, _CLOSE = "\ue0f1", "\ue0f2"  # private use: they stand for the ends of a quoted block while it is converted
_MARKS = re.compile(f"[{_OPEN}{_CLOSE}]")
_DROPPED = re.compile(r"<(script|style|head|title)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|hr|/blockquote)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # HTML may spell such: &#4;
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"])
_TABLES_MAX = 300  # table layout costs more than linear time
_TAGS_MAX = 20_000
_IMAGE = re.compile(r"<img\b([^<>]{0,3000})>", re.IGNORECASE)
_DESCRIBED = re.compile(r"\balt\s*=\s*(?:\"([^\"]{1,200})\"|'([^']{1,200})')", re.IGNORECASE)
_IMAGES_MAX = 20


def html_to_text(markup: str, *, chars_max: int) -> str:
    """Plain text of `markup`. Above `chars_max` characters, or among very many tags, only the tags are removed."""
    markup = _MARKS.sub("", markup.replace("\x00", ""))
    if not markup.strip():
        return ""
    is_small = len(markup) <= chars_max and markup.count("<") <= _TAGS_MAX
    if is_small and markup.lower().count("<table") <= _TABLES_MAX:
        root = _tree(markup)
        if root is not None:
            return _laid_out(root)
    return _stripped(markup)


def images_as_text(markup: str) -> str:
    """What stands in for the text of a mail that is nothing but pictures: "[image: a screenshot]"."""
    images = [
        _DESCRIBED.search(found[1]) for found, _ in zip(_IMAGE.finditer(markup), range(_IMAGES_MAX), strict=False)
    ]
    names = ((one[1] or one[2]).strip() if one else "" for one in images)
    return "\n".join(f"[image: {html.unescape(name)}]" if name else "[image]" for name in names)


def _tree(markup: str) -> HtmlElement | None:
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return None


def _laid_out(root: HtmlElement) -> str:
    for block in list(root.iter("blockquote")):
        block.text = _OPEN + _NOT_XML.sub("", block.text or "")
        block.append(_closing())
    return _tidy(_marked(Inscriptis(root, _CONFIG).get_text()))


def _closing() -> HtmlElement:
    mark = etree.Element("span")
    mark.text = _CLOSE
    return mark


def _marked(text: str) -> str:
    """Replaces the marks by "> " in front of every line that stands between them."""
    if _OPEN not in text:
        return text
    out = []
    depth = 0
    for line in text.split("\n"):
        level = depth + line.count(_OPEN) if line.lstrip().startswith(_OPEN) else depth
        depth = max(0, depth + line.count(_OPEN) - line.count(_CLOSE))
        content = _MARKS.sub("", line).rstrip()
        if content or not _MARKS.search(line):
            out.append(">" * level + (" " if level else "") + (content.lstrip() if level else content))
    return "\n".join(out)


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _stripped(markup: str) -> str:
    return _tidy(html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _DROPPED.sub(" ", markup)))))
