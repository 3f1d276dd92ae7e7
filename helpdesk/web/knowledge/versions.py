"""The versions of an article: what changed from one to the next, and the way back to an older one."""

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import commit
from helpdesk.knowledge.article import ArticleVersion
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, agents_only, house, needs, the_article
from helpdesk.web.knowledge.addresses import article_url
from helpdesk.web.knowledge.diff import compare


@web.get("/knowledge/<int:number>/versions")
@agents_only
def article_versions(number: int) -> ResponseReturnValue:
    article = the_article(number)
    newest = article.versions[0]
    shown = _version(article.versions, request.args.get("version", default=newest.number, type=int))
    before = next((one for one in article.versions if one.number < shown.number), None)
    return render_template(
        "knowledge/versions.html",
        article=article,
        article_url=article_url(article.id, article.title),
        versions=article.versions,
        shown=shown,
        before=before,
        title_lines=compare(before.title, shown.title) if before and before.title != shown.title else [],
        lines=compare(before.body if before else "", shown.body),
    )


@web.post("/knowledge/<int:number>/versions/<int:version>/restoration")
@needs(Permission.WRITE_ARTICLES)
def restore_article(number: int, version: int) -> ResponseReturnValue:
    article = the_article(number)
    _version(article.versions, version)
    article.restore(version, by=actor(), at=house().clock.now())
    commit()
    flash(f"Version {version} is back, as a new version.", "success")
    return redirect(article_url(article.id, article.title), 303)


def _version(versions: list[ArticleVersion], number: int) -> ArticleVersion:
    found = next((one for one in versions if one.number == number), None)
    return found or abort(404)
