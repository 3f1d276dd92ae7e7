"""The knowledge articles load as package data, are complete, and help in the same five steps."""

import re
from importlib import resources

import pytest

from helpdesk.sample import company
from helpdesk.sample.articles import load_articles, parse_article

ARTICLES = load_articles()
HEADINGS = ["Symptoms", "Cause", "Fix", "If it doesn't help"]
each_article = pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.slug)


def test_there_are_25_for_both_audiences():
    assert len(ARTICLES) >= 25
    assert {article.audience for article in ARTICLES} == {"public", "internal"}
    assert len({article.title for article in ARTICLES}) == len(ARTICLES)


def test_none_is_left_out():
    files = [file.name for file in (resources.files("helpdesk.sample") / "articles").iterdir()]
    assert sorted(files) == [f"{article.slug}.md" for article in ARTICLES]


@each_article
def test_it_says_what_it_is_for(article):
    assert article.service in {service.key for service in company.SERVICES}
    assert 20 < len(article.summary) < 160
    assert len(article.keywords) >= 4
    assert all(article.keywords)


@each_article
def test_it_helps_step_by_step(article):
    assert article.body.startswith("**Applies to:**")
    assert re.findall(r"^## (.+)$", article.body, flags=re.M) == HEADINGS
    fix = article.body.split("## Fix")[1].split("## If it")[0]
    assert len(re.findall(r"^\d\. ", fix, flags=re.M)) >= 3


GOOD = """---
title: Überwachung
summary: Что делать
audience: public
service: email
keywords: größe, 日本語
---
Text — with a rule:
---
below
"""


def test_text_of_any_script_is_kept():
    article = parse_article("any", GOOD)
    assert (article.title, article.summary, article.keywords) == ("Überwachung", "Что делать", ("größe", "日本語"))
    assert article.body == "Text — with a rule:\n---\nbelow\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no front matter",
        GOOD.replace("title: ", "titel: "),
        GOOD.replace("public", "everybody"),
        "---\ntitle\n---\n",
    ],
    ids=["empty", "none", "no title", "audience", "no colon"],
)
def test_a_malformed_article_is_named(text):
    with pytest.raises(ValueError, match=r"^broken: front matter needs"):
        parse_article("broken", text)
