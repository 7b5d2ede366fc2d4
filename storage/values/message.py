"""What is said to a chat, as values, and how the database keeps it."""

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Button:
    """One button under a message: it either sends `data` back or opens `url`."""

    label: str  # plain text
    data: str | None = None  # 1 to 64 bytes (core.telegram.org/bots/api)
    url: str | None = None


@dataclass(frozen=True)
class Content:
    """A message as a person sees it."""

    html: str  # Telegram's HTML, everything from outside escaped
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows from top to bottom
    reply_to: int | None = None  # id of the message it answers


def to_json(content: Content) -> str:
    return orjson.dumps(asdict(content)).decode()


def from_json(text: str) -> Content:
    values = orjson.loads(text)
    rows = tuple(tuple(Button(**button) for button in row) for row in values["buttons"])
    return Content(values["html"], rows, values["reply_to"])
