"""Plain text: sanitizer of text from sources, length in UTF-16 units, and truncation."""

import re
import unicodedata

from matching.text.emoji import JOINERS, is_joined, strip_stray_joiners

_SENTENCE_END = re.compile(r"[.!?…]+[\"'»”’)\]]*(?=\s)|\n")
_BREAKS = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n"})
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co"}
_JOINER = re.compile(f"[{JOINERS}]")
MAX_MESSAGE_UNITS = 3_400
"""UTF-16 units of text in one message. Telegram's limit is 4,096."""

_MAX_ECHO_LENGTH, _MAX_ECHO_INPUT = 80, 400
"""UTF-16 units of what a person typed in a reply, and characters from which they are taken."""

_MIN_SENTENCE = 24
"""Characters. A shorter "sentence" is an abbreviation or a time of day."""


def clean(text: str) -> str:
    """Remove control, bidirectional and zero-width characters, and repeated empty lines."""
    lines = text.replace("\r\n", "\n").replace("\t", " ").translate(_BREAKS)
    hidden = {c for c in set(lines) - {"\n"} if unicodedata.category(c) in _HIDDEN_CATEGORIES}
    removed = "".join(c for c in hidden if not _JOINER.match(c))
    visible = strip_stray_joiners(lines.translate(str.maketrans("", "", removed)))
    trimmed = "\n".join(line.strip() for line in visible.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", trimmed).strip()


def single_line(text: str) -> str:
    """Clean a text and join its lines."""
    return " ".join(clean(text).split())


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units (core.telegram.org/api/entities)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split(text: str, limit: int) -> tuple[str, str]:
    """Split a text into a head of at most `limit` units (8 or more) and the remainder.

    The head ends after a sentence if one ends in its second half, else after a word, else between
    two grapheme clusters.
    """
    if utf16_length(text) <= limit:
        return text, ""
    end = fitting_length(text, limit)
    half = end // 2
    sentence_ends = [match.end() for match in _SENTENCE_END.finditer(text, half, end + 1)]
    cut = next((index for index in reversed(sentence_ends) if half < index <= end), None)
    cut = cut or _last_space(text, half, end) or _last_boundary(text, end)
    return text[:cut].rstrip(), text[cut:].lstrip()


def truncate(text: str, limit: int) -> str:
    """Truncate a text to `limit` units (9 or more), with an ellipsis if something is left out."""
    head, remainder = split(text, limit - 1)
    return f"{head}…" if remainder else head


def echo(text: str) -> str:
    """Return the beginning of what a person typed, on one line: a reply never quotes all of it."""
    return truncate(single_line(text[:_MAX_ECHO_INPUT]), _MAX_ECHO_LENGTH)


def first_sentence(text: str, limit: int) -> str:
    """Return the first sentence, truncated to `limit` units."""
    paragraph = text.partition("\n")[0]
    for match in _SENTENCE_END.finditer(paragraph):
        if match.end() >= _MIN_SENTENCE:
            return truncate(paragraph[: match.end()], limit)
    return truncate(paragraph, limit)


def fitting_length(text: str, limit: int) -> int:
    """Return the number of characters of `text` that fit into `limit` units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _last_space(text: str, start: int, end: int) -> int | None:
    return next((index for index in range(end, start, -1) if text[index].isspace()), None)


def _last_boundary(text: str, end: int) -> int:
    """Return the last index up to `end` that separates no emoji and no letter from its marks."""
    for index in range(end, max(end - 64, 0), -1):
        if not _continues_cluster(text, index):
            return index
    return end


def _continues_cluster(text: str, index: int) -> bool:
    """Return whether the character is drawn together with the one before it."""
    character = text[index]
    is_mark = unicodedata.category(character) in ("Mn", "Mc", "Me")
    if is_mark or _is_skin_tone(character) or is_joined(text, index):
        return True
    flag_letters = 0
    while index - flag_letters > 0 and _is_flag_letter(text[index - flag_letters - 1]):
        flag_letters += 1
    return _is_flag_letter(character) and flag_letters % 2 == 1


def _is_skin_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
