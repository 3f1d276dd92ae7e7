"""Brakes on what strangers can do often: sign in and report. Counted for each address and process."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

SIGN_IN = "10 per minute;100 per hour"
REPORT = "20 per minute;200 per hour"

limiter = Limiter(get_remote_address, storage_uri="memory://", headers_enabled=True)


def install(app: Flask) -> None:
    limiter.init_app(app)

    @app.before_request
    def brake_sign_in() -> None:
        from flask import request

        if request.endpoint == "security.login" and request.method == "POST":
            with limiter.limit(SIGN_IN):
                pass
