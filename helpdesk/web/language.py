"""The language in which a requester is written to: a small select beside their name on the page of an incident."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.letters.languages import LANGUAGES, known_language
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.policies import LetterPolicy, policy
from helpdesk.web import web
from helpdesk.web.access import needs, the_incident

web.add_app_template_filter(known_language)


@web.post("/incidents/<int:number>/language")
@needs(Permission.WORK_INCIDENTS)
def requester_language(number: int) -> ResponseReturnValue:
    """ "" is the desk's own language, until the requester writes in another one that we can tell."""
    requester = the_incident(number).requester
    chosen = request.form.get("language", "")
    if chosen and chosen not in LANGUAGES:
        abort(422)
    requester.language = chosen
    commit()
    name = LANGUAGES[chosen].name if chosen else "the desk’s language"
    flash(f"{requester.name} is written to in {name}.", "success")
    return redirect(url_for("web.incident", number=number), 303)


@web.app_template_global()
def letter_languages(requester: Requester) -> list[tuple[str, str]]:
    """(code, name) of what can be chosen. What they write in and we don't have falls to the desk's language."""
    usual = LANGUAGES[policy(session(), LetterPolicy).default_language].name
    written = (
        f", they write “{requester.language}”" if requester.language and not known_language(requester.language) else ""
    )
    return [("", f"{usual}, as the desk{written}"), *((one.code, one.name) for one in LANGUAGES.values())]
