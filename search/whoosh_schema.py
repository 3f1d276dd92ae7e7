"""The Whoosh side of `search.fields`: a schema of ready-made terms, columns and one stored value.

Our own analysis makes the terms, so Whoosh's analyzers, query parser and matchers are not used.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from whoosh.columns import NumericColumn
from whoosh.fields import COLUMN, STORED, FieldType, Schema
from whoosh.formats import Existence

from search.document import Document
from search.fields import TERM_FIELDS, TEXT_FIELDS, Weights, index_terms

FORMAT = 1  # counts up when analysis or schema change, so that an older index asks to be rebuilt
NUMBER, VERSION, MOMENT, TEXTS = "number", "version", "moment", "texts"
INT64 = NumericColumn("q")


class Terms(FieldType):  # type: ignore[misc]
    """A field whose value is {term: weight} already."""

    indexed = True
    stored = False
    vector = None
    analyzer = None
    column_type = None
    sortable_typecode = None
    multitoken_query = "default"

    def __init__(self, scorable: bool) -> None:
        self.format = Existence()
        self.scorable = scorable

    def index(self, value: Weights, **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, weight in value.items():
            yield term_bytes(term), int(weight), weight, b""


SCHEMA = Schema(
    **{name: Terms(scorable=name in TEXT_FIELDS) for name in TERM_FIELDS},
    **{name: COLUMN(INT64) for name in (NUMBER, VERSION, MOMENT)},
    **{TEXTS: STORED()},
)


def term_bytes(term: str) -> bytes:
    """UTF-8; half a surrogate pair, as broken mail has them, is kept rather than refused."""
    return term.encode("utf-8", "surrogatepass")


def row(document: Document) -> dict[str, object]:
    """What is given to the writer for one document. The moment is in milliseconds since 1970."""
    key = document.key
    return {
        **index_terms(document),
        NUMBER: key.id,
        VERSION: document.version,
        MOMENT: (document.at - _EPOCH) // _MILLISECOND,
        TEXTS: (key.kind, key.id, document.title, document.body, document.fix),
    }


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC) - _EPOCH
