"""API tokens: made by an agent, shown once, kept as a hash. A token acts as its agent and is named in events."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.journal import Actor
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission

PREFIX = "hd_"
USED_EVERY_SECONDS = 300


class Token(Base):
    __tablename__ = "tokens"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), index=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]

    agent: Mapped[Agent] = relationship(lazy="joined")

    def actor(self) -> Actor:
        own = self.agent.actor()
        return replace(own, via=f"token {self.name}")


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


def make_token(
    session: Session, agent: Agent, name: str, *, at: datetime, lasts_days: int | None = None
) -> tuple[Token, str]:
    """A new token and its secret; the secret is nowhere else and cannot be shown again."""
    if Permission.MAKE_TOKENS not in agent.permissions:
        raise NotAllowed(f"{agent.name} may not make tokens. Ask an administrator.")
    if not name.strip():
        raise Invalid("Name the token after what will use it, so that you can revoke the right one.", field="name")
    secret = PREFIX + secrets.token_urlsafe(32)
    expires_at = at + timedelta(days=lasts_days) if lasts_days else None
    token = Token(agent=agent, name=name.strip()[:100], digest=_digest(secret), created_at=at, expires_at=expires_at)
    session.add(token)
    session.flush()
    return token, secret


def token_of(session: Session, secret: str, *, now: datetime) -> Token | None:
    """The live token with this secret; None for unknown, revoked and expired ones and for agents who left."""
    token = session.scalars(select(Token).where(Token.digest == _digest(secret))).first()
    if token is None or token.revoked_at or not token.agent.active or (token.expires_at and token.expires_at <= now):
        return None
    if token.used_at is None or (now - token.used_at).total_seconds() > USED_EVERY_SECONDS:
        token.used_at = now
    return token


def tokens_of(session: Session, agent: Agent) -> list[Token]:
    return list(session.scalars(select(Token).where(Token.agent_id == agent.id).order_by(Token.created_at.desc())))
