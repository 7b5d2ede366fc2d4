"""A message as the stand-in keeps it."""

from dataclasses import dataclass
from typing import Any, Literal

Entity = dict[str, Any]
"""Telegram's MessageEntity as JSON: type, offset and length in UTF-16 units, and so on."""

ChangeKind = Literal["sent", "edited", "deleted"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button a person can press."""

    text: str
    data: str | None = None  # callback_data
    url: str | None = None
    location: bool = False  # of a reply keyboard: asks for the person's location


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that was uploaded once."""

    file_id: str
    body: bytes
    mime: str  # e.g. "image/png"
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, in one of its versions; an edit makes a new one."""

    id: int
    chat_id: int
    date: int  # unix seconds
    sender: int | None  # user id; None for a post in the name of the chat itself
    from_bot: bool
    text: str = ""  # the caption, when there is a photo
    entities: tuple[Entity, ...] = ()
    markup: dict[str, Any] | None = None  # reply_markup as checked
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
        """The rows of the inline keyboard, or of the reply keyboard that came with it."""
        rows = (self.markup or {}).get("inline_keyboard") or (self.markup or {}).get("keyboard")
        return [[_button(each) for each in row] for row in rows or []]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a chat's timeline."""

    at: float  # monotonic seconds
    kind: ChangeKind
    message: Message  # as it is after the change; what was deleted, for a deletion


def _button(raw: dict[str, Any] | str) -> Button:
    if isinstance(raw, str):
        return Button(raw)
    return Button(
        raw["text"],
        data=raw.get("callback_data"),
        url=raw.get("url"),
        location=bool(raw.get("request_location")),
    )
