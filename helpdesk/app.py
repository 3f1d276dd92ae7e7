"""The composition root: everything the desk consists of, put together once."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from helpdesk import api, db, web
from helpdesk.attachments.store import FileStore
from helpdesk.base import read_json
from helpdesk.clock import SystemClock
from helpdesk.house import House
from helpdesk.letters.captured import CapturingTransport
from helpdesk.letters.smtp import SmtpTransport
from helpdesk.settings import Settings, package_folder, templates_folder
from helpdesk.wake_up import waker
from helpdesk.web import context, errors, furniture, headers, limits, signin
from helpdesk.web.acting import acting
from search.index import open_index

# Forms that are sent and change nothing.
ONLY_READ = {"web.preview_article", "web.try_mail"}

csrf = CSRFProtect()
migrate = Migrate()


def create_app(settings: Settings | None = None, **parts: Any) -> Flask:
    """The desk as a WSGI application. `parts` replaces members of `House`, such as the clock or the transport."""
    settings = settings or Settings()
    app = Flask("helpdesk", template_folder=str(templates_folder()), static_folder=str(package_folder() / "static"))
    house = build_house(settings, **parts)
    app.extensions["house"] = house
    app.extensions["acting"] = acting
    configure(app, house)
    db.bind(app)
    # Before anything that asks the database who is there.
    read_only_gets(app)
    migrate.init_app(app, db.db, directory=str(package_folder() / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    headers.install(app)
    limits.install(app)
    signin.install(app, house.signing_key)
    context.install(app)
    furniture.install(app)
    errors.install(app)
    web.register(app)
    api.register(app, csrf)
    return app


def build_house(settings: Settings, **parts: Any) -> House:
    """The parts behind the doors, as the settings ask for them."""
    data: Path = settings.data_folder
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = settings.signing_key()
    house = House(
        settings=settings,
        clock=SystemClock(),
        store=FileStore(data / "files"),
        index=open_index(data / "index"),
        transport=CapturingTransport(data / "outbox") if settings.capture_mail else SmtpTransport(key),
        wake_worker=waker(settings),
        signing_key=key,
    )
    return replace(house, **parts)


def configure(app: Flask, house: House) -> None:
    settings = house.settings
    secure = settings.base_url.startswith("https://")
    app.config.update(
        SECRET_KEY=house.signing_key,
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": bool(settings.database_url), "json_deserializer": read_json},
        MAX_CONTENT_LENGTH=settings.upload_bytes_max,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="helpdesk",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a reply may take a day to write
        TEMPLATES_AUTO_RELOAD=bool(os.environ.get("FLASK_DEBUG")),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def read_only_gets(app: Flask) -> None:
    """A page that is only read takes no write lock; see `helpdesk.db`."""

    @app.before_request
    def choose() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in ONLY_READ:
            db.begin_reading()
        else:
            db.begin_writing()
