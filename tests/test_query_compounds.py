"""Compounds and models: parts of words with hyphens, and the spellings of a model's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.indexes import indexes_of
from support.shared_resources import gazetteer, reader, topics

from matching.query.ast import PlaceTerm
from matching.query.evaluator import evaluate, highlight
from matching.query.parser import parse
from matching.reader import Reading
from matching.stored_reading import pack, unpack
from matching.text.pieces import JOINT, split_into_pieces, split_word

PARTS = [
    ("дрон", "FPV-дрон ударив по автобусу в Бериславі"),
    ("drone", "An FPV-drone hit a bus in Nikopol"),
    ("шахед", "Сім Шахедів-136 над морем"),
    ("дрони", "Збито дрон-камікадзе"),
    ("камікадзе", "Летять дрони-камікадзе"),
    ("дрон", "Атака БПЛА-дронов ночью"),
    ("корабель", "Ракетний корабель-носій вийшов у море"),
    ("attack", "The missile-attack lasted an hour"),
    ("attacco", "Un attacco-lampo nella notte"),
    ("136", "Shahed-136 over the sea"),
    ("hour", "A 24-hour curfew begins"),
    ("ракетна", "Ракетно-дронова атака на Луцьк"),
    ("дроновий", "Ракетно-дронова атака на Луцьк"),
    ("военный", "Военно-морской флот"),
    ('"missile strike"', "Ballistic-missile strike on Sumy"),
    ('"ballistic missile"', "Ballistic-missile strike on Sumy"),
    ('"дрон ударив"', "FPV-дрон ударив по автобусу"),
]
INFLECTED_COMPOUNDS = [
    ("дрон-камікадзе", "Збито дронами-камікадзе"),
    ("fpv-дрон", "Атаки FPV-дронів на Херсон"),
    ("корабль-носитель", "два корабля-носителя"),
    ("прес-конференція", "після прес-конференції"),
    ('"прес-конференція президента"', "на прес-конференції президента"),
    ("fire-engine", "Two fire-engines arrived"),
    ("missile-attack", "Missile-attacks on Kyiv"),
    ("будь-який", "за будь-яких умов"),
]
LOOK_ALIKES = [
    ("Х-101", "Ракета X-101"),  # Cyrillic, Latin
    ("X-101", "Ракета Х-101"),
    ("С-300", "Зенітний C-300"),
    ("C300", "Зенітний С-300"),
    ("МіГ-31", "Злетів МiГ-31К"),  # the text has a Latin i
    ("МiГ-31", "Злетів МіГ-31К"),
    ("Т-72", "Танк T72"),
    ("MiG-31K", "Two MiG-31К"),  # a Cyrillic К
    ("Шахед-136", "Три Шахеди-136"),
    ("Шахед-136", "Три Шахеди 136"),
    ("Shahed-136", "Shahed 136 drones"),
    ("MiG-31K", "Two MiG-31Ks"),
    ("F-35s", "An F-35 took off"),
]
PARTS_OF_THE_QUERY_AND_PARTICLES = [
    ("дрон-камікадзе", "Дрон упав на поле"),
    ("дрон-камікадзе", "Летять камікадзе"),
    ("fpv-drone", "An FPV drone hit a bus"),
    ("missile-attack", "A missile attack"),
    ("missile-attack", "attack-missile"),
    ("бути", "За будь-яких умов"),
    ("перше", "По-перше, тихо"),
    ("то", "Хтось-то прийшов"),
    ("lethal", "A non-lethal weapon"),
    ("ракета", "Ракетно-дронова атака"),
    ("га", "2-га бригада"),
    ("10", "за 10-15 км"),
]
OTHER_NUMBERS = [
    ("Х-101", "Ракета Х-1010"),
    ("Х-101", "Ракета Х-10"),
    ("Х-10", "Ракета Х-101"),
    ("Шахед-136", "Шахед-131"),
    ("S-300", "С-300"),
    ("С-300", "зустрілися з 300 людьми, а с 300 не встретились"),
    ("А-50", "а 50 поранені"),
    ("Ми-8", "ми 8 годин чекали"),
    ("F-16", "Group F: 2-16"),
    ("К-19", "о 19:00"),
    ("Т-6", "6-7 жертв"),
]


def is_found(query: str, text: str) -> bool:
    """Return whether a query holds for a text: alone, in an index, and once the text is stored."""
    parsed = parse(query, gazetteer(), topics()).query
    reading = reader().read("", text)
    results = {
        evaluate(parsed, reading),
        evaluate(parsed, unpack(pack(reading), gazetteer())),
        *(0 in index.match(reading).audible for index in indexes_of([parsed])),
    }
    assert len(results) == 1, (query, text)
    return results.pop()


@pytest.mark.parametrize(("query", "text"), [*PARTS, *INFLECTED_COMPOUNDS, *LOOK_ALIKES])
def test_a_part_an_inflected_compound_and_a_model_in_look_alike_letters_are_found(
    query: str, text: str
) -> None:
    assert is_found(query, text)


@pytest.mark.parametrize(("query", "text"), [*PARTS_OF_THE_QUERY_AND_PARTICLES, *OTHER_NUMBERS])
def test_a_compound_in_a_query_wants_the_whole_and_another_number_is_another_model(
    query: str, text: str
) -> None:
    assert not is_found(query, text)


SPELLINGS = ("F16", "F-16", "F–16", "F‑16", "F 16", "f-16")


@pytest.mark.parametrize("query", [*SPELLINGS, '"F 16"', "word:F16"])
@pytest.mark.parametrize("text", SPELLINGS)
def test_a_model_is_one_however_it_is_written(query: str, text: str) -> None:
    assert is_found(query, f"A {text} took off")
    assert not is_found(query, f"A {text}0 took off")


@pytest.mark.parametrize(
    ("query", "variant"),
    [
        ("МіГ-31", "МіГ-31К"),
        ("МіГ-31", "МіГ 31К"),
        ("Ту-22", "Ту-22М3"),
        ("Су-30СМ", "Су-30СМ2"),
        ("F-35", "F-35A"),
        ("Shahed-136", "Shahed-136B"),
        ("MiG-31", "MiG-31K"),
    ],
)
def test_a_model_finds_its_variants_and_a_variant_not_the_model(query: str, variant: str) -> None:
    assert is_found(query, f"{variant} у повітрі")
    assert is_found(variant, f"{variant} у повітрі")
    assert not is_found(variant, f"{query} у повітрі")


@pytest.mark.parametrize("word", ["C++", "C#", ".NET"])
def test_a_word_with_signs_is_itself(word: str) -> None:
    assert is_found(word, f"We teach {word}.")
    assert not is_found(word, "We teach C, F and the net.")
    assert not is_found("C", f"We teach {word}.")
    assert not is_found("net", f"We teach {word}.")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("FPV-дрон ударив по автобусу", "drone"),
        ("A Shahed-131 fell on a farm", "drone"),
        ("Ракетно-дронова атака на Луцьк", "missile"),
        ("Ракетно-дронова атака на Луцьк", "drone"),
        ("Ballistic-missile strike on Sumy", "missile"),
        ("Атака дронов-камикадзе на Сумы", "drone"),
        ("Un drone-kamikaze sulla città", "drone"),
    ],
)
def test_a_part_of_a_compound_shows_its_topic(text: str, topic: str) -> None:
    assert topic in reader().read("", text).topics


def shown(query: str, text: str) -> list[str]:
    """Return the parts of a text that are highlighted for a query."""
    reading: Reading = reader().read("", text)
    highlights = highlight(parse(query, gazetteer(), topics()).query, reading)
    return [f"\n{text}"[start:end] for _, start, end in highlights]


def test_a_found_part_highlights_its_word() -> None:
    assert shown("дрон", "Над містом FPV-дрон") == ["FPV-дрон"]
    assert shown('"fpv drone"', "one FPV-drone") == ["FPV-drone"]
    assert shown("F16", "Two F 16 jets") == ["F 16"]


@pytest.mark.parametrize(
    "word", ["2-га", "10-15", "19", "737-800", "5-й", "20th", "1990s", "дрон", "a1b2c3d4", "x" * 99]
)
def test_numbers_with_endings_and_ranges_are_one_piece(word: str) -> None:
    assert split_word(word) == (word,)


@given(st.text("аb-'19", max_size=60))
def test_any_word_has_pieces_without_hyphens(word: str) -> None:
    pieces = split_word(word)
    assert pieces == (word,) or all(p == JOINT or "-" not in p.removesuffix("-") for p in pieces)


@given(st.lists(st.sampled_from(["fpv-дрон", "f16", "удар", "2-га", "", "міг-31к"])))
def test_each_piece_knows_its_word(words: list[str]) -> None:
    pieces = split_into_pieces(words)
    assert len(pieces.texts) == len(pieces.owners)
    for position, word in enumerate(words):
        own = [t for t, owner in zip(pieces.texts, pieces.owners, strict=True) if owner == position]
        assert tuple(own) == split_word(word)


@pytest.mark.parametrize("query", ["донецький", "донецьке"])
def test_an_adjective_in_lower_case_is_no_small_town(query: str) -> None:
    assert is_found(query, "донецького вугілля стало менше")


def test_an_adjective_in_capitals_and_a_city_in_lower_case_stay_places() -> None:
    place = parse("Донецький", gazetteer(), topics()).query
    city = parse("хмельницький", gazetteer(), topics()).query
    assert isinstance(place, PlaceTerm)
    assert isinstance(city, PlaceTerm)
