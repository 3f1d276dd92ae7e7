"""The sample's knowledge articles: Markdown with a small front matter, one file each, in the folder beside this."""

from dataclasses import dataclass
from importlib import resources
from typing import Literal, cast

Audience = Literal["public", "internal"]
FENCE = "---\n"


@dataclass(frozen=True, slots=True)
class SampleArticle:
    """`slug` is the file's name, `service` a key of `company.SERVICES`, `body` Markdown without the title."""

    slug: str
    title: str
    summary: str
    audience: Audience
    service: str
    keywords: tuple[str, ...]
    body: str


def load_articles() -> tuple[SampleArticle, ...]:
    """All articles by slug. Reads package data, so it works from a wheel; raises ValueError naming a malformed file."""
    folder = resources.files(__package__) / "articles"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".md")), key=lambda file: file.name)
    return tuple(parse_article(file.name.removesuffix(".md"), file.read_text(encoding="utf-8")) for file in files)


def parse_article(slug: str, text: str) -> SampleArticle:
    """One article from its text; raises ValueError saying what the front matter lacks."""
    try:
        _, matter, body = text.split(FENCE, 2)
        fields = dict(line.split(": ", 1) for line in matter.splitlines())
        return SampleArticle(
            slug=slug,
            title=fields["title"],
            summary=fields["summary"],
            audience=_audience(fields["audience"]),
            service=fields["service"],
            keywords=tuple(word.strip() for word in fields["keywords"].split(",")),
            body=body.strip() + "\n",
        )
    except (ValueError, KeyError) as error:
        raise ValueError(f"{slug}: front matter needs 'name: value' lines between two '---' lines: {error}") from error


def _audience(word: str) -> Audience:
    if word not in ("public", "internal"):
        raise ValueError(f"audience is {word!r}, write public or internal")
    return cast(Audience, word)
