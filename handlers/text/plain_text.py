"""Plain text from outside: cleaned, measured as Telegram measures, and cut where a reader would."""

import re
import unicodedata

_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)|\n")
_BREAKS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n"})
_HIDDEN = {"Cc", "Cf", "Cs", "Co"}
MESSAGE = 3_400
"""UTF-16 units of what we put into one message: Telegram takes 4,096."""

_FEWEST = 24
"""A "sentence" shorter than this is an abbreviation or a time of day."""


def clean(text: str) -> str:
    """Without control, bidirectional and zero-width characters; at most one empty line in a row."""
    lines = text.replace("\r\n", "\n").replace("\t", " ").translate(_BREAKS)
    hidden = {c for c in set(lines) - {"\n"} if unicodedata.category(c) in _HIDDEN}
    kept = lines.translate(str.maketrans("", "", "".join(hidden))) if hidden else lines
    trimmed = "\n".join(line.strip() for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", trimmed).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts (core.telegram.org/api/entities)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> tuple[str, str]:
    """A head of at most `limit` units (8 or more) and the rest.

    Ends after a sentence when one ends in the second half of the head, else after a word, else
    between two characters that are drawn apart.
    """
    if units(text) <= limit:
        return text, ""
    end = fitting(text, limit)
    half = end // 2
    sentences = [found.end() for found in _SENTENCE_END.finditer(text, half, end + 1)]
    cut = next((at for at in reversed(sentences) if half < at <= end), None)
    cut = cut or _last_space(text, half, end) or _apart(text, end)
    return text[:cut].rstrip(), text[cut:].lstrip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` units (9 or more), with an ellipsis when something was left out."""
    head, rest = split(text, limit - 1)
    return f"{head}…" if rest else head


def first_sentence(text: str, limit: int) -> str:
    """The first sentence, shortened to `limit` units where it is longer."""
    paragraph = text.partition("\n")[0]
    for found in _SENTENCE_END.finditer(paragraph):
        if found.end() >= _FEWEST:
            return shorten(paragraph[: found.end()], limit)
    return shorten(paragraph, limit)


def fitting(text: str, limit: int) -> int:
    """How many characters of `text` fit into `limit` units."""
    used = 0
    for at, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return at
    return len(text)


def _last_space(text: str, start: int, end: int) -> int | None:
    return next((at for at in range(end, start, -1) if text[at].isspace()), None)


def _apart(text: str, end: int) -> int:
    """The last place up to `end` that does not cut an emoji or a letter from its marks."""
    for at in range(end, max(end - 64, 0), -1):
        if not _belongs(text, at):
            return at
    return end


def _belongs(text: str, at: int) -> bool:
    """Whether the character at `at` is drawn together with the one before."""
    character = text[at]
    if unicodedata.category(character) in ("Mn", "Mc", "Me") or _is_skin(character):
        return True
    flags = 0
    while at - flags > 0 and _is_flag(text[at - flags - 1]):
        flags += 1
    return _is_flag(character) and flags % 2 == 1


def _is_skin(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
