"""From one look at a service's state to a batch: what all sources of states do alike."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.sources import states
from bot.sources.source import Batch
from bot.sources.states import Change, Seen, State
from bot.sources.ukraine import PERMANENT, bulletins
from storage.sources import Cursor

_log = structlog.get_logger()


def may_skip(cursor: Cursor | None) -> bool:
    """Whether "nothing has changed" is answer enough: not while what was seen is in doubt."""
    return cursor is not None and not cursor["doubted"]


def unchanged(name: str, cursor: Cursor) -> Batch:
    """What was on is on."""
    state = states.from_json(cursor["state"])
    return Batch(name, (), cursor, baseline=False, state=state, deduced=True)


def batch(
    name: str, cursor: Cursor | None, seen: Seen, more: Mapping[str, Any], now: datetime
) -> Batch:
    """What changed since the cursor; None: all that is on is a baseline.

    `more` is what else the source wants to find in its cursor. A state that is suddenly empty must
    be seen twice: services answer so when they have lost theirs, and some alerts never end.
    """
    if cursor is None:
        return Batch(
            name,
            bulletins(name, states.beginnings(seen.state), now),
            _cursor(seen.state, more, doubted=False),
            baseline=True,
            state=seen.state,
            deduced=True,
            numbered=True,
        )
    before = states.from_json(cursor["state"])
    if before and not seen.state and not cursor["doubted"]:
        _log.warning("state_doubted", source=name, missing=len(before))
        kept = _cursor(before, more, doubted=True)
        return Batch(name, (), kept, baseline=False, state=before, deduced=True)
    state, changes = states.difference(before, seen)
    return Batch(
        name,
        bulletins(name, _ringing(changes), now),
        _cursor(state, more, doubted=False),
        baseline=False,
        many=True,
        state=state,
        deduced=True,
        numbered=True,
    )


def told(name: str, cursor: Cursor | None, before: State, after: State, now: datetime) -> Batch:
    """What a message changed. Its all-clears are said and not deduced; a look comes before it."""
    state, changes = states.difference(before, Seen(after, whole=True))
    return Batch(
        name,
        bulletins(name, _ringing(changes), now),
        {**cursor, "state": states.to_json(state)} if cursor else None,
        baseline=False,
        many=True,
        state=state,
        numbered=True,
    )


def _ringing(changes: Iterable[Change]) -> list[Change]:
    return [one for one in changes if (one.alert.uid, one.alert.hazard) not in PERMANENT]


def _cursor(state: states.State, more: Mapping[str, Any], *, doubted: bool) -> Cursor:
    return {**more, "state": states.to_json(state), "doubted": doubted}
