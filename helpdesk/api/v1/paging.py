"""Pages of long lists: opaque cursors, and the Link header (RFC 8288) that leads to the next one."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from itsdangerous import BadData, URLSafeSerializer

from helpdesk.api.access import house
from helpdesk.errors import Invalid


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(house().signing_key, salt="api cursor")


def sealed(place: Sequence[str | int]) -> str:
    """Where a page ended, signed: nobody can make one up, so what is read back needs no doubt."""
    return str(_signer().dumps([request.endpoint, *place]))


def opened(cursor: str, length: int) -> list[Any]:
    """The place that `sealed` was given. Raises Invalid for anything else, and for another list's cursor."""
    try:
        endpoint, *place = list(_signer().loads(cursor))
    except (BadData, ValueError, TypeError):
        endpoint, place = "", []
    if endpoint != request.endpoint or len(place) != length:
        raise Invalid("This is not a cursor of this list. Start again without one.", field="cursor")
    return place


def link_to(**changes: str | int) -> dict[str, str]:
    """The Link header to the next page: this request with other parameters."""
    arguments: dict[str, Any] = {**(request.view_args or {}), **request.args.to_dict(), **changes}
    return {"Link": f'<{url_for(request.endpoint or "", _external=True, **arguments)}>; rel="next"'}
