"""Live-blog parser: the lines of a page or file, text or HTML. Pure."""

from bot.sources.core.errors import Unusable
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import html_to_text, is_html
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH, clean_text

MAX_BYTES = 16 * 1024 * 1024  # bytes
MAX_LINES = 10_000


@page_parser
def parse_lines(body: bytes, charset: str | None = None) -> list[str]:
    """Return the sanitized lines of a live blog, text or HTML.

    Raises Unusable if it is too large, no text, empty, or has too many lines.
    """
    if len(body) > MAX_BYTES:
        raise Unusable(f"is larger than {MAX_BYTES // (1024 * 1024)} MB")
    text = decode(body, charset)
    clean = clean_text(html_to_text(text) if is_html(text) else text)
    if not clean:
        raise Unusable("is empty")
    if clean.count("\n") >= MAX_LINES:
        raise Unusable(f"has more than {MAX_LINES} lines")
    return [line[:MAX_TEXT_LENGTH] for line in clean.split("\n")]
