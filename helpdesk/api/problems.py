"""Errors of the API as problems (RFC 9457, application/problem+json): each kind is worded and mapped here once.

Views raise domain errors or werkzeug's HTTP errors; whatever else fails under /api/ leaves as a problem too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Flask, Response, current_app, request, url_for
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from helpdesk.db import db
from helpdesk.errors import Conflict, Invalid, NotAllowed, Refused
from search.index import SearchError

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[Refused], int] = {NotAllowed: 403, Invalid: 422, Conflict: 409}
SAME_MOMENT = "Somebody else saved at the same moment. Read what they changed, then send this again."
FIELDS_MAX, FIELD_LENGTH_MAX = 50, 200


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the anchor of the documentation page that a problem's type leads to."""

    name: str
    meaning: str


KINDS: dict[int, Kind] = {
    400: Kind("unreadable", "The body is not JSON that can be read."),
    401: Kind("unauthorized", "There is no bearer token, or it is unknown, revoked, expired, or its agent has left."),
    403: Kind("not-allowed", "You see it, and may not do this."),
    404: Kind("not-found", "There is nothing at this address that you may see."),
    405: Kind("method-not-allowed", "This address takes other methods; Allow names them."),
    409: Kind("conflict", "The record is not in a state in which this can be done, or somebody else was quicker."),
    412: Kind("stale", "If-Match names a version that is no longer the newest. Read it again, then decide anew."),
    413: Kind("too-large", "The body is larger than this desk takes."),
    415: Kind("unsupported-media-type", "Bodies are JSON: send Content-Type: application/json."),
    422: Kind("invalid", "It can be read and makes no sense; errors names each member and what is wrong with it."),
    429: Kind("too-many-requests", "This token asks too often. Wait for as many seconds as Retry-After says."),
    500: Kind("internal", "The desk made a mistake; it is in its log. Nothing was changed."),
    503: Kind("unavailable", "The database or the search index does not answer. Try again later."),
}


class FieldError(BaseModel):
    """What is wrong with one member of the body, one parameter or one header."""

    field: str = Field(description="Its name, with dots between levels, such as requester.address.")
    detail: str = Field(description="What is wrong and what to do.")


class Problem(BaseModel):
    """An error as RFC 9457 says."""

    type: str = Field(
        description="Leads to what this kind of problem means.", json_schema_extra={"format": "uri-reference"}
    )
    title: str = Field(description="The kind of problem in few words.")
    status: int = Field(description="The HTTP status once more.")
    detail: str = Field(description="What went wrong this time, and what to do next.")
    instance: str = Field(description="The path that was asked for.", json_schema_extra={"format": "uri-reference"})
    errors: list[FieldError] | None = Field(default=None, description="With 422: what is wrong, member by member.")


def problem(
    status: int, detail: str = "", *, errors: Sequence[FieldError] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for a status of 400 and above."""
    kind = KINDS.get(status) or KINDS[500 if status >= 500 else 400]
    said = Problem(
        type=url_for("api.docs", _anchor=kind.name),
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or kind.meaning,
        instance=request.path,
        errors=list(errors) or None,
    )
    # ASCII only, so that a path or a name in any script, half a character even, can be put into it.
    body = current_app.json.dumps(said.model_dump(exclude_none=True))
    return Response(body, status, mimetype=MEDIA_TYPE, headers=dict(headers or {}))


def fields_of(error: ValidationError) -> list[FieldError]:
    """What pydantic found, in words of ours where its own don't say what to do."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        FieldError(field=_short(".".join(map(str, one["loc"]))), detail=_detail(one["type"], one["msg"]))
        for one in found[:FIELDS_MAX]
    ]


def _detail(kind: str, said: str) -> str:
    if kind == "extra_forbidden":
        return "There is no member or parameter of this name. Take it out, or look its name up in the documentation."
    if kind == "missing":
        return "This is required. Add it."
    sentence = said.removeprefix("Value error, ")
    return sentence if sentence.endswith((".", "”")) else f"{sentence}."


def _short(name: str) -> str:
    return name if len(name) <= FIELD_LENGTH_MAX else f"{name[:FIELD_LENGTH_MAX]}…"


def _sent_name(field: str) -> str:
    """The verbs say “assignee” where a body says assignee_id."""
    body = request.get_json(silent=True) if request.is_json else None
    longer = f"{field}_id"
    return longer if isinstance(body, dict) and longer in body and field not in body else field


def status_of(error: Refused) -> int:
    """403, 409 or 422."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)


class Unprocessable(Exception):
    """The request's body, parameters or headers are not as documented."""

    def __init__(self, cause: ValidationError) -> None:
        super().__init__(str(cause))
        self.fields = fields_of(cause)


def handle_on(blueprint: Blueprint) -> None:
    """Puts the handlers on the blueprint; they go before the pages' own."""

    @blueprint.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        db.session.rollback()
        field = error.field if isinstance(error, Invalid) else None
        errors = [FieldError(field=_sent_name(field), detail=str(error))] if field else []
        return problem(status_of(error), str(error), errors=errors)

    @blueprint.errorhandler(Unprocessable)
    def unprocessable(error: Unprocessable) -> Response:
        return problem(422, errors=error.fields)

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response | HTTPException:
        if error.code is None or error.code < 400:
            return error
        db.session.rollback()
        own = error.description if error.description != type(error).description else None
        kept = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
        return problem(error.code, own or "", headers=kept)

    @blueprint.errorhandler(StaleDataError)
    @blueprint.errorhandler(IntegrityError)
    def same_moment(error: Exception) -> Response:
        db.session.rollback()
        current_app.logger.warning("api: %s", error)
        return problem(409, SAME_MOMENT)

    @blueprint.errorhandler(OperationalError)
    @blueprint.errorhandler(SearchError)
    def unavailable(error: Exception) -> Response:
        db.session.rollback()
        current_app.logger.error("api: %s", error)
        return problem(503, headers={"Retry-After": "5"})


def install(app: Flask) -> None:
    """What never reaches a view of ours, such as an address that does not exist, leaves as a problem too."""

    @app.after_request
    def as_problem(answer: Response) -> Response:
        if not request.path.startswith("/api/") or answer.status_code < 400 or answer.mimetype == MEDIA_TYPE:
            return answer
        kept = {name: answer.headers[name] for name in ("Allow", "Retry-After") if name in answer.headers}
        return problem(answer.status_code, headers=kept)
