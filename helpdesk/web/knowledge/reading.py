"""The list of articles and one article, as agents see them."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.db import session
from helpdesk.incidents.queries import rows_by_number
from helpdesk.knowledge.article import Article, Audience, articles_by_number, list_articles
from helpdesk.knowledge.reuse import tallies
from helpdesk.letters.markdown import render, to_text
from helpdesk.services import current_services
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_article, the_viewer
from helpdesk.web.knowledge.addresses import article_url, slug
from search.document import Key, Query
from search.index import SearchError

SHOWN_MAX = 200
TEASER_FROM = 600  # characters of the text that a teaser is made of
TEASER_LENGTH = 160


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """One line of the list."""

    article: Article
    url: str
    teaser: str
    service: str


@web.get("/knowledge")
@agents_only
def knowledge() -> ResponseReturnValue:
    wanted, text = request.args.get("audience", ""), request.args.get("q", "").strip()
    problem = ""
    try:
        found = _searched(text) if text else list_articles(session(), public_only=False, limit=SHOWN_MAX)
    except SearchError as error:
        found, problem = [], str(error)
    shown = [one for one in found if wanted in ("", one.audience)]
    services = {service.id: service.name for service in current_services(session())}
    counts = {audience.value: sum(one.audience == audience.value for one in found) for audience in Audience}
    return render_template(
        "knowledge/list.html",
        lines=[_line(one, services) for one in shown],
        counts={"": len(found)} | counts,
        audience=wanted,
        text=text,
        problem=problem,
        is_cut=len(found) >= SHOWN_MAX,
    )


def _searched(text: str) -> list[Article]:
    asked = Query(text, audience=the_viewer().audience, kinds=frozenset({"article"}), limit=SHOWN_MAX)
    numbers = [hit.key.id for hit in house().index.search(asked).hits]
    articles = articles_by_number(session(), numbers, public_only=False)
    return [articles[number] for number in numbers if number in articles]


def teaser(body: str) -> str:
    """The first words of an article, without its headings and marks."""
    lines = [line for line in body[:TEASER_FROM].splitlines() if not line.lstrip().startswith(("#", ">", "```"))]
    words = " ".join(to_text("\n".join(lines)).split())
    return words if len(words) <= TEASER_LENGTH else words[:TEASER_LENGTH].rsplit(" ", 1)[0] + " …"


def _line(article: Article, services: dict[int, str]) -> ArticleLine:
    service = services.get(article.service_id, "") if article.service_id else ""
    return ArticleLine(article, article_url(article.id, article.title), teaser(article.body), service)


@web.get("/knowledge/<int:number>")
@web.get("/knowledge/<int:number>-<slug>")
@agents_only
def article(number: int, slug: str = "") -> ResponseReturnValue:
    found = the_article(number)
    if slug != slug_of(found):
        return redirect(article_url(found.id, found.title))
    origin = rows_by_number(session(), the_viewer(), [found.from_incident_id]) if found.from_incident_id else {}
    key = Key("article", found.id)
    used, rejected = tallies(session(), [key]).get(key, (0, 0))
    return render_template(
        "knowledge/article.html",
        article=found,
        text=Markup(render(found.body)),  # noqa: S704 - rendered and sanitised
        origin=origin.get(found.from_incident_id or 0),
        used=used,
        rejected=rejected,
        public_url=_public_url(found),
    )


def slug_of(article: Article) -> str:
    return slug(article.title)


def _public_url(article: Article) -> str:
    return url_for("portal.article", number=article.id, slug=slug(article.title)) if article.is_public else ""
