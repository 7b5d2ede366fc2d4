"""Inline keyboards: labels, rows and the callback data of buttons.

Callback data have at most 64 bytes, come back from any person, and may be forged.
"""

import re
from collections.abc import Sequence

from handlers.telegram.events import CallbackQuery
from storage.values.message import Button

MAX_BYTES = 64
"""Callback data of a button (core.telegram.org/bots/api#inlinekeyboardbutton)."""

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_IN_MESSAGE = "…"


def parse_number(text: str) -> int | None:
    """Parse a non-negative integer that fits any database column; None if the text is none."""
    return int(text) if _NUMBER.fullmatch(text) else None


def encode_text(data: str, text: str, max_bytes: int = MAX_BYTES) -> str:
    """Append a text to callback data; if it is too long, append a reference to the message.

    The message must then show `text` as its first `code` text.
    """
    full = f"{data}{text}"
    return full if len(full.encode()) <= max_bytes else f"{data}{_IN_MESSAGE}"


def decode_text(text: str, callback_query: CallbackQuery) -> str | None:
    """Return the text given to `encode_text`; None if the message is no longer accessible."""
    return (callback_query.code_text or None) if text == _IN_MESSAGE else text


def with_checkmark(label: str, *, is_selected: bool) -> str:
    """Return the label of a button, with a check mark if it is selected."""
    return f"✓ {label}" if is_selected else label


def button_rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    """Arrange buttons in rows of at most `width`."""
    return tuple(tuple(buttons[start : start + width]) for start in range(0, len(buttons), width))
