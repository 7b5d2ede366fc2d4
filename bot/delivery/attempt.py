"""One call to Telegram, from when it is picked until its outcome is stored."""

from dataclasses import dataclass

from bot.delivery.outcome import Outcome
from handlers.messages.alert import IncidentView
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Telling
from storage.subscribers.subscribers import ChatKind, Subscriber
from storage.values.lanes import Lane
from storage.values.message import Content

RINGS = (Telling.OPENED, Telling.CHANGED)
"""What wakes somebody for an alert that is on, at the time it says so."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Incidents as they were at one moment: alike to all who read them alike."""

    telling: Telling  # why they are told of
    views: tuple[IncidentView, ...]


@dataclass(frozen=True)
class Told:
    """What a message says of incidents, in the place of its bulletin."""

    scene: Scene
    broadcast: int  # id of the one that told to
    edits: int | None = None  # id of the message that it changes; None: it is one of its own
    answers: int | None = None  # id of the message that it is a reply to
    older: tuple["Told", ...] = ()  # changes of older messages, which follow by themselves

    @property
    def rings(self) -> bool:
        return self.scene.telling in RINGS


@dataclass(eq=False)
class Errand:
    """What is sent to whom, and who answers for it: a broadcast, or a delivery of its own."""

    subscriber: Subscriber
    lane: Lane
    what: StoredBulletin | Content
    silent: bool
    attempts: int  # this one included
    delivery: int | None = None  # id of the row that answers for it
    broadcast: int | None = None  # id of the broadcast that does
    doubts: int = 0  # calls before this one that Telegram may have taken
    told: Told | None = None  # incidents instead of the bulletin
    outcome: Outcome | None = None  # None: under way

    @property
    def bulletin(self) -> int | None:
        return self.what.id if isinstance(self.what, StoredBulletin) else None

    @property
    def content(self) -> Content | None:
        return self.what if isinstance(self.what, Content) else None

    @property
    def is_post(self) -> bool:
        """Whether many read it who asked for nothing, and so can press nothing."""
        return self.subscriber.kind is ChatKind.CHANNEL and self.lane is not Lane.REPLY

    @property
    def is_edit(self) -> bool:
        """Whether it changes a message that somebody has, and so need not arrive."""
        return self.lane is Lane.EDIT and self.told is not None

    @property
    def is_timely(self) -> bool:
        """Whether it tells of its bulletin when that is new, and not of what came of it later."""
        return self.told is None or self.told.rings
