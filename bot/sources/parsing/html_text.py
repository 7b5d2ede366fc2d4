"""HTML to text: one line for each block element."""

import re
from html.parser import HTMLParser

from bot.sources.core.errors import Unusable
from bot.sources.parsing.node_limit import check_element_count

MAX_PAGE_LENGTH = 4 * 1024 * 1024  # code points: the parser is slow

_HTML = re.compile(
    r"\s*(?:<!--.{0,500}?-->\s*)?"
    r"<(?:!doctype html|html|head|body|main|article|section|div|p|ul|ol|table|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(
    "address|article|blockquote|body|br|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|header|hr"
    "|li|main|ol|p|pre|section|table|tbody|td|th|tr|ul"
)
# Includes times: they would read as headlines, and "5 minutes ago" is new at every poll.
_HIDDEN = re.compile(
    "aside|button|footer|form|iframe|nav|noscript|script|style|svg|template|time|title"
)


def is_html(text: str) -> bool:
    """Return True if the text begins like an HTML page, or like a part of one."""
    return _HTML.match(text) is not None


def html_to_text(html: str) -> str:
    """Return the readable text of a page, without menus, footers and scripts.

    Raises Unusable for a page above 4 M characters.
    """
    if len(html) > MAX_PAGE_LENGTH:
        raise Unusable("is too large a page to read")
    check_element_count(html)
    extractor = _TextExtractor()
    # A final tag instead of close(): close() rescans an unterminated construct again and again.
    extractor.feed(f"{html}<br>")
    return extractor.text()


class _TextExtractor(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._words: list[str] = []
        self._hidden = ""  # the outermost open element with hidden text
        self._depth = 0  # nesting of elements with that name
        self._preformatted = 0  # nesting of elements whose line ends count

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if not self._hidden and _HIDDEN.fullmatch(tag):
            self._hidden = tag
        if tag == self._hidden:
            self._depth += 1
        elif _BLOCK.fullmatch(tag):
            self._end_line()
        if tag == "pre":
            self._preformatted += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._depth -= 1
            if self._depth == 0:
                self._hidden = ""
        elif _BLOCK.fullmatch(tag):
            self._end_line()
        if tag == "pre":
            self._preformatted = max(0, self._preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        lines = data.split("\n") if self._preformatted else [data]
        for line in lines[:-1]:
            self._words.append(line)
            self._end_line()
        self._words.append(lines[-1])

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def _end_line(self) -> None:
        line = " ".join("".join(self._words).split())
        self._words.clear()
        if line:
            self._lines.append(line)
