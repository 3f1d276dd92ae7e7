"""The public knowledge base: the way in, the search, and one article."""

from dataclasses import dataclass

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.db import session
from helpdesk.knowledge.article import Article, articles_by_number, list_articles
from helpdesk.letters.markdown import render
from helpdesk.web.access import house, the_article
from helpdesk.web.highlights import marked
from helpdesk.web.knowledge.addresses import article_url, slug
from helpdesk.web.knowledge.reading import teaser
from helpdesk.web.portal.blueprint import blueprint
from search.document import Query, Results
from search.index import SearchError

HOME_LENGTH = 6
LIST_LENGTH = 100
FOUND_LENGTH = 20
TEXT_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class PublicArticle:
    """One line of a list: only what everybody may read."""

    url: str
    title: Markup | str
    teaser: Markup | str


@blueprint.get("/support")
def home() -> ResponseReturnValue:
    articles = list_articles(session(), public_only=True, limit=HOME_LENGTH)
    return render_template("portal/home.html", lines=[_line(one) for one in articles])


@blueprint.get("/support/knowledge")
def knowledge() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:TEXT_LENGTH_MAX]
    if not text:
        lines = [_line(one) for one in list_articles(session(), public_only=True, limit=LIST_LENGTH)]
        return render_template("portal/knowledge.html", lines=lines, text="", results=Results(), is_down=False)
    try:
        results = house().index.search(_public(text))
    except SearchError as error:
        current_app.logger.warning("search: %s", error)
        return render_template("portal/knowledge.html", lines=[], text=text, results=Results(), is_down=True), 503
    return render_template("portal/knowledge.html", lines=_found(results), text=text, results=results, is_down=False)


@blueprint.get("/support/knowledge/<int:number>")
@blueprint.get("/support/knowledge/<int:number>-<slug>")
def article(number: int, slug: str = "") -> ResponseReturnValue:
    found = the_article(number, public_only=True)
    if slug != _slug(found):
        return redirect(article_url(found.id, found.title, "portal.article"))
    text = Markup(render(found.body))  # noqa: S704 - rendered and sanitised
    return render_template("portal/article.html", article=found, text=text)


def _slug(article: Article) -> str:
    return slug(article.title)


def _public(text: str) -> Query:
    return Query(text, audience=frozenset({"public"}), kinds=frozenset({"article"}), limit=FOUND_LENGTH)


def _found(results: Results) -> list[PublicArticle]:
    # What was withdrawn a moment ago may still be in the index; it has no row here and is left out.
    rows = articles_by_number(session(), [hit.key.id for hit in results.hits], public_only=True)
    return [
        PublicArticle(
            article_url(hit.key.id, rows[hit.key.id].title, "portal.article"), marked(hit.title), marked(hit.snippet)
        )
        for hit in results.hits
        if hit.key.id in rows
    ]


def _line(article: Article) -> PublicArticle:
    return PublicArticle(article_url(article.id, article.title, "portal.article"), article.title, teaser(article.body))
