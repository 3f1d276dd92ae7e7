"""The mail viewer of the demo: letters that were kept instead of sent, with their links to follow."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import nh3
from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from helpdesk.letters.captured import captured, read
from helpdesk.web import web
from helpdesk.web.access import agents_only, house

SHOWN_MAX = 200
HEADERS = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
)
# The letter is ours, yet what people wrote is in it: nothing runs, nothing is fetched, links open the whole page.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


@web.get("/outbox/captured")
@agents_only
def captured_letters() -> ResponseReturnValue:
    return render_template("outbox/captured.html", letters=captured(_folder(), SHOWN_MAX), shown_max=SHOWN_MAX)


@web.get("/outbox/captured/<name>")
@agents_only
def captured_letter(name: str) -> ResponseReturnValue:
    letter = _letter(name)
    return render_template(
        "outbox/letter.html",
        name=name,
        letter=letter,
        subject=str(letter["Subject"] or "(no subject)"),
        headers=[(field, str(letter[field])) for field in HEADERS if letter[field]],
        text=_content(letter, "plain"),
        has_html=bool(_content(letter, "html")),
        links=_links(_content(letter, "html")),
    )


@web.get("/outbox/captured/<name>/html")
@agents_only
def captured_html(name: str) -> ResponseReturnValue:
    html = _content(_letter(name), "html")
    if not html:
        abort(404)
    # Links open the whole page, not the frame they stand in.
    return Response(
        html.replace("<head>", '<head><base target="_top">', 1), headers={"Content-Security-Policy": LETTER_POLICY}
    )


def _folder() -> Path:
    settings = house().settings
    if not settings.capture_mail:
        abort(404)
    return settings.data_folder / "outbox"


def _letter(name: str) -> EmailMessage:
    return read(_folder(), name) or abort(404)


def _content(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _links(html: str) -> list[tuple[str, str]]:
    """(words, address) of the letter's own links, each once: where frames are not to be clicked, these are."""
    paths: dict[str, None] = {}
    ours = house().settings.base_url + "/"

    def noticed(element: str, attribute: str, value: str) -> Any:
        if element == "a" and attribute == "href" and value.startswith(ours):
            paths["/" + value.removeprefix(ours).lstrip("/")] = None
        return value

    nh3.clean(html, attribute_filter=noticed)
    return [(path if len(path) < 60 else f"{path[:40]} … {path[-12:]}", path) for path in paths]
