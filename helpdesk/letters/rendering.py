"""Templates of letters, filled in: subject, text and HTML from templates/letters/<name>.

HTML is escaped unless it comes as Markup; a name that a template uses and nobody gives is an error."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpdesk.letters.addresses import one_line
from helpdesk.letters.kinds import Letter
from helpdesk.letters.quoting import as_html, printable
from helpdesk.settings import templates_folder


@dataclass(frozen=True, slots=True)
class Written:
    subject: str
    text: str
    html: str


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "letters"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_html"] = as_html
    return environment


def write(letter: Letter, context: dict[str, Any]) -> Written:
    """One letter in its three parts. The subject is one line, whatever was put into it."""
    subject, text, html = (
        _environment().get_template(f"{letter.value}/{part}").render(context)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    return Written(one_line(subject), printable(text).strip() + "\n", printable(html))
