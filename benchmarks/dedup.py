"""Dedup benchmark: search 5,000 remembered bulletins. `python -m benchmarks dedup`.

The bulletins have neither place nor number, which is the worst case of a scan: the alternative is
rapidfuzz's token set ratio over all of them.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from rapidfuzz import fuzz, process

from benchmarks.report import format_table, percentile
from bot.ingest.recent_news import MAX_BULLETINS, RecentBulletin, RecentNews
from matching.near_duplicates import Fingerprint, fingerprint
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.inbound.bulletins import StoredBulletin

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_SEARCHES = 200
_WORDS_PER_TEXT = 12
_VOCABULARY = 1_500
_SEED = 5
_MIN_SIMILARITY = 65  # percent


def measure() -> dict[str, Any]:
    """Measure a search in milliseconds of CPU, and the alternative in the same run."""
    reader = Reader(Gazetteer.load(), Topics.load_built_in())
    texts = _texts(MAX_BULLETINS + _SEARCHES)
    fingerprints = [_fingerprint(reader, text) for text in texts]
    news = RecentNews()
    for number, remembered in enumerate(fingerprints[:MAX_BULLETINS]):
        news.add(RecentBulletin(number, "blog", _NOW, remembered))
    bulletin = StoredBulletin(id=len(texts), source="press", key="1", received_at=_NOW)
    search_ms = [
        _milliseconds(partial(news.find, bulletin, new, has_id=True))
        for new in fingerprints[MAX_BULLETINS:]
    ]
    scan_ms = [
        _milliseconds(partial(_scan, text, texts[:MAX_BULLETINS])) for text in texts[MAX_BULLETINS:]
    ]
    return {
        "bulletins": MAX_BULLETINS,
        "search_ms": _percentiles(search_ms),
        "scan_ms": _percentiles(scan_ms),
        "comparisons_per_search": round(news.comparison_count / _SEARCHES, 1),
        "scan_to_search_ratio": round(sum(scan_ms) / sum(search_ms), 1),
    }


def format_result(result: Mapping[str, Any]) -> str:
    """Format the result for people."""
    rows = [
        (label, *(f"{result[name][share]:.3f}" for share in ("p50", "p99")))
        for label, name in (("search", "search_ms"), ("scan of all", "scan_ms"))
    ]
    header = (f"{result['bulletins']:,} bulletins", "p50 ms", "p99 ms")
    return (
        f"{format_table(header, rows)}\n"
        f"comparisons per search: {result['comparisons_per_search']}\n"
        f"the scan costs {result['scan_to_search_ratio']} times as much"
    )


def _texts(count: int) -> Sequence[str]:
    """Return texts of invented words, some of which are far more frequent than others."""
    generator = random.Random(_SEED)
    letters = "bdfgklmnprstvz"
    words = [
        "".join(generator.choice(letters) + generator.choice("aeiou") for _ in range(4))
        for _ in range(_VOCABULARY)
    ]
    weights = [1 / (rank + 1) for rank in range(_VOCABULARY)]
    return [" ".join(generator.choices(words, weights, k=_WORDS_PER_TEXT)) for _ in range(count)]


def _fingerprint(reader: Reader, text: str) -> Fingerprint:
    result = fingerprint(reader.read("", text, is_alert=False), None, text)
    assert result, "only alerts have none"  # noqa: S101
    return result


def _scan(text: str, remembered: Sequence[str]) -> object:
    return process.extractOne(
        text, remembered, scorer=fuzz.token_set_ratio, score_cutoff=_MIN_SIMILARITY
    )


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.thread_time()
    call()
    return (time.thread_time() - start) * 1000


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {"p50": round(percentile(values, 0.5), 4), "p99": round(percentile(values, 0.99), 4)}
