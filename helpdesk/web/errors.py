"""Domain errors as pages: each kind is mapped here once."""

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from helpdesk.db import db
from helpdesk.errors import Conflict, Invalid, NotAllowed, Refused

STATUS: dict[type[Refused], int] = {NotAllowed: 403, Invalid: 422, Conflict: 409}
SELF_CONTAINED = (500, 503)
PAGES = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


def status_of(error: Refused) -> int:
    """403, 409 or 422: the HTTP status of a refusal, for pages and API alike."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)


def page(status: int, message: str = "") -> tuple[str, int]:
    name = status if status in PAGES else 500
    if name in SELF_CONTAINED:
        # Without the context of other pages, which asks the database: it may be what is broken.
        return current_app.jinja_env.get_template(f"errors/{name}.html").render(message=message), status
    return render_template(f"errors/{name}.html", message=message), status


def install(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        db.session.rollback()
        return page(status_of(error), str(error))

    @app.errorhandler(CSRFError)
    def forged(_: CSRFError) -> tuple[str, int]:
        return page(400, "This page had been open too long, or was not ours. Load it again and repeat what you did.")

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int] | HTTPException:
        if error.code is None or error.code < 400 or request.path.startswith("/api/"):
            return error
        return page(error.code, (error.description or "") if error.code in (400, 409, 422) else "")

    @app.errorhandler(OperationalError)
    def database_down(error: OperationalError) -> tuple[str, int]:
        db.session.rollback()
        app.logger.error("database: %s", error)
        return page(503)
