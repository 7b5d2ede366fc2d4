"""Telegram's HTML: what is markup already, and how text becomes it."""

import html
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_TAG = re.compile(r"<[^<>]*>")

_LONGEST_LINK = 2_000
"""Characters; what is longer is no address a person opens."""


class Html(str):
    """Text in which everything from outside is escaped (core.telegram.org/bots/api#html-style)."""

    __slots__ = ()


def escape(text: str) -> Html:
    """Text as Telegram's HTML shows it; what is markup already stays as it is."""
    return text if isinstance(text, Html) else Html(html.escape(text))


def bold(text: str) -> Html:
    return Html(f"<b>{escape(text)}</b>")


def join(separator: str, parts: Iterable[Html]) -> Html:
    """The parts that say something; the separator is text."""
    return Html(escape(separator).join(part for part in parts if part))


def link(url: str | None, label: str) -> Html | None:
    """A link, None where `url` is no address on the web."""
    if url is None or not _is_web(url):
        return None
    return Html(f'<a href="{escape(url)}">{escape(label)}</a>')


def _is_web(url: str) -> bool:
    if len(url) > _LONGEST_LINK or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def shown(markup: Html) -> str:
    """The text Telegram counts: tags gone, entities read."""
    return html.unescape(_TAG.sub("", markup))
