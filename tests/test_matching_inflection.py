"""Inflection in four languages: forms of a word, and words that only look like forms."""

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.morphology.inflection import inflect

FIXTURES = Path(__file__).parent / "fixtures"


def read_sections(name: str) -> dict[str, list[str]]:
    """Return the lines of a fixture by language."""
    lines_by_language: dict[str, list[str]] = {}
    for line in (FIXTURES / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            lines_by_language[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return lines_by_language


def related_pairs() -> dict[str, list[tuple[str, str]]]:
    """Return pairs of a word and one of its forms, by language."""
    return {
        language: [
            (word, form)
            for word, forms in (line.split(": ") for line in lines)
            for form in forms.split()
        ]
        for language, lines in read_sections("inflection_same.txt").items()
    }


def unrelated_pairs() -> dict[str, list[tuple[str, str]]]:
    """Return pairs of words that are not forms of each other, by language."""
    return {
        language: [(word, other) for word, other in map(str.split, " ".join(lines).split(","))]
        for language, lines in read_sections("inflection_different.txt").items()
    }


RELATED = list(chain.from_iterable(related_pairs().values()))
UNRELATED = list(chain.from_iterable(unrelated_pairs().values()))


@pytest.mark.parametrize(("word", "other"), RELATED)
def test_an_inflected_form_is_a_form_of_the_word(word: str, other: str) -> None:
    assert other in inflect(word)


@pytest.mark.parametrize(("word", "other"), UNRELATED)
def test_a_derived_or_similar_word_is_no_form(word: str, other: str) -> None:
    assert other not in inflect(word)


@pytest.mark.parametrize("table", [related_pairs(), unrelated_pairs()])
def test_each_language_has_at_least_sixty_pairs(table: dict[str, list[tuple[str, str]]]) -> None:
    assert set(table) == {"uk", "ru", "it", "en"}
    assert all(len(pairs) >= 60 for pairs in table.values())


@pytest.mark.parametrize("word", ["", "a", "ї", "x1", "f-35", "שלום", "ж" * 5000, "a-" * 500 + "b"])
def test_any_text_is_a_form_of_itself(word: str) -> None:
    assert word in inflect(word)


def test_only_the_last_part_of_a_compound_changes() -> None:
    assert "прес-конференції" in inflect("прес-конференція")
    assert "вагоны-ресторана" not in inflect("вагон-ресторан")


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("railway", "railways"),
        ("railways", "railway"),
        ("import", "imports"),
        ("import", "imported"),
        ("imported", "importing"),
        ("city", "cities"),
        ("cities", "city"),
        ("stop", "stopped"),
        ("stopping", "stop"),
        ("control", "controlled"),
        ("use", "using"),
        ("die", "dying"),
        ("child", "children"),
        ("men", "man"),
        ("strike", "struck"),
        ("shot", "shooting"),
        ("shelling", "shelled"),
        ("crisis", "crises"),
        ("f-35", "f-35s"),
        ("f-35s", "f-35"),
        ("fire-engine", "fire-engines"),
        ("bus", "buses"),
    ],
)
def test_an_english_word_has_its_inflected_forms(word: str, other: str) -> None:
    assert other in inflect(word)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("import", "importer"),
        ("importer", "import"),
        ("engine", "engineer"),
        ("power", "powerful"),
        ("evening", "even"),
        ("news", "new"),
        ("king", "k"),
        ("red", "r"),
        ("war", "ward"),
        ("plane", "planning"),
        ("f-35", "f-3"),
        ("дрон", "дрони́"),
    ],
)
def test_an_english_derived_or_different_word_is_no_form(word: str, other: str) -> None:
    assert other not in inflect(word)


@given(st.text())
def test_every_word_is_a_form_of_itself(word: str) -> None:
    assert word in inflect(word)
