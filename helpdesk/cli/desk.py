"""What the commands share: the app, quietly put together, and refusals as plain sentences."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import click
import structlog
from flask import Flask
from pydantic import ValidationError
from sqlalchemy.orm import Session

from helpdesk import db
from helpdesk.administered import acting
from helpdesk.app import create_app
from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.journal import Actor
from helpdesk.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

COMMAND_LINE = Actor(kind="system", name="Command line")


def settings() -> Settings:
    """The settings of this machine; a wrong one ends the command with its name and what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise click.ClickException(f"The settings are wrong: {wrong}") from error


def open_desk(given: Settings | None = None) -> Flask:
    chosen = given or settings()
    set_up_logging(chosen)
    return create_app(chosen)


def house_of(app: Flask) -> House:
    found: House = app.extensions["house"]
    return found


@contextmanager
def session_of(app: Flask) -> Iterator[Session]:
    """A session for one piece of work; rolled back when it raises."""
    with app.app_context(), acting(COMMAND_LINE):
        try:
            yield db.session()
        except BaseException:
            db.session().rollback()
            raise


def plainly(function: Callable[P, R]) -> Callable[P, R]:
    """Shows what the desk refuses as a sentence instead of a trace."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from refusal

    return wrapped


def set_up_logging(chosen: Settings) -> None:
    """Log lines to standard error, as fields; for people or as JSON."""
    is_json = chosen.log_format == "json"
    renderer = (
        structlog.processors.JSONRenderer()
        if is_json
        # Plain: with the values of all variables a trace would hold mails and passwords, and take seconds to word.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # The console renderer words exceptions itself.
    if is_json:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("helpdesk", "intake", "search"):
        logging.getLogger(name).setLevel(logging.INFO)
