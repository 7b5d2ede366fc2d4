"""A subscription as the index holds it: at start-up, and whenever one changes."""

from matching.index import Index, Mode
from matching.query import load
from storage.schedules import Every
from storage.subscriptions import Subscription


def mode(subscription: Subscription) -> Mode:
    """What a match of it does."""
    if subscription.schedule.every is not Every.NOW:
        return Mode.HELD
    return Mode.RING if subscription.sound else Mode.SILENT


def put(index: Index, subscription: Subscription) -> None:
    """Adds it, or replaces it as it was. ValueError when its query is none (see `load`)."""
    index.add(
        subscription.id, subscription.subscriber, load(subscription.query), mode(subscription)
    )
