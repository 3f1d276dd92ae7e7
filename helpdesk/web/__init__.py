"""The pages of the desk. One file a resource; `register` hangs them all into an app."""

from flask import Blueprint, Flask

web = Blueprint("web", __name__)


def register(app: Flask) -> None:
    """Imports every page (each puts its routes on `web` or on a blueprint of its own) and hangs them in."""
    from helpdesk.web import pages

    for blueprint in pages.blueprints():
        app.register_blueprint(blueprint)
