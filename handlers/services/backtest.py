"""Backtest use case: try a subscription on the stored bulletins, in short steps within limits."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.backtest import Backtest, BacktestMessage, BacktestRules
from alerts.backtest_incidents import IncidentLookup
from alerts.stored_readings import ReadingScan
from handlers.framework.handler_context import HandlerContext
from handlers.services.subscription_entries import entries
from handlers.telegram.events import Request
from matching.index.index import MatchMode
from matching.places.gazetteer import Gazetteer
from matching.query.ast import load, terms
from matching.query.evaluator import evaluate
from matching.stored_reading import StoredReading
from matching.text.reading import MatchableReading
from storage.engine.database import Transaction
from storage.inbound import bulletins, incident_spans, readings
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.readings import ScannedBulletin
from storage.subscribers import quiet_hours, sound_modes
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.subscribers.quiet_hours import QuietAlerts, QuietState
from storage.subscribers.subscriptions import IndexedSubscription
from storage.values.local_time import zone_of

_BATCH_SIZE = 100
_ROWS_AT_A_TIME = 20  # with their texts: some milliseconds of the event loop
_MAX_BULLETINS = 20_000
_MAX_INCIDENTS = 20_000
_MAX_TEXTS = 100
"""Texts read, of bulletins whose reading an older version has stored."""

_MAX_SECONDS = 4.0
_COST_OF_TERM = 0.25
"""As in handlers.services.search."""

_STEP_SECONDS = 0.002
_PAUSE_SECONDS = 0.005
"""As in alerts.stored_readings: a flood leaves the event loop mostly to alerts."""

_NIGHT_BEGIN, _NIGHT_END = 22, 7  # hours of local time
_NEWEST = 5


@dataclass(frozen=True, kw_only=True)
class BacktestResult:
    """Messages that a subscription would have brought."""

    count: int
    with_sound: int
    at_night: int
    since: datetime | None  # aware; receipt of the oldest bulletin tried; None: there are none
    days: int  # since then, begun ones included
    is_complete: bool  # False: a limit ended the scan, so there are older bulletins
    newest: tuple[int, ...]  # ids of bulletins, newest first
    topics: tuple[tuple[str, int], ...]  # names with their number of messages, commonest first


async def run_backtest(
    subscription: IndexedSubscription,
    zone_name: str | None,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    *,
    max_bulletins: int = _MAX_BULLETINS,
    max_seconds: float = _MAX_SECONDS,
) -> BacktestResult:
    """Try a subscription of the sender, which need not be stored.

    `zone_name`: time zone of the nights, an IANA name; None: UTC.
    """
    rules = await _load_rules(subscription, request, transaction, context)
    scan = _Scan(transaction, context, rules, subscription)
    deadline = time.monotonic() + max_seconds
    is_complete = await scan.run(max_bulletins, deadline)
    messages = [message async for message in scan.messages()]
    zone = zone_of(zone_name)
    counts = Counter(topic for message in messages for topic in message.topics)
    newest = sorted((message.bulletin for message in messages), reverse=True)[:_NEWEST]
    return BacktestResult(
        count=len(messages),
        with_sound=sum(message.has_sound for message in messages),
        at_night=sum(is_night(message.received_at.astimezone(zone)) for message in messages),
        since=scan.oldest,
        days=_days(scan.oldest, request.now),
        is_complete=is_complete,
        newest=tuple(newest),
        topics=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
    )


def is_night(local: datetime) -> bool:
    """Return whether a local time is at night: from 22:00 up to 07:00."""
    return local.hour >= _NIGHT_BEGIN or local.hour < _NIGHT_END


class _Scan:
    """Scan of the stored bulletins, newest first."""

    def __init__(
        self,
        transaction: Transaction,
        context: HandlerContext,
        rules: BacktestRules,
        subscription: IndexedSubscription,
    ) -> None:
        self.oldest: datetime | None = None  # receipt of the last bulletin scanned
        self._transaction = transaction
        self._context = context
        self._rules = rules
        self._is_immediate = subscription.is_immediate
        self._incidents = IncidentLookup()
        self._has_incidents = False
        self._backtest = Backtest(rules, self._incidents)
        cost = _COST_OF_TERM * sum(1 for _ in terms(load(subscription.query)))
        self._readings = ReadingScan(transaction, context.reader, max_texts=_MAX_TEXTS, cost=cost)
        self._step_began = time.monotonic()

    async def run(self, max_bulletins: int, deadline: float) -> bool:
        """Scan within the limits. Return whether all bulletins were scanned."""
        cursor: int | None = None
        for _ in range(0, max_bulletins, _BATCH_SIZE):
            batch = await readings.scan_before(self._transaction, _BATCH_SIZE, before=cursor)
            if not batch:
                return True
            if not await self._scan_batch(batch) or time.monotonic() > deadline:
                return False
            cursor = batch[-1].id
        return not await readings.scan_before(self._transaction, 1, before=cursor)

    async def messages(self) -> AsyncIterator[BacktestMessage]:
        """Yield the messages in no order."""
        for message in self._backtest.messages():
            if message is not None:
                yield message
            await self._pause()

    async def _scan_batch(self, batch: Sequence[ScannedBulletin]) -> bool:
        """Add the bulletins that match. Return False if too many texts had to be read."""
        matching: list[tuple[int, StoredReading, MatchMode]] = []
        async for row, reading in self._readings.resolve(batch):
            if reading is None:
                await self._add(matching)
                return False
            self.oldest = row.received_at
            mode = self._rules.mode_of(reading)
            if mode is not None:
                matching.append((row.id, reading, mode))
        await self._add(matching)
        return True

    async def _add(self, matching: Sequence[tuple[int, StoredReading, MatchMode]]) -> None:
        for start in range(0, len(matching), _ROWS_AT_A_TIME):
            part = matching[start : start + _ROWS_AT_A_TIME]
            stored = await bulletins.get(self._transaction, [id_ for id_, _, _ in part])
            for id_, reading, mode in part:
                await self._add_bulletin(stored[id_], reading, mode)
                await self._pause()

    async def _add_bulletin(
        self, bulletin: StoredBulletin, reading: StoredReading, mode: MatchMode
    ) -> None:
        if not self._is_immediate:
            self._backtest.add_digest_entry(bulletin, reading)
        elif not reading.is_alert:
            self._backtest.add_news(bulletin, reading, mode)
        else:
            await self._load_incidents()
            is_drill = self._context.reader.is_drill(bulletin.title or bulletin.text)
            restored = reading.restore(bulletin.title, bulletin.text)
            self._backtest.add_alert(bulletin, restored, mode, is_drill=is_drill)

    async def _load_incidents(self) -> None:
        if self._has_incidents:
            return
        self._has_incidents = True
        async for batch in incident_spans.iterate_batches(self._transaction, _MAX_INCIDENTS):
            self._incidents.add(batch)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _pause(self) -> None:
        if time.monotonic() - self._step_began > _STEP_SECONDS:
            await asyncio.sleep(_PAUSE_SECONDS)
            self._step_began = time.monotonic()


async def _load_rules(
    subscription: IndexedSubscription,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> BacktestRules:
    number = request.subscriber.number
    quiet = await quiet_hours.get(transaction, number)
    return BacktestRules(
        subscriber=number,
        mode_of=_mode_finder(subscription, context.gazetteer),
        sound_rule=context.sound_rule,
        sounds=await sound_modes.read(transaction),
        mutes_at=_mute_finder(quiet, request.subscriber.zone),
        alert_ttl=context.alert_ttl,
        state_sources=context.state_sources,
        gazetteer=context.gazetteer,
    )


def _mode_finder(
    subscription: IndexedSubscription, gazetteer: Gazetteer
) -> Callable[[MatchableReading], MatchMode | None]:
    """Return the function that evaluates the subscription's entries of the index."""
    queries = [(load(text), mode) for _, _, text, mode in entries(subscription, gazetteer)]

    def find_mode(reading: MatchableReading) -> MatchMode | None:
        return min((mode for query, mode in queries if evaluate(query, reading)), default=None)

    return find_mode


def _mute_finder(state: QuietState, zone_name: str | None) -> Callable[[datetime], MuteSnapshot]:
    """Return the function that applies the quiet hours to a time. Pauses are of the present."""
    number, zone = BitMap([state.subscriber]), zone_of(zone_name)
    is_silent, is_deferred = (
        state.alerts is QuietAlerts.SILENT,
        state.alerts is QuietAlerts.DEFER,
    )
    audible = MuteSnapshot(BitMap(), BitMap(), BitMap())
    muted = MuteSnapshot(
        number, number if is_silent else BitMap(), number if is_deferred else BitMap()
    )

    def find_mutes(received_at: datetime) -> MuteSnapshot:
        is_quiet = state.hours is not None and state.hours.current_end(received_at, zone)
        return muted if is_quiet else audible

    return find_mutes


def _days(oldest: datetime | None, now: datetime) -> int:
    return max(1, math.ceil((now - oldest) / timedelta(days=1))) if oldest else 0
