"""Pending digests: what waits for subscribers whose digest is due, read in batches."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pyroaring import BitMap

from alerts.classification import read_in_steps
from alerts.tally import TallyItem, item_of
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Query, load
from matching.query.evaluator import evaluate
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Transaction
from storage.inbound import bulletins, duplicates
from storage.outbox import digest_carryover, digest_queue, quiet_queue
from storage.subscribers import quiet_hours, sound_modes, subscribers, subscriptions
from storage.subscribers.sound_modes import SoundModes
from storage.subscribers.subscribers import Subscriber
from storage.subscribers.subscriptions import Subscription

SUBSCRIBERS_PER_BATCH = 250
"""Subscribers read together: each batch scans the digest queue since the oldest last digest."""

_BULLETINS_PER_QUERY = 50
_CACHE_SIZE = 2_000
_EVALUATIONS_PER_YIELD = 100
"""Query evaluations before other tasks may run; each may take some ten microseconds."""


@dataclass(frozen=True, kw_only=True)
class PendingDigest:
    """Bulletins, by id, that may go to one subscriber."""

    subscriber: Subscriber
    subscriptions: tuple[Subscription, ...]  # whose digest is due
    is_quiet_over: bool  # a quiet period has ended and its summary is due
    digest_entries: tuple[int, ...]  # wait for a digest of the subscriber, due or not
    carryover: tuple[int, ...]  # for the next digest that matches them
    quiet_entries: tuple[int, ...]  # waited for the end of quiet
    delivered_silently: tuple[int, ...]  # sent during quiet, without a sound


@dataclass(frozen=True)
class PendingBatch:
    """The longest due digests, with the bulletins they may show."""

    digests: list[PendingDigest]
    quiet_until: Mapping[int, datetime]  # subscribers whose digest waits for the end of quiet
    last_bulletin: int  # id of the last bulletin considered
    items: Mapping[int, TallyItem]  # all bulletins of these digests, by id
    originals: Mapping[int, int]  # id of the original of each duplicate
    sounds: SoundModes

    async def select_items(self, digest: PendingDigest) -> list[TallyItem]:
        """Return the items that a subscriber's due digests show, without duplicates."""
        queries = [(s.last_bulletin, _load(s.query)) for s in digest.subscriptions]
        ids = {*digest.quiet_entries, *self.select_carryover(digest)}
        for position, id_ in enumerate(digest.digest_entries):
            if position % _EVALUATIONS_PER_YIELD == _EVALUATIONS_PER_YIELD - 1:
                await asyncio.sleep(0)
            reading = self.items[id_].reading if id_ in self.items else None
            if reading and any(d < id_ and evaluate(query, reading) for d, query in queries):
                ids.add(id_)
        return self.deduplicate(ids)

    def select_carryover(self, digest: PendingDigest) -> list[int]:
        """Return the carryover that matches a subscriber's due digests."""
        queries = [_load(s.query) for s in digest.subscriptions]
        return [
            id_
            for id_ in digest.carryover
            if id_ in self.items
            and any(evaluate(query, self.items[id_].reading) for query in queries)
        ]

    def deduplicate(self, ids: Iterable[int]) -> list[TallyItem]:
        """Return the items with these ids, without duplicates among them."""
        present = {id_ for id_ in ids if id_ in self.items}
        return [
            self.items[id_] for id_ in sorted(present) if self.originals.get(id_) not in present
        ]


class PendingReader:
    """Reads pending digests. Caches bulletins, as most wait for many subscribers (LRU)."""

    def __init__(self, reader: Reader, gazetteer: Gazetteer, topics: Topics) -> None:
        self._reader = reader
        self._gazetteer = gazetteer
        self._topics = topics
        self._items: OrderedDict[int, TallyItem] = OrderedDict()

    async def read(self, transaction: Transaction, now: datetime) -> PendingBatch:
        """Return the longest due digests; an empty batch if none is due."""
        numbers = await quiet_hours.next_due(transaction, SUBSCRIBERS_PER_BATCH)
        if len(numbers) < SUBSCRIBERS_PER_BATCH:
            numbers += await subscriptions.next_due(
                transaction, now, SUBSCRIBERS_PER_BATCH - len(numbers)
            )
        if not numbers:
            return PendingBatch([], {}, 0, {}, {}, SoundModes(BitMap(), BitMap()))
        quiet_until = await quiet_hours.quiet_ends(transaction, numbers)
        digests = await _pending_digests(transaction, set(numbers) - quiet_until.keys(), now)
        ids = {
            id_
            for digest in digests
            for id_ in (
                *digest.digest_entries,
                *digest.carryover,
                *digest.quiet_entries,
                *digest.delivered_silently,
            )
        }
        last_bulletin = await bulletins.last_id(transaction)
        items = await self._read_all(transaction, sorted(ids))
        return PendingBatch(
            digests,
            quiet_until,
            last_bulletin,
            items,
            await _originals(transaction, sorted(ids)),
            await sound_modes.read(transaction),
        )

    async def _read_all(self, transaction: Transaction, ids: list[int]) -> dict[int, TallyItem]:
        items = {id_: self._items[id_] for id_ in ids if id_ in self._items}
        missing = [id_ for id_ in ids if id_ not in items]
        for start in range(0, len(missing), _BULLETINS_PER_QUERY):
            stored_bulletins = await bulletins.get(
                transaction, missing[start : start + _BULLETINS_PER_QUERY]
            )
            for id_, stored in stored_bulletins.items():
                reading = await read_in_steps(self._reader, stored)
                items[id_] = item_of(stored, reading, self._gazetteer, self._topics)
                await asyncio.sleep(0)  # reading takes a millisecond
        for id_, cached in items.items():
            self._items[id_] = cached
            self._items.move_to_end(id_)
        while len(self._items) > _CACHE_SIZE:
            self._items.popitem(last=False)
        return items


async def _pending_digests(
    transaction: Transaction, numbers: set[int], now: datetime
) -> list[PendingDigest]:
    subscribers_by_number = await subscribers.get(transaction, numbers)
    due_subscriptions: dict[int, list[Subscription]] = {}
    for subscription in await subscriptions.get_due(transaction, numbers, now):
        due_subscriptions.setdefault(subscription.subscriber, []).append(subscription)
    quiet_since = await quiet_hours.get_due(transaction, numbers)
    digest_entries: dict[int, list[int]] = {}
    carryover: dict[int, list[int]] = {}
    if due_subscriptions:
        for bulletin, recipients in (
            await digest_carryover.find_waiting(transaction, due_subscriptions.keys())
        ).items():
            _append(carryover, recipients, bulletin)
        oldest = min(s.last_bulletin for own in due_subscriptions.values() for s in own)
        for entry in await digest_queue.list_since(transaction, oldest, due_subscriptions.keys()):
            _append(digest_entries, entry.recipients, entry.bulletin)
    quiet_entries: dict[int, list[int]] = {}
    delivered_silently: dict[int, list[int]] = {}
    if quiet_since:
        for quiet_entry in await quiet_queue.list_since(
            transaction, min(quiet_since.values()), quiet_since.keys()
        ):
            numbers_in_time = (
                number
                for number in quiet_entry.recipients
                if quiet_since[number] < quiet_entry.bulletin
            )
            _append(
                delivered_silently if quiet_entry.is_sent else quiet_entries,
                numbers_in_time,
                quiet_entry.bulletin,
            )
    return [
        PendingDigest(
            subscriber=subscriber,
            subscriptions=tuple(due_subscriptions.get(number, ())),
            is_quiet_over=number in quiet_since,
            digest_entries=tuple(digest_entries.get(number, ())),
            carryover=tuple(carryover.get(number, ())),
            quiet_entries=tuple(quiet_entries.get(number, ())),
            delivered_silently=tuple(delivered_silently.get(number, ())),
        )
        for number, subscriber in subscribers_by_number.items()
    ]


async def _originals(transaction: Transaction, ids: list[int]) -> dict[int, int]:
    originals: dict[int, int] = {}
    for start in range(0, len(ids), 1_000):
        originals |= await duplicates.originals(transaction, ids[start : start + 1_000])
    return originals


def _append(by_subscriber: dict[int, list[int]], numbers: Iterable[int], bulletin: int) -> None:
    for number in numbers:
        by_subscriber.setdefault(number, []).append(bulletin)


@lru_cache(maxsize=4_096)
def _load(query: str) -> Query:
    return load(query)
