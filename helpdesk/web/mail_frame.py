"""The HTML of a mail as a document of its own, for a sandboxed frame: inline images come from our attachments,
remote ones only when asked for, and nothing in it can run or call home."""

from dataclasses import dataclass
from urllib.parse import unquote

import nh3
from markupsafe import Markup

# Sanitised once more before it is shown: what is stored may come from any door.
_TAGS = nh3.ALLOWED_TAGS | {"font", "big", "tt", "u", "s", "address"}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_CELL = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "nowrap"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "font": {"color", "face", "size"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "blockquote": {"cite"},
    "hr": {"size", "width"},
}


@dataclass(frozen=True, slots=True)
class Framed:
    """`html` is safe to show; `remote` counts the images it would fetch from elsewhere."""

    html: Markup
    remote: int


def framed(html: str, inline_images: dict[str, str], *, with_remote: bool) -> Framed:
    """`inline_images` maps Content-IDs (RFC 2392, without <>) to our addresses of them."""
    remote: list[str] = []

    def source(element: str, attribute: str, value: str) -> str | None:
        if (element, attribute) != ("img", "src"):
            return value
        if value.lower().startswith("cid:"):
            return inline_images.get(unquote(value[4:]).strip("<>"))
        if value.lower().startswith(("http:", "https:", "//")):
            remote.append(value)
            return value if with_remote else None
        return None

    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=source,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Framed(Markup(clean), len(remote))  # noqa: S704 - cleaned just above


def policy(*, with_remote: bool) -> str:
    """The Content-Security-Policy of the frame. It shares our origin so that inline images are sent the session's
    cookie; without allow-scripts nothing can make use of that."""
    images = "img-src 'self' data:" + (" https: http:" if with_remote else "")
    sandbox = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    return f"default-src 'none'; {images}; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; {sandbox}"
