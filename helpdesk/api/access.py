"""Who calls and what may they reach: bearer tokens (RFC 6750), and the guards every view begins with.

404 for what this caller may not see, 403 for what they see and may not do, 412 for what they saw too long ago."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, current_app, g, request
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.api.problems import problem
from helpdesk.db import session
from helpdesk.errors import NotAllowed
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import incident_for
from helpdesk.journal import Actor
from helpdesk.knowledge.article import Article
from helpdesk.people.agent import Viewer
from helpdesk.people.permissions import Permission
from helpdesk.people.token import PREFIX, Token, token_of

NUMBER_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Caller:
    """The agent behind a token, as values: what they do is journalled under the token's name."""

    token_id: int
    actor: Actor
    viewer: Viewer


def house() -> House:
    found: House = current_app.extensions["house"]
    return found


def caller() -> Caller:
    found: Caller = g.caller
    return found


def actor() -> Actor:
    return caller().actor


def viewer() -> Viewer:
    return caller().viewer


def authenticate() -> Response | None:
    """Before each request: finds out who calls; 401 when nobody can be found out."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret:
        return _refused("Send your token with each request: Authorization: Bearer hd_…")
    found = _caller(secret) if secret.startswith(PREFIX) else None
    if found is None:
        said = "This token is not valid, or no longer. Make a new one on your profile page."
        return _refused(said, ', error="invalid_token"')
    g.caller = found
    return None


def _refused(said: str, error: str = "") -> Response:
    return problem(401, said, headers={"WWW-Authenticate": f'Bearer realm="helpdesk"{error}'})


def _caller(secret: str) -> Caller | None:
    # In a session of its own: a stranger must not wait for the write lock, nor hold it.
    with db.only_reading(), Session(db.db.engine, autoflush=False) as own:
        token = token_of(own, secret, now=house().clock.now())
        if token is None:
            return None
        found = Caller(token.id, token.actor(), token.agent.viewer())
        used_at = token.used_at if own.is_modified(token) else None
    if used_at:
        _note_use(found.token_id, used_at)
    return found


def _note_use(token_id: int, used_at: datetime) -> None:
    """Saves when a token was last used, but waits for nobody: a read is answered while others write.

    What can't be noted now will be by a later call. The update comes first in its transaction, so that SQLite
    need not promote one that began by reading."""
    with db.only_reading(), db.db.engine.connect() as connection:
        _wait_for_lock(connection, milliseconds=0)
        try:
            connection.execute(update(Token).where(Token.id == token_id).values(used_at=used_at))
            connection.commit()
        except OperationalError as error:
            connection.rollback()
            current_app.logger.info("token %s: its use could not be noted: %s", token_id, error.orig)
        finally:
            _wait_for_lock(connection, milliseconds=db.BUSY_TIMEOUT_MILLISECONDS)


def _wait_for_lock(connection: Connection, *, milliseconds: int) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}")


def needs(permission: Permission) -> None:
    """Raises NotAllowed without this permission; for what no verb checks by itself."""
    if not actor().may(permission):
        raise NotAllowed(f"{actor().name} may not do this ({permission.value.replace('_', ' ')}).")


def the_incident(number: int) -> Incident:
    """The incident of this number, or 404: missing and forbidden look the same."""
    found = incident_for(session(), viewer(), number) if number <= NUMBER_MAX else None
    if found is None:
        abort(404, f"There is no incident {number} that you may see.")
    return found


def incident_to_change(number: int) -> Incident:
    """The incident, or 404; 412 when If-Match names another version than it has now.

    Two who change the same one wait here for each other, so neither meets a stale row."""
    if number <= NUMBER_MAX:
        session().execute(select(Incident.id).where(Incident.id == number).with_for_update())
    found = the_incident(number)
    if request.if_match and not request.if_match.contains(str(found.version)):
        abort(412, f"{found.number} is at version {found.version} now. Read it again, then decide anew.")
    return found


def the_article(number: int) -> Article:
    """The article of this number, or 404."""
    found = session().get(Article, number) if number <= NUMBER_MAX else None
    if found is None:
        abort(404, f"There is no article {number}.")
    return found
