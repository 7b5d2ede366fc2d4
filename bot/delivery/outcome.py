"""Outcomes of one call to Telegram, as values instead of exceptions."""

from dataclasses import dataclass

from storage.subscribers.subscribers import SuspensionReason


@dataclass(frozen=True)
class Sent:
    """Telegram accepted the message."""

    message_id: int | None  # None: Telegram did not say
    is_outside_topic: bool = False  # sent to the group, as its forum topic is closed or deleted


@dataclass(frozen=True)
class AlreadyShown:
    """No call was made: the message that it would edit shows the content already."""


@dataclass(frozen=True)
class RetryAfter:
    """Not sent: a flood wait (429). The chat may get nothing for that time."""

    seconds: int


@dataclass(frozen=True)
class Moved:
    """Not sent: the group was migrated to a supergroup."""

    chat_id: int  # of the supergroup


@dataclass(frozen=True)
class Unreachable:
    """Not sent: the bot is blocked, or the chat does not exist."""

    reason: SuspensionReason


@dataclass(frozen=True)
class NotSent:
    """Certainly not sent: the call did not reach Telegram. The message is not at fault."""

    reason: str


@dataclass(frozen=True)
class Failed:
    """Probably not sent: Telegram had an internal error."""

    reason: str


@dataclass(frozen=True)
class Rejected:
    """Not sent: Telegram rejects the message as it is."""

    reason: str


@dataclass(frozen=True)
class TokenRejected:
    """Not sent: Telegram rejects the bot token, so it will accept no message."""


@dataclass(frozen=True)
class MaybeSent:
    """Unknown: the call may have been carried out, but no valid response arrived."""

    reason: str


Outcome = (
    Sent
    | AlreadyShown
    | RetryAfter
    | Moved
    | Unreachable
    | NotSent
    | Failed
    | Rejected
    | TokenRejected
    | MaybeSent
)
