"""What the conversation says back, as values: a handler returns it, the caller has it sent."""

from dataclasses import dataclass

from handlers.text.html import Html
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Content


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a handler wants done once its transaction is committed."""

    replies: tuple[Content, ...] = ()  # new messages, in this order
    edit: Content | None = None  # what the message whose button was pressed becomes
    answer: str = ""  # a short notice to who pressed; plain text
    changed: tuple[Subscription, ...] = ()  # new ones too: the index has to know
    removed: tuple[int, ...] = ()  # ids of subscriptions that are no more


@dataclass(frozen=True)
class Edit:
    """A message becomes another."""

    chat_id: int
    message_id: int
    content: Content


@dataclass(frozen=True)
class Answer:
    """The answer to a press: Telegram shows it for a moment, and stops showing that it waits."""

    callback_id: str
    text: str  # plain, at most 200 characters; empty: nothing to show


@dataclass(frozen=True)
class Suggestion:
    """One thing somebody may share."""

    id: str  # at most 64 bytes
    title: str  # plain
    about: str  # plain; may be empty
    content: Content  # what is shared


@dataclass(frozen=True)
class Suggest:
    """The answer to what somebody types after our name."""

    query_id: str
    suggestions: tuple[Suggestion, ...]


Direct = Edit | Answer | Suggest
"""What is sent straight, and not through the outbox: worth nothing later."""


def reply(html: Html) -> Reply:
    """One message without buttons."""
    return Reply(replies=(Content(html),))
