"""Signing in: Flask-Security over our own agents. The password row lives here, roles and rights in `people`."""

from datetime import datetime
from uuid import uuid4

from flask import Flask
from flask_security import RoleMixin, Security, SQLAlchemySessionUserDatastore, UserMixin, hash_password
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base, Id
from helpdesk.db import db
from helpdesk.errors import Invalid
from helpdesk.people.agent import Agent

PASSWORD_LENGTH_MIN = 10

sign_in_roles = Table(
    "sign_in_roles",
    Base.metadata,
    Column("sign_in_id", Id, ForeignKey("sign_ins.id"), primary_key=True),
    Column("role_id", Id, ForeignKey("roles.id"), primary_key=True),
)


class SignInRole(Base, RoleMixin):
    """Asked for by Flask-Security; what an agent may do stands in `people.permissions`."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(unique=True)


class SignIn(Base, UserMixin):
    """How one agent proves who they are: the password's argon2 hash and the key of their sessions."""

    __tablename__ = "sign_ins"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    password_changed_at: Mapped[datetime | None]

    agent: Mapped[Agent] = relationship(lazy="joined")

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # it is never written
        """None, ever: Flask-Security asks at each request, and a relationship would cost each page a statement."""
        return []

    @property
    def is_active(self) -> bool:
        return self.active and self.agent.active


security = Security()
datastore = SQLAlchemySessionUserDatastore(db.session, SignIn, SignInRole)

CONFIGURATION = {
    "SECURITY_LOGIN_URL": "/sign-in",
    "SECURITY_LOGOUT_URL": "/sign-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_CHANGE_URL": "/profile/password",
    "SECURITY_CHANGEABLE": True,
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_POST_CHANGE_VIEW": "/profile",
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_LENGTH_MIN": PASSWORD_LENGTH_MIN,
    # The same answer for a wrong address and a wrong password, so that nobody can list agents.
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    # What people type is often not a deliverable address in tests and closed networks.
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "SECURITY_JOIN_USER_ROLES": False,
}


def install(app: Flask, signing_key: str) -> None:
    app.config.update(CONFIGURATION, SECURITY_PASSWORD_SALT=signing_key)
    security.init_app(app, datastore)


def give_password(session: Session, agent: Agent, password: str, *, at: datetime) -> SignIn:
    """Sets the password an agent signs in with, and ends all their sessions. Raises Invalid for a short one."""
    if len(password) < PASSWORD_LENGTH_MIN:
        raise Invalid(f"Take a password of at least {PASSWORD_LENGTH_MIN} characters.", field="password")
    account = session.scalars(select(SignIn).where(SignIn.agent_id == agent.id)).one_or_none()
    if account is None:
        account = SignIn(agent=agent, password=hash_password(password), fs_uniquifier=uuid4().hex)
        session.add(account)
    else:
        account.password = hash_password(password)
        datastore.set_uniquifier(account)
    account.email, account.password_changed_at = agent.email, at
    session.flush()
    return account
