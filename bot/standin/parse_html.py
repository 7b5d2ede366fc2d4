"""Parser of Telegram's HTML mode, which is stricter than HTML.

Grammar and error messages follow parse_html in github.com/tdlib/td
(td/telegram/MessageEntity.cpp): only some tags exist, each must be closed in order, and positions
in errors are bytes of UTF-8.
"""

import re
from dataclasses import dataclass

from bot.standin.errors import BadRequest
from bot.standin.messages import Entity
from bot.standin.utf16 import utf16_length, utf16_slice

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_TEXT = re.compile(r"[^<]+")
_SPACE = " \t\r\n\0\v"


@dataclass(frozen=True, slots=True)
class _Open:
    """Open tag."""

    tag: str
    argument: str
    offset: int  # UTF-16 units of the result before it


class _Parser:
    """Single-pass parser."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.result: list[str] = []
        self.offset = 0  # UTF-16 units of the result
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.source):
            if self.source[self.position] != "<":
                self._text()
            elif self.source.startswith("</", self.position):
                self._end()
            else:
                self._start()
        if self.open:
            raise _error(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.result), self.entities

    def _text(self) -> None:
        match = _TEXT.match(self.source, self.position)
        assert match is not None  # noqa: S101 - the character is not "<"
        text = _unescape(match.group())
        self.position = match.end()
        self.result.append(text)
        self.offset += utf16_length(text)

    def _start(self) -> None:
        begin = self.position
        self.position += 1
        tag = self._until(_SPACE + ">").casefold()
        if self._ended():
            raise _error("Unclosed start tag", self._byte(begin))
        if tag not in _TYPES:
            raise _error(f'Unsupported start tag "{tag}"', self._byte(begin))
        attributes = self._attributes(tag, begin)
        argument = _argument(tag, attributes)
        if tag == "span" and argument != "spoiler":
            raise _error('Tag "span" must have class "tg-spoiler"', self._byte(begin))
        self.open.append(_Open(tag, argument, self.offset))

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            self._skip_space()
            if self._ended():
                raise _error("Unclosed start tag", self._byte(begin))
            if self.source[self.position] == ">":
                self.position += 1
                return attributes
            name = self._until(_SPACE + "=>")
            if not name:
                raise _error(f'Empty attribute name in the tag "{tag}"', self._byte(begin))
            attributes[name] = self._value(tag, begin)

    def _value(self, tag: str, begin: int) -> str:
        self._skip_space()
        if self._ended():
            raise _error("Unclosed start tag", self._byte(begin))
        if self.source[self.position] != "=":
            return ""
        self.position += 1
        self._skip_space()
        if self._ended():
            raise _error(f'Unclosed start tag "{tag}"', self._byte(begin))
        quote = self.source[self.position]
        if quote in "'\"":
            self.position += 1
            value = self._until(quote)
            self.position += 1
            return _unescape(value)
        return self._token()

    def _token(self) -> str:
        begin = self.position
        while not self._ended() and re.match(r"[A-Za-z0-9.-]", self.source[self.position]):
            self.position += 1
        if self._ended() or self.source[self.position] not in _SPACE + ">":
            raise _error("Unexpected end of name token", self._byte(begin))
        return self.source[begin : self.position].casefold()

    def _end(self) -> None:
        begin = self.position
        if not self.open:
            raise _error("Unexpected end tag", self._byte(begin))
        self.position += 2
        name = self._until(_SPACE + ">").casefold()
        self._skip_space()
        if self._ended() or self.source[self.position] != ">":
            raise _error("Unclosed end tag", self._byte(begin))
        self.position += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            expected = f'expected "</{opened.tag}>", found "</{name}>"'
            raise _error(f"Unmatched end tag at byte offset {self._byte(begin)}, {expected}")
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        covered = utf16_slice("".join(self.result), opened.offset, length)
        entity = _entity(opened, covered)
        if entity is None:
            return
        entity |= {"offset": opened.offset, "length": length}
        last = self.entities[-1] if self.entities else None
        if opened.tag == "pre" and last and last["type"] == "code" and _same_range(last, entity):
            language = last.pop(
                "language", None
            )  # <pre><code class="language-x"> is a single entity
            last["type"] = "pre"
            if language:
                last["language"] = language
            return
        self.entities.append(entity)

    def _until(self, stops: str) -> str:
        begin = self.position
        while not self._ended() and self.source[self.position] not in stops:
            self.position += 1
        return self.source[begin : self.position]

    def _skip_space(self) -> None:
        while not self._ended() and self.source[self.position] in _SPACE:
            self.position += 1

    def _ended(self) -> bool:
        return self.position >= len(self.source)

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities; raise BadRequest "can't parse entities: …"."""
    text, entities = _Parser(source).parse()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return text, entities


def _error(problem: str, byte: int | None = None) -> BadRequest:
    where = "" if byte is None else f" at byte offset {byte}"
    return BadRequest(f"can't parse entities: {problem}{where}")


def _argument(tag: str, attributes: dict[str, str]) -> str:
    if tag == "a":
        return attributes.get("href", "")
    if tag == "code":
        return attributes.get("class", "").removeprefix("language-")
    if tag == "span":
        return attributes.get("class", "").removeprefix("tg-")
    if tag == "tg-emoji":
        return attributes.get("emoji-id", "")
    return "expandable" if tag == "blockquote" and "expandable" in attributes else ""


def _entity(opened: _Open, text: str) -> Entity | None:
    kind = _TYPES[opened.tag]
    if opened.tag == "a":
        url = opened.argument or text
        # Telegram drops a link without an address and keeps its text.
        return {"type": kind, "url": url} if "." in url or "://" in url else None
    if opened.tag == "tg-emoji":
        return {"type": kind, "custom_emoji_id": opened.argument}
    if opened.tag == "blockquote" and opened.argument:
        return {"type": "expandable_blockquote"}
    if opened.tag == "code" and opened.argument:
        return {"type": kind, "language": opened.argument}
    return {"type": kind}


def _same_range(first: Entity, second: Entity) -> bool:
    return (first["offset"], first["length"]) == (second["offset"], second["length"])


def _unescape(text: str) -> str:
    if "&" not in text:
        return text
    return _REFERENCE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, match.group())
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < 0x10FFFF or len(match.group().rstrip(";")) >= 10:
        return match.group()
    if 0xD800 <= code <= 0xDFFF:
        raise BadRequest(
            "can't parse entities: Text contains invalid Unicode characters after decoding "
            "HTML entities, check for unmatched surrogate code units"
        )
    return chr(code)
