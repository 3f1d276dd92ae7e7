"""The public form: a report becomes an incident through the same filing as any mail."""

import secrets
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from helpdesk.attachments import Attachment
from helpdesk.db import session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import NUMBER_PREFIX
from helpdesk.incidents.priority import PriorityPolicy
from helpdesk.incidents.record_types import RecordType
from helpdesk.letters.languages import LANGUAGES
from helpdesk.policies import policy
from helpdesk.services import current_services
from helpdesk.web.access import house
from helpdesk.web.custom_fields import beginning_form
from helpdesk.web.enclosures import enclosed, references
from helpdesk.web.forms import options
from helpdesk.web.forms.custom import CustomForm
from helpdesk.web.forms.report import FILES_MAX, KEY_LENGTH, ReportForm
from helpdesk.web.limits import REPORT, limiter
from helpdesk.web.portal.blueprint import blueprint
from intake.filing import submit_form
from intake.form import Submission

NO_SERVICE = 0


@blueprint.get("/support/report")
def report() -> ResponseReturnValue:
    _only_when_open()
    form = _form(None)
    form.key.data = secrets.token_urlsafe(16)
    fields = beginning_form(public=True)
    return render_template("portal/report.html", form=form, kept=[], fields=fields)


@blueprint.post("/support/report")
@limiter.limit(REPORT)
def submit_report() -> ResponseReturnValue:
    _only_when_open()
    form = _form(request.form)
    if form.website.data:
        # A machine filled in what people don't see. It is told nothing that would help it.
        current_app.logger.warning("public form: honeypot filled from %s", request.remote_addr)
        return _thanks(None)
    if len(form.key.data or "") != KEY_LENGTH:
        form.key.raw_data = None
        form.key.data = secrets.token_urlsafe(16)
    files = enclosed()
    fields = beginning_form(request.form, public=True)
    is_valid = form.validate() & fields.validate()
    if len(files) > FILES_MAX:
        form.refuse(Invalid(f"Attach at most {FILES_MAX} files, or put them into one archive.", field="files"))
        return _again(form, files[:FILES_MAX], fields)
    if not is_valid:
        return _again(form, files, fields)
    try:
        filed = submit_form(session(), house(), _submission(form, files, fields))
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return _again(form, files, fields)
    return _thanks(filed.incident_id)


@blueprint.get("/support/sent/<token>")
def sent(token: str) -> ResponseReturnValue:
    try:
        number = _signer().loads(token)
    except BadData:
        abort(404)
    known = isinstance(number, int) and number > 0
    return render_template("portal/sent.html", number=f"{NUMBER_PREFIX}{number}" if known else "")


def _only_when_open() -> None:
    if not house().settings.public_form:
        abort(404)


def _form(given: Any) -> ReportForm:
    form = ReportForm(given).asking(policy(session(), PriorityPolicy))
    offered = [service for service in current_services(session()) if service.on_public_form]
    rows = [(NO_SERVICE, "Something else, or I don't know"), *((one.id, one.name) for one in offered)]
    form.service_id.choices = options(rows)
    if given is None:
        form.service_id.data = NO_SERVICE
    return form


def _submission(form: ReportForm, files: tuple[Attachment, ...], fields: CustomForm) -> Submission:
    store = house().store
    return Submission(
        key=form.key.data,
        name=form.name.data,
        address=form.address.data,
        subject=form.subject.data,
        text=form.text.data,
        service_id=form.service_id.data or None,
        impact=int(form.impact.data),
        urgency=int(form.urgency.data),
        record_type=form.record_type.data,
        files=tuple((one.filename, one.content_type, store.get(one.sha256)) for one in files),
        remote=request.remote_addr or "",
        custom=fields.asked(RecordType.INCIDENT.value, (), {}),
        language=request.accept_languages.best_match(LANGUAGES, "") or "",
    )


def _again(form: ReportForm, files: tuple[Attachment, ...], fields: CustomForm) -> ResponseReturnValue:
    return render_template("portal/report.html", form=form, kept=references(files), fields=fields), 422


def _thanks(incident_id: int | None) -> ResponseReturnValue:
    return redirect(url_for("portal.sent", token=_signer().dumps(incident_id)), 303)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().signing_key, salt="report sent")
