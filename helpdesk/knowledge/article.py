"""Knowledge articles: Markdown, every version kept, internal or shown to requesters."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid, NotAllowed, Stale
from helpdesk.journal import Actor, EventKind, Journaled
from helpdesk.people.permissions import Permission
from helpdesk.services import Category, Service

TITLE_LENGTH_MAX = 200
BODY_LENGTH_MAX = 200_000


class Audience(StrEnum):
    INTERNAL = "internal"
    PUBLIC = "public"


class Article(Base, Journaled):
    __tablename__ = "articles"
    record_kind: ClassVar[str] = "article"

    title: Mapped[str]
    body: Mapped[str]
    audience: Mapped[str] = mapped_column(default=Audience.INTERNAL.value, index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    from_incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id", use_alter=True), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    service: Mapped[Service | None] = relationship()
    category: Mapped[Category | None] = relationship()
    versions: Mapped[list["ArticleVersion"]] = relationship(
        back_populates="article", order_by="ArticleVersion.number.desc()", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_public(self) -> bool:
        return self.audience == Audience.PUBLIC.value and self.archived_at is None

    def edit(self, title: str, body: str, *, seen_version: int, by: Actor, at: datetime) -> None:
        """Saves a new version. Raises Stale when somebody saved one after `seen_version` was read."""
        _writer(by)
        if seen_version != self.version:
            raise Stale(
                f"Somebody saved “{self.title}” while you were writing. Both texts are shown: put yours in again."
            )
        self.title, self.body = _checked(title, body)
        # Whoever writes a new version of what was archived wants it found again.
        self.updated_at, self.archived_at = at, None
        self._keep(by, at)
        self._record(EventKind.ARTICLE_EDITED, by=by, at=at, number=len(self.versions))

    def restore(self, number: int, *, by: Actor, at: datetime) -> None:
        """Brings the text of an older version back, as a new version."""
        for old in self.versions:
            if old.number == number:
                self.edit(old.title, old.body, seen_version=self.version, by=by, at=at)
                return
        raise Invalid(f"There is no version {number} of “{self.title}”.", field="number")

    def publish(self, *, by: Actor, at: datetime) -> None:
        self._show_to(Audience.PUBLIC, EventKind.ARTICLE_PUBLISHED, by, at)

    def withdraw(self, *, by: Actor, at: datetime) -> None:
        self._show_to(Audience.INTERNAL, EventKind.ARTICLE_WITHDRAWN, by, at)

    def archive(self, *, by: Actor, at: datetime) -> None:
        """Keeps it and its history, and takes it out of search and suggestions."""
        _writer(by)
        if self.archived_at:
            raise Conflict(f"“{self.title}” is archived already.")
        self.archived_at = self.updated_at = at
        self._record(EventKind.ARTICLE_ARCHIVED, by=by, at=at)

    def _show_to(self, audience: Audience, kind: EventKind, by: Actor, at: datetime) -> None:
        if not by.may(Permission.PUBLISH_ARTICLES):
            raise NotAllowed("You may not change who sees articles. Ask a lead or an administrator.")
        if self.archived_at:
            raise Conflict(f"“{self.title}” is archived. Write a new version of it first.")
        if self.audience == audience.value:
            return
        self.audience, self.updated_at = audience.value, at
        self._record(kind, by=by, at=at)

    def _keep(self, by: Actor, at: datetime) -> None:
        number = 1 + max((old.number for old in self.versions), default=0)
        self.versions.insert(
            0,
            ArticleVersion(number=number, title=self.title, body=self.body, edited_by=by.name, edited_at=at),
        )


class ArticleVersion(Base):
    __tablename__ = "article_versions"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    number: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    edited_by: Mapped[str]
    edited_at: Mapped[datetime]

    article: Mapped[Article] = relationship(back_populates="versions")


def _writer(by: Actor) -> None:
    if not by.may(Permission.WRITE_ARTICLES):
        raise NotAllowed("You may not write articles. Ask a lead or an administrator.")


def _checked(title: str, body: str) -> tuple[str, str]:
    title, body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    if not title:
        raise Invalid("Give the article a title: the words somebody with this problem would search for.", field="title")
    if len(title) > TITLE_LENGTH_MAX:
        raise Invalid(f"Shorten the title to {TITLE_LENGTH_MAX} characters.", field="title")
    if not body:
        raise Invalid("Write down what helps.", field="body")
    if len(body) > BODY_LENGTH_MAX:
        raise Invalid(f"Shorten the text to {BODY_LENGTH_MAX} characters, or make two articles of it.", field="body")
    return title, body


def write_article(
    session: Session,
    title: str,
    body: str,
    *,
    by: Actor,
    at: datetime,
    service: Service | None = None,
    category: Category | None = None,
    from_incident_id: int | None = None,
) -> Article:
    """A new article, internal until it is published."""
    _writer(by)
    title, body = _checked(title, body)
    article = Article(
        title=title,
        body=body,
        audience=Audience.INTERNAL.value,
        service=service,
        category=category,
        from_incident_id=from_incident_id,
        created_at=at,
        updated_at=at,
    )
    session.add(article)
    session.flush()
    article._keep(by, at)
    article._record(EventKind.ARTICLE_WRITTEN, by=by, at=at, from_incident_id=from_incident_id)
    return article


def list_articles(session: Session, *, public_only: bool, limit: int = 200) -> list[Article]:
    """Articles that are not archived, newest change first."""
    query = select(Article).where(Article.archived_at.is_(None))
    if public_only:
        query = query.where(Article.audience == Audience.PUBLIC.value)
    return list(session.scalars(query.order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit)))


def articles_by_number(session: Session, numbers: list[int], *, public_only: bool) -> dict[int, Article]:
    """The articles with these numbers that may be seen; search results are loaded through here."""
    query = select(Article).where(Article.id.in_(numbers), Article.archived_at.is_(None))
    if public_only:
        query = query.where(Article.audience == Audience.PUBLIC.value)
    return {article.id: article for article in session.scalars(query)}
