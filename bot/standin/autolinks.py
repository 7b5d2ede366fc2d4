"""Entities that Telegram detects itself: commands, mentions, hashtags and links."""

import re

from bot.standin.messages import Entity
from bot.standin.utf16 import utf16_length

_PATTERN = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\"'.,:;!?)\]]"
    r"|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|ua|it|me|info|io|eu|gov|int)\b(?:/[^\s<>\"]*)?)"
    r"|(?P<email>(?<![\w.])[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>]))"
    r"|(?P<mention>(?<!\w)@[a-zA-Z0-9_]{2,32}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])#(?=\w*[^\W\d])\w{1,256}(?![\w#]))"
)
_HINTS = re.compile(r"[/@#]|\.\w")  # every match contains one of these; most texts contain none
_OPAQUE = frozenset({"code", "pre", "text_link"})


def find_links(text: str, entities: list[Entity]) -> list[Entity]:
    """Return `entities` plus those detected in the text outside code and links."""
    if not _HINTS.search(text):
        return entities
    opaque = [
        range(entity["offset"], entity["offset"] + entity["length"])
        for entity in entities
        if entity["type"] in _OPAQUE
    ]
    detected = []
    for match in _PATTERN.finditer(text):
        offset = utf16_length(text[: match.start()])
        length = utf16_length(match.group())
        if match.lastgroup and not any(_meets(span, offset, length) for span in opaque):
            detected.append({"type": match.lastgroup, "offset": offset, "length": length})
    if not detected:
        return entities
    return sorted([*entities, *detected], key=lambda entity: (entity["offset"], -entity["length"]))


def _meets(span: range, offset: int, length: int) -> bool:
    return span.start < offset + length and offset < span.stop
