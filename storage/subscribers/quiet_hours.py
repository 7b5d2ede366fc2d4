"""Who wants to hear nothing for now: quiet hours, pauses, and what is done about alerts.

What lies in the outbox when somebody's quiet begins still comes: it was owed before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from pyroaring import BitMap
from sqlalchemy import Row, func, select, update

from storage import schema
from storage.engine import upsert
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.subscribers import quiet_snapshot
from storage.subscribers.quiet_snapshot import Hush
from storage.values import local_time
from storage.values.quiet_window import Hours, parse_hours

_table = schema.quiet


class Alerts(StrEnum):
    """What an alert does while its reader is quiet."""

    RING = "ring"
    SILENT = "silent"
    HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """What one subscriber has chosen, and where that stands."""

    subscriber: int  # the subscriber's number
    hours: Hours | None = None  # every day; None: none
    alerts: Alerts = Alerts.RING
    paused_until: datetime | None = None  # aware; None: not paused, or not any more
    since: datetime | None = None  # aware; when the quiet that is on began; None: none is on
    turns_at: datetime | None = None  # aware; when it ends, or the next begins; None: never
    after: int | None = None  # id of the last bulletin before what is held; None: nothing is owed
    owed_at: datetime | None = None  # aware; when the quiet ended that is still to be summed up

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When what is chosen lets the subscriber hear again; None where it does so now."""
        return _until(self.hours, self.paused_until, now, zone)


@dataclass(frozen=True)
class _Alike:
    """Those who have chosen the same and for whom it stands the same."""

    as_one: Quiet  # of any of them
    zone: ZoneInfo
    numbers: BitMap


async def find(transaction: Transaction, number: int) -> Quiet:
    """Of who has never chosen anything: what holds then."""
    row = (await transaction.execute(select(_table).where(_table.c.subscriber == number))).first()
    return _quiet(row) if row else Quiet(subscriber=number)


async def choose(transaction: Transaction, chosen: Quiet, zone: ZoneInfo, now: datetime) -> Quiet:
    """Stores hours, alerts and pause; how it stands then.

    Quiet that is over thereby ends at the next tick of the clock, with what was held.
    """
    await quiet_snapshot.lock(transaction)
    alone = _Alike(chosen, zone, BitMap([chosen.subscriber]))
    (turned,) = await _turn(transaction, [alone], now, over=now)
    values = _values(turned.as_one)
    statement = upsert.insert(transaction, _table).values(values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.subscriber], set_=values)
    )
    return turned.as_one


async def turn(transaction: Transaction, now: datetime, limit: int) -> int:
    """Begins and ends the quiet of those whose time has come; how many, `limit` at most."""
    await quiet_snapshot.lock(transaction)
    zone = schema.subscriber.c.zone
    query = (
        select(_table, zone)
        .join(schema.subscriber, schema.subscriber.c.number == _table.c.subscriber)
        .where(_table.c.turns_at <= now)
        .order_by(_table.c.turns_at, _table.c.subscriber)
        .limit(limit)
    )
    rows = (await transaction.execute(query)).all()
    if not rows:
        return 0
    for alike in await _turn(transaction, _alike(rows), now, over=None):
        await transaction.execute(
            update(_table)
            .where(_table.c.subscriber.in_(alike.numbers))
            .values(_state(alike.as_one))
        )
    return len(rows)


async def is_due(transaction: Transaction, now: datetime) -> bool:
    """Whether `turn` has anything to do."""
    first = (await transaction.execute(select(func.min(_table.c.turns_at)))).scalar_one()
    return first is not None and first <= now


async def next_owed(transaction: Transaction, limit: int) -> list[int]:
    """Numbers of those whose quiet has ended and was not summed up, longest ended first."""
    query = (
        select(_table.c.subscriber)
        .where(_table.c.owed_at.is_not(None))
        .order_by(_table.c.owed_at, _table.c.subscriber)
        .limit(limit)
    )
    return list((await transaction.execute(query)).scalars())


async def owed(transaction: Transaction, numbers: Collection[int]) -> dict[int, int]:
    """Of those of `numbers` whose quiet was not summed up: after which bulletin it began."""
    query = select(_table.c.subscriber, _table.c.after).where(
        _table.c.subscriber.in_(numbers), _table.c.owed_at.is_not(None)
    )
    return {row.subscriber: row.after or 0 for row in await transaction.execute(query)}


async def settle(transaction: Transaction, numbers: Collection[int]) -> set[int]:
    """Notes that those of `numbers` to whom it is owed are told what was held; who they are."""
    statement = (
        update(_table)
        .where(_table.c.subscriber.in_(numbers), _table.c.owed_at.is_not(None))
        .values(after=None, owed_at=None)
        .returning(_table.c.subscriber)
    )
    return set((await transaction.execute(statement)).scalars())


async def turns(transaction: Transaction, numbers: Collection[int]) -> dict[int, datetime]:
    """Of those of `numbers` who are quiet now: when that ends."""
    query = select(_table.c.subscriber, _table.c.turns_at).where(
        _table.c.subscriber.in_(numbers), _table.c.since.is_not(None)
    )
    return {row.subscriber: row.turns_at for row in await transaction.execute(query)}


def _alike(rows: Iterable[Row[tuple[object, ...]]]) -> list[_Alike]:
    """Thousands begin and end at once, and most of them alike: so each kind is worked out once."""
    kinds: dict[tuple[object, ...], list[Row[tuple[object, ...]]]] = {}
    for row in rows:
        kinds.setdefault(row[1:], []).append(row)  # all but the number
    return [
        _Alike(
            _quiet(some[0]),
            local_time.zone_of(some[0].zone),
            BitMap(row.subscriber for row in some),
        )
        for some in kinds.values()
    ]


async def _turn(
    transaction: Transaction,
    chosen: Iterable[_Alike],
    now: datetime,
    *,
    over: datetime | None,
) -> list[_Alike]:
    """As they stand at `now`, and the bitmaps with them.

    With `over`, quiet that need not be any more goes on until then.
    """
    last = await bulletins.last_id(transaction)
    turned = [
        replace(alike, as_one=_at(alike.as_one, alike.zone, now, last, over)) for alike in chosen
    ]
    before = await quiet_snapshot.now(transaction)
    mine = BitMap().union(*(alike.numbers for alike in turned))
    on = [alike for alike in turned if alike.as_one.since is not None]
    after = Hush(
        news=(before.news - mine) | _numbers(on, *Alerts),
        silent=(before.silent - mine) | _numbers(on, Alerts.SILENT),
        alerts=(before.alerts - mine) | _numbers(on, Alerts.HELD),
    )
    await quiet_snapshot.become(transaction, after)
    back = (alike.numbers for alike in turned if alike.as_one.owed_at == now)
    await _release(transaction, BitMap().union(*back), now)
    return turned


def _at(one: Quiet, zone: ZoneInfo, now: datetime, last: int, over: datetime | None) -> Quiet:
    if one.paused_until is not None and one.paused_until <= now:
        one = replace(one, paused_until=None)
    until = one.until(now, zone)
    if until is not None:
        # What an earlier quiet still owes comes with what this one will.
        after = last if one.after is None else one.after
        return replace(one, since=one.since or now, turns_at=until, after=after, owed_at=None)
    if one.since is not None and over is not None:
        return replace(one, turns_at=over)
    owed_at = now if one.since is not None else one.owed_at
    turns_at = _next(one.hours, now, zone) if one.hours else None
    return replace(one, since=None, turns_at=turns_at, owed_at=owed_at)


async def _release(transaction: Transaction, numbers: BitMap, now: datetime) -> None:
    """Digests that waited for the quiet to end come with what it held."""
    if not numbers:
        return
    table = schema.subscription
    await transaction.execute(
        update(table)
        .where(table.c.subscriber.in_(numbers), table.c.owed_at.is_not(None))
        .values(owed_at=now)
    )


# Thousands begin and end at once, in batches that are alike.
@lru_cache(maxsize=1_024)
def _until(
    hours: Hours | None, paused_until: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    end = now if paused_until is None else max(now, paused_until)
    later = hours.until(end, zone) if hours else None
    return later or (end if end > now else None)


@lru_cache(maxsize=1_024)
def _next(hours: Hours, now: datetime, zone: ZoneInfo) -> datetime:
    return hours.next(now, zone)


def _numbers(of: Iterable[_Alike], *alerts: Alerts) -> BitMap:
    return BitMap().union(*(alike.numbers for alike in of if alike.as_one.alerts in alerts))


def _state(one: Quiet) -> dict[str, object]:
    """What the clock changes."""
    return {
        "paused_until": one.paused_until,
        "since": one.since,
        "turns_at": one.turns_at,
        "after": one.after,
        "owed_at": one.owed_at,
    }


def _values(one: Quiet) -> dict[str, object]:
    return {
        "subscriber": one.subscriber,
        "hours": None if one.hours is None else str(one.hours),
        "alerts": one.alerts,
        **_state(one),
    }


def _quiet(row: Row[tuple[object, ...]]) -> Quiet:
    return Quiet(
        subscriber=row.subscriber,
        hours=None if row.hours is None else parse_hours(row.hours),
        alerts=Alerts(row.alerts),
        paused_until=row.paused_until,
        since=row.since,
        turns_at=row.turns_at,
        after=row.after,
        owed_at=row.owed_at,
    )
