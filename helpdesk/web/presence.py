"""Signs of life from open incident pages, answered with who else is there. See js/presence.js."""

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.incidents.presence import Present, leave, others_here, sees, show_up
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, the_agent, the_viewer


@web.post("/incidents/<int:number>/presence")
@agents_only
def be_present(number: int) -> ResponseReturnValue:
    """`writing` 1: the agent typed since the last time; `gone` 1: they leave. 204 where nobody else is there."""
    if not sees(session(), the_viewer(), number):
        abort(404)
    me, now = the_agent().id, house().clock.now()
    if request.form.get("gone") == "1":
        leave(session(), number, me)
        commit()
        return Response(status=204)
    show_up(session(), number, me, writing=request.form.get("writing") == "1", at=now)
    others = others_here(session(), number, me, at=now)
    commit()
    return render_template("incidents/_presence.html", others=others, said=in_words(others))


def in_words(others: list[Present]) -> str:
    """“Kim is writing. Sam and Ada are here too.”"""
    writing = [one.name for one in others if one.is_writing]
    looking = [one.name for one in others if not one.is_writing]
    parts = []
    if writing:
        parts.append(f"{_and(writing)} {'is' if len(writing) == 1 else 'are'} writing.")
    if looking:
        parts.append(f"{_and(looking)} {'is' if len(looking) == 1 else 'are'} here{' too' if writing else ''}.")
    return " ".join(parts)


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
