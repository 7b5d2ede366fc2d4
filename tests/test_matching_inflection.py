"""Which words are forms of one another, in four languages, and which only look so."""

from itertools import chain
from pathlib import Path

import pytest

from matching.morphology.inflection import forms

FIXTURES = Path(__file__).parent / "fixtures"


def sections(name: str) -> dict[str, list[str]]:
    """The lines of a fixture by the language they stand under."""
    found: dict[str, list[str]] = {}
    for line in (FIXTURES / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


def families() -> dict[str, list[tuple[str, str]]]:
    """By language: a word and one of its forms."""
    return {
        language: [
            (word, form)
            for word, forms_ in (line.split(": ") for line in lines)
            for form in forms_.split()
        ]
        for language, lines in sections("inflection_same.txt").items()
    }


def strangers() -> dict[str, list[tuple[str, str]]]:
    """By language: two words that are no forms of each other."""
    return {
        language: [(one, other) for one, other in map(str.split, " ".join(lines).split(","))]
        for language, lines in sections("inflection_different.txt").items()
    }


SAME = list(chain.from_iterable(families().values()))
DIFFERENT = list(chain.from_iterable(strangers().values()))


@pytest.mark.parametrize(("word", "other"), SAME)
def test_an_inflected_form_is_a_form_of_the_word(word: str, other: str) -> None:
    assert other in forms(word)


@pytest.mark.parametrize(("word", "other"), DIFFERENT)
def test_a_derived_word_or_one_that_looks_alike_is_no_form(word: str, other: str) -> None:
    assert other not in forms(word)


@pytest.mark.parametrize("table", [families(), strangers()])
def test_each_language_has_its_pairs(table: dict[str, list[tuple[str, str]]]) -> None:
    assert set(table) == {"uk", "ru", "it", "en"}
    assert all(len(pairs) >= 60 for pairs in table.values())


@pytest.mark.parametrize("word", ["", "a", "ї", "x1", "f-35", "שלום", "ж" * 5000, "a-" * 500 + "b"])
def test_what_is_no_word_of_the_four_languages_has_itself(word: str) -> None:
    assert word in forms(word)


def test_of_a_compound_only_the_last_part_changes() -> None:
    assert "прес-конференції" in forms("прес-конференція")
    assert "вагоны-ресторана" not in forms("вагон-ресторан")
