"""Matching benchmark: from a text to its subscribers. `python -m benchmarks matching`.

The same run measures the alternatives, compiled regular expressions and an SQL join, and two
floors that no method can beat.
"""

import gc
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from pyroaring import BitMap

from benchmarks.progress import progress
from benchmarks.report import build_argument_parser, print_result
from benchmarks.workload import MILLION, Workload
from matching.index.index import Index, Matches
from matching.index.term_dictionary import TermDictionary
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Not, Phrase, Query, Word, load, terms
from matching.reader import Reader, Reading
from matching.topics.topics import Topics

_ROUNDS = 10
_SIZES = (1_000, 10_000, 100_000, MILLION, 10 * MILLION)
_EXPRESSIONS = 1_000
_LARGEST_TABLE = MILLION  # subscriptions in SQLite: more would take half an hour
_UNION_BITMAPS = 50
_UNION_SIZE = 394  # subscribers in each bitmap: about the number that a bulletin matches

Text = tuple[str, str]
"""Title and text of a bulletin."""


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark, print its result and return the exit code."""
    parser = build_argument_parser("matching", __doc__)
    parser.add_argument("--subscriptions", type=int, default=MILLION, help="in the index")
    parser.add_argument("--bulletins", type=int, default=300, help="to read and match")
    options = parser.parse_args(arguments)
    result = {"benchmark": "matching"} | measure(options.subscriptions, options.bulletins)
    print_result(result, format_result(result), as_json=options.json)
    return 0


def measure(size: int, count: int) -> dict[str, object]:
    """Measure milliseconds per bulletin, each bulletin in the best of several rounds."""
    gazetteer = Gazetteer.load()
    reader = Reader(gazetteer, Topics.load_built_in())
    sizes = [smaller for smaller in _SIZES if smaller < size]
    lookup = {
        smaller: _measure_lookup(Workload(smaller, gazetteer), reader, count) for smaller in sizes
    }
    workload = Workload(size, gazetteer)
    index, dictionary = load_index(workload)
    gc.collect()
    gc.freeze()  # loaded data, as the bot does
    texts = list(workload.bulletins(count))
    bulletins = list(zip(texts, workload.facts(count), strict=True))
    readings = [_read(reader, bulletin) for bulletin in bulletins]
    matches = [index.match(reading) for reading in readings]
    lookup[size] = _mean(_best_times(dictionary.find, readings))
    match_times = _best_times(index.match, readings)
    read_times = _best_times(partial(_read, reader), bulletins)
    total = _mean(match_times) + _mean(read_times)
    table_size = min(size, _LARGEST_TABLE)
    alternative = {
        f"{_EXPRESSIONS:,} compiled expressions": _measure_expressions(workload, texts),
        f"SQLite, any term, {table_size:,} subscriptions": _measure_sqlite(
            Workload(table_size, gazetteer), readings
        ),
    }
    floor = {
        "splitting the text into words": _mean(_best_times(_split_words, texts)),
        f"a union of {_UNION_BITMAPS} bitmaps": _measure_union(),
    }
    return {
        "subscriptions": size,
        "bulletins": count,
        "words": _mean(len(reading.tokens) for reading in readings),
        "terms": _mean(len(dictionary.find(reading)) for reading in readings),
        "subscribers": _mean(map(_count_subscribers, matches)),
        "match_ms": _mean(match_times),
        "match_p50_ms": _percentile(match_times, 50),
        "match_p99_ms": _percentile(match_times, 99),
        "matches_per_second": round(1000 / _mean(match_times)),
        "read_ms": _mean(read_times),
        "read_and_match_per_second": round(1000 / total),
        "term_lookup_ms": {str(smaller): ms for smaller, ms in lookup.items()},
        "alternative_ms": alternative,
        "floor_ms": floor,
        "ratio_to_match": {
            name: round(ms / _mean(match_times), 2) for name, ms in (alternative | floor).items()
        },
    }


def load_index(workload: Workload) -> tuple[Index, TermDictionary]:
    """Return an index of all subscriptions, and its term dictionary."""
    index = Index()
    rebuild = index.start_rebuild()
    rebuild.add(progress("loading", workload.rows(), workload.subscriptions))
    rebuild.finish()
    index.apply_rebuild(rebuild)
    return index, rebuild.segment.dictionary


def _count_subscribers(matches: Matches) -> int:
    return len(matches.push) + len(matches.digest)


def _measure_lookup(workload: Workload, reader: Reader, count: int) -> float:
    dictionary = load_index(workload)[1]
    bulletins = zip(workload.bulletins(count), workload.facts(count), strict=True)
    readings = [_read(reader, bulletin) for bulletin in bulletins]
    return _mean(_best_times(dictionary.find, readings))


def _read(reader: Reader, bulletin: tuple[Text, dict[str, Any]]) -> Reading:
    (title, text), facts = bulletin
    return reader.read(title, text, **facts)


def _best_times(call: Callable[[Any], object], items: Sequence[object]) -> list[float]:
    """Return the milliseconds that `call` takes for each item, in the best of the rounds."""
    best = [float("inf")] * len(items)
    for _ in range(_ROUNDS):
        for number, item in enumerate(items):
            started = time.perf_counter()
            call(item)
            best[number] = min(best[number], (time.perf_counter() - started) * 1000)
    return best


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean([*values])), 4)


def _percentile(values: Sequence[float], percent: int) -> float:
    return round(float(np.percentile(values, percent)), 4)


def _measure_expressions(workload: Workload, texts: Sequence[Text]) -> float:
    """Measure a loop over compiled regular expressions, one for each term."""
    words = workload.terms.words[:_EXPRESSIONS]
    expressions = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words]

    def search(text: Text) -> list[bool]:
        return [bool(expression.search(text[1])) for expression in expressions]

    return _mean(_best_times(search, texts[:20]))


def _measure_sqlite(workload: Workload, readings: Sequence[Reading]) -> float:
    """Measure a query of a table of terms and subscribers.

    It finds subscribers with any one term of their query, so it does less than the index.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE subscribed (term TEXT, subscriber INTEGER)")
        rows = progress("SQLite", workload.rows(), workload.subscriptions)
        database.executemany(
            "INSERT INTO subscribed VALUES (?, ?)",
            (
                (term, subscriber)
                for _, subscriber, query, _ in rows
                for term in _positive_terms(load(query))
            ),
        )
        database.execute("CREATE INDEX subscribed_term ON subscribed (term, subscriber)")
        return _mean(_best_times(partial(_find_subscribers, database), readings[:20]))


def _find_subscribers(database: sqlite3.Connection, reading: Reading) -> list[Any]:
    words = reading.tokens.texts
    present = {*words, *map(" ".join, pairwise(words)), *reading.regions}
    marks = ",".join("?" * len(present))
    statement = f"SELECT DISTINCT subscriber FROM subscribed WHERE term IN ({marks})"  # noqa: S608
    return database.execute(statement, [*present]).fetchall()


def _positive_terms(query: Query) -> set[str]:
    """Return the terms of a query that are not negated, as they occur in a text."""
    texts = set()
    for part in getattr(query, "parts", (query,)):
        if not isinstance(part, Not):
            for term in terms(part):
                match term:
                    case Word(text):
                        texts.add(text)
                    case Phrase(words):
                        texts.add(" ".join(words))
                    case _:
                        texts.add(getattr(term, "code", ""))
    return texts


def _split_words(text: Text) -> set[str]:
    return set(re.findall(r"\w+", text[1]))


def _measure_union() -> float:
    random = np.random.default_rng(4)
    bitmaps = [
        BitMap(random.integers(0, 300_000, _UNION_SIZE).tolist()) for _ in range(_UNION_BITMAPS)
    ]
    return _mean(_best_times(lambda _: BitMap.union(*bitmaps), [None] * 20))


def format_result(result: Mapping[str, Any]) -> str:
    """Format the result as lines of text."""
    heading = (
        f"{result['subscriptions']:,} subscriptions; on average a bulletin has"
        f" {result['words']:.0f} words and {result['terms']:.0f} terms of the index, and matches"
        f" {result['subscribers']:.0f} subscribers"
    )
    lines = [
        heading,
        _line("match", result["match_ms"], f"{result['matches_per_second']:,} per second"),
        _line("match, median", result["match_p50_ms"]),
        _line("match, 99th percentile", result["match_p99_ms"]),
        _line("read, with places and topics", result["read_ms"]),
        f"{'read and match':<50}{result['read_and_match_per_second']:>9,} per second",
    ]
    lines += [
        _line(f"look up terms, {int(size):,} subscriptions", ms)
        for size, ms in result["term_lookup_ms"].items()
    ]
    for kind in ("alternative", "floor"):
        lines += [
            _line(f"{kind}: {name}", ms, f"{result['ratio_to_match'][name]:.2f} times a match")
            for name, ms in result[f"{kind}_ms"].items()
        ]
    return "\n".join(lines)


def _line(label: str, milliseconds: float, note: str = "") -> str:
    return f"{label:<50}{milliseconds:>9.3f} ms  {note}".rstrip()
