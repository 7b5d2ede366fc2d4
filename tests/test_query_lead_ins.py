"""Lead-ins of queries: words that stand for nothing are dropped, look-alike letters are read."""

import pytest
from support.shared_resources import gazetteer, topics

from matching.query.ast import (
    ALERT_TOPIC,
    And,
    NearTerm,
    Or,
    PlaceTerm,
    PropertyTerm,
    Query,
    TopicTerm,
    Word,
)
from matching.query.parser import parse
from matching.query.personal_places import PersonalPlaces, SavedPlace
from matching.text.look_alikes import unmix_scripts

KYIV, LVIV = PlaceTerm("UA80000000000093317"), PlaceTerm("UA46060250010015970")
ODESA, KHARKIV = PlaceTerm("UA51100270010076757"), PlaceTerm("UA63120270010096107")
ITALY, TEXAS, ROME = PlaceTerm("IT"), PlaceTerm("US-TX"), PlaceTerm("gn:3169070")
AIR_ALERT, ANY_ALERT = TopicTerm("air_alert"), TopicTerm(ALERT_TOPIC)


def parse_query(text: str) -> Query:
    return parse(text, gazetteer(), topics()).query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("news about Kyiv", KYIV), ("News Kyiv", KYIV), ("NEWS ABOUT KYIV", KYIV),
        ("tell me about Lviv", LVIV), ("latest news from Kyiv, Lviv", Or((KYIV, LVIV))),
        ("Kyiv news", KYIV), ("what is happening in Kharkiv", KHARKIV),
        ("новини про Київ", KYIV), ("Новини Києва", KYIV),
        ("новини про Київ та Львів", Or((KYIV, LVIV))), ("розкажи про Одесу", ODESA),
        ("новости о Киеве", KYIV), ("последние новости Одессы", ODESA),
        ("notizie su Kyiv", KYIV), ("ultime notizie da Roma", ROME),
        ("news about football", Word("football")), ("новини про футбол", Word("футбол")),
        ("alert me about #drone in Kyiv", And((TopicTerm("drone"), KYIV))),
        ("alerts and news about Kyiv", KYIV),
    ],
)  # fmt: skip
def test_words_that_stand_for_nothing_are_dropped(typed: str, query: Query) -> None:
    """Reports had to contain "news" and "about"."""
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("alerts in Kyiv", And((AIR_ALERT, KYIV))), ("Kyiv alerts", And((AIR_ALERT, KYIV))),
        ("air raid alerts in Kyiv and Lviv", And((AIR_ALERT, Or((KYIV, LVIV))))),
        ("тривоги у Києві", And((AIR_ALERT, KYIV))),
        ("сповіщай про тривоги в Харкові", And((AIR_ALERT, KHARKIV))),
        ("Київ повітряна тривога", And((AIR_ALERT, KYIV))),
        ("тревоги в Одессе", And((AIR_ALERT, ODESA))),
        ("alerts in Texas", And((ANY_ALERT, TEXAS))), ("allarmi a Roma", And((ANY_ALERT, ROME))),
        ("weather warnings in Italy", And((TopicTerm("weather"), ITALY))),
        ("allerta meteo in Italia", And((TopicTerm("weather"), ITALY))),
    ],
)  # fmt: skip
def test_alerts_in_a_place_are_the_topic_and_the_place(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("magnitude>=4 in Italy", And((PropertyTerm("magnitude", ">=", 4), ITALY))),
        ("drone in Kyiv", And((Word("drone"), KYIV))),
        ("ракета на Київ", And((Word("ракета"), KYIV))),
        ("взрывы в Одессе", And((Word("взрывы"), ODESA))),
        ("esplosioni a Kyiv", And((Word("esplosioni"), KYIV))),
    ],
)
def test_a_preposition_before_a_place_is_dropped(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("news", Word("news")), ("alerts", Word("alerts")),
        ("Fox News", And((Word("fox"), Word("news")))),
        ("News Corp", And((Word("news"), Word("corp")))),
        ("the alpha", And((Word("the"), Word("alpha")))),
        ("right to repair", And((Word("right"), Word("to"), Word("repair")))),
        ("fire alarm in Kyiv", And((Word("fire"), Word("alarm"), KYIV))),
        ("word:news Kyiv", And((Word("news"), KYIV))),
        ("IT outage", And((Word("it"), Word("outage")))),
    ],
)  # fmt: skip
def test_a_word_that_can_be_meant_stays(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


def test_alerts_at_a_saved_place_are_the_topic_and_the_place() -> None:
    personal = PersonalPlaces(saved={"Mum": SavedPlace(7, 49.84, 24.03, 10)})
    query = parse("alerts at Mum", gazetteer(), topics(), personal=personal).query
    assert query == And((ANY_ALERT, NearTerm(49.84, 24.03, 10, "saved:7")))


@pytest.mark.parametrize("typed", ["Kиїв", "Kyіv", "Кyiv", "Київ"])
def test_look_alike_letters_are_read_in_one_script(typed: str) -> None:
    assert parse_query(typed) == KYIV


@pytest.mark.parametrize(
    ("text", "unmixed"),
    [("Xapkiв", "Харків"), ("Оdеsа", "Odesa"), ("IT-компанія", "IT-компанія"), ("Щw", "Щw")],
)
def test_only_mixed_words_change(text: str, unmixed: str) -> None:
    assert unmix_scripts(text) == unmixed
