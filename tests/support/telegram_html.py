"""A strict reader of Telegram's HTML (core.telegram.org/bots/api#html-style)."""

import html
import re
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<text>[^<>&]+)"
    r"|(?P<entity>&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)"
    r'|(?P<link><a href="[^"<>]+">)'
    r"|(?P<open><(?:b|i|code|pre)>)"
    r"|(?P<close></(?:a|b|i|code|pre)>)"
)


@dataclass(frozen=True)
class Shown:
    """A message after Telegram has read its markup."""

    text: str
    marks: tuple[tuple[str, str], ...]  # tag, and the text it marks

    @property
    def units(self) -> int:
        return len(self.text.encode("utf-16-le")) // 2


def read(markup: str) -> Shown:
    """AssertionError for anything Telegram would refuse, or show otherwise than meant."""
    text, at = "", 0
    opened: list[tuple[str, int]] = []
    marks = []
    while at < len(markup):
        piece = _PIECE.match(markup, at)
        assert piece, f"no markup: {markup[at : at + 40]!r}"
        at = piece.end()
        match piece.lastgroup:
            case "text":
                text += piece[0]
            case "entity":
                text += html.unescape(piece[0])
            case "close":
                tag, start = opened.pop()
                assert piece[0] == f"</{tag}>"
                assert text[start:].strip(), f"nothing marked by {tag}"
                marks.append((tag, text[start:]))
            case _:
                tag = re.sub(r"\W.*", "", piece[0][1:])
                assert tag not in [outer for outer, _ in opened]
                opened.append((tag, len(text)))
    assert not opened, f"never closed: {opened}"
    assert text.strip(), "nothing to show"
    return Shown(text, tuple(marks))
