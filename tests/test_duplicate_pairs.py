"""Labelled pairs: different events in like words, and one event in the words of two sources.

Pairs marked blind were written before the rules of comparison were read.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from support.near_duplicates import are_duplicates

MIN_RECALL = 0.90
MIN_RECALL_PER_LANGUAGE = 0.85

PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "fixtures" / "duplicate_pairs.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def is_found(pair: dict[str, Any]) -> bool:
    return are_duplicates(pair["first"], pair["second"])


def test_the_pairs_are_many_in_four_languages_and_half_of_them_blind() -> None:
    assert len(PAIRS) >= 200
    assert sum(pair["blind"] for pair in PAIRS) >= len(PAIRS) / 2
    counts = Counter((pair["language"], pair["same"]) for pair in PAIRS)
    assert len(counts) == 8
    assert min(counts.values()) >= 25


def test_different_events_in_like_words_are_never_duplicates() -> None:
    wrong = [pair for pair in PAIRS if not pair["same"] and is_found(pair)]
    assert not wrong


def test_one_event_in_the_words_of_two_sources_is_a_duplicate() -> None:
    same = [pair for pair in PAIRS if pair["same"]]
    hits = Counter(pair["language"] for pair in same if is_found(pair))
    counts = Counter(pair["language"] for pair in same)
    assert sum(hits.values()) >= MIN_RECALL * len(same)
    for language, count in counts.items():
        assert hits[language] >= MIN_RECALL_PER_LANGUAGE * count, language
