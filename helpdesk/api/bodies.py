"""What a request carries, before any model reads it: JSON or nothing, an object, and not deeper than can be read."""

from typing import Any

from flask import abort, request
from werkzeug.exceptions import BadRequest

UNREADABLE = "The body is not JSON that can be read. Check quotes, commas and the encoding (UTF-8)."


def check_body() -> None:
    """Before each request: 415 for another format, 400 for broken JSON, 422 for JSON that is not an object.

    Models are given an object in any case, so what spectree would take for an empty one never reaches it."""
    if request.method not in ("POST", "PATCH"):
        return
    has_body = bool(request.get_data())
    if not has_body and not request.mimetype:
        return
    if not request.is_json:
        abort(415)
    if has_body and not isinstance(_json(), dict):
        abort(422, "The body is not a JSON object. Put its members into { }.")


def _json() -> Any:
    try:
        return request.get_json()
    except BadRequest:
        abort(400, UNREADABLE)
    except RecursionError:
        abort(400, "The body is nested too deeply to be read.")
