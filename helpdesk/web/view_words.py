"""What a saved view shows, in words, for lists of views and for the form; and what in it is not there any more."""

from dataclasses import dataclass

from helpdesk.web.forms.queue import NUMBERS, FilterForm
from helpdesk.web.forms.saved_view import arguments_of

_VIEWS = {"unassigned": "unassigned", "mine": "assigned to who looks", "open": "all open", "all": "open or not"}
_SORTS = {
    "updated": "the longest unchanged first",
    "-updated": "the last changed first",
    "opened": "the oldest first",
    "-opened": "the newest first",
    "priority": "the most urgent first",
    "-priority": "the least urgent first",
    "due": "what is due first",
    "-due": "what is due last",
}


@dataclass(frozen=True, slots=True)
class ViewWords:
    """`gone` names the filters whose team, agent, service or category nobody can choose any more."""

    text: str
    gone: tuple[str, ...]


def in_words(form: FilterForm) -> ViewWords:
    """`form` has its selects filled."""
    given = arguments_of(form)
    said = [_VIEWS.get(given.get("view", "open"), "all open")]
    gone = []
    for name, value in given.items():
        field = form[name]
        if name in ("view", "sort"):
            continue
        words = {str(one.value): str(one.label) for one in getattr(field, "choices", None) or ()}
        if name in NUMBERS and value not in words:
            gone.append(field.label.text.lower())
            continue
        said.append(words.get(value, f"{field.label.text.lower()} “{value}”"))
    said.append(_SORTS.get(given.get("sort", ""), _SORTS["-updated"]))
    return ViewWords(_sentence(said), tuple(gone))


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]
