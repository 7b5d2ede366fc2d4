"""Parsers of Telegram's MarkdownV2 and the older Markdown mode.

Grammar and error messages follow parse_markdown_v2 and parse_markdown in github.com/tdlib/td
(td/telegram/MessageEntity.cpp).
"""

from dataclasses import dataclass

from bot.standin.errors import BadRequest
from bot.standin.messages import Entity
from bot.standin.utf16 import utf16_length

_RESERVED = "_*[]()~`>#+-=|{}.!"
_MARKS = {  # longest first
    "```": "pre",
    "__": "underline",
    "||": "spoiler",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "`": "code",
    "[": "text_link",
}
_LEGACY_MARKS = {mark: _MARKS[mark] for mark in ("```", "_", "*", "`", "[")}


@dataclass(slots=True)
class _Open:
    mark: str
    offset: int  # UTF-16 units of the result before it
    begin: int  # position in the source
    language: str = ""


class _Parser:
    """Single-pass parser. `is_legacy`: the mode without nesting and reserved characters."""

    def __init__(self, source: str, *, is_legacy: bool) -> None:
        self.source = source
        self.is_legacy = is_legacy
        self.marks = _LEGACY_MARKS if is_legacy else _MARKS
        self.position = 0
        self.result: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.quote: int | None = None  # start of the block quote, in UTF-16 units

    def parse(self) -> tuple[str, list[Entity]]:
        while self.position < len(self.source):
            self._step()
        if self.open:
            opened = self.open[-1]
            kind = {"text_link": "TextUrl", "pre": "Pre"}.get(
                self.marks[opened.mark], self.marks[opened.mark].capitalize()
            )
            raise self._error(f"Can't find end of {kind} entity", opened.begin)
        self._end_quote()
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.result), self.entities

    def _step(self) -> None:
        here = self.source[self.position]
        if here == "\\" and self._escapes():
            self._put(self.source[self.position + 1])
            self.position += 2
        elif self.open and self.marks[self.open[-1].mark] in {"code", "pre"}:
            self._inside_code()
        elif not self.is_legacy and self._quoting():
            self.position += 1
        elif not (self._closes() or self._opens()):
            self._plain(here)

    def _escapes(self) -> bool:
        after = self.source[self.position + 1 : self.position + 2]
        return bool(after) and (after in "_*`[" if self.is_legacy else 0 < ord(after) <= 126)

    def _plain(self, here: str) -> None:
        if not self.is_legacy and here in _RESERVED:
            raise BadRequest(
                f"can't parse entities: Character '{here}' is reserved and must be escaped "
                "with the preceding '\\'"
            )
        self._put(here)
        self.position += 1
        if here == "\n" and self.source[self.position : self.position + 1] != ">":
            self._end_quote()

    def _quoting(self) -> bool:
        line_begins = self.position == 0 or self.source[self.position - 1] == "\n"
        if not line_begins or self.source[self.position] != ">":
            return False
        if self.quote is None:
            self.quote = self.offset
        return True

    def _end_quote(self) -> None:
        if self.quote is not None and self.offset > self.quote:
            self._entity("blockquote", self.quote)
        self.quote = None

    def _inside_code(self) -> None:
        if self.source.startswith(self.open[-1].mark, self.position):
            self._close()
        else:
            self._put(self.source[self.position])
            self.position += 1

    def _closes(self) -> bool:
        if not self.open:
            return False
        mark = self.open[-1].mark
        if not self.source.startswith("]" if mark == "[" else mark, self.position):
            return False
        if mark == "_" and self.source.startswith("__", self.position) and not self.is_legacy:
            return False
        self._close()
        return True

    def _close(self) -> None:
        opened = self.open.pop()
        kind = self.marks[opened.mark]
        self.position += len(opened.mark)
        extra = {}
        if kind == "text_link":
            url = self._url()
            if not url:
                return
            extra["url"] = url
        if opened.language:
            extra["language"] = opened.language
        if self.offset > opened.offset:
            self._entity(kind, opened.offset, **extra)

    def _url(self) -> str:
        if self.source[self.position : self.position + 1] != "(":
            return ""
        end = self.source.find(")", self.position)
        if end < 0:
            raise self._error("Can't find end of a URL", self.position)
        url = self.source[self.position + 1 : end].replace("\\", "")
        self.position = end + 1
        return url

    def _opens(self) -> bool:
        if self.is_legacy and self.open:
            return False
        for mark in self.marks:
            if self.source.startswith(mark, self.position):
                self.open.append(_Open(mark, self.offset, self.position))
                self.position += len(mark)
                if mark == "```":
                    self.open[-1].language = self._language()
                return True
        return False

    def _language(self) -> str:
        end = self.source.find("\n", self.position)
        word = self.source[self.position : end] if end >= 0 else ""
        if "`" in word or any(character.isspace() for character in word):
            return ""
        self.position = end + 1 if end >= 0 else self.position
        return word

    def _put(self, text: str) -> None:
        self.result.append(text)
        self.offset += utf16_length(text)

    def _entity(self, kind: str, offset: int, **extra: str) -> None:
        self.entities.append(
            {"type": kind, "offset": offset, "length": self.offset - offset, **extra}
        )

    def _error(self, problem: str, position: int) -> BadRequest:
        byte = len(self.source[:position].encode())
        separator = (
            "of the entity starting" if self.is_legacy and "Can't find end of" in problem else ""
        )
        if separator:
            return BadRequest(
                f"can't parse entities: Can't find end {separator} at byte offset {byte}"
            )
        return BadRequest(f"can't parse entities: {problem} at byte offset {byte}")


def parse_markdown(source: str) -> tuple[str, list[Entity]]:
    """Parse the older mode; raise BadRequest "can't parse entities: …"."""
    return _Parser(source, is_legacy=True).parse()


def parse_markdown_v2(source: str) -> tuple[str, list[Entity]]:
    """Parse MarkdownV2; raise BadRequest "can't parse entities: …"."""
    return _Parser(source, is_legacy=False).parse()
