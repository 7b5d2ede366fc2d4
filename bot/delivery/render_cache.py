"""What looks the same to all who read it alike is drawn once for them."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.delivery.attempt import Scene, Told
from handlers.messages.alert import IncidentMessages
from handlers.messages.bulletin import Audience, Messages
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Telling
from storage.subscribers.subscribers import Subscriber
from storage.values.message import Content

_KEPT = 512


class Renderer:
    """Draws, and remembers what it drew last."""

    def __init__(
        self, messages: Messages, incidents: IncidentMessages, clock: Callable[[], datetime]
    ) -> None:
        self._messages = messages
        self._incidents = incidents
        self._clock = clock
        self._drawn: OrderedDict[tuple[int | Scene, Audience, int], Content] = OrderedDict()

    def __call__(self, what: StoredBulletin | Told, subscriber: Subscriber) -> Content:
        audience = Audience.of(subscriber)
        if isinstance(what, StoredBulletin):
            return self._once(what.id, audience, partial(self._messages.bulletin, what, audience))
        scene = what.scene
        content = self._once(scene, audience, partial(self._scene, scene, audience))
        return replace(content, reply_to=what.answers)

    def _once(
        self, what: int | Scene, audience: Audience, draw: Callable[[datetime], Content]
    ) -> Content:
        now = self._clock()
        # A message tells its date when that is not today's, so a drawing lasts an hour.
        key = (what, audience, int(now.timestamp()) // 3600)
        if key not in self._drawn:
            self._drawn[key] = draw(now)
            if len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        return self._drawn[key]

    def _scene(self, scene: Scene, audience: Audience, now: datetime) -> Content:
        if scene.telling is Telling.MISSED:
            return self._incidents.summary(scene.views, audience, now)
        return self._incidents.draw(scene.views, audience, now)


def posted(content: Content) -> Content:
    """The same without the buttons that answer whoever presses them; links stay."""
    rows = (tuple(button for button in row if button.data is None) for row in content.buttons)
    return replace(content, buttons=tuple(filter(None, rows)))
