"""The placeholders that the wording of a letter may name, what each means, and what is wrong with a wording.

A placeholder stands in braces: `{number}`. That is the whole language: nothing is looked up, nothing is computed,
nothing repeats, so a wording can at worst read badly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from helpdesk.errors import Invalid
from helpdesk.letters.kinds import Letter

BODY_LENGTH_MAX, SUBJECT_LENGTH_MAX, USES_MAX = 10_000, 200, 60

_NAMED = re.compile(r"\{([^{}\n]{1,60})\}")
_OTHER_LANGUAGE = re.compile(r"\{\{|\{%|\{#|<%|\$\{")
_LINK = re.compile(r"\]\(([^)\s]*)")
_WHOLE_LINK = re.compile(r"(?:https?://|mailto:|tel:|\{)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`is_block`: it may be many lines, and has a line of its own. `in_subject`: the subject may name it too."""

    name: str
    meaning: str
    is_block: bool = False
    in_subject: bool = False


_COMMON = (
    Placeholder("greeting", "“Hello Mia Tanaka,” in the letter’s language; without a name where none is known."),
    Placeholder("name", "The name of who reads it; nothing where it is not known."),
    Placeholder("number", "The incident’s number, such as INC-42.", in_subject=True),
    Placeholder("subject", "What the incident is about.", in_subject=True),
    Placeholder("service", "The service it is about; nothing where that is not known.", in_subject=True),
    Placeholder("opened_on", "The day on which it was reported."),
    Placeholder("today", "The day on which the letter is written."),
    Placeholder("link", "The address of the requester’s own page about it; nothing for who is only copied."),
    Placeholder("desk", "The name of the desk, as letters from this mailbox carry it.", in_subject=True),
)
_WRITTEN = (
    Placeholder("text", "What the agent wrote.", is_block=True),
    Placeholder("agent", "The agent’s name."),
    Placeholder("signature", "The agent’s own signature.", is_block=True),
    Placeholder("attachments", "The names of the files that go along, with a word before them."),
)
_RESOLVED = (
    Placeholder("fix", "What the agent did.", is_block=True),
    Placeholder("cause", "Why it happened; nothing where that is not known.", is_block=True),
    Placeholder("yes_link", "Where the requester says that it is fixed."),
    Placeholder("no_link", "Where the requester says that it is not."),
    Placeholder("agent", "The agent’s name."),
)
_PROMISED = (
    Placeholder("answer_by", "By when you promised an answer, where the service level says that requesters see it."),
    Placeholder("solved_by", "By when you promised that it is solved, in the same way."),
)
_CLOSED = (
    Placeholder("good_link", "Where the requester says that it went well; nothing while they are not to be asked."),
    Placeholder("middling_link", "Where they say that it went so-so."),
    Placeholder("bad_link", "Where they say that it went badly."),
)
THREAD_SUBJECT = Placeholder(
    "thread_subject", "The subject that the requester knows, with the number: keeps the thread together.", False, True
)
_MORE: dict[str, tuple[Placeholder, ...]] = {
    "acknowledgement": _PROMISED,
    "reply": _WRITTEN,
    "consultation": _WRITTEN,
    "resolution": _RESOLVED,
    "closed": _CLOSED,
}
_REQUIRED = {"reply": ("text",), "consultation": ("text",), "resolution": ("fix",)}
# Nothing of the requester's own goes to a third party.
_NOT_FOR_OTHERS = {"consultation": {"link", "subject"}}


def placeholders_of(letter: Letter) -> tuple[Placeholder, ...]:
    """What the text of this letter may name."""
    hidden = _NOT_FOR_OTHERS.get(letter.value, set())
    return (*_MORE.get(letter.value, ()), *(one for one in _COMMON if one.name not in hidden))


def placeholders_of_subject(letter: Letter) -> tuple[Placeholder, ...]:
    return (THREAD_SUBJECT, *(one for one in placeholders_of(letter) if one.in_subject))


def named_in(text: str) -> list[str]:
    """The names of the placeholders in a text, in their order."""
    return [_name(found[1]) for found in _NAMED.finditer(text)]


def replaced(text: str, value: dict[str, str]) -> str:
    """The text with each placeholder's value, in one pass: what a value says is never looked at again.

    Raises KeyError for a placeholder that has none."""
    return _NAMED.sub(lambda found: value[_name(found[1])], text)


def check(letter: Letter, subject: str, body: str) -> None:
    """Raises Invalid, with `field` subject or body, for the first thing that is wrong."""
    for field, text, known, length_max in (
        ("subject", subject, placeholders_of_subject(letter), SUBJECT_LENGTH_MAX),
        ("body", body, placeholders_of(letter), BODY_LENGTH_MAX),
    ):
        for complaint in _complaints(text, {one.name for one in known}, length_max):
            raise Invalid(complaint, field=field)
    if not {"thread_subject", "number"} & set(named_in(subject)):
        raise Invalid("Keep {thread_subject} or {number} in it, so that answers find their way back.", field="subject")
    for name in _REQUIRED.get(letter.value, ()):
        if name not in named_in(body):
            raise Invalid(f"Keep {{{name}}} in it: without it the letter would not say what it is for.", field="body")


def _complaints(text: str, known: set[str], length_max: int) -> Iterator[str]:
    if not text.strip():
        yield "Write something, or go back to the built-in wording."
    if len(text) > length_max:
        yield f"Shorten this to {length_max:,} characters."
    if found := _OTHER_LANGUAGE.search(text):
        yield f"“{found[0]}” means nothing here. Placeholders have single braces, such as {{number}}."
    names = named_in(text)
    for name in names:
        if name not in known:
            yield _unknown(name, known)
    if len(names) > USES_MAX:
        yield f"Use at most {USES_MAX} placeholders."
    for found in _LINK.finditer(text):
        if not _WHOLE_LINK.match(found[1]):
            yield f"“{found[1][:60]}” is no whole address. Begin links with https://, or use a placeholder."


def _unknown(name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean {{{near[0]}}}?" if near else "Those there are stand beside the form."
    return f"There is no placeholder {{{name}}} here. {hint}"


def _name(written: str) -> str:
    return "_".join(written.lower().split())
