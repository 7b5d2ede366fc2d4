"""From one look at a service's state to a batch: what all sources of states do alike."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.sources.adapters.ukraine.service_tables import HAZARDS, PERMANENT, bulletins
from bot.sources.core import state_diff
from bot.sources.core.source import Batch
from bot.sources.core.state_diff import Change, Seen, State
from storage.inbound.bulletins import Phase
from storage.inbound.sources import Cursor

AWAY = timedelta(seconds=60)
"""So long without a look, and an alert that was on before may have ended and begun anew."""

log = structlog.get_logger(__name__)


def may_skip(cursor: Cursor | None, now: datetime) -> bool:
    """Whether "nothing has changed" is answer enough: not while what was seen is in doubt."""
    return cursor is not None and not cursor["doubted"] and not _was_away(cursor, now)


def unchanged(name: str, cursor: Cursor, now: datetime) -> Batch:
    """What was on is on."""
    state = state_diff.from_json(cursor["state"])
    seen = {**cursor, "seen_at": now.isoformat()}
    return Batch(name, (), seen, baseline=False, state=state, deduced=True)


def batch(
    name: str, cursor: Cursor | None, seen: Seen, more: Mapping[str, Any], now: datetime
) -> Batch:
    """What changed since the cursor; None: all that is on is a baseline.

    After a while without a look all that is on is told once more: others may have said meanwhile
    that it was over. A state that is suddenly empty must be seen twice: services answer so when
    they have lost theirs, and some alerts never end. `more` is what else the source wants to find
    in its cursor.
    """
    if cursor is None:
        return Batch(
            name,
            bulletins(name, state_diff.beginnings(seen.state), now),
            _cursor(seen.state, more, now, doubted=False),
            baseline=True,
            state=seen.state,
            deduced=True,
            numbered=True,
        )
    before = state_diff.from_json(cursor["state"])
    if before and not seen.state and not cursor["doubted"]:
        log.warning("state_doubted", source=name, missing=len(before))
        kept = _cursor(before, more, now, doubted=True)
        return Batch(name, (), kept, baseline=False, state=before, deduced=True)
    state, changes = state_diff.difference(before, seen)
    if _was_away(cursor, now):
        changes = _all_once_more(changes, seen.state, _seen_at(cursor, now))
    return Batch(
        name,
        bulletins(name, _ringing(changes), now),
        _cursor(state, more, now, doubted=False),
        baseline=False,
        many=True,
        state=state,
        deduced=True,
        numbered=True,
    )


def changed(name: str, cursor: Cursor | None, before: State, after: State, now: datetime) -> Batch:
    """What a message changed. Its all-clears are said and not deduced; a look comes before it."""
    state, changes = state_diff.difference(before, Seen(after, whole=True))
    return Batch(
        name,
        bulletins(name, _ringing(changes), now),
        {**cursor, "state": state_diff.to_json(state)} if cursor else None,
        baseline=False,
        many=True,
        state=state,
        numbered=True,
    )


def _was_away(cursor: Cursor, now: datetime) -> bool:
    return now - _seen_at(cursor, now) > AWAY


def _seen_at(cursor: Cursor, now: datetime) -> datetime:
    """When there was a look last; now, where an older version has not noted it."""
    return datetime.fromisoformat(cursor["seen_at"]) if "seen_at" in cursor else now


def _all_once_more(
    changes: Iterable[Change], state: State, seen_at: datetime
) -> tuple[Change, ...]:
    """All that is on beside what changed; when it began is told only where that was since.

    Of hazards we know: of others nobody would know that it is the same alert still.
    """
    known = {id_: alert for id_, alert in state.items() if alert.hazard in HAZARDS}
    fresh = {
        id_: alert if alert.since and alert.since > seen_at else replace(alert, since=None)
        for id_, alert in known.items()
    }
    others = (one for one in changes if one.phase is Phase.CLEAR or one.alert.id not in known)
    return (*others, *state_diff.beginnings(fresh))


def _ringing(changes: Iterable[Change]) -> list[Change]:
    return [one for one in changes if (one.alert.uid, one.alert.hazard) not in PERMANENT]


def _cursor(
    state: state_diff.State, more: Mapping[str, Any], now: datetime, *, doubted: bool
) -> Cursor:
    return {
        **more,
        "state": state_diff.to_json(state),
        "doubted": doubted,
        "seen_at": now.isoformat(),
    }
