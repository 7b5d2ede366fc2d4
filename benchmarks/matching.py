"""From a text to subscribers.

Beside it, in the same run, what one would do otherwise, and what no way can be faster than.
"""

import argparse
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

from benchmarks.figures import show
from benchmarks.progress import progress
from benchmarks.workload import MILLION, Workload
from matching.index.index import Index, Matches
from matching.index.term_dictionary import Vocabulary
from matching.places.gazetteer import Gazetteer
from matching.query.ast import Not, Phrase, Query, Word, load, terms
from matching.reader import Reader, Reading
from matching.topics.topics import Topics

_ROUNDS = 10
_SIZES = (1_000, 10_000, 100_000, MILLION, 10 * MILLION)
_EXPRESSIONS = 1_000
_JOINED = MILLION  # more would take half an hour
_UNITED = (50, 394)  # bitmaps of so many subscribers: about what a bulletin concerns


def main(arguments: Sequence[str]) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks matching", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=MILLION)
    parser.add_argument("--bulletins", type=int, default=300)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    asked = parser.parse_args(arguments)
    result = {"benchmark": "matching"} | measure(asked.subscriptions, asked.bulletins)
    show(result, table(result), as_json=asked.json)
    return 0


def measure(size: int, count: int) -> dict[str, object]:
    """Milliseconds a bulletin, each bulletin in the best of several rounds."""
    gazetteer = Gazetteer.load()
    reader = Reader(gazetteer, Topics.built_in())
    finding = {at: _finding(Workload(at, gazetteer), reader, count) for at in _SIZES if at < size}
    workload = Workload(size, gazetteer)
    index, vocabulary = loaded(workload)
    gc.collect()
    gc.freeze()  # what is loaded, as the bot does
    texts = list(workload.bulletins(count))
    readings = [reader.read(*text) for text in texts]
    found = [index.match(reading) for reading in readings]
    finding[size] = _mean(_best(vocabulary.find, readings))
    matching = _best(index.match, readings)
    reading = _best(lambda text: reader.read(*text), texts)
    whole = _mean(matching) + _mean(reading)
    joined = f"SQLite, any term, {min(size, _JOINED):,} subscriptions"
    otherwise = {
        f"{_EXPRESSIONS:,} compiled expressions": _expressions(workload, texts),
        joined: _sqlite(Workload(min(size, _JOINED), gazetteer), readings),
    }
    floor = {
        "a scan of the words": _mean(_best(_scan, texts)),
        "a union of 50 bitmaps": _union(),
    }
    return {
        "subscriptions": size,
        "bulletins": count,
        "words": _mean(len(reading.tokens) for reading in readings),
        "terms": _mean(len(vocabulary.find(reading)) for reading in readings),
        "subscribers": _mean(map(_concerned, found)),
        "match_ms": _mean(matching),
        "match_p50_ms": _percentile(matching, 50),
        "match_p99_ms": _percentile(matching, 99),
        "matches_a_second": round(1000 / _mean(matching)),
        "read_ms": _mean(reading),
        "read_and_match_a_second": round(1000 / whole),
        "finding_terms_ms": {str(at): ms for at, ms in finding.items()},
        "otherwise_ms": otherwise,
        "floor_ms": floor,
        "times_ours": {
            what: round(ms / _mean(matching), 2) for what, ms in (otherwise | floor).items()
        },
    }


def loaded(workload: Workload) -> tuple[Index, Vocabulary]:
    """An index of all subscriptions, and its vocabulary."""
    index = Index()
    rebuild = index.rebuild()
    rebuild.put(progress("loading", workload.rows(), workload.subscriptions))
    rebuild.finish()
    index.adopt(rebuild)
    return index, rebuild.segment.vocabulary


def _concerned(matches: Matches) -> int:
    return len(matches.ring) + len(matches.silent) + len(matches.held)


def _finding(workload: Workload, reader: Reader, count: int) -> float:
    vocabulary = loaded(workload)[1]
    readings = [reader.read(*text) for text in workload.bulletins(count)]
    return _mean(_best(vocabulary.find, readings))


def _best(call: Callable[[Any], object], items: Sequence[object]) -> list[float]:
    """Milliseconds for each item, in the best of the rounds."""
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


def _expressions(workload: Workload, texts: Sequence[tuple[str, str]]) -> float:
    """A loop over compiled regular expressions, one a term."""
    words = workload.terms.words[:_EXPRESSIONS]
    expressions = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words]

    def search(text: tuple[str, str]) -> list[bool]:
        return [bool(expression.search(text[1])) for expression in expressions]

    return _mean(_best(search, texts[:20]))


def _sqlite(workload: Workload, readings: Sequence[Reading]) -> float:
    """A join over a table of who asked for which term: of all that a query asks for any one, so it
    does less than the index.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE wanted (term TEXT, subscriber INTEGER)")
        rows = progress("SQLite", workload.rows(), workload.subscriptions)
        database.executemany(
            "INSERT INTO wanted VALUES (?, ?)",
            ((term, who) for _, who, query, _ in rows for term in _written(load(query))),
        )
        database.execute("CREATE INDEX wanted_term ON wanted (term, subscriber)")
        return _mean(_best(partial(_joined, database), readings[:20]))


def _joined(database: sqlite3.Connection, reading: Reading) -> list[Any]:
    said = reading.tokens.texts
    present = {*said, *map(" ".join, pairwise(said)), *reading.within}
    marks = ",".join("?" * len(present))
    statement = f"SELECT DISTINCT subscriber FROM wanted WHERE term IN ({marks})"  # noqa: S608
    return database.execute(statement, [*present]).fetchall()


def _written(query: Query) -> set[str]:
    """The positive terms, as they stand in a text."""
    found = set()
    for part in getattr(query, "parts", (query,)):
        if not isinstance(part, Not):
            for term in terms(part):
                match term:
                    case Word(text):
                        found.add(text)
                    case Phrase(words):
                        found.add(" ".join(words))
                    case _:
                        found.add(getattr(term, "code", ""))
    return found


def _scan(text: tuple[str, str]) -> set[str]:
    return set(re.findall(r"\w+", text[1]))


def _union() -> float:
    random = np.random.default_rng(4)
    count, each = _UNITED
    bitmaps = [BitMap(random.integers(0, 300_000, each).tolist()) for _ in range(count)]
    return _mean(_best(lambda _: BitMap.union(*bitmaps), [None] * 20))


def table(result: Mapping[str, Any]) -> str:
    """The result for people."""
    head = (
        f"{result['subscriptions']:,} subscriptions; a bulletin has {result['words']:.0f} words,"
        f" {result['terms']:.0f} terms asked for, and concerns {result['subscribers']:.0f}"
    )
    lines = [
        head,
        _line(
            "words to subscribers", result["match_ms"], f"{result['matches_a_second']:,} a second"
        ),
        _line("half of them within", result["match_p50_ms"]),
        _line("99 % of them within", result["match_p99_ms"]),
        _line("reading it, places and topics", result["read_ms"]),
        f"{'both':<50}{result['read_and_match_a_second']:>9,} a second",
    ]
    lines += [
        _line(f"finding terms, {int(size):,} subscribed", ms)
        for size, ms in result["finding_terms_ms"].items()
    ]
    for kind in ("otherwise", "floor"):
        lines += [
            _line(f"{kind}: {name}", ms, f"{result['times_ours'][name]:.2f} times ours")
            for name, ms in result[f"{kind}_ms"].items()
        ]
    return "\n".join(lines)


def _line(what: str, milliseconds: float, also: str = "") -> str:
    return f"{what:<50}{milliseconds:>9.3f} ms  {also}".rstrip()
