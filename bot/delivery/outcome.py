"""What became of one call to Telegram: values, not exceptions."""

from dataclasses import dataclass

from storage.subscribers.subscribers import Suspended


@dataclass(frozen=True)
class Sent:
    """Telegram has it."""

    message_id: int | None  # None: Telegram did not say
    astray: bool = False  # it is in the group, as its topic cannot be written to


@dataclass(frozen=True)
class RetryAfter:
    """429: not sent; nothing more to this chat for a while."""

    seconds: int


@dataclass(frozen=True)
class Moved:
    """Not sent: the group has become a supergroup."""

    chat_id: int  # where it lives now


@dataclass(frozen=True)
class Gone:
    """Not sent: nobody there wants it, or nobody is there."""

    reason: Suspended


@dataclass(frozen=True)
class NotSent:
    """Certainly not sent, through no fault of the message: no connection was had."""

    why: str


@dataclass(frozen=True)
class Failed:
    """Probably not sent: Telegram had a fault of its own."""

    why: str


@dataclass(frozen=True)
class Rejected:
    """Not sent, and never will be as it is."""

    why: str


@dataclass(frozen=True)
class Refused:
    """Not sent: Telegram does not take the token. Nothing will be sent."""


@dataclass(frozen=True)
class Doubtful:
    """Sent or not: nobody knows."""

    why: str


Outcome = Sent | RetryAfter | Moved | Gone | NotSent | Failed | Rejected | Refused | Doubtful
