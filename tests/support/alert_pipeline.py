"""Alert pipeline driver: feeds alerts to a real ingest pipeline and shows its broadcasts."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from alerts.tracker import AlertTracker
from bot.ingest.deduplicator import Deduplicator
from bot.ingest.metrics import BulletinMetrics
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index, MatchMode
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.incidents import Incident, NotificationReason
from storage.outbox import broadcasts
from storage.outbox.broadcasts import Broadcast
from storage.values.lanes import Lane
from support.shared_resources import gazetteer, reader, topics

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
STATE_SOURCES = {"siren": timedelta(seconds=15), "alerts": timedelta(seconds=15)}
OFFICIAL_WEBHOOKS = frozenset(("hook",))

_TITLES = {Phase.CLEAR: "Відбій повітряної тривоги", Phase.ACTIVE: "Повітряна тривога"}


@dataclass(frozen=True)
class BroadcastView:
    """Fields of a broadcast that tests compare."""

    reason: NotificationReason | None
    lane: Lane
    recipients: frozenset[int]
    silent: frozenset[int]


class AlertPipeline:
    """Ingest pipeline with two polled state sources, `siren` and `alerts`.

    All other sources send messages; only the webhook `hook` is official.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.index = Index()
        self.unreachable: set[str] = set()
        self._keys = itertools.count()
        self._subscriptions = itertools.count()
        self._last_broadcast = 0  # id of the last broadcast read
        self.restart()

    def restart(self) -> None:
        """Simulate a restart of the process."""
        self.pipeline = IngestPipeline(
            self.database,
            reader(),
            self.index,
            Deduplicator(),
            AlertTracker(self.database, self.index, gazetteer(), STATE_SOURCES, OFFICIAL_WEBHOOKS),
            timedelta(minutes=15),
            lambda: None,
            lambda: self.now,
            BulletinMetrics(CollectorRegistry()),
        )

    def subscribe(self, number: int, query: str, mode: MatchMode = MatchMode.AUDIBLE) -> None:
        """Add a subscription to the index."""
        parsed = parse(query, gazetteer(), topics())
        self.index.add(next(self._subscriptions), number, parsed.query, mode)

    def bulletin(self, source: str, region: str, phase: Phase, **more: object) -> Bulletin:
        """Return a bulletin with all fields of an air raid alert; `more` replaces some."""
        title = f"{_TITLES.get(phase, _TITLES[Phase.ACTIVE])}: {region}"
        bulletin_topics = ("air_alert", "all_clear") if phase is Phase.CLEAR else ("air_alert",)
        values: dict[str, object] = {
            "title": title,
            "kind": Kind.ALERT,
            "phase": phase,
            "hazard": "air_raid",
            "regions": (region,),
            "topics": bulletin_topics,
            "received_at": self.now,
        }
        return Bulletin(source=source, key=f"k{next(self._keys)}", **(values | more))  # type: ignore[arg-type]

    async def raise_alert(self, source: str, region: str, **more: object) -> list[BroadcastView]:
        """Ingest the start of an alert. Return the broadcasts that it causes."""
        return await self.ingest(self.bulletin(source, region, Phase.ACTIVE, **more))

    async def update_alert(self, source: str, region: str, **more: object) -> list[BroadcastView]:
        """Ingest an update of an alert. Return the broadcasts that it causes."""
        return await self.ingest(self.bulletin(source, region, Phase.UPDATE, **more))

    async def clear_alert(self, source: str, region: str, **more: object) -> list[BroadcastView]:
        """Ingest an all-clear. Return the broadcasts that it causes."""
        return await self.ingest(self.bulletin(source, region, Phase.CLEAR, **more))

    async def publish_text(self, source: str, title: str, **more: object) -> list[BroadcastView]:
        """Ingest a bulletin without declared fields. Return the broadcasts that it causes."""
        values = {"received_at": self.now, **more}
        key = f"k{next(self._keys)}"
        return await self.ingest(Bulletin(source=source, key=key, title=title, **values))  # type: ignore[arg-type]

    async def ingest(self, *new: Bulletin, baseline: bool = False) -> list[BroadcastView]:
        """Ingest bulletins of one source. Return the broadcasts that they cause."""
        cursor = {"at": 0} if new[0].source in STATE_SOURCES else None
        await self.pipeline.ingest(
            Batch(new[0].source, new, cursor, is_baseline=baseline, can_burst=True)
        )
        return await self.new_broadcasts()

    async def receive_message(self, source: str, *new: Bulletin) -> list[BroadcastView]:
        """Ingest what a state source sends between two polls. Return the broadcasts by it."""
        await self.pipeline.ingest(
            Batch(source, new, {}, is_baseline=False, can_burst=True, state={})
        )
        return await self.new_broadcasts()

    async def poll(self, source: str, *new: Bulletin) -> None:
        """Record a successful poll of a state source."""
        if new:
            await self.pipeline.ingest(Batch(source, new, {}, is_baseline=False, can_burst=True))
            return
        async with self.database.write() as transaction:
            await sources.record_success(transaction, source, {}, self.now)

    async def wait(self, *, step_seconds: float = 5, **units: float) -> list[BroadcastView]:
        """Advance the clock in steps of `step_seconds`.

        All state sources but the unreachable ones answer without news at each step.
        """
        until = self.now + timedelta(**units)
        while self.now < until:
            self.now = min(until, self.now + timedelta(seconds=step_seconds))
            async with self.database.write() as transaction:
                for name in STATE_SOURCES.keys() - self.unreachable:
                    await sources.record_success(transaction, name, {}, self.now)
            await self.pipeline.tick_alerts()
        return await self.new_broadcasts()

    async def new_broadcasts(self) -> list[BroadcastView]:
        """Return the unfinished broadcasts since the last call."""
        new = [b for b in await self.unfinished_broadcasts() if b.id > self._last_broadcast]
        self._last_broadcast = max([self._last_broadcast, *(broadcast.id for broadcast in new)])
        return [
            BroadcastView(b.reason, b.lane, frozenset(b.recipients), frozenset(b.silent))
            for b in new
        ]

    async def unfinished_broadcasts(self) -> list[Broadcast]:
        """Return all unfinished broadcasts, the oldest first."""
        async with self.database.read() as transaction:
            unfinished = [
                broadcast
                for lane in (Lane.ALERT, Lane.NEWS, Lane.EDIT)
                for broadcast in await broadcasts.list_unfinished(transaction, lane, limit=10_000)
            ]
        return sorted(unfinished, key=lambda broadcast: broadcast.id)

    async def mark_sent(self, *, up_to: int | None = None) -> None:
        """Finish all broadcasts, or attempt them up to a subscriber number."""
        async with self.database.write() as transaction:
            for broadcast in await self.unfinished_broadcasts():
                if up_to is None:
                    await broadcasts.finish(transaction, [broadcast.id], self.now)
                else:
                    progress = broadcasts.Progress(broadcast.id, up_to, broadcast.in_flight)
                    await broadcasts.record_progress(transaction, [progress])

    async def open_incidents(self) -> list[Incident]:
        """Return the open incidents."""
        async with self.database.read() as transaction:
            return await incidents.get_open(transaction)


def push(
    *recipients: int,
    reason: NotificationReason = NotificationReason.OPENED,
    silent: tuple[int, ...] = (),
) -> BroadcastView:
    """Return the view of a new message about an incident."""
    return BroadcastView(reason, Lane.ALERT, frozenset(recipients), frozenset(silent))


def edit(
    *recipients: int, reason: NotificationReason = NotificationReason.CHANGED
) -> BroadcastView:
    """Return the view of an edit of messages about an incident."""
    return BroadcastView(reason, Lane.EDIT, frozenset(recipients), frozenset(recipients))


def all_clear(*recipients: int, silent: tuple[int, ...] = ()) -> BroadcastView:
    """Return the view of an all-clear."""
    return push(*recipients, reason=NotificationReason.CLOSED, silent=silent)


def all_clear_with_edit(*recipients: int) -> list[BroadcastView]:
    """Return the views of an all-clear and of the edit of the alert's message."""
    return [all_clear(*recipients), edit(*recipients, reason=NotificationReason.CLOSED)]
