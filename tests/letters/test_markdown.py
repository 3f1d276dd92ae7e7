"""Markdown turns into HTML in which nothing runs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helpdesk.letters.markdown import render, to_text


def test_what_people_write_is_shown():
    html = render(
        "# VPN\n\nDo *this*, then `ipconfig /flushdns`:\n\n1. one\n2. two\n\n[more](https://example.org/a?b=1&c)"
    )
    assert "<h1>VPN</h1>" in html
    assert "<em>this</em>" in html
    assert "<code>ipconfig /flushdns</code>" in html
    assert "<li>two</li>" in html
    assert 'href="https://example.org/a?b=1&amp;c"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_tables_are_kept_without_inline_style():
    html = render("| host | state |\n|:--|--:|\n| a | up |")
    assert "<td>a</td>" in html
    assert "style" not in html


def test_line_ends_of_a_letter_are_kept_and_those_of_an_article_flow():
    assert "<br" in render("one\ntwo", keep_line_breaks=True)
    assert "<br" not in render("one\ntwo")


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "<iframe src='https://evil.example'></iframe>",
        '[x](https://a.example "\\" onmouseover=alert(1) \\"")',
        "`<script>`\n\n    <script>\n",
        "<a href='javascript:1'>x</a>",
        "![x](x\"onerror=alert(1))",
    ],
)  # fmt: skip
def test_nothing_that_runs_gets_through(bad: str):
    tags = re.findall(r"<[^>]*>", re.sub(r'"[^"]*"', '""', render(bad)))
    assert not [tag for tag in tags if re.search(r"<(script|iframe|style|svg|form)|\son\w+\s*=", tag, re.IGNORECASE)]
    assert not re.search(r"(href|src)=\"\s*(javascript|data|vbscript):", render(bad), re.IGNORECASE)


@given(some.text(alphabet="<>[]()!`*_#|\"'\\&;:/ \njavscript:onerrx=", max_size=120))
def test_no_text_makes_a_tag_that_was_not_meant(text: str):
    allowed = (
        r"</?(?:a|blockquote|br|code|del|em|h[1-6]|hr|img|li|ol|p|pre|s|strong|table|tbody|td|th|thead|tr|ul)[ />]"
    )
    for tag in re.findall(r"<[^>]*>", render(text)):
        assert re.match(allowed, tag)


@pytest.mark.parametrize("mark", ["[", "*_", "![", "<", "`", "&", "~~"])
def test_a_heap_of_marks_is_shown_as_it_stands(mark: str):
    heap = mark * 10_000
    assert render(heap).startswith("<pre>")
    assert to_text(heap) == heap


@pytest.mark.parametrize("mark", [">", "- ", "|", "#", "1. ", "(", '"'])
def test_heaps_of_other_marks_do_no_harm(mark: str):
    assert render(mark * 20_000)


def test_a_long_article_is_still_markdown():
    assert render("Some *word* and [link](https://example.org).\n\n" * 500).count("<em>") == 500


def test_the_words_alone():
    assert to_text("# Title\n\nSome *bold* `code` & <b>raw</b>\n\n- one\n- two") == (
        "Title\nSome bold code & <b>raw</b>\none\ntwo"
    )
