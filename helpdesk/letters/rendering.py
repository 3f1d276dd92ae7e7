"""Letters as subject, text and HTML: requesters' from a wording, agents' from templates/letters/<name>.

HTML is escaped unless it comes as Markup; a name that a template uses and nobody gives is an error."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from helpdesk.letters.addresses import one_line
from helpdesk.letters.filling import Values, filled_html, filled_line, filled_text
from helpdesk.letters.kinds import Letter
from helpdesk.letters.languages import Language
from helpdesk.letters.placeholders import named_in
from helpdesk.letters.quoting import Quote, as_html, printable
from helpdesk.letters.wordings import Phrasing
from helpdesk.settings import templates_folder


@dataclass(frozen=True, slots=True)
class Written:
    """`language` is what Content-Language says (RFC 3282)."""

    subject: str
    text: str
    html: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands below every letter to a requester: the mailbox's footer, and the mail that is answered."""

    footer: str = ""
    quote: Quote | None = None


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
    """A letter to an agent in its three parts. The subject is one line, whatever was put into it."""
    subject, text, html = (_rendered(f"{letter.value}/{part}", context) for part in _PARTS)
    return Written(one_line(subject), printable(text).strip() + "\n", printable(html))


def write_worded(words: Phrasing, values: Values, language: Language, frame: Frame) -> Written:
    """A letter to a requester. Raises KeyError for a placeholder that nobody knows, ValueError for one too long."""
    context = {
        "language": language.code,
        "number": values["number"].text,
        "site_name": values["desk"].text,
        "conversation": language.conversation,
        "link": "" if "link" in named_in(words.body) else values["link"].text,
        "footer": frame.footer.strip(),
        "quote": frame.quote,
    }
    text = _rendered("worded.txt", context | {"body": filled_text(words.body, values)})
    html = _rendered("worded.html", context | {"body": filled_html(words.body, values)})
    subject = one_line(filled_line(words.subject, values))
    return Written(subject, printable(text).strip() + "\n", printable(html), language.code)


def _rendered(name: str, context: dict[str, Any]) -> str:
    return _environment().get_template(name).render(context)


_PARTS = ("subject.txt", "body.txt", "body.html")
