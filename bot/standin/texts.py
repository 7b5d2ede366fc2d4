"""Formatting: turns the text of a call into visible text and entities."""

import re
from collections.abc import Callable
from typing import Any

from bot.standin.autolinks import find_links
from bot.standin.errors import TEXT_BLANK, BadRequest
from bot.standin.messages import Entity
from bot.standin.parse_html import parse_html
from bot.standin.parse_markdown import parse_markdown, parse_markdown_v2
from bot.standin.utf16 import utf16_length

LONGEST_TEXT = 4096  # UTF-16 units after parsing
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100

Parser = Callable[[str], tuple[str, list[Entity]]]
_MODES: dict[str, Parser] = {
    "html": parse_html,
    "markdown": parse_markdown,
    "markdownv2": parse_markdown_v2,
}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def format_text(
    source: str, mode: str, given: Any, *, longest: int, too_long: str
) -> tuple[str, tuple[Entity, ...]]:
    """Return the visible text and its entities; both may be empty.

    mode: parse_mode, empty for none; `given`: the entities parameter, used without a mode.
    Raises BadRequest if entities do not parse, or for more than `longest` UTF-16 units.
    """
    text, entities = _parse(source, mode, given)
    text, entities = _trim(_CONTROL.sub(" ", text), entities)
    if utf16_length(text) > longest:
        raise BadRequest(too_long)
    return text, tuple(find_links(text, entities)[:MOST_ENTITIES])


def require_text(text: str) -> None:
    """Raise BadRequest if the text is empty."""
    if not text:
        raise BadRequest(TEXT_BLANK)


def _parse(source: str, mode: str, given: Any) -> tuple[str, list[Entity]]:
    if mode:
        parser = _MODES.get(mode.casefold())
        if parser is None:
            raise BadRequest("unsupported parse_mode")
        return parser(source)
    if isinstance(given, list):
        return source, [dict(each) for each in given if isinstance(each, dict)]
    return source, []


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    shown = text.strip()
    if shown == text or not shown:
        return shown, entities if shown else []
    cut = utf16_length(text[: len(text) - len(text.lstrip())])
    length = utf16_length(shown)
    kept = []
    for entity in entities:
        begin = max(entity["offset"] - cut, 0)
        end = min(entity["offset"] + entity["length"] - cut, length)
        if end > begin:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return shown, kept
