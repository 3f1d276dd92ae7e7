"""Knowledge articles: list, read, write."""

from datetime import datetime
from typing import Any

from flask import url_for
from pydantic import Field
from sqlalchemy import select, tuple_

from helpdesk.api.access import actor, house, the_article, the_incident
from helpdesk.api.v1 import api
from helpdesk.api.v1.choosing import chosen_category, chosen_service
from helpdesk.api.v1.fields import Asked, Given, Number, Shown, Storable
from helpdesk.api.v1.idempotency import made, made_before
from helpdesk.api.v1.incident_answers import Named
from helpdesk.api.v1.openapi import Repeatable, operation
from helpdesk.api.v1.paging import link_to, opened, sealed
from helpdesk.db import commit, session
from helpdesk.knowledge.article import BODY_LENGTH_MAX, TITLE_LENGTH_MAX, Article, Audience, write_article


class ArticleFilter(Asked):
    """Which articles."""

    audience: Audience | None = Field(None, description="public: shown to requesters; internal: to agents only.")
    cursor: str = Field("", max_length=1000, description="next_cursor of the page before.")
    limit: int = Field(50, ge=1, le=200)


class NewArticle(Given):
    """An article to write; only agents see it until it is published."""

    title: Storable = Field(
        min_length=1, max_length=TITLE_LENGTH_MAX, description="The words somebody with this problem would search for."
    )
    body: Storable = Field(min_length=1, max_length=BODY_LENGTH_MAX, description="Markdown.")
    service_id: Number | None = None
    category_id: Number | None = None
    from_incident_id: Number | None = Field(None, description="The incident whose fix it tells.")


class ArticleLine(Shown):
    """An article without its text."""

    id: int
    title: str
    audience: str
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ArticleShown(ArticleLine):
    """An article; its body is Markdown."""

    body: str
    service: Named | None
    category: Named | None
    from_incident_id: int | None
    page: str = Field(description="The address of its page, for people.")

    @classmethod
    def of(cls, article: Article) -> "ArticleShown":
        return cls(
            **_line(article),
            body=article.body,
            service=Named.of(article.service),
            category=Named.of(article.category),
            from_incident_id=article.from_incident_id,
            page=f"{house().settings.base_url}/knowledge/{article.id}",
        )


class ArticlePage(Shown):
    """A page of articles. next_cursor is null on the last one, and the Link header has the whole address."""

    articles: list[ArticleLine]
    next_cursor: str | None


def _line(article: Article) -> dict[str, Any]:
    return {name: getattr(article, name) for name in ArticleLine.model_fields}


@api.get("/articles")
@operation("Articles", ArticlePage)
def list_articles(query: ArticleFilter) -> tuple[ArticlePage, int, dict[str, str]]:
    """List articles

    Those that are not archived, the latest change first.
    """
    articles = _page(query)
    shown = [ArticleLine(**_line(article)) for article in articles[: query.limit]]
    next_cursor = None
    if len(articles) > query.limit:
        next_cursor = sealed([shown[-1].updated_at.isoformat(), shown[-1].id])
    page = ArticlePage(articles=shown, next_cursor=next_cursor)
    return page, 200, link_to(cursor=next_cursor) if next_cursor else {}


def _page(query: ArticleFilter) -> list[Article]:
    """One article more than asked for, where there are more."""
    found = select(Article).where(Article.archived_at.is_(None))
    if query.audience:
        found = found.where(Article.audience == query.audience.value)
    if query.cursor:
        at, number = opened(query.cursor, 2)
        found = found.where(tuple_(Article.updated_at, Article.id) < tuple_(datetime.fromisoformat(at), number))
    return list(session().scalars(found.order_by(Article.updated_at.desc(), Article.id.desc()).limit(query.limit + 1)))


@api.get("/articles/<int:number>")
@operation("Articles", ArticleShown, problems=(404,), parameters={"number": "The number of the article."})
def read_article(number: int) -> ArticleShown:
    """Read an article"""
    return ArticleShown.of(the_article(number))


@api.post("/articles")
@operation("Articles", ArticleShown, 201, headers=Repeatable, problems=(403, 404, 409), repeated=True)
def create_article(json: NewArticle) -> tuple[ArticleShown, int, dict[str, str]]:
    """Write an article

    Only agents see it until somebody publishes it.
    """
    earlier = made_before()
    if earlier:
        found = the_article(earlier)
        return ArticleShown.of(found), 200, _at(found)
    article = _write(json)
    made(article.id)
    answer = ArticleShown.of(article), 201, _at(article)
    commit()
    return answer


def _write(json: NewArticle) -> Article:
    origin = the_incident(json.from_incident_id) if json.from_incident_id else None
    return write_article(
        session(),
        json.title,
        json.body,
        by=actor(),
        at=house().clock.now(),
        service=chosen_service(json.service_id),
        category=chosen_category(json.category_id),
        from_incident_id=origin.id if origin else None,
    )


def _at(article: Article) -> dict[str, str]:
    return {"Location": url_for("api.read_article", number=article.id, _external=True)}
