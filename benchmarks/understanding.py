"""Understanding benchmark: accuracy and speed of the reader.

Run it with `python -m benchmarks understanding [FILE]`. Besides the project's own items there are
those of data/blind.jsonl. They were written before the rules were tried on them, most by a person
who had not read the rules. Their errors stay: they show how the reader does on unseen texts.
Those of data/posts.jsonl, in the style of channels and agencies, were unseen once; the rules were
repaired by their errors since. No rule was repaired by those of data/posts_unseen.jsonl.
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
from matching.places.lexicon import Lexicon
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
    topics = Topics.load_built_in()
    reader = Reader(gazetteer, topics)
    scores = score(items, Explainer(gazetteer, topics, reader), large_cities(gazetteer))
    return _summary(scores) | {"reading": _measure_reading(items, reader)}


def large_cities(gazetteer: Gazetteer) -> list[str]:
    """Return the English names of Ukraine's cities of more than 100,000 inhabitants."""
    return sorted(
        region.names["en"]
        for region in gazetteer
        if region.kind == "city"
        and region.population > 100_000
        and "UA" in gazetteer.ancestors(region.code)
    )


def _summary(scores: Scores) -> dict[str, object]:
    return {
        "items": scores.items,
        **{
            field: {
                language or "all": _figures(scores.score(field, language))
                for language in (None, *scores.languages)
            }
            for field in FIELDS
        },
        "unlabelled_places_per_item": round(scores.unlabelled_places / max(1, scores.items), 3),
        "errors": [
            {
                "id": error.item,
                "field": error.field,
                "label": error.label,
                "expected": error.is_expected,
            }
            for error in scores.errors
        ],
    }


def _figures(result: Score) -> dict[str, float]:
    return {
        "precision": round(result.precision, 4),
        "recall": round(result.recall, 4),
        "f1": round(result.f1, 4),
    }


def _measure_reading(items: Iterable[Mapping[str, Any]], reader: Reader) -> dict[str, object]:
    """Measure bulletins made of the items' words, and a text of each length."""
    # Alerts are short; bulletins of _WORDS words are news.
    news = (item["text"] for item in items if not _ALERTS.intersection(item["topics"]))
    words = " ".join(news).split()
    starts = range(0, len(words) - _WORDS, _WORDS)
    texts = [" ".join(words[start : start + _WORDS]) for start in starts] or [" ".join(words)]
    bare = Reader(Gazetteer((), Lexicon.empty()), Topics.load_built_in())
    pattern = " ".join(words) + " "
    return {
        "words_and_topics_ms": round(_milliseconds_per_text(bare, texts), 4),
        "with_places_ms": round(_milliseconds_per_text(reader, texts), 4),
        "by_length": [
            {
                "characters": length,
                "ms": round(_milliseconds_per_text(reader, [_repeat(pattern, length)], 3), 3),
            }
            for length in _LENGTHS
        ],
    }


def _repeat(pattern: str, length: int) -> str:
    return (pattern * (length // len(pattern) + 1))[:length]


def _milliseconds_per_text(reader: Reader, texts: list[str], rounds: int = 25) -> float:
    """Return the processor time per text in milliseconds, in the best of the rounds."""
    gc.collect()
    gc.freeze()  # loaded data, as the bot does
    shortest = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for text in texts:
            reader.read("", text)
        shortest = min(shortest, time.process_time() - started)
    return shortest / len(texts) * 1000


def format_result(result: Mapping[str, Any]) -> str:
    """Format the result as lines of text."""
    lines = [f"{result['items']} items       precision  recall     F1"]
    for field in FIELDS:
        for language, figures in result[field].items():
            numbers = "  ".join(f"{figures[key]:8.3f}" for key in ("precision", "recall", "f1"))
            lines.append(f"{field:<9}{language:<6}{numbers}")
    lines.append(
        f"detected places without a label: {result['unlabelled_places_per_item']} per item"
    )
    for error in result["errors"]:
        kind = "false negative" if error["expected"] else "false positive"
        lines.append(f"{kind}: {error['id']} {error['field']} {error['label']}")
    reading = result["reading"]
    lines.append(
        f"a bulletin of {_WORDS} words: {reading['words_and_topics_ms']} ms for words and topics,"
        f" {reading['with_places_ms']} ms with places"
    )
    lines += [
        f"{figures['characters']:>9} characters: {figures['ms']} ms"
        for figures in reading["by_length"]
    ]
    return "\n".join(lines)
