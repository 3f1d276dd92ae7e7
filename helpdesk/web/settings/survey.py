"""The survey page of the settings: whether requesters are asked how it went, and what follows from a low answer."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.survey_policy import SurveyPolicy
from helpdesk.people.permissions import Permission
from helpdesk.policies import decide_on, policy
from helpdesk.web import web
from helpdesk.web.access import needs
from helpdesk.web.forms.survey import SurveyPolicyForm


@web.get("/settings/survey")
@needs(Permission.ADMINISTER)
def settings_survey() -> ResponseReturnValue:
    form = SurveyPolicyForm(**policy(session(), SurveyPolicy).model_dump())
    return render_template("settings/survey.html", form=form)


@web.post("/settings/survey")
@needs(Permission.ADMINISTER)
def settings_change_survey() -> ResponseReturnValue:
    form = SurveyPolicyForm(request.form)
    if not form.validate():
        return render_template("settings/survey.html", form=form), 422
    decide_on(session(), SurveyPolicy(**form.data))
    commit()
    flash("Saved.", "success")
    return redirect(url_for("web.settings_survey"), 303)
