"""Importing old mail: asked for here, done by the mail process; the page shows how far it is."""

from pathlib import Path

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.mailboxes.mailbox import active_mailboxes
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.forms import options
from helpdesk.web.forms.catalogue import NOTHING
from helpdesk.web.forms.imports import TRY, ImportForm
from intake.importing.job import ImportJob, recent_jobs
from intake.importing.uploads import laid_out, named, new_upload, server_folder

FILES_MAX = 50


@web.get("/settings/imports")
@needs(Permission.ADMINISTER)
def settings_imports() -> ResponseReturnValue:
    return _page(_form())


@web.post("/settings/imports")
@needs(Permission.ADMINISTER)
def settings_start_import() -> ResponseReturnValue:
    form = _form(given=True)
    if not form.validate():
        return _page(form), 422
    try:
        job = _job(form)
    except Invalid as error:
        form.refuse(error)
        return _page(form), 422
    session().add(job)
    commit()
    return redirect(url_for("web.settings_import", number=job.id), 303)


@web.get("/settings/imports/<int:number>")
@needs(Permission.ADMINISTER)
def settings_import(number: int) -> ResponseReturnValue:
    return render_template("settings/import.html", job=_the_job(number), **_how_it_stands())


@web.get("/settings/imports/<int:number>/progress")
@needs(Permission.ADMINISTER)
def settings_import_progress(number: int) -> ResponseReturnValue:
    """The part of the page that asks for itself while the import is at work."""
    return render_template("settings/_import.html", job=_the_job(number), **_how_it_stands())


@web.post("/settings/imports/<int:number>/import")
@needs(Permission.ADMINISTER)
def settings_import_in_earnest(number: int) -> ResponseReturnValue:
    """After a dry run: the same once more, and now for good."""
    tried = _the_job(number)
    if not all(Path(path).exists() for path in tried.paths):
        flash("What was counted is no longer there. Upload it again.", "error")
        return redirect(url_for("web.settings_imports"), 303)
    job = _copy(tried)
    session().add(job)
    commit()
    return redirect(url_for("web.settings_import", number=job.id), 303)


@web.post("/settings/imports/<int:number>/cancellation")
@needs(Permission.ADMINISTER)
def settings_cancel_import(number: int) -> ResponseReturnValue:
    job = _the_job(number)
    job.cancel(at=house().clock.now())
    commit()
    flash("The import ends. What was filed stays.", "message")
    return redirect(url_for("web.settings_import", number=number), 303)


@web.post("/settings/imports/<int:number>/continuation")
@needs(Permission.ADMINISTER)
def settings_continue_import(number: int) -> ResponseReturnValue:
    """After it failed, was cancelled, or its command was interrupted."""
    _the_job(number).go_on(at=house().clock.now())
    commit()
    flash("The mail process goes on with it.", "success")
    return redirect(url_for("web.settings_import", number=number), 303)


def _the_job(number: int) -> ImportJob:
    return session().get(ImportJob, number) or abort(404)


def _how_it_stands() -> dict[str, object]:
    return {"now": house().clock.now()}


def _form(*, given: bool = False) -> ImportForm:
    form = ImportForm(request.form) if given else ImportForm()
    mailboxes = [(one.id, f"{one.name} ({one.address})") for one in active_mailboxes(session())]
    form.mailbox.choices = options([(NOTHING, "By the recipients of each mail"), *mailboxes])
    return form


def _page(form: ImportForm) -> str:
    return render_template(
        "settings/imports.html",
        form=form,
        jobs=recent_jobs(session()),
        folder=server_folder(house()),
        laid_out=laid_out(house()),
        upload_megabytes=house().settings.upload_bytes_max // (1024 * 1024),
    )


def _job(form: ImportForm) -> ImportJob:
    """Raises Invalid when nothing was chosen, or something that can't be had."""
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if len(chosen) > FILES_MAX:
        raise Invalid(f"Upload {FILES_MAX} files at most, or pack them into one archive.", field="files")
    if bool(chosen) == bool(form.name.data):
        raise Invalid("Choose files to upload, or name what lies on the server: one of the two.", field="files")
    paths = [_kept(file) for file in chosen] if chosen else [named(house(), form.name.data)]
    return ImportJob(
        name=", ".join(path.name for path in paths)[:200],
        paths=[str(path) for path in paths],
        uploaded=bool(chosen),
        mailbox_id=form.mailbox.data or None,
        dry_run=form.how.data == TRY,
        closes=form.history.data == "closed",
        sent_mail=form.sent_mail.data,
        made_by=actor().name,
        made_at=house().clock.now(),
    )


def _kept(file: FileStorage) -> Path:
    path = new_upload(house(), file.filename or "")
    file.save(path)
    return path


def _copy(tried: ImportJob) -> ImportJob:
    said = ("name", "paths", "uploaded", "mailbox_id", "closes", "sent_mail")
    return ImportJob(**{name: getattr(tried, name) for name in said}, made_by=actor().name, made_at=house().clock.now())
