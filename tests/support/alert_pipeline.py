"""An intake that hears of alerts, and what it comes to tell of them to whom."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from alerts.tracker import Fusion
from bot.ingest.deduplicator import Repeats
from bot.ingest.metrics import BulletinCounts
from bot.ingest.pipeline import IngestPipeline
from bot.sources.core.source import Batch
from matching.index.index import Index, Mode
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.incidents import Incident, Telling
from storage.outbox import broadcasts
from storage.outbox.broadcasts import Broadcast
from storage.values.lanes import Lane
from support.shared_resources import gazetteer, reader, topics

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
STATES = {"siren": timedelta(seconds=15), "alerts": timedelta(seconds=15)}

_TITLES = {Phase.CLEAR: "Відбій повітряної тривоги", Phase.ACTIVE: "Повітряна тривога"}


@dataclass(frozen=True)
class Told:
    """One broadcast, as far as a test looks at it."""

    telling: Telling | None
    lane: Lane
    who: frozenset[int]
    silent: frozenset[int]


class Alarms:
    """`siren` and `alerts` are polled for what is on; others tell what happens."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.index = Index()
        self.dead: set[str] = set()
        self._keys = itertools.count()
        self._subscriptions = itertools.count()
        self._seen = 0  # id of the last broadcast looked at
        self.restart()

    def restart(self) -> None:
        """The process begins anew."""
        self.intake = IngestPipeline(
            self.database,
            reader(),
            self.index,
            Repeats(),
            Fusion(self.database, self.index, gazetteer(), STATES),
            timedelta(minutes=15),
            lambda: None,
            lambda: self.now,
            BulletinCounts(CollectorRegistry()),
        )

    def subscribe(self, number: int, query: str, mode: Mode = Mode.RING) -> None:
        parsed = parse(query, gazetteer(), topics())
        self.index.add(next(self._subscriptions), number, parsed.query, mode)

    def said(self, source: str, region: str, phase: Phase, **more: object) -> Bulletin:
        title = f"{_TITLES.get(phase, _TITLES[Phase.ACTIVE])}: {region}"
        over = ("air_alert", "all_clear") if phase is Phase.CLEAR else ("air_alert",)
        values: dict[str, object] = {
            "title": title,
            "kind": Kind.ALERT,
            "phase": phase,
            "hazard": "air_raid",
            "regions": (region,),
            "topics": over,
            "received_at": self.now,
        }
        return Bulletin(source=source, key=f"k{next(self._keys)}", **(values | more))  # type: ignore[arg-type]

    async def on(self, source: str, region: str, **more: object) -> list[Told]:
        return await self.take(self.said(source, region, Phase.ACTIVE, **more))

    async def changed(self, source: str, region: str, **more: object) -> list[Told]:
        return await self.take(self.said(source, region, Phase.UPDATE, **more))

    async def over(self, source: str, region: str, **more: object) -> list[Told]:
        return await self.take(self.said(source, region, Phase.CLEAR, **more))

    async def text(self, source: str, title: str, **more: object) -> list[Told]:
        values = {"received_at": self.now, **more}
        key = f"k{next(self._keys)}"
        return await self.take(Bulletin(source=source, key=key, title=title, **values))  # type: ignore[arg-type]

    async def take(self, *new: Bulletin, baseline: bool = False) -> list[Told]:
        """What comes to be told by bulletins of one source."""
        cursor = {"at": 0} if new[0].source in STATES else None
        await self.intake.take(Batch(new[0].source, new, cursor, baseline=baseline, many=True))
        return await self.told()

    async def poll(self, source: str, *new: Bulletin) -> None:
        """A good poll of a source of states."""
        if new:
            await self.intake.take(Batch(source, new, {}, baseline=False, many=True))
            return
        async with self.database.write() as transaction:
            await sources.succeed(transaction, source, {}, self.now)

    async def wait(self, **units: float) -> list[Told]:
        """Time passes; the sources of states answer, but for the dead, that nothing is new."""
        until = self.now + timedelta(**units)
        while self.now < until:
            self.now += timedelta(seconds=5)
            async with self.database.write() as transaction:
                for name in STATES.keys() - self.dead:
                    await sources.succeed(transaction, name, {}, self.now)
            await self.intake.look_after()
        return await self.told()

    async def told(self) -> list[Told]:
        """What is owed since this was asked last."""
        found = [b for b in await self.owed() if b.id > self._seen]
        self._seen = max([self._seen, *(broadcast.id for broadcast in found)])
        return [
            Told(b.telling, b.lane, frozenset(b.recipients), frozenset(b.silent)) for b in found
        ]

    async def owed(self) -> list[Broadcast]:
        async with self.database.read() as transaction:
            found = [
                one
                for lane in (Lane.ALERT, Lane.NEWS, Lane.EDIT)
                for one in await broadcasts.unfinished(transaction, lane, limit=10_000)
            ]
        return sorted(found, key=lambda broadcast: broadcast.id)

    async def is_sent(self, *, up_to: int | None = None) -> None:
        """What is owed was attempted, up to a subscriber's number, or all of it."""
        async with self.database.write() as transaction:
            for one in await self.owed():
                if up_to is None:
                    await broadcasts.finish(transaction, [one.id], self.now)
                else:
                    progress = broadcasts.Progress(one.id, up_to, one.under_way)
                    await broadcasts.record(transaction, [progress])

    async def open(self) -> list[Incident]:
        async with self.database.read() as transaction:
            return await incidents.open_now(transaction)


def ring(*who: int, telling: Telling = Telling.OPENED, silent: tuple[int, ...] = ()) -> Told:
    return Told(telling, Lane.ALERT, frozenset(who), frozenset(silent))


def edit(*who: int, telling: Telling = Telling.CHANGED) -> Told:
    return Told(telling, Lane.EDIT, frozenset(who), frozenset(who))


def over(*who: int, silent: tuple[int, ...] = ()) -> Told:
    return ring(*who, telling=Telling.CLOSED, silent=silent)


def ended(*who: int) -> list[Told]:
    """The all-clear, and their message of the alert says so too."""
    return [over(*who), edit(*who, telling=Telling.CLOSED)]
