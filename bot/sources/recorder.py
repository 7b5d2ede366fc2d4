"""What sources said, kept as it was and played again.

A recording is JSON lines, one a good poll, sorted by their time:

    {"at": "2026-03-05T08:00:00.000+00:00", "source": "siren", "state": [...]}
    {"at": "2026-03-05T08:00:04.120+00:00", "source": "news", "bulletins": [...]}

`state` is all that is on, as `states.to_json` writes it: also when nothing has changed, for the
silence of a source is told by what is missing. `"said": true` stands where a message told of the
change, and no look. `bulletins` are new ones, by the names of the fields
of `Bulletin`, `source` and what is as by default left out; `"baseline": true` where they were there
before. Recordings of several sources are one when their lines are sorted.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import structlog

from bot.sources.adapters.ukraine.state_source import batch
from bot.sources.core import dedup_keys, state_diff
from bot.sources.core.source import Batch, Clock
from bot.sources.core.state_diff import Seen, State
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

log = structlog.get_logger(__name__)

Sleep = Callable[[float], Awaitable[object]]
"""Waits for so many seconds."""

_GIVEN = {"source", "received_at"}  # by the line
_OWN = {field.name: field.default for field in fields(Bulletin) if field.name not in _GIVEN}


class RecordingError(Exception):
    """A line is not as it must be."""


@dataclass(frozen=True)
class Poll:
    """One good poll: a line."""

    at: datetime  # aware
    source: str  # its configured name
    state: State | None  # all that is on; None: the source tells what happens
    bulletins: tuple[Bulletin, ...] = ()  # what it told, where it tells what happens
    baseline: bool = False  # they were there before the source was first asked
    said: bool = False  # a message told the state, and no look


def write(poll: Poll) -> bytes:
    """As a line, its end included."""
    line: dict[str, Any] = {
        "at": poll.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "source": poll.source,
    }
    if poll.state is not None:
        line["state"] = state_diff.to_json(poll.state)
    else:
        line["bulletins"] = [_said(one) for one in poll.bulletins]
    line |= {name: True for name in ("baseline", "said") if getattr(poll, name)}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def read(lines: Iterable[bytes | str]) -> Iterator[Poll]:
    """The polls, in order; empty lines are passed over. Raises RecordingError."""
    before: datetime | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            poll = _poll(orjson.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RecordingError(f"line {number} is no poll: {error!r:.200}") from None
        if before is not None and poll.at < before:
            raise RecordingError(f"line {number} is earlier than the one before it: sort the file")
        before = poll.at
        yield poll


class Recorder:
    """Adds what a source says to a file a day: FOLDER/NAME-YYYY-MM-DD.jsonl."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def record(self, got: Batch) -> None:
        """Where it cannot be written, the log says so, and the source goes on."""
        now = self._clock()
        told = () if got.state is not None else got.bulletins
        said = got.state is not None and not got.deduced
        line = write(Poll(now, got.source, got.state, told, got.baseline, said))
        file = self._folder / f"{got.source}-{now.astimezone(UTC):%Y-%m-%d}.jsonl"
        try:
            await asyncio.to_thread(_append, file, line)
        except OSError as error:
            log.warning("not_recorded", source=got.source, why=error.strerror)


class Recorded:
    """Plays polls as batches, as their sources brought them, with all times moved to now.

    `speed` divides the time between two polls; how old an alert was at its poll stays as it was.
    The first state of a source is a baseline, as at a first poll ever.
    """

    def __init__(
        self, polls: Iterable[Poll], *, clock: Clock, sleep: Sleep, speed: float = 1.0
    ) -> None:
        self._polls = polls
        self._clock = clock
        self._sleep = sleep
        self._speed = speed
        self._cursors: dict[str, Cursor] = {}

    async def batches(self) -> AsyncIterator[Batch]:
        """Each at its time."""
        began = self._clock()
        first: datetime | None = None
        for poll in self._polls:
            first = first or poll.at
            due = began + (poll.at - first) / self._speed
            if (left := (due - self._clock()).total_seconds()) > 0:
                await self._sleep(left)
            yield self._batch(poll, began)

    def _batch(self, poll: Poll, began: datetime) -> Batch:
        now = self._clock()
        moved = now - poll.at
        if poll.state is None:
            mark = dedup_keys.content_key(began.isoformat())[-8:]
            told = tuple(_moved(one, moved, now, mark) for one in poll.bulletins)
            return Batch(poll.source, told, None, baseline=poll.baseline)
        state = {id_: _moved_alert(alert, moved) for id_, alert in poll.state.items()}
        cursor = self._cursors.get(poll.source)
        # The source has seen to it that an empty state is one: it is not doubted again.
        known = {**cursor, "doubted": True} if cursor else None
        got = batch(poll.source, known, Seen(state, whole=True), {}, now)
        self._cursors[poll.source] = got.cursor or {}
        return replace(got, cursor=None, deduced=not poll.said)


def _moved(one: Bulletin, by: timedelta, now: datetime, mark: str) -> Bulletin:
    """With a key of its own in each replay: the day is played for the first time each time."""
    return replace(
        one,
        key=f"{one.key}~{mark}",
        published_at=_later(one.published_at, by),
        expires_at=_later(one.expires_at, by),
        received_at=now,
    )


def _moved_alert(alert: state_diff.Alert, by: timedelta) -> state_diff.Alert:
    return replace(alert, since=_later(alert.since, by), changed_at=_later(alert.changed_at, by))


def _later(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by


def _said(one: Bulletin) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _OWN}
    return {name: value for name, value in values.items() if value != _OWN[name]}


def _poll(line: dict[str, Any]) -> Poll:
    at, source = datetime.fromisoformat(line["at"]), str(line["source"])
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    baseline, said = (bool(line.get(name, False)) for name in ("baseline", "said"))
    if "state" in line:
        return Poll(at, source, state_diff.from_json(line["state"]), (), baseline, said)
    told = tuple(_bulletin(one, source, at) for one in line["bulletins"])
    return Poll(at, source, None, told, baseline)


def _bulletin(said: dict[str, Any], source: str, at: datetime) -> Bulletin:
    given = {"source": source, "received_at": at.isoformat()}
    return bulletins.from_json(orjson.dumps({**_OWN, **said, **given, "key": said["key"]}).decode())


def _append(file: Path, line: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as recording:
        recording.write(line)
