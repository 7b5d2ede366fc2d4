"""A bulletin looks the same to all who read it alike: so it is drawn once for them."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from handlers.messages import Audience, Messages
from storage.bulletins import StoredBulletin
from storage.content import Content
from storage.subscribers import Subscriber

_KEPT = 512


class Renderer:
    """Draws, and remembers what it drew last."""

    def __init__(self, messages: Messages, clock: Callable[[], datetime]) -> None:
        self._messages = messages
        self._clock = clock
        self._drawn: OrderedDict[tuple[int, Audience, int], Content] = OrderedDict()

    def __call__(self, bulletin: StoredBulletin, subscriber: Subscriber) -> Content:
        now = self._clock()
        # A message tells its date when that is not today's, so a drawing lasts an hour.
        key = (bulletin.id, Audience.of(subscriber), int(now.timestamp()) // 3600)
        if key not in self._drawn:
            self._drawn[key] = self._messages.bulletin(bulletin, key[1], now)
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        return self._drawn[key]
