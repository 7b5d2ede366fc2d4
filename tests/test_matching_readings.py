"""What is read in a bulletin, and which queries hold for it."""

import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_resources import gazetteer, reader, topics

from matching.query.ast import PlaceTerm, SourceTerm, TopicTerm, Word
from matching.query.evaluator import evaluate, evidence
from matching.query.parser import parse
from matching.reader import Reader, Reading
from matching.topics.topics import Topic

GAZETTEER = gazetteer()
TOPICS = topics()
READER = reader()


def hears(query: str, reading: Reading) -> bool:
    return evaluate(parse(query, GAZETTEER, TOPICS).query, reading)


def code(name: str) -> str:
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
    ("query", "reading", "heard"),
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
def test_a_query_holds_for_what_it_speaks_of(query: str, reading: Reading, *, heard: bool) -> None:
    assert hears(query, reading) is heard


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
def test_a_text_is_heard_through_other_forms_spellings_and_places_inside(
    query: str, text: str
) -> None:
    assert hears(query, READER.read("", text))
    assert not hears(query, READER.read("", "Nothing of the kind"))


def test_a_country_merely_named_in_an_alert_does_not_ring_in_all_of_it() -> None:
    reading = READER.read("Air alert in Sumy Oblast", "Says the Ukrainian Air Force.")
    assert reading.alert
    assert hears("Shostka", reading)
    assert not hears("Lviv", reading)
    assert hears("Ukraine", reading)


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
def test_an_alert_for_the_whole_country_is_known_as_one(text: str) -> None:
    reading = READER.read(text, "")
    assert reading.nationwide == {"UA"}
    assert hears("Uzhhorod", reading)
    assert not hears("Poland", reading)


def test_news_of_the_whole_country_is_no_alert_for_its_cities() -> None:
    reading = READER.read("Snow throughout Ukraine", "")
    assert not reading.nationwide
    assert not hears("Lviv", reading)


def test_the_regions_of_an_alerts_source_alone_decide_where_it_rings() -> None:
    reading = READER.read(
        "Air alert: Lviv", "As in Odesa.", regions=["Бахмутський район", "nowhere"], alert=True
    )
    assert hears("Bakhmut", reading)
    assert hears("Donetsk Oblast", reading)
    assert not hears("Lviv", reading)
    assert not hears("Kramatorsk", reading)
    assert reading.unknown_regions == ("nowhere",)


def test_an_alert_whose_regions_nobody_knows_is_read_from_its_text() -> None:
    assert hears("Lviv", READER.read("Lviv", "", regions=["nowhere"], alert=True))


def test_an_alert_given_for_a_country_is_for_the_whole_of_it() -> None:
    reading = READER.read("", "", regions=["UA"], alert=True)
    assert reading.nationwide == {"UA"}
    assert hears("Lviv", reading)


def test_the_regions_and_topics_of_news_are_added_to_those_of_its_text() -> None:
    reading = READER.read("Lviv", "", regions=["UA-none", "Odesa"], topics=["Railway", "no such"])
    assert hears("Lviv", reading)
    assert hears("Odesa", reading)
    assert reading.topics == {"railway"}
    assert not reading.alert


def test_a_source_is_a_term_in_any_case_of_letters() -> None:
    assert hears("from:Blog", READER.read("", "x", source="BLOG"))
    assert not hears("from:Blog", READER.read("", "x"))


def test_the_source_may_say_that_something_is_no_alert() -> None:
    assert not READER.read("Air alert in Lviv", "", alert=False).alert
    assert READER.read("Air alert in Lviv", "").alert
    assert READER.read("All clear in Lviv", "").alert


def test_a_phrase_does_not_go_from_the_title_into_the_text() -> None:
    assert not hears('"red door"', READER.read("Red", "door"))
    assert hears('"red door"', READER.read("", "Red door"))
    assert READER.read("Kryvyi", "Rih").mentions == ()


@pytest.mark.parametrize("title", ["", "Київ — сьогодні"])
def test_spans_count_the_newline_after_the_title(title: str) -> None:
    text = "Between Lviv and Odesa’s port"
    reading = READER.read(title, text)
    whole = f"{title}\n{text}"
    shown = [whole[m.start : m.end] for m in reading.mentions]
    assert shown[-2:] == ["Lviv", "Odesa"]


def test_evidence_is_the_positive_terms_that_hold_and_where_they_stand() -> None:
    title, text = "Air alert in Bakhmut", "Trains wait."
    reading = READER.read(title, text, source="blog")
    query = parse(
        '(train OR ship) "Donetsk Oblast" #air_alert from:blog NOT bus', GAZETTEER, TOPICS
    ).query
    found = evidence(query, reading)
    whole = f"{title}\n{text}"
    assert [(term, whole[start:end]) for term, start, end in found] == [
        (SourceTerm("blog"), ""),
        (TopicTerm("air_alert"), ""),
        (PlaceTerm(code("Donetsk Oblast")), "Bakhmut"),
        (Word("train"), "Trains"),
    ]
    shown = [whole[s:e] for _, s, e in evidence(TOPICS.query("air_alert"), reading)]
    assert "Air alert" in shown


def test_evidence_of_an_alert_from_above_is_the_larger_region() -> None:
    (found,) = evidence(PlaceTerm(code("Izium")), OBLAST)
    assert found[1:] == (0, len("Kharkiv Oblast"))


ITEMS = [
    json.loads(line)
    for line in (files("benchmarks") / "data" / "understanding.jsonl")
    .read_text("utf-8")
    .split("\n")
    if line
]


def test_whether_it_is_an_alert_is_known_without_reading_all() -> None:
    """Also of texts made of the halves of others, and where an operator says what an alert is."""
    bell = Reader(GAZETTEER, TOPICS.with_([Topic("air_alert", "bell")]))
    texts = [(item["title"], item["text"]) for item in ITEMS]
    texts += [(one[0], other[1]) for one, other in pairwise(texts)]
    texts += [(f"{one[1]} {other[0]}", "The bell.") for one, other in pairwise(texts)]
    for each in (READER, bell):
        alerts = [each.read(title, text).alert for title, text in texts]
        assert [each.is_alert(title, text) for title, text in texts] == alerts
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
    whole = f"{title}\n{text}"
    for mention in reading.mentions:
        assert 0 <= mention.start < mention.end <= len(whole)
        assert GAZETTEER.get(mention.code)
    assert READER.is_alert(title, text, source=title, topics=regions) is reading.alert
    for term in (Word("air"), PlaceTerm("UA"), TopicTerm("air_alert")):
        assert bool(evidence(term, reading)) is evaluate(term, reading)
