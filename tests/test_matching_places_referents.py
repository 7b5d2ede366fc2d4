"""Toponym disambiguation: names that may also mean a person, a river or another place."""

import pytest
from support.shared_resources import gazetteer, reader

from matching.text.tokenizer import tokenize

GAZETTEER = gazetteer()
READER = reader()


def codes(text: str) -> list[str]:
    toponyms = GAZETTEER.recognizer.recognize(tokenize(text), text)
    return [toponym.codes[0] for toponym in toponyms]


def code(name: str) -> str:
    return GAZETTEER.find(name)[0].code


@pytest.mark.parametrize(
    "text",
    [
        "Sofia laughed.",
        "Then Sofia nodded. Sofia was late.",
        "Софія засміялася.",
        "София улыбнулась.",
        "Sofia rise.",
        "Florence wept, Austin sang and Victoria smiled.",
    ],
)
def test_a_name_before_a_human_action_is_a_person(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text", ["Sofia summoned the envoy.", "Sofia laughed on the train to Sofia.", "In Sofia sleep"]
)
def test_a_name_before_an_official_act_or_after_a_preposition_is_a_capital(text: str) -> None:
    assert codes(text) == [code("Sofia")]


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("A fire in London, Ontario", "CA"),
        ("Пожежа в Лондоні, Онтаріо", "CA"),
        ("Hail in Newcastle, New South Wales", "AU"),
        ("Perth, Western Australia", "AU"),
    ],
)
def test_a_province_after_a_comma_selects_the_city(text: str, country: str) -> None:
    city = codes(text)[0]
    assert city not in {code("London"), code("Wales")}
    assert country in GAZETTEER.ancestors(city)


@pytest.mark.parametrize("text", ["Kyiv, Ontario", "Warsaw, Ontario", "Paris, Ontario, is small."])
def test_a_city_that_the_gazetteer_has_not_in_the_province_is_not_recognized(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text", ["London, Manchester", "London and Ontario's cities", "London. Ontario burns."]
)
def test_a_list_does_not_name_a_province(text: str) -> None:
    assert code("London") in codes(text)


@pytest.mark.parametrize(
    ("text", "is_city"),
    [
        ("У Дніпрі плаває рідкісний осетер", False),
        ("Тіло чоловіка виловили в Дніпрі", False),
        ("В Днепре утонул мужчина", False),
        ("У Дніпрі відкрили басейн", True),
        ("В Днепре открыли школу", True),
    ],
)
def test_swimming_and_drowning_happen_in_the_river(text: str, *, is_city: bool) -> None:
    assert (code("Dnipro") in codes(text)) is is_city


@pytest.mark.parametrize(
    ("text", "affected"),
    [
        ("Zaporizhzhia was not included in the list of cities where sirens sounded.", set()),
        ("Air alert in Kyiv Oblast, Zhytomyr is not included.", {"Kyiv Oblast"}),
        ("The air raid alert does not apply to Lviv.", set()),
        ("Повітряна тривога у Києві, Львова це не стосується.", {"Kyiv"}),
        ("Відбій тривоги в Полтаві, Харків до переліку не входить.", {"Poltava"}),
        ("Воздушная тревога в Одессе, Измаила это не касается.", {"Odesa"}),
        ("L'allarme aereo non riguarda Leopoli.", set()),
    ],
)
def test_an_alert_does_not_affect_excluded_places(text: str, affected: set[str]) -> None:
    reading = READER.read("", text)
    assert reading.affected_subtrees.keys() == set(map(code, affected))


def test_a_less_likely_city_abroad_has_a_qualified_title() -> None:
    (city,) = codes("A fire in London, Ontario")
    assert GAZETTEER.title(city, "en") == "London, Ontario"
