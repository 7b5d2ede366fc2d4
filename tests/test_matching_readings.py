"""Readings: the regions, topics and mentions of a bulletin, and the queries that match it."""

import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_resources import gazetteer, reader, topics

from matching.query.ast import PlaceTerm, SourceTerm, TopicTerm, Word
from matching.query.evaluator import evaluate, highlight
from matching.query.parser import parse
from matching.reader import Reader, Reading
from matching.topics.topic import Topic

GAZETTEER = gazetteer()
TOPICS = topics()
READER = reader()


def matches(query: str, reading: Reading) -> bool:
    return evaluate(parse(query, GAZETTEER, TOPICS).query, reading)


def region_code(name: str) -> str:
    return GAZETTEER.find(name)[0].code


EVERYWHERE = READER.read(
    "Air alert throughout Ukraine", "Sirens sounded everywhere after a take-off in Belarus."
)
RAILS = READER.read(
    "Kiev: depot burns", "A railway depot in Kherson burned; trains to Lviv are late."
)
OBLAST = READER.read("Kharkiv Oblast: air raid alert", "Stay in shelters.")
NEWS = READER.read("Harvest in Donetsk Oblast", "The fields of the oblast are ready.")


@pytest.mark.parametrize(
    ("query", "reading", "is_match"),
    [
        ("Kyiv", RAILS, True),
        ("railway Kherson", RAILS, True),
        ("railway Kherson", EVERYWHERE, False),
        ("#air_alert Lviv", RAILS, False),
        ("Lviv", RAILS, True),
        ("#air_alert Lviv", EVERYWHERE, True),
        ("Lviv", EVERYWHERE, True),
        ("Minsk OR Belarus", EVERYWHERE, True),
        ("Kharkiv", OBLAST, True),
        ("Izium", OBLAST, True),
        ("Lviv", OBLAST, False),
        ("Kharkiv Oblast", OBLAST, True),
        ("Ukraine", OBLAST, True),
        ("Bakhmut", NEWS, False),
        ("Donbas", NEWS, True),
        ("#air_alert NOT Kharkiv", OBLAST, True),
        ("#air_alert NOT in:'Kharkiv Oblast'".replace("'", '"'), OBLAST, False),
        ("#air_alert NOT (drone NOT Kharkiv)", OBLAST, True),
        ("burn", RAILS, True),
        ("railway NOT trains", RAILS, False),
    ],
)
def test_a_query_matches_readings_about_its_terms(
    query: str, reading: Reading, *, is_match: bool
) -> None:
    assert matches(query, reading) is is_match


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("F-35", "Two F-35s were seen"),
        ("Donetsk Oblast", "Shops reopened in Bakhmut"),
        ("Poland", "An object entered Polish airspace"),
        ("Kyiv", "A concert in Kiev"),
        ('"brick factory"', "Two brick factories closed"),
        ("об'єкт", "Великий об’єкт"),
        ("Ukraine", "The mayor of Odesa"),
        ("in:Donbas", "Fog near Luhansk"),
    ],
)
def test_a_query_matches_other_forms_spellings_and_places_inside(query: str, text: str) -> None:
    assert matches(query, READER.read("", text))
    assert not matches(query, READER.read("", "Nothing of the kind"))


def test_an_alert_that_mentions_a_country_does_not_affect_all_of_it() -> None:
    reading = READER.read("Air alert in Sumy Oblast", "Says the Ukrainian Air Force.")
    assert reading.is_alert
    assert matches("Shostka", reading)
    assert not matches("Lviv", reading)
    assert matches("Ukraine", reading)


@pytest.mark.parametrize(
    "text",
    [
        "Air alert throughout Ukraine",
        "Air alert over the whole of Ukraine",
        "Nationwide air alert",
        "Air alert across the entire territory of Ukraine",
        "Повітряна тривога по всій території України",
        "Повітряна тривога по всій Україні",
        "Воздушная тревога по всей Украине",
        "Allarme aereo in tutta l'Ucraina",
        "ПОВІТРЯНА ТРИВОГА ПО ВСІЙ КРАЇНІ",
    ],
)
def test_an_alert_for_the_whole_country_is_nationwide(text: str) -> None:
    reading = READER.read(text, "")
    assert reading.nationwide_countries == {"UA"}
    assert matches("Uzhhorod", reading)
    assert not matches("Poland", reading)


def test_news_about_the_whole_country_does_not_match_its_cities() -> None:
    reading = READER.read("Snow throughout Ukraine", "")
    assert not reading.nationwide_countries
    assert not matches("Lviv", reading)


def test_regions_of_the_source_alone_decide_where_an_alert_matches() -> None:
    reading = READER.read(
        "Air alert: Lviv", "As in Odesa.", regions=["Бахмутський район", "nowhere"], is_alert=True
    )
    assert matches("Bakhmut", reading)
    assert matches("Donetsk Oblast", reading)
    assert not matches("Lviv", reading)
    assert not matches("Kramatorsk", reading)
    assert reading.unknown_regions == ("nowhere",)


def test_an_alert_with_unknown_regions_takes_those_of_its_text() -> None:
    assert matches("Lviv", READER.read("Lviv", "", regions=["nowhere"], is_alert=True))


def test_an_alert_whose_source_gives_a_country_affects_all_of_it() -> None:
    reading = READER.read("", "", regions=["UA"], is_alert=True)
    assert reading.nationwide_countries == {"UA"}
    assert matches("Lviv", reading)


def test_regions_and_topics_of_the_source_are_added_to_those_of_news() -> None:
    reading = READER.read("Lviv", "", regions=["UA-none", "Odesa"], topics=["Railway", "no such"])
    assert matches("Lviv", reading)
    assert matches("Odesa", reading)
    assert reading.topics == {"railway"}
    assert not reading.is_alert


def test_a_source_term_ignores_letter_case() -> None:
    assert matches("from:Blog", READER.read("", "x", source="BLOG"))
    assert not matches("from:Blog", READER.read("", "x"))


def test_the_source_overrides_whether_a_text_is_an_alert() -> None:
    assert not READER.read("Air alert in Lviv", "", is_alert=False).is_alert
    assert READER.read("Air alert in Lviv", "").is_alert
    assert READER.read("All clear in Lviv", "").is_alert


def test_a_phrase_does_not_span_title_and_text() -> None:
    assert not matches('"red door"', READER.read("Red", "door"))
    assert matches('"red door"', READER.read("", "Red door"))
    assert READER.read("Kryvyi", "Rih").mentions == ()


@pytest.mark.parametrize("title", ["", "Київ — сьогодні"])
def test_spans_count_the_newline_after_the_title(title: str) -> None:
    text = "Between Lviv and Odesa’s port"
    reading = READER.read(title, text)
    combined = f"{title}\n{text}"
    shown = [combined[m.start : m.end] for m in reading.mentions]
    assert shown[-2:] == ["Lviv", "Odesa"]


def test_highlights_are_the_positive_terms_that_hold_with_their_spans() -> None:
    title, text = "Air alert in Bakhmut", "Trains wait."
    reading = READER.read(title, text, source="blog")
    query = parse(
        '(train OR ship) "Donetsk Oblast" #air_alert from:blog NOT bus', GAZETTEER, TOPICS
    ).query
    highlights = highlight(query, reading)
    combined = f"{title}\n{text}"
    assert [(term, combined[start:end]) for term, start, end in highlights] == [
        (SourceTerm("blog"), ""),
        (TopicTerm("air_alert"), ""),
        (PlaceTerm(region_code("Donetsk Oblast")), "Bakhmut"),
        (Word("train"), "Trains"),
    ]
    shown = [combined[s:e] for _, s, e in highlight(TOPICS.get_query("air_alert"), reading)]
    assert "Air alert" in shown


def test_the_highlight_of_an_alert_for_a_containing_region_is_that_region() -> None:
    (highlighted,) = highlight(PlaceTerm(region_code("Izium")), OBLAST)
    assert highlighted[1:] == (0, len("Kharkiv Oblast"))


ITEMS = [
    json.loads(line)
    for line in (files("benchmarks") / "data" / "understanding.jsonl")
    .read_text("utf-8")
    .split("\n")
    if line
]


def test_is_alert_agrees_with_read() -> None:
    """Also for texts combined from two items, and with an operator's own alert topic."""
    operator_reader = Reader(GAZETTEER, TOPICS.with_topics([Topic("air_alert", "bell")]))
    texts = [(item["title"], item["text"]) for item in ITEMS]
    texts += [(first[0], second[1]) for first, second in pairwise(texts)]
    texts += [(f"{first[1]} {second[0]}", "The bell.") for first, second in pairwise(texts)]
    for tested in (READER, operator_reader):
        alerts = [tested.read(title, text).is_alert for title, text in texts]
        assert [tested.is_alert(title, text) for title, text in texts] == alerts
        assert set(alerts) == {True, False}
    assert READER.is_alert("", "", topics=["all clear", "no such"])


WILD = st.text(st.characters(exclude_categories=())) | st.lists(
    st.sampled_from(
        [
            "Київ",
            "air",
            "alert",
            "по",
            "всій",
            "Ukraine",
            "\ud800",
            "\u0301",
            "שלום",
            "\u202e",
            "🇺🇦",
        ]
    )
).map(" ".join)


@given(WILD, WILD, st.lists(WILD, max_size=2))
def test_any_text_gives_a_reading_with_mentions_inside_it(
    title: str, text: str, regions: list[str]
) -> None:
    reading = READER.read(title, text, source=title, regions=regions, topics=regions)
    combined = f"{title}\n{text}"
    for mention in reading.mentions:
        assert 0 <= mention.start < mention.end <= len(combined)
        assert GAZETTEER.get(mention.code)
    assert READER.is_alert(title, text, source=title, topics=regions) is reading.is_alert
    for term in (Word("air"), PlaceTerm("UA"), TopicTerm("air_alert")):
        assert bool(highlight(term, reading)) is evaluate(term, reading)
