"""Whom or what a name means that a well-known place bears too: a person, a river, another city."""

import pytest
from support.shared_resources import gazetteer, reader

from matching.text.tokenizer import tokens

GAZETTEER = gazetteer()
READER = reader()


def codes(text: str) -> list[str]:
    return [hit.codes[0] for hit in GAZETTEER.names.find(tokens(text), text)]


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
def test_who_laughs_or_weeps_is_no_capital(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text", ["Sofia summoned the envoy.", "Sofia laughed on the train to Sofia.", "In Sofia sleep"]
)
def test_a_capital_acts_or_is_gone_to(text: str) -> None:
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
def test_a_province_after_a_comma_tells_which_city_is_meant(text: str, country: str) -> None:
    found = codes(text)[0]
    assert found not in {code("London"), code("Wales")}
    assert country in GAZETTEER.ancestors(found)


@pytest.mark.parametrize("text", ["Kyiv, Ontario", "Warsaw, Ontario", "Paris, Ontario, is small."])
def test_a_city_of_a_province_we_do_not_know_is_none(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text", ["London, Manchester", "London and Ontario's cities", "London. Ontario burns."]
)
def test_a_list_is_no_province(text: str) -> None:
    assert code("London") in codes(text)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("У Дніпрі плаває рідкісний осетер", False),
        ("Тіло чоловіка виловили в Дніпрі", False),
        ("В Днепре утонул мужчина", False),
        ("У Дніпрі відкрили басейн", True),
        ("В Днепре открыли школу", True),
    ],
)
def test_what_swims_and_drowns_is_in_the_river(text: str, *, city: bool) -> None:
    assert (code("Dnipro") in codes(text)) is city


@pytest.mark.parametrize(
    ("text", "rings"),
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
def test_what_an_alert_leaves_out_does_not_ring(text: str, rings: set[str]) -> None:
    reading = READER.read("", text)
    assert reading.below.keys() == set(map(code, rings))


def test_a_city_abroad_that_is_not_meant_by_its_bare_name_is_never_called_by_it_alone() -> None:
    (found,) = codes("A fire in London, Ontario")
    assert GAZETTEER.title(found, "en") == "London, Canada"
