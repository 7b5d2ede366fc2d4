"""One call to Telegram, from when it is picked until its outcome is stored."""

from dataclasses import dataclass

from bot.delivery.outcome import Outcome
from storage.bulletins import StoredBulletin
from storage.content import Content
from storage.lanes import Lane
from storage.subscribers import Subscriber


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
    outcome: Outcome | None = None  # None: under way

    @property
    def bulletin(self) -> int | None:
        return self.what.id if isinstance(self.what, StoredBulletin) else None

    @property
    def content(self) -> Content | None:
        return self.what if isinstance(self.what, Content) else None
