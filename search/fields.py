"""A Document as fields of weighted terms: what every engine of this package stores and finds by."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from search.codes import codes
from search.document import Document
from search.words import WORD, fold, terms

TITLE, BODY, FIX, CODE, PEOPLE = "title", "body", "fix", "code", "people"
KEY, KIND, AUDIENCE, SUGGESTABLE = "key", "kind", "audience", "suggestable"
STATE, SERVICE, CATEGORY = "state", "service", "category"

TEXT_FIELDS = (TITLE, BODY, FIX)
TERM_FIELDS = (
    *TEXT_FIELDS, CODE, PEOPLE, KEY, KIND, AUDIENCE, SUGGESTABLE, STATE, SERVICE, CATEGORY,
)  # fmt: skip
YES = "yes"

Weights = dict[str, float]


def index_terms(document: Document) -> dict[str, Weights]:
    """Field name to {term: weight}. The weight is how often the term occurs."""
    return {
        TITLE: _counted(terms(document.title)),
        BODY: _counted(terms(document.body)),
        FIX: _counted(terms(document.fix)),
        CODE: _counted(chain.from_iterable(map(codes, _coded(document)))),
        PEOPLE: dict.fromkeys(chain(terms(document.people), codes(document.people)), 1.0),
        KEY: {str(document.key): 1.0},
        KIND: {document.key.kind: 1.0},
        AUDIENCE: dict.fromkeys(document.audience, 1.0),
        SUGGESTABLE: {YES: 1.0} if document.suggestable else {},
        STATE: _labelled(document.state),
        SERVICE: _labelled(document.service),
        CATEGORY: _labelled(document.category),
    }


def whole_label(value: str) -> str:
    """The term that stands for exactly this service, state or category, whatever its case and spacing."""
    return "=" + " ".join(fold(value).split())


def label_words(value: str) -> list[str]:
    """The terms of single words of a label, so that `service:vpn` finds "VPN access" too."""
    return [fold(word) for word in WORD.findall(value)]


def _labelled(value: str) -> Weights:
    return dict.fromkeys([whole_label(value), *label_words(value)], 1.0) if value.strip() else {}


def _coded(document: Document) -> tuple[str, ...]:
    return (document.reference, document.title, document.body, document.fix)


def _counted(found: Iterable[str]) -> Weights:
    return {term: float(count) for term, count in Counter(found).items()}
