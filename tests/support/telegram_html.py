"""Strict parser of Telegram's HTML (core.telegram.org/bots/api#html-style)."""

import html
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<text>[^<>&]+)"
    r"|(?P<entity>&(?:lt|gt|amp|quot|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)"
    r'|(?P<link><a href="[^"<>]+">)'
    r"|(?P<open><(?:b|i|code|pre)>)"
    r"|(?P<close></(?:a|b|i|code|pre)>)"
)


@dataclass(frozen=True)
class ParsedMessage:
    """Message as Telegram shows it."""

    text: str
    entities: tuple[tuple[str, str], ...]  # tag and marked text

    @property
    def utf16_length(self) -> int:
        """Length of the text in UTF-16 code units, as Telegram counts it."""
        return len(self.text.encode("utf-16-le")) // 2


def parse_html(markup: str) -> ParsedMessage:
    """Parse markup; raise AssertionError if Telegram would refuse it or show it differently."""
    text, position = "", 0
    open_tags: list[tuple[str, int]] = []
    entities = []
    while position < len(markup):
        token = _TOKEN.match(markup, position)
        assert token, f"no markup: {markup[position : position + 40]!r}"
        position = token.end()
        match token.lastgroup:
            case "text":
                text += token[0]
            case "entity":
                text += html.unescape(token[0])
            case "close":
                tag, start = open_tags.pop()
                assert token[0] == f"</{tag}>"
                assert text[start:].strip(), f"nothing marked by {tag}"
                entities.append((tag, text[start:]))
            case _:
                tag = re.sub(r"\W.*", "", token[0][1:])
                assert tag not in [outer for outer, _ in open_tags]
                open_tags.append((tag, len(text)))
    assert not open_tags, f"never closed: {open_tags}"
    assert text.strip(), "nothing to show"
    return ParsedMessage(text, tuple(entities))
