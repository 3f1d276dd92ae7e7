"""Writing, editing, publishing and archiving articles, with a preview on the way."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from helpdesk.db import commit, session
from helpdesk.errors import Invalid, Stale
from helpdesk.incidents.incident import Incident
from helpdesk.knowledge.article import Article, write_article
from helpdesk.letters.markdown import render
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_article, the_incident
from helpdesk.web.forms.knowledge import ArticleForm
from helpdesk.web.knowledge.addresses import article_url
from helpdesk.web.knowledge.drafts import articles_from, draft_of
from helpdesk.web.submissions import done, new_key, once


@web.get("/knowledge/new")
@needs(Permission.WRITE_ARTICLES)
def new_article() -> ResponseReturnValue:
    number = request.args.get("incident", type=int)
    incident = the_incident(number) if number else None
    return _page(ArticleForm(data=draft_of(incident) if incident else {}), incident=incident)


@web.post("/knowledge")
@needs(Permission.WRITE_ARTICLES)
@once
def write_new_article() -> ResponseReturnValue:
    form = ArticleForm(request.form)
    incident = the_incident(form.incident.data) if form.incident.data else None
    if not form.validate():
        return _page(form, incident=incident), 422
    article = write_article(
        session(),
        form.title.data,
        form.body.data,
        by=actor(),
        at=house().clock.now(),
        service=incident.service if incident else None,
        category=incident.category if incident else None,
        from_incident_id=incident.id if incident else None,
    )
    flash("Saved. Only agents see it until you publish it.", "success")
    return done(article_url(article.id, article.title))


@web.get("/knowledge/<int:number>/edit")
@needs(Permission.WRITE_ARTICLES)
def edit_article(number: int) -> ResponseReturnValue:
    article = the_article(number)
    return _page(ArticleForm(obj=article), article=article, seen_version=article.version)


@web.post("/knowledge/<int:number>/edit")
@needs(Permission.WRITE_ARTICLES)
def save_article(number: int) -> ResponseReturnValue:
    article, form = the_article(number), ArticleForm(request.form)
    seen_version = form.seen_version.data or 0
    if not form.validate():
        return _page(form, article=article, seen_version=seen_version), 422
    try:
        article.edit(form.title.data, form.body.data, seen_version=seen_version, by=actor(), at=house().clock.now())
        commit()
    except Stale as error:
        session().rollback()
        theirs = the_article(number)
        return _page(form, article=theirs, seen_version=theirs.version, stale=str(error)), 409
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return _page(form, article=the_article(number), seen_version=seen_version), 422
    flash("Saved as a new version.", "success")
    return redirect(article_url(article.id, article.title), 303)


@web.post("/knowledge/preview")
@needs(Permission.WRITE_ARTICLES)
def preview_article() -> ResponseReturnValue:
    """The text as it will look: a fragment while typing, the whole form again where there is no script."""
    form = ArticleForm(request.form)
    shown = Markup(render(form.body.data or ""))  # noqa: S704 - rendered and sanitised
    if request.headers.get("HX-Request"):
        return render_template("knowledge/_preview.html", preview=shown)
    article = the_article(form.article.data) if form.article.data else None
    incident = the_incident(form.incident.data) if form.incident.data else None
    return _page(form, article=article, incident=incident, seen_version=form.seen_version.data or 0, preview=shown)


@web.post("/knowledge/<int:number>/publication")
@needs(Permission.PUBLISH_ARTICLES)
def publish_article(number: int) -> ResponseReturnValue:
    article = the_article(number)
    article.publish(by=actor(), at=house().clock.now())
    commit()
    undo = url_for("web.withdraw_article", number=number)
    flash({"text": "Published: requesters find it now.", "action": "Undo", "action_url": undo}, "success")  # type: ignore[arg-type]
    return redirect(article_url(article.id, article.title), 303)


@web.post("/knowledge/<int:number>/publication/withdrawal")
@needs(Permission.PUBLISH_ARTICLES)
def withdraw_article(number: int) -> ResponseReturnValue:
    article = the_article(number)
    article.withdraw(by=actor(), at=house().clock.now())
    commit()
    flash("Withdrawn: only agents see it now.", "success")
    return redirect(article_url(article.id, article.title), 303)


@web.post("/knowledge/<int:number>/archival")
@needs(Permission.WRITE_ARTICLES)
def archive_article(number: int) -> ResponseReturnValue:
    article = the_article(number)
    article.archive(by=actor(), at=house().clock.now())
    commit()
    flash(f"“{article.title}” is archived. Search and suggestions no longer show it.", "success")
    return redirect(url_for("web.knowledge"), 303)


def _page(
    form: ArticleForm,
    *,
    article: Article | None = None,
    incident: Incident | None = None,
    seen_version: int = 0,
    stale: str = "",
    preview: Markup | None = None,
) -> str:
    if preview is None:
        preview = Markup(render(form.body.data or ""))  # noqa: S704 - rendered and sanitised
    return render_template(
        "knowledge/edit.html",
        form=form,
        article=article,
        incident=incident,
        written_before=articles_from(session(), incident) if incident else [],
        seen_version=seen_version,
        stale=stale,
        preview=preview,
        submission=request.form.get("submission") or new_key(),
    )
