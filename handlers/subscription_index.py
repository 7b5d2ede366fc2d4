"""A subscription as the index holds it: at start-up, and whenever one changes."""

from matching.index.index import Index, Mode
from matching.query.ast import load
from storage.subscribers.subscriptions import Subscription
from storage.values.schedules import Every


def mode(*, at_once: bool, sound: bool) -> Mode:
    """What a match does of a subscription that delivers so."""
    if not at_once:
        return Mode.HELD
    return Mode.RING if sound else Mode.SILENT


def put(index: Index, subscription: Subscription) -> None:
    """Adds it, or replaces it as it was. ValueError when its query is none (see `load`)."""
    at_once = subscription.schedule.every is Every.NOW
    how = mode(at_once=at_once, sound=subscription.sound)
    index.add(subscription.id, subscription.subscriber, load(subscription.query), how)
