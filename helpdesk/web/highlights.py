"""What the index found, as safe HTML with the matched words marked."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from search.document import Fragment


def marked(fragments: Iterable[Fragment]) -> Markup:
    """The text with <mark> around what was asked for; everything else is escaped."""
    mark = Markup("<mark>{}</mark>")
    return Markup("").join(mark.format(part.text) if part.matched else escape(part.text) for part in fragments)
