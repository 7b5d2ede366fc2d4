"""Message content: HTML and buttons as values, with their JSON form in the database."""

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Button:
    """Inline button that either sends `data` back or opens `url`."""

    label: str  # plain text
    data: str | None = None  # 1 to 64 bytes (core.telegram.org/bots/api)
    url: str | None = None


@dataclass(frozen=True)
class MessageContent:
    """Content of one message."""

    html: str  # Telegram's HTML, everything from outside escaped
    buttons: tuple[tuple[Button, ...], ...] = ()  # rows from top to bottom
    reply_to: int | None = None  # id of the message it answers


def to_json(content: MessageContent) -> str:
    """Serialize the content for the database."""
    return orjson.dumps(asdict(content)).decode()


def from_json(text: str) -> MessageContent:
    """Parse the output of `to_json`."""
    values = orjson.loads(text)
    rows = tuple(tuple(Button(**button) for button in row) for row in values["buttons"])
    return MessageContent(values["html"], rows, values["reply_to"])
