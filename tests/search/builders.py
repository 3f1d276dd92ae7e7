"""Documents and questions for the search tests."""

from datetime import UTC, datetime, timedelta

from search.document import Document, Fragment, Hit, Key, Problem, Query

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
AGENTS = frozenset({"agents"})


def incident(number: int, title: str, body: str = "", fix: str = "", **changes: object) -> Document:
    """A resolved incident that agents see and that may be suggested."""
    values: dict[str, object] = {
        "key": Key("incident", number),
        "version": 1,
        "title": title,
        "body": body,
        "fix": fix,
        "audience": AGENTS,
        "at": NOW - timedelta(days=number),
        "state": "resolved",
        "suggestable": True,
    }
    return Document(**{**values, **changes})  # type: ignore[arg-type]


def article(number: int, title: str, text: str, **changes: object) -> Document:
    return incident(number, title, fix=text, **{"key": Key("article", number), "state": "published", **changes})


def ask(text: str, **changes: object) -> Query:
    return Query(text, **{"audience": AGENTS, **changes})  # type: ignore[arg-type]


def problem(title: str, body: str = "", **changes: object) -> Problem:
    return Problem(title, body, **{"audience": AGENTS, "at": NOW, **changes})  # type: ignore[arg-type]


def ids(hits: tuple[Hit, ...]) -> list[int]:
    return [hit.key.id for hit in hits]


def marked(fragments: tuple[Fragment, ...]) -> list[str]:
    return [fragment.text for fragment in fragments if fragment.matched]


def plain(fragments: tuple[Fragment, ...]) -> str:
    return "".join(fragment.text for fragment in fragments)
