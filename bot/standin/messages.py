"""Messages in the stand-in's memory."""

from dataclasses import dataclass
from typing import Any, Literal

Entity = dict[str, Any]
"""Telegram's MessageEntity as JSON: type, offset and length in UTF-16 units, and so on."""

ChangeKind = Literal["sent", "edited", "deleted"]


@dataclass(frozen=True, slots=True)
class Button:
    """Button of a keyboard."""

    text: str
    data: str | None = None  # callback_data
    url: str | None = None
    location: bool = False  # of a reply keyboard: asks for the person's location


@dataclass(frozen=True, slots=True)
class Photo:
    """Uploaded picture."""

    file_id: str
    body: bytes
    mime: str  # e.g. "image/png"
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True)
class Message:
    """Version of a message; an edit creates a new version."""

    id: int
    chat_id: int
    date: int  # unix seconds
    sender: int | None  # user id; None for a post in the name of the chat
    from_bot: bool
    text: str = ""  # the caption, if there is a photo
    entities: tuple[Entity, ...] = ()
    markup: dict[str, Any] | None = None  # validated reply_markup
    photo: Photo | None = None
    location: tuple[float, float] | None = None  # degrees north, degrees east
    reply_to: int | None = None
    thread: int | None = None
    silent: bool = False
    edited: int | None = None  # unix seconds
    service: dict[str, Any] | None = None  # Telegram's fields of a service message
    preview: dict[str, Any] | None = None  # link_preview_options

    @property
    def buttons(self) -> list[list[Button]]:
        """The rows of the inline or reply keyboard."""
        rows = (self.markup or {}).get("inline_keyboard") or (self.markup or {}).get("keyboard")
        return [[_button(each) for each in row] for row in rows or []]


@dataclass(frozen=True, slots=True)
class Change:
    """Entry of a chat's timeline."""

    changed_at: float  # monotonic seconds
    kind: ChangeKind
    message: Message  # after the change; for a deletion, the deleted message


def _button(raw: dict[str, Any] | str) -> Button:
    if isinstance(raw, str):
        return Button(raw)
    return Button(
        raw["text"],
        data=raw.get("callback_data"),
        url=raw.get("url"),
        location=bool(raw.get("request_location")),
    )
