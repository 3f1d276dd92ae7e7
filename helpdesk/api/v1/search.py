"""Full-text search over incidents and articles, limited to what the token's agent may see inside the query itself."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from helpdesk.api.access import house, viewer
from helpdesk.api.v1 import api
from helpdesk.api.v1.fields import Asked, Shown, Words
from helpdesk.api.v1.openapi import operation
from helpdesk.api.v1.paging import link_to
from helpdesk.db import session
from helpdesk.incidents.queries import rows_by_number
from helpdesk.knowledge.article import articles_by_number
from search.document import Fragment, Hit, Key, Query

OFFSET_MAX = 1000


def _with_words(text: str) -> str:
    if not text.strip():
        raise ValueError("Say what to search for.")
    return text


class SearchQuestion(Asked):
    """What to find."""

    q: Annotated[Words, AfterValidator(_with_words)] = Field(
        description="Words, “exact phrases”, -not, and filters state: service: category: kind:."
    )
    kind: Literal["incident", "article"] | None = Field(None, description="Only these.")
    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=OFFSET_MAX)


class FragmentShown(Shown):
    """A run of plain text; matched when it was asked for."""

    text: str
    matched: bool


class HitShown(Shown):
    """Something that was found: an incident or an article, by its number."""

    kind: str
    id: int
    title: str
    snippet: list[FragmentShown]
    score: float

    @classmethod
    def of(cls, hit: Hit) -> "HitShown":
        title = "".join(fragment.text for fragment in hit.title)
        return cls(kind=hit.key.kind, id=hit.key.id, title=title, snippet=_shown(hit.snippet), score=hit.score)


class Found(Shown):
    """A page of hits, best first."""

    hits: list[HitShown]
    total: int = Field(description="All that match and may be seen.")
    partial: bool = Field(description="The search was too costly to be followed to its end: there may be more.")
    any_word: bool = Field(description="Nothing holds all words; these hold some of them.")


def _shown(fragments: tuple[Fragment, ...]) -> list[FragmentShown]:
    return [FragmentShown(text=fragment.text, matched=fragment.matched) for fragment in fragments]


@api.get("/search")
@operation("Search", Found, problems=(503,))
def search(query: SearchQuestion) -> tuple[Found, int, dict[str, str]]:
    """Search incidents and articles"""
    kinds = frozenset({query.kind}) if query.kind else None
    asked = Query(query.q, viewer().audience, kinds=kinds, limit=query.limit, offset=query.offset, people=True)
    results = house().index.search(asked)
    known = _known([hit.key for hit in results.hits])
    found = Found(
        hits=[HitShown.of(hit) for hit in results.hits if hit.key in known],
        total=results.total,
        partial=results.partial,
        any_word=results.any_word,
    )
    following = query.offset + query.limit
    has_more = following < results.total and following <= OFFSET_MAX
    return found, 200, link_to(offset=following) if has_more else {}


def _known(keys: list[Key]) -> set[Key]:
    # The index may be a moment behind: what is gone or hidden since then is left out.
    numbers = {kind: [key.id for key in keys if key.kind == kind] for kind in ("incident", "article")}
    incidents = rows_by_number(session(), viewer(), numbers["incident"]) if numbers["incident"] else {}
    articles = articles_by_number(session(), numbers["article"], public_only=False) if numbers["article"] else {}
    return {Key("incident", number) for number in incidents} | {Key("article", number) for number in articles}
