"""The agents' search page: incidents and articles, limited to what this agent may see inside the query itself."""

import re
from dataclasses import dataclass

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.db import session
from helpdesk.incidents.queries import QueueRow, rows_by_number
from helpdesk.knowledge.article import Article, articles_by_number
from helpdesk.people.agent import Viewer
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_viewer
from helpdesk.web.highlights import marked
from helpdesk.web.knowledge.addresses import article_url
from search.document import Hit, Query, Results
from search.index import IndexDamaged, SearchError

PAGE_LENGTH = 20
PAGES_MAX = 50
KINDS = ("incident", "article")
NUMBER = re.compile(r"#?(?:inc[-\s]?)?(\d{1,15})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """One result: a hit, and the record it leads to, read afresh with this viewer's rights."""

    url: str
    title: Markup
    snippet: Markup
    incident: QueueRow | None = None
    article: Article | None = None


@web.get("/search")
@agents_only
def search() -> ResponseReturnValue:
    text, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    direct = _straight_to(text)
    if direct:
        return redirect(direct)
    page = min(max(request.args.get("page", 1, type=int), 1), PAGES_MAX)
    try:
        results, counts = _asked(text, kind, page)
    except SearchError as error:
        current_app.logger.warning("search: %s", error)
        return _page(text, kind, 1, Results(), {}, str(error), is_damaged=isinstance(error, IndexDamaged)), 503
    return _page(text, kind, page, results, counts)


def _straight_to(text: str) -> str:
    """Where “INC-42” and “42” lead, if there is such an incident that this agent may see."""
    named = NUMBER.fullmatch(text)
    number = int(named[1]) if named else 0
    if number and rows_by_number(session(), the_viewer(), [number]):
        return url_for("web.incident", number=number)
    return ""


def _asked(text: str, kind: str, page: int) -> tuple[Results, dict[str, int]]:
    """The page of results, and how many there are of each kind ("" is all)."""
    if not text:
        return Results(), {}
    index, audience = house().index, the_viewer().audience
    answers = {}
    for one in ("", *KINDS):
        kinds = frozenset({one}) if one else None
        offset, limit = ((page - 1) * PAGE_LENGTH, PAGE_LENGTH) if one == kind else (0, 0)
        answers[one] = index.search(
            Query(text, audience=audience, kinds=kinds, limit=limit, offset=offset, people=True)
        )
    return answers[kind], {one: answer.total for one, answer in answers.items()}


def _page(
    text: str,
    kind: str,
    page: int,
    results: Results,
    counts: dict[str, int],
    problem: str = "",
    is_damaged: bool = False,
) -> str:
    is_last = page * PAGE_LENGTH >= results.total or page >= PAGES_MAX
    return render_template(
        "search/results.html",
        text=text,
        kind=kind,
        results=results,
        found=_found(results.hits, the_viewer()),
        counts=counts,
        first=(page - 1) * PAGE_LENGTH + 1,
        previous_url=_url(text, kind, page - 1) if page > 1 else "",
        next_url="" if is_last else _url(text, kind, page + 1),
        problem=problem,
        is_damaged=is_damaged,
    )


def _url(text: str, kind: str, page: int) -> str:
    return url_for("web.search", q=text, kind=kind or None, page=page if page > 1 else None)


def _found(hits: tuple[Hit, ...], viewer: Viewer) -> list[Found]:
    # The index may be a moment behind: what is gone or hidden since then has no row here and is left out.
    numbers = {kind: [hit.key.id for hit in hits if hit.key.kind == kind] for kind in KINDS}
    incidents = rows_by_number(session(), viewer, numbers["incident"]) if numbers["incident"] else {}
    articles = articles_by_number(session(), numbers["article"], public_only=False) if numbers["article"] else {}
    found: list[Found] = []
    for hit in hits:
        title, snippet = marked(hit.title), marked(hit.snippet)
        if hit.key.kind == "incident" and (row := incidents.get(hit.key.id)):
            found.append(Found(url_for("web.incident", number=row.id), title, snippet, incident=row))
        elif hit.key.kind == "article" and (article := articles.get(hit.key.id)):
            found.append(Found(article_url(article.id, article.title), title, snippet, article=article))
    return found
