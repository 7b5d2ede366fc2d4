"""Recorder: records the polls of sources to files, and plays recordings again.

A recording is JSON lines, one for each successful poll, in order of time:

    {"at": "2026-03-05T08:00:00.000+00:00", "source": "siren", "state": [...]}
    {"at": "2026-03-05T08:00:04.120+00:00", "source": "news", "bulletins": [...]}

`state` holds all active alerts as `state_diff.to_json` writes them, also when nothing has changed:
a missing line means that the source was silent. `"said": true` marks a state that a message
reported and not a poll. `bulletins` holds the new ones by the field names of `Bulletin`, without
`source`, `received_at` and defaults; `"baseline": true` marks those from before the first poll. To
join recordings of several sources, sort their lines.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.sources.adapters.ukraine.state_source import poll_batch
from bot.sources.core import dedup_keys, state_diff
from bot.sources.core.source import Batch, Clock
from bot.sources.core.state_diff import Snapshot, State
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[object]]
"""Waits for a number of seconds."""

_LINE_FIELDS = {"source", "received_at"}  # given by the line itself
_DEFAULTS = {f.name: f.default for f in fields(Bulletin) if f.name not in _LINE_FIELDS}


class RecordingError(Exception):
    """Invalid line of a recording."""


@dataclass(frozen=True)
class RecordedPoll:
    """One successful poll: a line of a recording."""

    polled_at: datetime  # aware
    source: str  # configured name
    state: State | None  # all active alerts; None: the source reports events
    bulletins: tuple[Bulletin, ...] = ()  # of a source that reports events
    is_baseline: bool = False  # the bulletins existed before the first poll
    is_message: bool = False  # a message reported the state, not a poll


def to_line(poll: RecordedPoll) -> bytes:
    """Return the poll as a line with its line end."""
    line: dict[str, Any] = {
        "at": poll.polled_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "source": poll.source,
    }
    if poll.state is not None:
        line["state"] = state_diff.to_json(poll.state)
    else:
        line["bulletins"] = [_to_fields(bulletin) for bulletin in poll.bulletins]
    flags = {"baseline": poll.is_baseline, "said": poll.is_message}
    line |= {name: True for name, is_set in flags.items() if is_set}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def read_polls(lines: Iterable[bytes | str]) -> Iterator[RecordedPoll]:
    """Yield the polls in order; empty lines are skipped. Raise RecordingError."""
    previous: datetime | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            poll = _to_poll(orjson.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RecordingError(f"line {number} is not a recorded poll: {error!r:.200}") from None
        if previous is not None and poll.polled_at < previous:
            raise RecordingError(f"line {number} is earlier than the one before it: sort the file")
        previous = poll.polled_at
        yield poll


class Recorder:
    """Recorder of one source: appends to a file for each day, FOLDER/NAME-YYYY-MM-DD.jsonl."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def record(self, batch: Batch) -> None:
        """Append the batch. A write error is logged and does not stop the source."""
        now = self._clock()
        poll = RecordedPoll(
            now,
            batch.source,
            batch.state,
            batch.bulletins if batch.state is None else (),
            is_baseline=batch.is_baseline,
            is_message=batch.is_state_message,
        )
        file = self._folder / f"{batch.source}-{now.astimezone(UTC):%Y-%m-%d}.jsonl"
        try:
            await asyncio.to_thread(_append, file, to_line(poll))
        except OSError as error:
            log.warning("recording_failed", source=batch.source, error=error.strerror)


class RecordingPlayer:
    """Player of a recording: yields the recorded batches with all times moved to now.

    `speed` divides the time between two polls; the age of an alert at its poll stays the same. The
    first state of a source is a baseline, like a first poll.
    """

    def __init__(
        self, polls: Iterable[RecordedPoll], *, clock: Clock, sleep: Sleep, speed: float = 1.0
    ) -> None:
        self._polls = polls
        self._clock = clock
        self._sleep = sleep
        self._speed = speed
        self._cursors: dict[str, Cursor] = {}

    async def batches(self) -> AsyncIterator[Batch]:
        """Yield each batch when it is due."""
        started_at = self._clock()
        first: datetime | None = None
        for poll in self._polls:
            first = first or poll.polled_at
            due = started_at + (poll.polled_at - first) / self._speed
            if (remaining := (due - self._clock()).total_seconds()) > 0:
                await self._sleep(remaining)
            yield self._batch(poll, started_at)

    def _batch(self, poll: RecordedPoll, started_at: datetime) -> Batch:
        now = self._clock()
        shift = now - poll.polled_at
        if poll.state is None:
            suffix = dedup_keys.content_key(started_at.isoformat())[-8:]
            moved = tuple(_moved(item, shift, now, suffix) for item in poll.bulletins)
            return Batch(poll.source, moved, None, is_baseline=poll.is_baseline)
        state = {id_: _moved_alert(alert, shift) for id_, alert in poll.state.items()}
        cursor = self._cursors.get(poll.source)
        # The recorded source has confirmed an empty state already.
        confirmed = {**cursor, "doubted": True} if cursor else None
        batch = poll_batch(poll.source, confirmed, Snapshot(state, is_complete=True), {}, now)
        self._cursors[poll.source] = batch.cursor or {}
        return replace(batch, cursor=None, has_inferred_all_clears=not poll.is_message)


def _moved(bulletin: Bulletin, shift: timedelta, now: datetime, suffix: str) -> Bulletin:
    """Return the bulletin with a key for this replay, so that no replay is a duplicate."""
    return replace(
        bulletin,
        key=f"{bulletin.key}~{suffix}",
        published_at=_later(bulletin.published_at, shift),
        expires_at=_later(bulletin.expires_at, shift),
        received_at=now,
    )


def _moved_alert(alert: state_diff.Alert, shift: timedelta) -> state_diff.Alert:
    return replace(
        alert, since=_later(alert.since, shift), changed_at=_later(alert.changed_at, shift)
    )


def _later(time: datetime | None, shift: timedelta) -> datetime | None:
    return None if time is None else time + shift


def _to_fields(bulletin: Bulletin) -> dict[str, Any]:
    values = {name: getattr(bulletin, name) for name in _DEFAULTS}
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def _to_poll(line: dict[str, Any]) -> RecordedPoll:
    polled_at, source = datetime.fromisoformat(line["at"]), str(line["source"])
    if polled_at.tzinfo is None:
        raise ValueError("a time without its zone")
    is_baseline, is_message = (bool(line.get(name, False)) for name in ("baseline", "said"))
    if "state" in line:
        state = state_diff.from_json(line["state"])
        return RecordedPoll(polled_at, source, state, (), is_baseline, is_message)
    items = tuple(_to_bulletin(item, source, polled_at) for item in line["bulletins"])
    return RecordedPoll(polled_at, source, None, items, is_baseline)


def _to_bulletin(item: dict[str, Any], source: str, polled_at: datetime) -> Bulletin:
    line_fields = {"source": source, "received_at": polled_at.isoformat()}
    values = {**_DEFAULTS, **item, **line_fields, "key": item["key"]}
    return bulletins.from_json(orjson.dumps(values).decode())


def _append(file: Path, line: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as recording:
        recording.write(line)
