"""Comparisons and distances in queries: their spellings, their mistakes, and both in words."""

import pytest
from support.shared_resources import catalog, gazetteer, topics
from support.telegram_html import parse_html

from handlers.services.canonical_query import serialize_query
from handlers.text.query_errors import format_error
from handlers.text.query_text import QueryFormatter
from matching.query.ast import (
    And,
    NearTerm,
    Not,
    Or,
    PlaceTerm,
    PropertyTerm,
    Query,
    TopicTerm,
    Word,
    dump,
    load,
)
from matching.query.errors import ErrorKind, QueryError
from matching.query.parser import QueryLimits, parse
from matching.query.personal_places import PersonalPlaces, SavedPlace
from matching.query.question import read_question

GAZETTEER = gazetteer()
TOPICS = topics()
ANN = PersonalPlaces(
    saved={
        "mum": SavedPlace(3, 50.1234, 30.4567, 5),
        "моя дача": SavedPlace(4, 49.5, 30.1, 7),
        "лев": SavedPlace(5, 48.0, 30.0, 900),
        "lviv": SavedPlace(6, 40.0, -75.0, 10),
    },
    here=(45.46427, 9.18951),
)
ORANGE, RED = PropertyTerm("level", ">=", 2), PropertyTerm("level", ">=", 3)
STRONG = PropertyTerm("magnitude", ">=", 4.5)


def parse_query(text: str, personal: PersonalPlaces = ANN) -> Query:
    return parse(text, GAZETTEER, TOPICS, personal=personal).query


def near(name: str, radius: int) -> NearTerm:
    region = GAZETTEER.find(name)[0]
    assert region.latitude is not None and region.longitude is not None
    return NearTerm(region.latitude, region.longitude, radius, region.code)


def place(name: str) -> PlaceTerm:
    return PlaceTerm(GAZETTEER.find(name)[0].code)


@pytest.mark.parametrize(
    ("expected", "spellings"),
    [
        (
            ORANGE,
            """level>=orange; level >= orange; LEVEL≥Orange; рівень>=помаранчевий; level orange+
            уровень >= оранжевый; livello=>arancione; level>yellow; level>=🟠; level from orange
            level orange or higher; рівень помаранчевий або вище""",
        ),
        (RED, "level:red; level=red; level : red; level==red; уровень=красный; livello:rosso"),
        (PropertyTerm("level", "<=", 1), "level<=yellow; level<orange; уровень<=жёлтый"),
        (
            STRONG,
            """magnitude>=4.5; magnitude ≥ 4,5; magnitude >= 4.5; M>=4.5; M4.5+; m 4.5 +; М4,5+
            mag=>4.5; mag>4.4; magnitudine>=4.5; magnitudo>=4,5; магнітуда>=4.5; магнитуда>=4.5
            magnitude 4.5 or more; magnitude over 4.4; магнітуда від 4,5; magnitude>=4.50""",
        ),
        (PropertyTerm("magnitude", ">=", 5.1), "mag>5; magnitude > 5.0; M>5"),
        (
            PropertyTerm("depth", "<=", 30),
            """depth<=30km; depth<=30; depth <= 30 km; depth<31; depth ≤ 30 км; глибина<=30км
            глубина до 30 км; profondità<=30 km; profondita<=30km""",
        ),
        (PropertyTerm("depth", "<=", 32), "depth<=20mi; depth <= 20 miles"),
    ],
)
def test_a_comparison_has_many_spellings(expected: Query, spellings: str) -> None:
    for spelling in spellings.replace("\n", ";").split(";"):
        assert parse_query(spelling.strip()) == expected, spelling


@pytest.mark.parametrize(
    "spelling",
    [
        *("Kyiv +20km", "Kyiv+20km", "Kyiv + 20 km", "Kyiv +20км", "Київ +20 км", "Kyiv 20 km"),
        *("within 20 km of Kyiv", "20 км від Києва", "в 20 км от Киева", "entro 20 km da Kyiv"),
        *("20 km from Kyiv", "in a radius of 20 km of Kyiv", "у радіусі 20 км від Києва"),
        *("nel raggio di 20 km da Kyiv", "в пределах 20 км от Киева", "20KM around KYIV"),
        *("in:Kyiv +20km", 'in:"Kyiv"+20km', '"Kyiv" +20km', "Kyiv +20,0 km"),
        "within 20km of Kyiv",
    ],
)
def test_a_distance_has_many_spellings(spelling: str) -> None:
    assert parse_query(spelling) == near("Kyiv", 20)


def test_miles_are_converted_to_whole_kilometres() -> None:
    assert parse_query("Rome +10mi") == near("Rome", 16)
    assert parse_query("10 miles from Rome") == near("Rome", 16)


def test_the_shared_location_and_saved_places_are_rounded_to_a_kilometre() -> None:
    assert parse_query("here +50km") == NearTerm(45.46, 9.19, 50, "here")
    assert parse_query("20 км від мене") == NearTerm(45.46, 9.19, 20, "here")
    assert parse_query("entro 20 km da qui") == NearTerm(45.46, 9.19, 20, "here")
    assert parse_query("Mum") == NearTerm(50.12, 30.46, 5, "saved:3")
    assert parse_query("MUM +10km") == NearTerm(50.12, 30.46, 10, "saved:3")
    assert parse_query("train Моя дача") == And((Word("train"), NearTerm(49.5, 30.1, 7, "saved:4")))
    assert parse_query("10 км від лева") == NearTerm(48.0, 30.0, 10, "saved:5")
    assert parse_query("лев") == NearTerm(48.0, 30.0, 500, "saved:5")


def test_a_saved_name_goes_before_the_gazetteer_and_offers_the_place() -> None:
    parsed = parse("Lviv +20km", GAZETTEER, TOPICS, personal=ANN)
    assert parsed.query == NearTerm(40.0, -75.0, 20, "saved:6")
    assert near("Lviv", 20) in parsed.ambiguities[0].alternatives
    named = parse("Lviv", GAZETTEER, TOPICS, personal=ANN)
    assert place("Lviv") in named.ambiguities[0].alternatives
    assert parse_query("Lviv +20km", PersonalPlaces()) == near("Lviv", 20)


def test_here_without_a_distance_is_a_word() -> None:
    assert parse_query("drone here") == And((Word("drone"), Word("here")))


@pytest.mark.parametrize(
    ("typed", "kind", "marked", "suggestion"),
    [
        ("deep foo>=3", ErrorKind.UNKNOWN_FIELD, "foo", None),
        ("magnitud>=3", ErrorKind.UNKNOWN_FIELD, "magnitud", "magnitude"),
        ("wind-speed > 30", ErrorKind.UNKNOWN_FIELD, "wind-speed", None),
        ("level>=purple", ErrorKind.WRONG_LEVEL, "purple", None),
        ("level>=orang", ErrorKind.WRONG_LEVEL, "orang", "orange"),
        ("level>=3", ErrorKind.WRONG_LEVEL, "3", None),
        ("level>red", ErrorKind.WRONG_LEVEL, "red", None),
        ("magnitude>=strong", ErrorKind.WRONG_MAGNITUDE, "strong", None),
        ("magnitude>=45", ErrorKind.WRONG_MAGNITUDE, "45", None),
        ("magnitude>=-1", ErrorKind.WRONG_MAGNITUDE, "-1", None),
        ("magnitude>10", ErrorKind.WRONG_MAGNITUDE, "10", None),
        ("depth<=801km", ErrorKind.WRONG_DEPTH, "801", None),
        ("depth<0", ErrorKind.WRONG_DEPTH, "0", None),
        ("magnitude>=4.5km", ErrorKind.WRONG_UNIT, "km", ""),
        ("depth<=30m", ErrorKind.WRONG_UNIT, "m", "km"),
        ("depth<=30kg Kyiv", ErrorKind.WRONG_UNIT, "kg", "km"),
        ("Kyiv level>=", ErrorKind.MISSING_VALUE, "level>=", None),
        ("train Kyiv +20", ErrorKind.WRONG_UNIT, "+20", "+20km"),
        ("Kyiv+20", ErrorKind.WRONG_UNIT, "+20", "+20km"),
        ("Kyiv +20kg", ErrorKind.WRONG_UNIT, "+20kg", "+20km"),
        ("Kyiv +0km", ErrorKind.WRONG_DISTANCE, "+0km", None),
        ("Kyiv +0.4 km", ErrorKind.WRONG_DISTANCE, "+0.4 km", None),
        ("Kyiv +501km", ErrorKind.WRONG_DISTANCE, "+501km", None),
        ("within 400 miles of Kyiv", ErrorKind.WRONG_DISTANCE, "within 400 miles of ", None),
        ("#drone +20km", ErrorKind.DISTANCE_WITHOUT_PLACE, "+20km", None),
        ("+20km", ErrorKind.DISTANCE_WITHOUT_PLACE, "+20km", None),
        ("M>=5 +20km", ErrorKind.DISTANCE_WITHOUT_PLACE, "+20km", None),
        ("(drone OR Kyiv) +20km", ErrorKind.DISTANCE_WITHOUT_PLACE, "+20km", None),
        ("within 5 km of #drone", ErrorKind.DISTANCE_WITHOUT_PLACE, "within 5 km of ", None),
        ("railway +20km", ErrorKind.UNKNOWN_PLACE, "railway", None),
        ("Khrakiv +20km", ErrorKind.UNKNOWN_PLACE, "Khrakiv", 'in:"Kharkiv"'),
        ("Ukraine +20km", ErrorKind.PLACE_WITHOUT_POINT, "Ukraine", None),
        ("Kyiv Oblast +20km", ErrorKind.PLACE_WITHOUT_POINT, "Kyiv Oblast", None),
        ('near:"x"', ErrorKind.UNKNOWN_PLACE, 'near:"x"', None),
        ('near:"91,0,5,here"', ErrorKind.UNKNOWN_PLACE, 'near:"91,0,5,here"', None),
        ('near:"nan,0,5,here"', ErrorKind.UNKNOWN_PLACE, 'near:"nan,0,5,here"', None),
        ('near:"9,0,501,here"', ErrorKind.WRONG_DISTANCE, 'near:"9,0,501,here"', None),
    ],
)
def test_a_mistake_is_refused_at_its_place(
    typed: str, kind: ErrorKind, marked: str, suggestion: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(typed)
    error = caught.value
    assert (error.kind, typed[error.start : error.end]) == (kind, marked)
    assert error.suggestion == suggestion
    for language in ("en", "uk", "ru", "it"):
        html = format_error(typed, error, catalog().translator(language))
        assert "^" * min(len(marked), 24) in parse_html(html).text


def test_here_without_a_location_asks_for_one() -> None:
    for typed in ("here +50km", "within 50 km of here", "20 км звідси"):
        with pytest.raises(QueryError) as caught:
            parse_query(typed, PersonalPlaces())
        assert caught.value.kind is ErrorKind.UNKNOWN_LOCATION


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("depth charge", And((Word("depth"), Word("charge")))),
        ("level crossing", And((Word("level"), Word("crossing")))),
        ("M: alpha", And((Word("m"), Word("alpha")))),
        ("level over alpha", And((Word("level"), Word("over"), Word("alpha")))),
    ],
)
def test_ordinary_words_are_no_comparison(typed: str, expected: Query) -> None:
    assert parse_query(typed) == expected


@pytest.mark.parametrize("typed", ["C+11", "UTC+2", "20 km road", "M5", "a.b?x=1", "5+ km"])
def test_other_numbers_stay_words(typed: str) -> None:
    assert not isinstance(parse_query(typed), NearTerm | PropertyTerm)


def test_an_equal_value_is_two_bounds() -> None:
    yellow = (PropertyTerm("level", ">=", 1), PropertyTerm("level", "<=", 1))
    assert parse_query("level=yellow") == And(yellow)
    assert parse_query("drone NOT level:yellow") == And((Word("drone"), Not(And(yellow))))


def test_a_comma_before_a_comparison_adds_a_condition() -> None:
    shallow = PropertyTerm("depth", "<=", 30)
    assert parse_query("Italy, magnitude>=4.5") == And((place("Italy"), STRONG))
    assert parse_query("magnitude>=4.5, depth<=30km") == And((STRONG, shallow))
    assert parse_query("magnitude>=4.5 OR level=red") == Or((STRONG, RED))


def test_places_with_distances_make_lists() -> None:
    circles = (near("Kyiv", 20), near("Odesa", 10))
    assert parse_query("Kyiv +20km, Odesa +10km") == Or(circles)
    assert parse_query("#drone Kyiv +20km, Odesa +10km") == And((TopicTerm("drone"), Or(circles)))
    assert parse_query("(Kyiv, Odesa) +20km") == Or((near("Kyiv", 20), near("Odesa", 20)))
    assert parse_query("drone NOT Kyiv +20km") == And((Word("drone"), Not(near("Kyiv", 20))))


def test_other_places_of_the_name_keep_the_distance() -> None:
    parsed = parse("Paris +20km", GAZETTEER, TOPICS)
    (ambiguity,) = parsed.ambiguities
    assert ambiguity.meaning == parsed.query
    alternatives = ambiguity.alternatives
    assert alternatives
    assert all(isinstance(other, NearTerm) and other.radius_km == 20 for other in alternatives)


def test_a_saved_place_of_another_chat_is_only_a_position() -> None:
    assert parse_query('near:"50.45,30.52,20,saved:3"') == NearTerm(50.45, 30.52, 20, "saved:3")
    assert parse_query('near:"50.45,30.52,20,saved:99"') == NearTerm(50.45, 30.52, 20, "here")
    assert parse_query('near:"50.45,30.52,20,nowhere"') == NearTerm(50.45, 30.52, 20, "here")


TYPED = [
    *("level=red", "level=yellow Kyiv", "M=5", "magnitude>=4.5, depth<=30km Italy", "Mum"),
    *("Kyiv +20km", "(Kyiv, Odesa) +20km from:blog", "Kyiv +20km, Lviv", "here +5km -Mum"),
    "drone (Kyiv +20km OR level>=orange) NOT (depth<5 OR Odesa +1km)",
]


@pytest.mark.parametrize("typed", TYPED)
def test_the_exported_and_the_stored_form_mean_the_same(typed: str) -> None:
    query = parse_query(typed)
    assert parse_query(serialize_query(query)) == query
    assert load(dump(query)) == query


def test_the_stored_form_of_comparisons_and_circles_does_not_change() -> None:
    assert dump(And((STRONG, ORANGE, NearTerm(50.45, 30.52, 20, "UA80000000000093317")))) == (
        '["and",["prop","magnitude",">=",4.5],["prop","level",">=",2],'
        '["near",50.45,30.52,20,"UA80000000000093317"]]'
    )


@pytest.mark.parametrize(
    "stored",
    [
        *('["prop","level","=",2]', '["prop","level",">=","2"]', '["prop","level",">="]'),
        *('["prop","level",">=",true]', '["near",1,2,3]', '["near","1",2,3,"here"]'),
        *('["near",NaN,2,3,"here"]', '["near",1,2,3,"here",4]'),
    ],
)
def test_damaged_stored_terms_are_refused(stored: str) -> None:
    with pytest.raises(ValueError, match="not a stored query"):
        load(stored)


@pytest.mark.parametrize(
    ("typed", "language", "words"),
    [
        ("Kyiv +20km", "en", "everything within 20 km of Kyiv"),
        ("Kyiv +20km, Odesa", "en", "everything about Odesa or within 20 km of Kyiv"),
        ("#drone Kyiv +20km", "it", "Droni entro 20 km da Kyiv"),
        ("Kyiv +20km", "uk", "усе в цих межах: Київ і 20 км довкола"),
        ("Kyiv +20km", "ru", "всё в этих пределах: Киев и 20 км вокруг"),
        ("here +50km", "en", "everything within 50 km of your location"),
        ("Mum +10km", "en", "everything within 10 km of Mum"),
        ("magnitude>=4.5", "en", "magnitude 4.5 or more"),
        ("magnitude>=4.5", "uk", "магнітуда від 4,5"),
        ("magnitude>=4.5 Italy", "en", "everything about Italy, magnitude 4.5 or more"),
        ("level>=orange", "ru", "уровень оранжевый или выше"),
        ("level=red", "en", "level red"),
        ("level=yellow", "it", "livello giallo"),
        ("train NOT level=yellow", "en", "train (any form), but not level yellow"),
        ("depth<=30", "en", "depth 30 km or less"),
    ],
)
def test_a_query_is_shown_in_words(typed: str, language: str, words: str) -> None:
    formatter = QueryFormatter(catalog().translator(language), GAZETTEER, TOPICS, {3: "Mum"})
    assert parse_html(formatter.format(parse_query(typed), typed)).text == words


@pytest.mark.parametrize(
    "text",
    [
        *("how far is it, 20 km from the border?", "+20km?", "depth >= what", "is foo > 3 in Kyiv"),
        *("anything within 900 km of here", "Kyiv +20"),
    ],
)
def test_a_question_with_a_wrong_measure_is_still_answered(text: str) -> None:
    assert read_question(text, GAZETTEER, TOPICS, QueryLimits()).written
