"""How well and how fast bulletins are read: `python -m benchmarks understanding [FILE]`.

Beside the project's items lie those of data/blind.jsonl, written before the rules had met them, and
most by somebody who had not read the rules. What is wrong there is left as it is labelled: it shows
what a stranger's text meets with.
"""

import gc
import json
import time
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmarks.scoring import FIELDS, Score, Scores, score
from matching.explain import Explainer
from matching.places.gazetteer import Gazetteer
from matching.places.recognizer import Customs
from matching.reader import Reader
from matching.topics.topics import Topics

_WORDS = 130  # of a bulletin
_ALERTS = {"air_alert", "all_clear"}
_LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000)  # characters


def measure(file: str | None = None) -> dict[str, object]:
    """Score a file of labelled items, by default the project's own, and time the reading."""
    path = Path(file) if file else files("benchmarks") / "data" / "understanding.jsonl"
    items = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    gazetteer = Gazetteer.load()
    topics = Topics.built_in()
    reader = Reader(gazetteer, topics)
    scores = score(items, Explainer(gazetteer, topics, reader), cities(gazetteer))
    return _scored(scores) | {"reading": _timed(items, reader)}


def cities(gazetteer: Gazetteer) -> list[str]:
    """The English names of Ukraine's larger cities."""
    return sorted(
        region.names["en"]
        for region in gazetteer
        if region.kind == "city"
        and region.population > 100_000
        and _ukrainian(gazetteer, region.code)
    )


def _ukrainian(gazetteer: Gazetteer, code: str) -> bool:
    return "UA" in gazetteer.ancestors(code)


def _scored(scores: Scores) -> dict[str, object]:
    return {
        "items": scores.items,
        **{
            field: {
                language or "all": _figures(scores.of(field, language))
                for language in (None, *scores.languages)
            }
            for field in FIELDS
        },
        "unlabelled_places_an_item": round(scores.unlabelled / max(1, scores.items), 3),
        "wrong": [
            {"id": one.item, "field": one.field, "label": one.label, "expected": one.expected}
            for one in scores.wrong
        ],
    }


def _figures(one: Score) -> dict[str, float]:
    return {
        name: round(value, 4)
        for name, value in (("precision", one.precision), ("recall", one.recall), ("f1", one.f1))
    }


def _timed(items: Iterable[Mapping[str, Any]], reader: Reader) -> dict[str, object]:
    """Milliseconds a bulletin of the items' own words, and a text of each length."""
    # Alerts are short: what has so many words is news.
    news = (item["text"] for item in items if not _ALERTS.intersection(item["topics"]))
    words = " ".join(news).split()
    bulletins = [" ".join(words[at : at + _WORDS]) for at in range(0, len(words) - _WORDS, _WORDS)]
    bare = Reader(Gazetteer((), Customs.none()), Topics.built_in())
    texts = bulletins or [" ".join(words)]
    long = " ".join(words) + " "
    return {
        "words_and_topics_ms": round(_each(bare, texts), 4),
        "with_places_ms": round(_each(reader, texts), 4),
        "by_length": [
            {"characters": length, "ms": round(_each(reader, [_long(long, length)], 3), 3)}
            for length in _LENGTHS
        ],
    }


def _long(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def _each(reader: Reader, texts: list[str], rounds: int = 25) -> float:
    """Milliseconds of the processor a text, in the best of the rounds."""
    gc.collect()
    gc.freeze()  # what is loaded, as the bot does
    shortest = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for text in texts:
            reader.read("", text)
        shortest = min(shortest, time.process_time() - started)
    return shortest / len(texts) * 1000


def table(result: Mapping[str, Any]) -> str:
    """The result for people."""
    lines = [f"{result['items']} items       precision  recall     F1"]
    for field in FIELDS:
        for language, figures in result[field].items():
            numbers = "  ".join(f"{figures[key]:8.3f}" for key in ("precision", "recall", "f1"))
            lines.append(f"{field:<9}{language:<6}{numbers}")
    lines.append(f"places no label names: {result['unlabelled_places_an_item']} an item")
    lines += [
        " ".join(("missed" if one["expected"] else "false ", one["id"], one["field"], one["label"]))
        for one in result["wrong"]
    ]
    reading = result["reading"]
    lines.append(
        f"a bulletin of {_WORDS} words: {reading['words_and_topics_ms']} ms for words and topics,"
        f" {reading['with_places_ms']} ms with places"
    )
    lines += [f"{one['characters']:>9} characters: {one['ms']} ms" for one in reading["by_length"]]
    return "\n".join(lines)
