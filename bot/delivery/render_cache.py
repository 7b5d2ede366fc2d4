"""Render cache: each message is rendered once for recipients with the same options."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.delivery.attempt import IncidentMessage, IncidentSnapshot
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer, RenderOptions
from handlers.messages.place_distance import FollowedCircle
from handlers.text.html import Html, join
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import NotificationReason
from storage.subscribers.subscribers import Subscriber
from storage.values.message import MessageContent

_CACHE_SIZE = 512


class RenderCache:
    """Renders messages and keeps the last results, oldest dropped first."""

    def __init__(
        self, messages: BulletinRenderer, incidents: AlertRenderer, clock: Callable[[], datetime]
    ) -> None:
        self._messages = messages
        self._incidents = incidents
        self._clock = clock
        self._rendered: OrderedDict[
            tuple[int | IncidentSnapshot, RenderOptions, int], MessageContent
        ] = OrderedDict()

    def __call__(
        self,
        source: StoredBulletin | IncidentMessage,
        subscriber: Subscriber,
        circles: Sequence[FollowedCircle] = (),
    ) -> MessageContent:
        """Render a bulletin or a message about incidents for a subscriber, who follows circles."""
        options = RenderOptions.of(subscriber)
        if isinstance(source, StoredBulletin):
            render = partial(self._messages.render, source, options)
            content = self._cached(source.id, options, render)
            return self._with_distance(content, source, circles, options)
        snapshot = source.snapshot
        content = self._cached(
            snapshot, options, partial(self._render_incidents, snapshot, options)
        )
        bulletin = snapshot.views[0].bulletin if len(snapshot.views) == 1 else None
        content = self._with_distance(content, bulletin, circles, options)
        return replace(content, reply_to=source.reply_to)

    def _with_distance(
        self,
        content: MessageContent,
        bulletin: StoredBulletin | None,
        circles: Sequence[FollowedCircle],
        options: RenderOptions,
    ) -> MessageContent:
        """Add the distance from what this subscriber follows; all others share a rendering."""
        if bulletin is None or not circles:
            return content
        line = self._incidents.distances.render(bulletin, circles, options.language)
        return replace(content, html=join("\n\n", [Html(content.html), line]))

    def _cached(
        self,
        source: int | IncidentSnapshot,
        options: RenderOptions,
        render: Callable[[datetime], MessageContent],
    ) -> MessageContent:
        now = self._clock()
        # A message shows its date unless that is today, so a result is valid for an hour at most.
        key = (source, options, int(now.timestamp()) // 3600)
        if key not in self._rendered:
            self._rendered[key] = render(now)
            if len(self._rendered) > _CACHE_SIZE:
                self._rendered.popitem(last=False)
        return self._rendered[key]

    def _render_incidents(
        self, snapshot: IncidentSnapshot, options: RenderOptions, now: datetime
    ) -> MessageContent:
        if snapshot.reason is NotificationReason.MISSED:
            return self._incidents.render_missed_summary(snapshot.views, options, now)
        return self._incidents.render(snapshot.views, options, now)


def without_callback_buttons(content: MessageContent) -> MessageContent:
    """Return the content without its callback buttons; links stay."""
    rows = (tuple(button for button in row if button.data is None) for row in content.buttons)
    return replace(content, buttons=tuple(filter(None, rows)))
