"""Query language: the parsed form, the errors and the stored form of typed queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared_resources import gazetteer, topics

from matching.query.ast import (
    And,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    Query,
    SourceTerm,
    TopicTerm,
    Word,
    dump,
    load,
    replace,
    requires_positive_term,
    terms,
)
from matching.query.errors import ErrorKind, QueryError
from matching.query.parser import parse

GAZETTEER = gazetteer()
TOPICS = topics()

A, B, C = Word("alpha"), Word("beta"), Word("gamma")


def parse_query(text: str) -> Query:
    return parse(text, GAZETTEER, TOPICS).query


def place_term(name: str) -> PlaceTerm:
    return PlaceTerm(GAZETTEER.find(name)[0].code)


def parse_or_catch(text: str) -> Query | QueryError:
    try:
        return parse_query(text)
    except QueryError as error:
        return error


def catch_error(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text, GAZETTEER, TOPICS)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Alpha", A),
        ("alpha beta", And((A, B))),
        ("alpha AND beta", And((A, B))),
        ("alpha or beta gamma", Or((A, And((B, C))))),
        ("(alpha OR beta) gamma", And((Or((A, B)), C))),
        ("alpha -beta", And((A, Not(B)))),
        ("alpha NOT (beta OR gamma)", And((A, Not(Or((B, C)))))),
        ("alpha and not not beta", And((A, B))),
        ("alpha, beta 🚀", Or((A, B))),
        ("alpha або beta", Or((A, B))),
        ("alpha та не beta", And((A, Not(B)))),
        ("alpha или beta", Or((A, B))),
        ("alpha e non beta", And((A, Not(B)))),
        ('"Alpha beta"', Phrase(("alpha", "beta"))),
        ("«alpha beta» “gamma”", And((Phrase(("alpha", "beta")), C))),
        ("self-made", Word("self-made")),
        ("#Air_Alert", TopicTerm("air_alert")),
        ("#повітряна_тривога", TopicTerm("air_alert")),
        ('from:"My Blog" alpha', And((SourceTerm("my blog"), A))),
        ('source:"My Blog" alpha', And((SourceTerm("my blog"), A))),
        ("Source:blog", SourceTerm("blog")),
        ("word:or", Word("or")),
        ("word:kyiv", Word("kyiv")),
        ('word:"Red Cross"', Phrase(("red", "cross"))),
    ],
)
def test_operators_quotes_and_fields_are_parsed(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kyiv", "Kyiv"),
        ("kiev", "Kyiv"),
        ("КИЇВ", "Kyiv"),
        ("L’viv", "Lviv"),
        ("Leopoli", "Lviv"),
        ("donetsk oblast", "Donetsk Oblast"),
        ("Kherson region", "Kherson Oblast"),
        ("Кривий Ріг", "Kryvyi Rih"),
        ("Сакко і Ванцетті", "Sakko i Vantsetti"),
        ("Sacco and Vanzetti", "Sakko i Vantsetti"),
        ("Bosnia and Herzegovina", "Bosnia and Herzegovina"),
        ("Turkey", "Turkey"),
        ("Харківщина", "Kharkiv Oblast"),
        ("in:суми", "Sumy"),
        ('in:"Kryvyi Rih"', "Kryvyi Rih"),
        ("in:Kryvyi Rih", "Kryvyi Rih"),
        ("in:PL", "Poland"),
        ("place:PL", "Poland"),
        ('Place:"Kryvyi Rih"', "Kryvyi Rih"),
    ],
)
def test_a_place_is_found_by_any_of_its_names(typed: str, name: str) -> None:
    query = parse_query(typed)
    assert isinstance(query, PlaceTerm)
    assert GAZETTEER.name(query.code, "en") == name


def test_the_longest_place_name_wins_over_a_word() -> None:
    assert parse_query("Donetsk Oblast railway") == And(
        (place_term("Donetsk Oblast"), Word("railway"))
    )
    assert parse_query("railway and Kherson") == And((Word("railway"), place_term("Kherson")))


def test_an_ambiguous_name_takes_the_likeliest_place_and_offers_alternatives() -> None:
    parsed = parse("railway Mykolaiv", GAZETTEER, TOPICS)
    (ambiguity,) = parsed.ambiguities
    assert (ambiguity.start, ambiguity.end, ambiguity.text) == (8, 16, "Mykolaiv")
    assert isinstance(ambiguity.meaning, PlaceTerm)
    assert GAZETTEER.region(ambiguity.meaning.code).population > 400_000
    names = [
        GAZETTEER.name(o.code, "en") for o in ambiguity.alternatives if isinstance(o, PlaceTerm)
    ]
    assert "Mykolaiv Oblast" in names
    assert len(ambiguity.alternatives) <= 5
    assert replace(parsed.query, ambiguity.meaning, ambiguity.alternatives[0]) == And(
        (Word("railway"), ambiguity.alternatives[0])
    )


def test_an_unambiguous_name_offers_no_alternatives() -> None:
    assert parse("Bakhmut", GAZETTEER, TOPICS).ambiguities == ()
    assert parse("Donetsk Oblast", GAZETTEER, TOPICS).ambiguities == ()


def test_an_ordinary_word_in_lower_case_is_a_word_with_the_place_as_alternative() -> None:
    parsed = parse("суми", GAZETTEER, TOPICS)
    assert parsed.query == Word("суми")
    assert place_term("Суми") in parsed.ambiguities[0].alternatives
    assert parse_query("Суми") == place_term("Суми")
    assert parse_query("us") == Word("us")
    assert parse_query("US") == PlaceTerm("US")


@pytest.mark.parametrize(
    ("typed", "kind", "start", "end"),
    [
        ("", ErrorKind.EMPTY, 0, 0),
        (" 🚀 ", ErrorKind.EMPTY, 0, 3),
        ("alpha ()", ErrorKind.EMPTY, 6, 8),
        ("alpha (beta", ErrorKind.UNBALANCED, 6, 7),
        ("(", ErrorKind.UNBALANCED, 0, 1),
        ("(AND alpha)", ErrorKind.DANGLING_OPERATOR, 1, 4),
        ("alpha) beta", ErrorKind.UNBALANCED, 5, 6),
        ("alpha AND", ErrorKind.DANGLING_OPERATOR, 6, 9),
        ("OR alpha", ErrorKind.DANGLING_OPERATOR, 0, 2),
        ("alpha OR OR beta", ErrorKind.DANGLING_OPERATOR, 6, 8),
        ("(alpha NOT)", ErrorKind.DANGLING_OPERATOR, 7, 10),
        ('alpha "beta', ErrorKind.UNCLOSED_QUOTE, 6, 11),
        ('alpha ""', ErrorKind.MISSING_VALUE, 6, 8),
        ("alpha in:", ErrorKind.MISSING_VALUE, 6, 9),
        ("alpha #", ErrorKind.MISSING_VALUE, 6, 7),
        ("alpha #dron", ErrorKind.UNKNOWN_TOPIC, 6, 11),
        ("in:Kharkyv", ErrorKind.UNKNOWN_PLACE, 0, 10),
        ("NOT alpha", ErrorKind.NO_POSITIVE_TERM, 0, 9),
        ("alpha OR NOT beta", ErrorKind.NO_POSITIVE_TERM, 0, 17),
        ("the", ErrorKind.TOO_COMMON, 0, 3),
        ("В", ErrorKind.TOO_COMMON, 0, 1),
        ('word:"and"', ErrorKind.TOO_COMMON, 0, 10),
        ("alpha OR the", ErrorKind.TOO_COMMON, 0, 12),
        ("the a NOT alpha", ErrorKind.TOO_COMMON, 0, 15),
        ("((((((((( alpha )))))))))", ErrorKind.TOO_DEEP, 8, 9),
        ("alpha " * 65, ErrorKind.TOO_MANY_TERMS, 0, 390),
        ("ї" * 2049, ErrorKind.TOO_LONG, 0, 2049),
    ],
)
def test_a_query_error_has_a_kind_and_a_span(
    typed: str, kind: ErrorKind, start: int, end: int
) -> None:
    error = catch_error(typed)
    assert (error.kind, error.start, error.end) == (kind, start, end)


def test_a_stop_word_is_allowed_beside_another_word() -> None:
    assert parse_query("the alpha") == And((Word("the"), A))
    assert parse_query("alpha NOT the") == And((A, Not(Word("the"))))
    assert parse_query('"alpha the"') == Phrase(("alpha", "the"))


def test_a_query_error_has_a_suggestion_or_the_limit() -> None:
    assert catch_error("alpha #dron").suggestion == "#drone"
    assert catch_error("in:Kharkyv").suggestion == 'in:"Kharkiv"'
    assert catch_error('alpha "beta').suggestion == '"beta"'
    assert catch_error("alpha " * 65).limit == 64
    assert catch_error("ї" * 2049).limit == 4096
    assert catch_error("(" * 9 + "alpha").limit == 8


def test_a_query_at_the_limits_is_accepted() -> None:
    assert parse_query("(" * 8 + "alpha" + ")" * 8) == A
    assert len(list(terms(parse_query("alpha " * 64)))) == 64
    assert parse_query("NOT " * 1000 + "alpha") == A


@given(st.text() | st.text("()\"#:- 'aANDORTinword«»\ud800і"))
def test_any_text_is_parsed_or_refused_with_a_span_inside_it(text: str) -> None:
    result = parse_or_catch(text)
    if isinstance(result, QueryError):
        assert 0 <= result.start <= result.end <= len(text)
    else:
        assert load(dump(result)) == result
        assert requires_positive_term(result)


QUERIES: st.SearchStrategy[Query] = st.recursive(
    st.sampled_from(
        [A, Phrase(("x", "y")), TopicTerm("drone"), PlaceTerm("UA"), SourceTerm("blog")]
    ),
    lambda q: st.builds(And, st.tuples(q, q)) | st.builds(Or, st.tuples(q, q)) | st.builds(Not, q),
)


@given(QUERIES)
def test_a_stored_query_loads_unchanged(query: Query) -> None:
    assert load(dump(query)) == query


def test_the_stored_form_does_not_change() -> None:
    query = And(
        (
            Or((Word("дрон"), Phrase(("air", "alert")))),
            Not(TopicTerm("drone")),
            PlaceTerm("UA"),
            SourceTerm("blog"),
        )
    )
    assert dump(query) == (
        '["and",["or",["word","дрон"],["phrase","air","alert"]],["not",["topic","drone"]],'
        '["in","UA"],["from","blog"]]'
    )


@pytest.mark.parametrize("text", ["", "7", "{}", "[]", '["what","x"]', '["not"]', "null", "[["])
def test_loading_a_text_that_is_not_a_stored_query_raises_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not a stored query"):
        load(text)


def test_replace_changes_every_occurrence() -> None:
    query = And((A, Or((A, Not(A)))))
    assert replace(query, A, B) == And((B, Or((B, Not(B)))))
    assert list(terms(query)) == [A, A, A]
