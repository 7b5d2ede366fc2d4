"""Known bulletins: which of a batch are stored already, by their dedup keys.

A source's own id is known for ever. The words of a sender without ids are known for a day, but a
state that comes back is news again: down, up, down. So its words are known only if nothing else
about the same subject came from it since, or if it sends the same list again, as a retry does.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.sources.core.dedup_keys import is_content_key
from matching.events.report import read_report
from matching.text.tokenizer import split_words
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, source_history
from storage.inbound.bulletins import Bulletin
from storage.inbound.source_history import HistoryRow

CONTENT_DEDUP_WINDOW = timedelta(hours=24)
"""The same text from a source without ids is the same bulletin for so long."""

_MAX_TEXT_LENGTH = 400  # code points
_MAX_GENERAL_WORDS = 5  # of a text like "everything works again", which names no subject
_MIN_RUN = 3
_STEP_SIZE = 20


async def find_known(database: Database, batch: Sequence[Bulletin]) -> list[bool]:
    """Return for each bulletin whether it is stored already or repeats one of the batch."""
    flags = [False] * len(batch)
    for source in {bulletin.source for bulletin in batch}:
        positions = [i for i, bulletin in enumerate(batch) if bulletin.source == source]
        own = [batch[position] for position in positions]
        async with database.read() as transaction:
            history = await _load_history(transaction, source, own)
        for position, is_known in zip(positions, await _find_known(own, history), strict=True):
            flags[position] = is_known
    return flags


@dataclass(frozen=True)
class _Subject:
    """Words and regions by which two bulletins are about the same subject."""

    words: frozenset[str]
    regions: frozenset[str]
    is_general: bool  # reports an end or a return in too few words to say of what

    def overlaps(self, other: "_Subject") -> bool:
        return (
            self.is_general
            or not self.words.isdisjoint(other.words)
            or not self.regions.isdisjoint(other.regions)
        )


@dataclass(frozen=True)
class _History:
    """Stored uses of the keys of a batch, and the bulletins that followed them."""

    last_received: dict[str, datetime]  # by key
    last_ids: dict[str, int]  # by content key, of the dedup window
    successions: frozenset[tuple[str, str]]  # keys that followed each other
    later: Sequence[HistoryRow]  # bulletins after the oldest of last_ids, newest first


async def _load_history(
    transaction: Transaction, source: str, batch: Sequence[Bulletin]
) -> _History:
    keys = {bulletin.key for bulletin in batch}
    last_received = await bulletins.last_received(transaction, source, keys)
    since = batch[0].received_at - CONTENT_DEDUP_WINDOW
    recent = {
        key
        for key, received_at in last_received.items()
        if is_content_key(key) and received_at > since
    }
    if not recent:
        return _History(last_received, {}, frozenset(), ())
    uses = await source_history.list_uses(transaction, source, recent, since)
    last_ids = {key: id_ for id_, key in uses}
    later = await source_history.list_after(transaction, source, min(last_ids.values()))
    successions = frozenset(pairwise(key for _, key in uses))
    return _History(last_received, last_ids, successions, later)


async def _find_known(batch: Sequence[Bulletin], history: _History) -> list[bool]:
    """Return the flags of a batch of one source."""
    has_content_keys = any(is_content_key(bulletin.key) for bulletin in batch)
    subjects: dict[str, _Subject] = {}  # by key
    for count, bulletin in enumerate(batch):
        if not has_content_keys:
            break  # ids are enough
        subjects[bulletin.key] = _subject_of(bulletin)
        if count % _STEP_SIZE == 0:
            await asyncio.sleep(0)
    changed = await _find_changed(subjects, history)
    resent = _find_resent(batch, history)
    flags: list[bool] = []
    last_positions: dict[str, int] = {}
    for position, bulletin in enumerate(batch):
        key = bulletin.key
        previous = last_positions.get(key)
        if previous is not None:
            between = batch[previous + 1 : position]
            is_known = not is_content_key(key) or not any(
                subjects[other.key].overlaps(subjects[key]) for other in between if other.key != key
            )
        else:
            is_known = key not in changed and _is_recent(bulletin, history)
        is_repeated = previous is not None or _is_recent(bulletin, history)
        flags.append(is_known or (position in resent and is_repeated))
        last_positions[key] = position
    return flags


def _is_recent(bulletin: Bulletin, history: _History) -> bool:
    received_at = history.last_received.get(bulletin.key)
    if received_at is None:
        return False
    is_recent = bulletin.received_at - received_at < CONTENT_DEDUP_WINDOW
    return is_recent or not is_content_key(bulletin.key)


async def _find_changed(subjects: dict[str, _Subject], history: _History) -> set[str]:
    """Return the content keys after which something else about their subject was stored.

    A stored row that the batch repeats belongs to a list that is sent again.
    """
    changed: set[str] = set()
    for count, row in enumerate(history.later):
        if count % _STEP_SIZE == 0:
            await asyncio.sleep(0)
        pending = [
            key for key, id_ in history.last_ids.items() if id_ < row.id and key not in changed
        ]
        if not pending or row.key in subjects:
            continue
        subject = _read_subject(row.title, row.text, row.regions)
        changed.update(key for key in pending if subject.overlaps(subjects[key]))
    return changed


def _find_resent(batch: Sequence[Bulletin], history: _History) -> set[int]:
    """Return the positions of bulletins in a list that came before.

    They are resent if they are stored beside the same neighbour, or if three in a row occur in the
    batch twice: the queue joins requests. Two in a row may be a state that comes and goes.
    """
    stored = [i for i, bulletin in enumerate(batch) if bulletin.key in history.last_ids]
    resent = {
        position
        for pair in pairwise(stored)
        if (batch[pair[0]].key, batch[pair[1]].key) in history.successions
        for position in pair
    }
    keys = [bulletin.key for bulletin in batch]
    runs: set[tuple[str, ...]] = set()
    for start in range(len(keys) - _MIN_RUN + 1):
        run = tuple(keys[start : start + _MIN_RUN])
        if run in runs and len(set(run)) == _MIN_RUN:
            resent.update(range(start, start + _MIN_RUN))
        runs.add(run)
    return resent


def _subject_of(bulletin: Bulletin) -> _Subject:
    return _read_subject(bulletin.title, bulletin.text[:_MAX_TEXT_LENGTH], bulletin.regions)


def _read_subject(title: str, text: str, regions: Sequence[str]) -> _Subject:
    report = read_report(split_words(f"{title[:_MAX_TEXT_LENGTH]}\n{text}"))
    is_general = bool(report.turning) and len(report.keys) <= _MAX_GENERAL_WORDS
    return _Subject(report.keys, frozenset(regions), is_general)
