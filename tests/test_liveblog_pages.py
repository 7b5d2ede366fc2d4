"""Live-blog pages: HTML and text, encodings, limits."""

import random

import pytest

from bot.sources.adapters.feeds.liveblog_parser import MAX_BYTES, MAX_LINES, parse_lines
from bot.sources.core.errors import Unusable

PAGE = """<!DOCTYPE html>
<html><head><title>The blog</title><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav>
<article><header><h2>Sirens in &laquo;old&raquo; Sumy</h2><time>5 minutes ago</time></header>
<p>People go to <b>shelters</b>&nbsp;now,<br>says the mayor.</p>
<script>var a = "<p>no</p>";</script>
</article>
<div>Bridge closed</div>
<footer>All rights reserved</footer></body></html>"""


def test_the_blocks_of_an_html_page_are_its_lines() -> None:
    assert parse_lines.function(PAGE.encode()) == [
        "Sirens in «old» Sumy",
        "People go to shelters now,",
        "says the mayor.",
        "Bridge closed",
    ]


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<html><p>One<p>Two", ["One", "Two"]),
        ("<html><p>Rock & roll", ["Rock & roll"]),
        ("<html><nav>a<nav>b</nav>c</nav>d", ["d"]),
        ("<html></nav></p>One</html>", ["One"]),
        ("<html><svg/>One", ["One"]),
        ("<html>One<!-- and the rest", ["One"]),
        ("<div><p>One</p><p>Two</p></div>", ["One", "Two"]),
        ("<h2>One</h2>Two", ["One", "Two"]),
        (
            "<html><pre>12:00 Odesa\n12:05 Kyiv</pre>12:10\nLviv",
            ["12:00 Odesa", "12:05 Kyiv", "12:10 Lviv"],
        ),
    ],
)
def test_malformed_html_is_read(page: str, lines: list[str]) -> None:
    assert parse_lines.function(page.encode()) == lines


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("Тривога".encode(), None),
        ("Тривога".encode("utf-8-sig"), "utf-8"),
        ("Тривога".encode("utf-16"), None),
        ("Тривога".encode("windows-1251"), "windows-1251"),
        ("Тривога".encode(), "no-such-encoding"),
    ],
)
def test_a_text_is_decoded_in_every_encoding(body: bytes, charset: str | None) -> None:
    assert parse_lines.function(body, charset) == ["Тривога"]


def test_a_page_declares_its_encoding() -> None:
    page = '<html><meta charset="windows-1251"><p>Тривога</p></html>'

    assert parse_lines.function(page.encode("windows-1251")) == ["Тривога"]


def test_one_broken_byte_does_not_silence_a_page() -> None:
    assert parse_lines.function(b"Sirens in Sumy. " * 10 + b"\xff") == [
        "Sirens in Sumy. " * 10 + "\ufffd"
    ]


def test_invisible_characters_are_removed() -> None:
    """Bidirectional, zero-width and control characters can disguise a text."""
    assert parse_lines.function("Ky\u200biv \u202ealert\u202c\x07\ufeff".encode()) == ["Kyiv alert"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        ("\u200b\n\u200e".encode(), "empty"),
        (b"<html><body><script>1</script></body></html>", "empty"),
        (random.Random(1).randbytes(10_000), "not text"),
        (b"text\0text", "not text"),
        (b"line\n" * (MAX_LINES + 1), "lines"),
        (b"x" * (MAX_BYTES + 1), "larger"),
        (b"<html>" + b"<p>" * 2_000_000, "too large"),
    ],
    ids=["empty", "blank", "unseen", "script", "noise", "nul", "long", "large", "large-html"],
)
def test_an_unreadable_body_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        parse_lines.function(body)
