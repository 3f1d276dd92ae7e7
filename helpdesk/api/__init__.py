"""The API, version 1: the same verbs as the pages, with bearer tokens."""

from flask import Flask
from flask_wtf import CSRFProtect


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Hangs the API into an app. It carries bearer tokens, never cookies, so it needs no CSRF protection."""
    from helpdesk.api import brake, problems, v1

    blueprint = v1.blueprint()
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)
    brake.install(app)
    problems.install(app)
