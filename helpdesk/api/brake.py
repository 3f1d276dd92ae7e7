"""A brake on each token: so many calls a minute, counted for each process. API_CALLS_PER_MINUTE in the app's config."""

import math
import time

from flask import Flask, current_app
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from helpdesk.api.access import caller

CALLS_PER_MINUTE = 600


def install(app: Flask) -> None:
    app.config.setdefault("API_CALLS_PER_MINUTE", CALLS_PER_MINUTE)
    app.extensions["api_calls"] = FixedWindowRateLimiter(MemoryStorage())


def count_call() -> None:
    """Before each request of a known caller; 429 with Retry-After when it is one too many."""
    allowed = RateLimitItemPerMinute(current_app.config["API_CALLS_PER_MINUTE"])
    calls: FixedWindowRateLimiter = current_app.extensions["api_calls"]
    token = str(caller().token_id)
    if not calls.hit(allowed, token):
        seconds = math.ceil(calls.get_window_stats(allowed, token).reset_time - time.time())
        raise TooManyRequests(retry_after=max(1, seconds))
