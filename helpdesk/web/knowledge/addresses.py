"""The address of an article: its number, and its title for people."""

import re

from flask import url_for

SLUG_LENGTH_MAX = 80


def slug(title: str) -> str:
    """A title as part of an address; letters of any script stay."""
    return re.sub(r"[\W_]+", "-", title.casefold())[:SLUG_LENGTH_MAX].strip("-") or "article"


def article_url(number: int, title: str, endpoint: str = "web.article") -> str:
    return url_for(endpoint, number=number, slug=slug(title))
