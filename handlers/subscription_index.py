"""Subscription index: adds stored subscriptions to the reverse-search index."""

from matching.index.index import Index, MatchMode
from matching.query.ast import load
from storage.subscribers.subscriptions import Subscription
from storage.values.schedules import Frequency


def match_mode(*, is_immediate: bool, has_sound: bool) -> MatchMode:
    """Return the match mode of a subscription."""
    if not is_immediate:
        return MatchMode.DIGEST
    return MatchMode.AUDIBLE if has_sound else MatchMode.SILENT


def put(index: Index, subscription: Subscription) -> None:
    """Add or replace a subscription. Raises ValueError if its query is invalid (see `load`)."""
    is_immediate = subscription.schedule.frequency is Frequency.NOW
    mode = match_mode(is_immediate=is_immediate, has_sound=subscription.has_sound)
    index.add(subscription.id, subscription.subscriber, load(subscription.query), mode)
