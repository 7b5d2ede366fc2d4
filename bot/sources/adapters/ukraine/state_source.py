"""Batches of sources that list all active alerts: from a snapshot or message to a `Batch`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.sources.adapters.ukraine.bulletins import to_bulletins
from bot.sources.adapters.ukraine.service_tables import PERMANENT_ALERTS
from bot.sources.core import state_diff
from bot.sources.core.source import Batch
from bot.sources.core.state_diff import Change, Snapshot, State
from bot.sources.parsing.zero_time import unless_zero
from storage.inbound.bulletins import Phase
from storage.inbound.sources import Cursor

MAX_POLL_GAP = timedelta(seconds=60)
"""After a longer gap between polls, an alert may have ended and started again unseen."""

log = structlog.get_logger(__name__)


def can_skip(cursor: Cursor | None, now: datetime) -> bool:
    """Return True if a conditional request is enough.

    Not after a gap, and not while an empty state awaits its confirmation.
    """
    return cursor is not None and not cursor["doubted"] and not _has_gap(cursor, now)


def unchanged_batch(name: str, cursor: Cursor, now: datetime) -> Batch:
    """Return a batch with the state of the cursor and no bulletins."""
    state = state_diff.from_json(cursor["state"])
    polled = {**cursor, "seen_at": now.isoformat()}
    return Batch(name, (), polled, is_baseline=False, state=state, has_inferred_all_clears=True)


def poll_batch(
    name: str, cursor: Cursor | None, snapshot: Snapshot, fields: Mapping[str, Any], now: datetime
) -> Batch:
    """Return the changes since the cursor; without a cursor all active alerts as a baseline.

    After a gap all active alerts are published again: other sources may have reported their end
    meanwhile. A state that becomes empty must be seen twice: services answer so when they have
    lost their state, and some alerts never end. Starts in the future become the time of the poll.
    `fields` are added to the cursor.
    """
    snapshot = Snapshot(_with_plausible_times(snapshot.state, now), snapshot.is_complete)
    if cursor is None:
        return Batch(
            name,
            to_bulletins(name, state_diff.list_activations(snapshot.state), now),
            _cursor(snapshot.state, fields, now, is_unconfirmed=False),
            is_baseline=True,
            state=snapshot.state,
            has_inferred_all_clears=True,
            has_service_regions=True,
        )
    before = state_diff.from_json(cursor["state"])
    if before and not snapshot.state and not cursor["doubted"]:
        log.warning("empty_state_unconfirmed", source=name, missing=len(before))
        kept = _cursor(before, fields, _polled_at(cursor, now), is_unconfirmed=True)
        return Batch(
            name,
            (),
            kept,
            is_baseline=False,
            is_unconfirmed=True,
            state=before,
            has_inferred_all_clears=True,
        )
    state, changes = state_diff.diff(before, snapshot)
    if _has_gap(cursor, now):
        changes = _republish_all(changes, snapshot.state)
    return Batch(
        name,
        to_bulletins(name, _without_permanent(changes), now),
        _cursor(state, fields, now, is_unconfirmed=False),
        is_baseline=False,
        can_burst=True,
        state=state,
        has_inferred_all_clears=True,
        has_service_regions=True,
    )


def message_batch(
    name: str, cursor: Cursor | None, before: State, after: State, now: datetime
) -> Batch:
    """Return the changes by a message, whose all-clears are announced and not inferred.

    Without a cursor the batch has none either: the first poll comes before the first message.
    """
    clamped = _with_plausible_times(after, now)
    state, changes = state_diff.diff(before, Snapshot(clamped, is_complete=True))
    return Batch(
        name,
        to_bulletins(name, _without_permanent(changes), now),
        {**cursor, "state": state_diff.to_json(state)} if cursor else None,
        is_baseline=False,
        can_burst=True,
        state=state,
        has_service_regions=True,
    )


def _with_plausible_times(state: State, now: datetime) -> State:
    """Return the state without zero times, which mean none, and without times in the future."""
    without_zeros = {
        id_: replace(
            alert,
            since=unless_zero(alert.since, now),
            changed_at=unless_zero(alert.changed_at, now),
        )
        for id_, alert in state.items()
    }
    return state_diff.clamp_times(without_zeros, now)


def _has_gap(cursor: Cursor, now: datetime) -> bool:
    return now - _polled_at(cursor, now) > MAX_POLL_GAP


def _polled_at(cursor: Cursor, now: datetime) -> datetime:
    """Return the time of the last poll; now, if an older version wrote the cursor without it."""
    return datetime.fromisoformat(cursor["seen_at"]) if "seen_at" in cursor else now


def _republish_all(changes: Iterable[Change], state: State) -> tuple[Change, ...]:
    """Return the ends among the changes, and all active alerts."""
    ends = (change for change in changes if change.phase is Phase.CLEAR)
    return (*ends, *state_diff.list_activations(state))


def _without_permanent(changes: Iterable[Change]) -> list[Change]:
    return [
        change
        for change in changes
        if (change.alert.uid, change.alert.hazard) not in PERMANENT_ALERTS
    ]


def _cursor(
    state: State, fields: Mapping[str, Any], now: datetime, *, is_unconfirmed: bool
) -> Cursor:
    return {
        **fields,
        "state": state_diff.to_json(state),
        "doubted": is_unconfirmed,
        "seen_at": now.isoformat(),
    }
