"""Threats in texts: a threat to a region concerns those who follow a place inside it."""

import pytest
from support.indexes import indexes_of
from support.shared_resources import explainer, gazetteer, reader, topics

from matching.query.evaluator import evaluate
from matching.query.parser import parse
from matching.stored_reading import pack, unpack

THREATS = [
    ("#ballistic Mykolaiv", "Загроза балістики — Миколаївська область"),
    ("#bombs Kharkiv", "Пуски КАБ на Харківщину"),
    ("#missile Odesa", "Загроза балістики з Криму! Миколаївщина, Одещина — в укриття"),
    ("#drone Belgorod", "Угроза применения БПЛА: Белгородская область"),
    ("#ballistic Kharkiv", "Threat of ballistic missiles for Kharkiv Oblast"),
    ("#air Chuhuiv", "Minaccia di missili balistici per l'oblast di Kharkiv"),
    ("#artillery Nikopol", "Увага! Загроза артобстрілу Нікопольського району"),
    ("#wind Lviv", "Штормове попередження: у Львівській області сильний вітер"),
    ("#missile Ternopil", "Загроза ракетного удару по всій території України"),
    ("#wind Perugia", "Allerta vento forte in Umbria"),
]
OTHERS = [
    ("#ballistic Simferopol", "Загроза балістики з Криму!"),
    ("#ballistic Simferopol", "Загроза балістики з Криму! Миколаївщина, Одещина — в укриття"),
    ("#ballistic Mykolaiv", "Загрози балістики для Миколаївщини немає"),
    ("#ballistic Mykolaiv", "Загроза балістики для Миколаївщини минула"),
    ("#drone Mykolaiv", "Росія атакувала Миколаївську область дронами, є загиблі"),
    ("#drone Belgorod", "Сегодня вспоминают угрозу беспилотников в Белгородской области"),
    ("#ballistic Kharkiv", "No threat of ballistic missiles for Kharkiv Oblast"),
    ("#ballistic Kherson", "Загроза балістики — Миколаївська область"),
    ("#energy Mykolaiv", "Загроза для економіки Миколаївської області: борги за світло"),
]


@pytest.mark.parametrize(("query", "text"), THREATS)
def test_a_threat_to_a_region_concerns_the_places_inside(query: str, text: str) -> None:
    assert explainer().explain("1", "", text, (query,))["queries"] == {query: True}


@pytest.mark.parametrize(("query", "text"), OTHERS)
def test_a_place_inside_is_not_concerned_by_origins_and_threats_that_are_over(
    query: str, text: str
) -> None:
    assert explainer().explain("1", "", text, (query,))["queries"] == {query: False}


def test_the_index_and_a_stored_reading_find_what_the_evaluator_finds() -> None:
    cases = [*THREATS, *OTHERS]
    queries = [parse(query, gazetteer(), topics()).query for query, _ in cases]
    for index in indexes_of(queries):
        for number, (_, text) in enumerate(cases):
            reading = reader().read("", text)
            is_expected = number < len(THREATS)
            assert (number in index.match(reading).audible) is is_expected, text
            stored = unpack(pack(reading), gazetteer())
            assert evaluate(queries[number], stored) is is_expected, text


def test_a_threat_concerns_the_regions_of_its_source() -> None:
    reading = reader().read("", "Загроза балістики!", regions=("Mykolaiv Oblast",))
    query = parse("#ballistic Mykolaiv", gazetteer(), topics()).query
    assert evaluate(query, reading)
