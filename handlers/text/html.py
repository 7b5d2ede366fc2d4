"""Telegram HTML: escaped markup, and its builders."""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_TAG = re.compile(r"<[^<>]*>")

_MAX_LINK_LENGTH = 2_000
"""Characters. Nobody opens a longer address."""


class Html(str):
    """Markup with all outside text escaped (core.telegram.org/bots/api#html-style)."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Escape a text; return markup unchanged."""
    return text if isinstance(text, Html) else Html(html.escape(text))


def bold(text: str) -> Html:
    """Return the text in bold, escaped."""
    return Html(f"<b>{escape(text)}</b>")


def join(separator: str, parts: Iterable[Html]) -> Html:
    """Join the parts that are not empty. The separator is plain text."""
    return Html(escape(separator).join(part for part in parts if part))


def link(url: str | None, label: str) -> Html | None:
    """Build a link; None if `url` is not an http or https address."""
    if url is None or not _is_web_address(url):
        return None
    return Html(f'<a href="{escape(url)}">{escape(label)}</a>')


def _is_web_address(url: str) -> bool:
    if len(url) > _MAX_LINK_LENGTH or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def visible_text(markup: Html) -> str:
    """Return the text without tags and with entities decoded, whose length Telegram counts."""
    return html.unescape(_TAG.sub("", markup))
