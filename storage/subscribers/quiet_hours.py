"""Quiet hours repository: quiet hours and pauses of each subscriber, as a small state machine.

A subscriber is muted or not. `apply_due_transitions` moves those whose time has come and keeps the
mute snapshot in step. Messages already in the outbox when quiet hours begin are still sent.
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
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.inbound import bulletins
from storage.subscribers import mute_snapshot
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.values import local_time
from storage.values.quiet_window import QuietHours, parse_quiet_hours

_table = schema.quiet_state


class QuietAlerts(StrEnum):
    """Treatment of alerts during quiet hours."""

    NOTIFY = "ring"
    SILENT = "silent"
    DEFER = "held"


@dataclass(frozen=True, kw_only=True)
class QuietState:
    """Quiet settings of one subscriber, and their present state."""

    subscriber: int  # the subscriber's number
    hours: QuietHours | None = None  # every day; None: no quiet hours
    alerts: QuietAlerts = QuietAlerts.NOTIFY
    paused_until: datetime | None = None  # aware; None: not paused
    quiet_since: datetime | None = None  # aware; None: not quiet now
    next_transition_at: datetime | None = None  # aware; of the next begin or end; None: never
    after_bulletin: int | None = None  # id of the last bulletin before quiet; None: no summary
    summary_due_at: datetime | None = None  # aware; when quiet ended; None: no summary is due

    def quiet_until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the time at which quiet hours and pause have both ended; None if now."""
        return _quiet_until(self.hours, self.paused_until, now, zone)


@dataclass(frozen=True)
class _Group:
    """Subscribers with the same settings in the same state, handled as one."""

    state: QuietState  # of any of them
    zone: ZoneInfo
    numbers: BitMap


async def get(transaction: Transaction, number: int) -> QuietState:
    """Return the state of a subscriber, the defaults if nothing is stored."""
    row = (await transaction.execute(select(_table).where(_table.c.subscriber == number))).first()
    return _from_row(row) if row else QuietState(subscriber=number)


async def save(
    transaction: Transaction, chosen: QuietState, zone: ZoneInfo, now: datetime
) -> QuietState:
    """Store settings. Return the resulting state.

    If they end the present quiet, it ends at the next tick of the clock, with a summary.
    """
    await mute_snapshot.lock(transaction)
    single = _Group(chosen, zone, BitMap([chosen.subscriber]))
    (updated,) = await _update(transaction, [single], now, end_at=now)
    values = _values(updated.state)
    statement = upsert(transaction, _table).values(values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_table.c.subscriber], set_=values)
    )
    return updated.state


async def apply_due_transitions(transaction: Transaction, now: datetime, limit: int) -> int:
    """Begin and end quiet where it is due, for at most `limit` subscribers. Return their count."""
    await mute_snapshot.lock(transaction)
    zone = schema.subscriber.c.zone
    query = (
        select(_table, zone)
        .join(schema.subscriber, schema.subscriber.c.number == _table.c.subscriber)
        .where(_table.c.next_transition_at <= now)
        .order_by(_table.c.next_transition_at, _table.c.subscriber)
        .limit(limit)
    )
    rows = (await transaction.execute(query)).all()
    if not rows:
        return 0
    for group in await _update(transaction, _groups(rows), now, end_at=None):
        await transaction.execute(
            update(_table)
            .where(_table.c.subscriber.in_(group.numbers))
            .values(_state_values(group.state))
        )
    return len(rows)


async def has_due_transitions(transaction: Transaction, now: datetime) -> bool:
    """Return whether `apply_due_transitions` has anything to do."""
    first = (await transaction.execute(select(func.min(_table.c.next_transition_at)))).scalar_one()
    return first is not None and first <= now


async def next_due(transaction: Transaction, limit: int) -> list[int]:
    """Return the numbers of subscribers with a summary due, the longest due first."""
    query = (
        select(_table.c.subscriber)
        .where(_table.c.summary_due_at.is_not(None))
        .order_by(_table.c.summary_due_at, _table.c.subscriber)
        .limit(limit)
    )
    return list((await transaction.execute(query)).scalars())


async def get_due(transaction: Transaction, numbers: Collection[int]) -> dict[int, int]:
    """Return the last bulletin before quiet began, for each of `numbers` with a summary due."""
    query = select(_table.c.subscriber, _table.c.after_bulletin).where(
        _table.c.subscriber.in_(numbers), _table.c.summary_due_at.is_not(None)
    )
    return {row.subscriber: row.after_bulletin or 0 for row in await transaction.execute(query)}


async def settle(transaction: Transaction, numbers: Collection[int]) -> set[int]:
    """Mark the summaries of `numbers` as made. Return those that had one due."""
    statement = (
        update(_table)
        .where(_table.c.subscriber.in_(numbers), _table.c.summary_due_at.is_not(None))
        .values(after_bulletin=None, summary_due_at=None)
        .returning(_table.c.subscriber)
    )
    return set((await transaction.execute(statement)).scalars())


async def quiet_ends(transaction: Transaction, numbers: Collection[int]) -> dict[int, datetime]:
    """Return the end of the present quiet for each of `numbers` that is quiet."""
    query = select(_table.c.subscriber, _table.c.next_transition_at).where(
        _table.c.subscriber.in_(numbers), _table.c.quiet_since.is_not(None)
    )
    return {row.subscriber: row.next_transition_at for row in await transaction.execute(query)}


def _groups(rows: Iterable[Row[tuple[object, ...]]]) -> list[_Group]:
    """Group equal rows: thousands have transitions at the same time, most of them equal."""
    groups: dict[tuple[object, ...], list[Row[tuple[object, ...]]]] = {}
    for row in rows:
        groups.setdefault(row[1:], []).append(row)  # all columns but the number
    return [
        _Group(
            _from_row(equal[0]),
            local_time.zone_of(equal[0].zone),
            BitMap(row.subscriber for row in equal),
        )
        for equal in groups.values()
    ]


async def _update(
    transaction: Transaction,
    groups: Iterable[_Group],
    now: datetime,
    *,
    end_at: datetime | None,
) -> list[_Group]:
    """Compute the states at `now` and update the mute snapshot.

    With `end_at`, quiet that the settings no longer justify ends at that time, else now.
    """
    last_bulletin = await bulletins.last_id(transaction)
    updated = [
        replace(group, state=_next_state(group.state, group.zone, now, last_bulletin, end_at))
        for group in groups
    ]
    before = await mute_snapshot.read(transaction)
    changed = BitMap().union(*(group.numbers for group in updated))
    quiet = [group for group in updated if group.state.quiet_since is not None]
    after = MuteSnapshot(
        muted_news=(before.muted_news - changed) | _numbers(quiet, *QuietAlerts),
        silent_alerts=(before.silent_alerts - changed) | _numbers(quiet, QuietAlerts.SILENT),
        muted_alerts=(before.muted_alerts - changed) | _numbers(quiet, QuietAlerts.DEFER),
    )
    await mute_snapshot.store(transaction, after)
    ended = (group.numbers for group in updated if group.state.summary_due_at == now)
    await _release_digests(transaction, BitMap().union(*ended), now)
    return updated


def _next_state(
    state: QuietState,
    zone: ZoneInfo,
    now: datetime,
    last_bulletin: int,
    end_at: datetime | None,
) -> QuietState:
    """Return the state at `now`. Pure."""
    if state.paused_until is not None and state.paused_until <= now:
        state = replace(state, paused_until=None)
    until = state.quiet_until(now, zone)
    if until is not None:
        # The summary of an earlier quiet that is still due joins the summary of this one.
        after = last_bulletin if state.after_bulletin is None else state.after_bulletin
        return replace(
            state,
            quiet_since=state.quiet_since or now,
            next_transition_at=until,
            after_bulletin=after,
            summary_due_at=None,
        )
    if state.quiet_since is not None and end_at is not None:
        return replace(state, next_transition_at=end_at)
    return replace(
        state,
        quiet_since=None,
        next_transition_at=_next_begin(state.hours, now, zone) if state.hours else None,
        summary_due_at=now if state.quiet_since is not None else state.summary_due_at,
    )


async def _release_digests(transaction: Transaction, numbers: BitMap, now: datetime) -> None:
    """Make digests due that waited for the end of quiet: they join its summary."""
    if not numbers:
        return
    table = schema.subscription
    await transaction.execute(
        update(table)
        .where(table.c.subscriber.in_(numbers), table.c.due_at.is_not(None))
        .values(due_at=now)
    )


# Thousands have transitions at the same time, in batches of equal arguments.
@lru_cache(maxsize=1_024)
def _quiet_until(
    hours: QuietHours | None, paused_until: datetime | None, now: datetime, zone: ZoneInfo
) -> datetime | None:
    pause_end = now if paused_until is None else max(now, paused_until)
    hours_end = hours.current_end(pause_end, zone) if hours else None
    return hours_end or (pause_end if pause_end > now else None)


@lru_cache(maxsize=1_024)
def _next_begin(hours: QuietHours, now: datetime, zone: ZoneInfo) -> datetime:
    return hours.next_begin(now, zone)


def _numbers(groups: Iterable[_Group], *alerts: QuietAlerts) -> BitMap:
    return BitMap().union(*(group.numbers for group in groups if group.state.alerts in alerts))


def _state_values(state: QuietState) -> dict[str, object]:
    """Return the columns that a transition changes."""
    return {
        "paused_until": state.paused_until,
        "quiet_since": state.quiet_since,
        "next_transition_at": state.next_transition_at,
        "after_bulletin": state.after_bulletin,
        "summary_due_at": state.summary_due_at,
    }


def _values(state: QuietState) -> dict[str, object]:
    return {
        "subscriber": state.subscriber,
        "hours": None if state.hours is None else str(state.hours),
        "alerts": state.alerts,
        **_state_values(state),
    }


def _from_row(row: Row[tuple[object, ...]]) -> QuietState:
    return QuietState(
        subscriber=row.subscriber,
        hours=None if row.hours is None else parse_quiet_hours(row.hours),
        alerts=QuietAlerts(row.alerts),
        paused_until=row.paused_until,
        quiet_since=row.quiet_since,
        next_transition_at=row.next_transition_at,
        after_bulletin=row.after_bulletin,
        summary_due_at=row.summary_due_at,
    )
