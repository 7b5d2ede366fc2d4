"""Replies: the values that handlers return. The caller stores or sends them."""

from dataclasses import dataclass

from handlers.text.html import Html
from storage.subscribers.subscriptions import Subscription
from storage.values.message import MessageContent


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Result of a handler, applied after its transaction has committed."""

    messages: tuple[MessageContent, ...] = ()  # new messages, in this order
    edit: MessageContent | None = None  # new content of the message that has the pressed button
    answer: str = ""  # short notice to the person who pressed the button; plain text
    changed_subscriptions: tuple[Subscription, ...] = ()  # and new ones: to update in the index
    removed_subscription_ids: tuple[int, ...] = ()  # to remove from the index


@dataclass(frozen=True)
class MessageEdit:
    """Edit of a message that was already sent."""

    chat_id: int
    message_id: int
    content: MessageContent


@dataclass(frozen=True)
class CallbackAnswer:
    """Answer to a callback query. Telegram shows it for a moment and ends its progress bar."""

    callback_query_id: str
    text: str  # plain, at most 200 characters; empty: Telegram shows nothing


@dataclass(frozen=True)
class InlineResult:
    """Result of an inline query that a person can share."""

    id: str  # at most 64 bytes
    title: str  # plain
    description: str  # plain; may be empty
    content: MessageContent  # the message to share


@dataclass(frozen=True)
class InlineAnswer:
    """Answer to an inline query."""

    query_id: str
    results: tuple[InlineResult, ...]
    is_cacheable: bool = True  # False: the same query may have results a moment later


ImmediateCall = MessageEdit | CallbackAnswer | InlineAnswer
"""Bot API call that bypasses the outbox: it has no value later."""


def text_reply(html: Html) -> Reply:
    """Build a reply of one message without buttons."""
    return Reply(messages=(MessageContent(html),))
