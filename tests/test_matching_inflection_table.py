"""Inflection table: parts of speech in four languages, with a floor for the forms found."""

from importlib.resources import files

import pytest

from matching.morphology.inflection import inflect

_FLOORS = {
    "uk noun": 1.0,
    "uk adjective": 0.985,  # дорога and гірка are other words
    "uk participle": 1.0,
    "uk verb": 1.0,
    "ru noun": 1.0,
    "ru adjective": 1.0,
    "ru participle": 1.0,
    "ru verb": 1.0,
    "it noun": 1.0,
    "it adjective": 1.0,
    "it participle": 1.0,
    "it verb": 1.0,
    "en noun": 1.0,
    "en adjective": 1.0,
    "en verb": 1.0,
}
_LEAST_WORDS = 60
_MOST_CONFLATIONS = 11  # of 370, most of them homographs: дорога, права, porta


def _sections(name: str) -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for line in (files("benchmarks") / "data" / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def _words(lines: list[str]) -> list[tuple[list[str], list[str]]]:
    """Return for each word the forms that are queries, and all forms."""
    words = []
    for line in lines:
        endings, stems = line.split(": ")
        queries, _, further = (part.split() for part in endings.partition(" | "))
        for stem in stems.split():
            forms = [(stem + ending).replace("0", "") for ending in (*queries, *further)]
            words.append((forms[: len(queries)], forms))
    return words


@pytest.mark.parametrize("section", _FLOORS)
def test_a_query_finds_the_forms_of_every_part_of_speech(section: str) -> None:
    words = _words(_sections("inflection.txt")[section])
    pairs = [(query, form) for queries, forms in words for query in queries for form in forms]
    missing = [(query, form) for query, form in pairs if form not in inflect(query)]
    assert len(words) >= _LEAST_WORDS
    assert 1 - len(missing) / len(pairs) >= _FLOORS[section], missing


def test_words_that_only_look_alike_are_hardly_ever_joined() -> None:
    sections = _sections("inflection_different.txt").values()
    pairs = [pair.split() for lines in sections for pair in " ".join(lines).split(",")]
    joined = [
        (first, second)
        for pair in pairs
        for first, second in (pair, pair[::-1])
        if second in inflect(first)
    ]
    assert len(pairs) >= 180
    assert len(joined) <= _MOST_CONFLATIONS, joined


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("крилата", "крилатих"),
        ("відкрита", "відкритого"),
        ("світла", "світлої"),
        ("маленька", "маленьких"),
        ("збита", "збитий"),
        ("потужна", "потужними"),
        ("розпочате", "розпочатої"),
        ("вбиті", "вбитого"),
        ("крилату", "крилаті"),
        ("последние", "последнего"),
        ("evacuate", "evacuato"),
        ("interrotta", "interrotti"),
    ],
)
def test_a_feminine_neuter_or_plural_query_finds_the_other_forms(query: str, form: str) -> None:
    assert form in inflect(query)


def test_water_is_no_form_of_driver_and_the_road_none_of_dear() -> None:
    assert "водій" not in inflect("вода")
    assert "дорогий" not in inflect("дорога")
    assert "nata" not in inflect("nato")
    assert "salute" not in inflect("saluto")
