"""Idempotency-Key: a call that makes something, sent twice, makes it once (draft-ietf-httpapi-idempotency-key-header).

The keys are rows of the transaction that makes the thing, so this holds across processes, and a call that failed
leaves its key free. A key belongs to one agent and to one request."""

import hashlib
import json
from datetime import datetime, timedelta

from flask import g, request
from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.api.access import actor, house
from helpdesk.base import Base
from helpdesk.db import session
from helpdesk.errors import Invalid

KEPT_DAYS = 7
SWEEP_EVERY = 100


class IdempotencyKey(Base):
    """`digest` is of the whole request; `made_id` the number of what it made."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("agent_id", "key"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"))
    key: Mapped[str]
    digest: Mapped[str]
    made_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(index=True)


def made_before() -> int | None:
    """The number of what this very request made earlier. None when it comes for the first time; its key is taken then.

    Waits while the first one is still under way. Raises Invalid when the key was used for something else."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        return None
    now, digest = house().clock.now(), _digest()
    row = IdempotencyKey(agent_id=actor().id, key=key, digest=digest, at=now)
    try:
        with session().begin_nested():
            session().add(row)
    except IntegrityError:
        return _earlier(key, digest)
    if row.id % SWEEP_EVERY == 0:
        session().execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - timedelta(days=KEPT_DAYS)))
    g.idempotency_key = row
    return None


def made(number: int) -> None:
    """Keeps what came of this request, in case it comes again; to be called before the commit."""
    row: IdempotencyKey | None = g.pop("idempotency_key", None)
    if row is not None:
        row.made_id = number


def _earlier(key: str, digest: str) -> int | None:
    query = select(IdempotencyKey).where(IdempotencyKey.agent_id == actor().id, IdempotencyKey.key == key)
    found = session().scalars(query).one()
    if found.digest != digest:
        raise Invalid("This key was used for another request. Take a new one.", field="Idempotency-Key")
    return found.made_id


def _digest() -> str:
    said = json.dumps([request.method, request.path, request.get_json()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
