"""What waits for those whose hour has come, read a few hundred people at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from alerts.tally import Item, item
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Query, load
from matching.query.evaluator import evaluate
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Transaction
from storage.inbound import bulletins, duplicates
from storage.outbox import digest_carryover, digest_queue, quiet_queue
from storage.subscribers import quiet_hours, subscribers, subscriptions
from storage.subscribers.subscribers import Subscriber
from storage.subscribers.subscriptions import Subscription

PEOPLE = 250
"""Read together: each time all that was held since the oldest of their digests is gone through."""

_TEXTS = 50
_KEPT = 2_000
_BREATH = 100
"""Evaluations between two breaths: each may take some ten microseconds."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What one subscriber may have coming, as ids of bulletins."""

    subscriber: Subscriber
    digests: tuple[Subscription, ...]  # whose digest is owed
    is_back: bool  # quiet has ended and was not summed up
    gathered: tuple[int, ...]  # waits for some digest of theirs, perhaps another one
    again: tuple[int, ...]  # joins the next digest that asks for it: they may have missed it
    held: tuple[int, ...]  # waited for the end of the quiet
    told: tuple[int, ...]  # came during it, without a sound


@dataclass(frozen=True)
class WaitingBatch:
    """What is owed to some of those it is owed to longest."""

    owed: list[Waiting]
    quiet_until: Mapping[int, datetime]  # subscribers to whom it is owed later, and when
    last: int  # id of the last bulletin that was looked at
    items: Mapping[int, Item]  # every bulletin that anybody may have coming
    folded: Mapping[int, int]  # those of them that tell the same as an earlier one

    async def wanted(self, owed: Waiting) -> list[Item]:
        """What the digests of one that are owed tell, each thing once."""
        queries = [(each.digested, _load(each.query)) for each in owed.digests]
        ids = {*owed.held, *self.again(owed)}
        for number, id_ in enumerate(owed.gathered):
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
            reading = self.items[id_].reading if id_ in self.items else None
            if reading and any(d < id_ and evaluate(query, reading) for d, query in queries):
                ids.add(id_)
        return self.each_once(ids)

    def again(self, owed: Waiting) -> list[int]:
        """What one may have missed and the digests that are owed ask for."""
        queries = [_load(each.query) for each in owed.digests]
        return [
            id_
            for id_ in owed.again
            if id_ in self.items
            and any(evaluate(query, self.items[id_].reading) for query in queries)
        ]

    def each_once(self, ids: Iterable[int]) -> list[Item]:
        """Without what was told before and stands there, too."""
        there = {id_ for id_ in ids if id_ in self.items}
        return [self.items[id_] for id_ in sorted(there) if self.folded.get(id_) not in there]


class WaitingReader:
    """Reads what is owed. Remembers the bulletins it read last: most of them wait for many."""

    def __init__(self, reader: Reader, gazetteer: Gazetteer, topics: Topics) -> None:
        self._reader = reader
        self._gazetteer = gazetteer
        self._topics = topics
        self._items: OrderedDict[int, Item] = OrderedDict()

    async def read(self, transaction: Transaction, now: datetime) -> WaitingBatch:
        """What is owed longest; an empty batch when nothing is owed."""
        numbers = await quiet_hours.next_owed(transaction, PEOPLE)
        if len(numbers) < PEOPLE:
            numbers += await subscriptions.next_owed(transaction, now, PEOPLE - len(numbers))
        if not numbers:
            return WaitingBatch([], {}, 0, {}, {})
        quiet_until = await quiet_hours.turns(transaction, numbers)
        owed = await _owed(transaction, set(numbers) - quiet_until.keys(), now)
        ids = {id_ for one in owed for id_ in (*one.gathered, *one.again, *one.held, *one.told)}
        last = await bulletins.last_id(transaction)
        items = await self._read_all(transaction, sorted(ids))
        return WaitingBatch(owed, quiet_until, last, items, await _folded(transaction, sorted(ids)))

    async def _read_all(self, transaction: Transaction, ids: list[int]) -> dict[int, Item]:
        known = {id_: self._items[id_] for id_ in ids if id_ in self._items}
        new = [id_ for id_ in ids if id_ not in known]
        for at in range(0, len(new), _TEXTS):
            texts = await bulletins.get(transaction, new[at : at + _TEXTS])
            for id_, stored in texts.items():
                known[id_] = item(stored, self._reader, self._gazetteer, self._topics)
                await asyncio.sleep(0)  # reading takes a millisecond
        for id_, each in known.items():
            self._items[id_] = each
            self._items.move_to_end(id_)
        while len(self._items) > _KEPT:
            self._items.popitem(last=False)
        return known


async def _owed(transaction: Transaction, numbers: set[int], now: datetime) -> list[Waiting]:
    people = await subscribers.get(transaction, numbers)
    digests: dict[int, list[Subscription]] = {}
    for each in await subscriptions.owed(transaction, numbers, now):
        digests.setdefault(each.subscriber, []).append(each)
    back = await quiet_hours.owed(transaction, numbers)
    gathered: dict[int, list[int]] = {}
    again: dict[int, list[int]] = {}
    if digests:
        for bulletin, missing in (
            await digest_carryover.waiting(transaction, digests.keys())
        ).items():
            _note(again, missing, bulletin)
        oldest = min(each.digested for own in digests.values() for each in own)
        for waiting in await digest_queue.since(transaction, oldest, digests.keys()):
            _note(gathered, waiting.recipients, waiting.bulletin)
    later: dict[int, list[int]] = {}
    told: dict[int, list[int]] = {}
    if back:
        for kept in await quiet_queue.since(transaction, min(back.values()), back.keys()):
            mine = (number for number in kept.recipients if back[number] < kept.bulletin)
            _note(told if kept.told else later, mine, kept.bulletin)
    return [
        Waiting(
            subscriber=person,
            digests=tuple(digests.get(number, ())),
            is_back=number in back,
            gathered=tuple(gathered.get(number, ())),
            again=tuple(again.get(number, ())),
            held=tuple(later.get(number, ())),
            told=tuple(told.get(number, ())),
        )
        for number, person in people.items()
    ]


async def _folded(transaction: Transaction, ids: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for at in range(0, len(ids), 1_000):
        found |= await duplicates.first(transaction, ids[at : at + 1_000])
    return found


def _note(found: dict[int, list[int]], numbers: Iterable[int], bulletin: int) -> None:
    for number in numbers:
        found.setdefault(number, []).append(bulletin)


@lru_cache(maxsize=4_096)
def _load(query: str) -> Query:
    return load(query)
