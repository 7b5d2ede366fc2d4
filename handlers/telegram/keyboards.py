"""What a button carries: 64 bytes that come back from anybody in any shape."""

import re

from handlers.telegram.events import Press

MOST_BYTES = 64
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_QUOTED = "…"


def number(text: str) -> int | None:
    """A whole number that any database column holds, or None."""
    return int(text) if _NUMBER.fullmatch(text) else None


def carry(data: str, text: str) -> str:
    """`data` and then `text`; where that is too long, a mark to look for it in the message.

    Such a message has to show `text` as its first piece of code.
    """
    full = f"{data}{text}"
    return full if len(full.encode()) <= MOST_BYTES else f"{data}{_QUOTED}"


def carried(text: str, press: Press) -> str | None:
    """What `carry` was given; None when the message that shows it is out of reach."""
    return (press.quoted or None) if text == _QUOTED else text
