"""Attempt: one call to Telegram, from its claim until its outcome is stored."""

from dataclasses import dataclass

from bot.delivery.outcome import Outcome
from handlers.messages.alert import IncidentView
from handlers.messages.place_distance import FollowedCircle
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import NotificationReason
from storage.subscribers.subscribers import ChatKind, Subscriber
from storage.values.lanes import Lane
from storage.values.message import MessageContent

WARNING_REASONS = (NotificationReason.OPENED, NotificationReason.CHANGED)
"""Reasons of a warning: a message, sent at once, that an alert has opened or escalated."""


@dataclass(frozen=True, eq=False)
class IncidentSnapshot:
    """State of incidents at one moment, the same for every recipient."""

    reason: NotificationReason
    views: tuple[IncidentView, ...]


@dataclass(frozen=True)
class IncidentMessage:
    """Message about incidents, sent instead of the bulletin that caused it."""

    snapshot: IncidentSnapshot
    broadcast_id: int  # broadcast that caused the message
    edited_message_id: int | None = None  # sent message that it edits; None: a new message
    reply_to: int | None = None  # id of the sent message that it replies to
    older_edits: tuple["IncidentMessage", ...] = ()  # edits of older messages, delivered later

    @property
    def is_warning(self) -> bool:
        """True if the message says that an alert has opened or escalated."""
        return self.snapshot.reason in WARNING_REASONS


@dataclass(eq=False)
class Attempt:
    """One call: the message, its recipient, and the outbox row that records the call.

    That row is a delivery or a broadcast.
    """

    subscriber: Subscriber
    lane: Lane
    payload: StoredBulletin | MessageContent
    silent: bool
    attempts: int  # calls so far for this message, this one included
    delivery_id: int | None = None  # delivery that records the call
    broadcast_id: int | None = None  # broadcast that records the call
    maybe_sent: int = 0  # earlier calls that Telegram may have accepted
    incident_message: IncidentMessage | None = None  # sent instead of the bulletin
    circles: tuple[FollowedCircle, ...] = ()  # of the recipient, for the distance
    outcome: Outcome | None = None  # None: in flight

    @property
    def bulletin_id(self) -> int | None:
        """Id of the bulletin that is sent; None for other content."""
        return self.payload.id if isinstance(self.payload, StoredBulletin) else None

    @property
    def content(self) -> MessageContent | None:
        """Content that was rendered when it was enqueued; None for a bulletin."""
        return self.payload if isinstance(self.payload, MessageContent) else None

    @property
    def is_channel_post(self) -> bool:
        """True if it is posted in a channel, whose readers cannot use callback buttons."""
        return self.subscriber.kind is ChatKind.CHANNEL and self.lane is not Lane.REPLY

    @property
    def is_edit(self) -> bool:
        """True if it only updates a sent message, so it may fail without a loss."""
        return self.lane is Lane.EDIT and self.incident_message is not None

    @property
    def is_timely(self) -> bool:
        """True if it reports its bulletin while that is new: its latency is measured."""
        return self.incident_message is None or self.incident_message.is_warning
