"""Live pages: streams of server-sent events that say only that something changed. What changed, the page asks for
itself, under its viewer's rights. A page that gets no stream polls."""

from collections.abc import Callable, Iterator

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

from helpdesk.db import session
from helpdesk.journal import newest_id
from helpdesk.web import web
from helpdesk.web.access import agents_only, the_incident
from helpdesk.web.changing import last_sequence
from helpdesk.web.watcher import Listener, Watcher

HEARTBEAT_SECONDS = 15.0
# Many changes at once, a burst of mail, are one reason to look again.
AT_MOST_EVERY_SECONDS = 1.0
THREADS_KEPT_FREE = 8
POLL_SECONDS, POLL_SECONDS_WITH_STREAM = 15, 60


@web.get("/live/queue")
@agents_only
def live_queue() -> ResponseReturnValue:
    """`after`: the newest event that the page knew of."""
    return _stream(None, lambda: newest_id(session()) > request.args.get("after", 0, int))


@web.get("/live/incidents/<int:number>")
@agents_only
def live_incident(number: int) -> ResponseReturnValue:
    """`after`: the last event of this incident that the page shows."""
    the_incident(number)
    return _stream(number, lambda: last_sequence(number) > request.args.get("after", 0, int))


def watcher(app: Flask | None = None) -> Watcher:
    """The watcher of this process; made at the first call. Its `close` ends all streams."""
    found = app or current_app
    if "watcher" not in found.extensions:
        settings = found.extensions["house"].settings
        streams_max = max(0, settings.web_threads - THREADS_KEPT_FREE)
        found.extensions["watcher"] = Watcher(settings.database_address, streams_max)
    made: Watcher = found.extensions["watcher"]
    return made


def poll_seconds() -> int:
    """How often a page asks by itself: seldom when it has a stream, which keeps the ages in it right."""
    return POLL_SECONDS if watcher().full else POLL_SECONDS_WITH_STREAM


def _stream(incident: int | None, missed: Callable[[], bool]) -> Response:
    watching = watcher()
    listener = watching.join(incident)
    if listener is None:
        # Nothing in it: htmx puts the body of an error where the stream would have gone.
        return Response(status=503, headers={"Retry-After": str(POLL_SECONDS)})
    # Asked only now that we listen, so nothing falls between the page and its stream.
    listener.heard = missed()
    answer = Response(_events(watching, listener), mimetype="text/event-stream")
    answer.call_on_close(lambda: watching.leave(listener))
    answer.headers.update({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    return answer


def _events(watching: Watcher, listener: Listener) -> Iterator[str]:
    yield ": listening\n\n"
    while (heard := watching.wait(listener, HEARTBEAT_SECONDS)) is not None:
        # A comment keeps proxies from cutting the line, and finds out that the reader is gone.
        yield "event: incident\ndata: changed\n\n" if heard else ": still here\n\n"
        if heard:
            watching.pause(AT_MOST_EVERY_SECONDS)
