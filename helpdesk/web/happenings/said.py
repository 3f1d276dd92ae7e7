"""How an event is put into words: who did it, and what."""

from collections.abc import Callable

from markupsafe import Markup

from helpdesk.journal import Event

# (glyph, escaped HTML, tone); tone is "", good, warn or bad.
Words = tuple[str, Markup, str]
Wording = Callable[[Event], Words]


def said(event: Event, text: str, *values: object) -> Markup:
    """`text` is one of ours and may hold <b>; the values are escaped."""
    return Markup("<b>{}</b> ").format(event.actor_name) + Markup(text).format(*values)  # noqa: S704
