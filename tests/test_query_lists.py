"""Lists in queries: places, words and topics separated by commas, line ends and small words."""

import pytest
from support.conversation_driver import ConversationDriver, button_data, button_labels
from support.shared_resources import explainer, gazetteer, topics

from handlers.services import place_lists
from handlers.services.place_lists import PlaceMode
from matching.query.ast import And, Not, Or, PlaceTerm, Query, SourceTerm, TopicTerm, Word
from matching.query.parser import parse
from storage.engine.database import Database

GAZETTEER, TOPICS = gazetteer(), topics()


def place(name: str) -> PlaceTerm:
    return PlaceTerm(GAZETTEER.find(name)[0].code)


def parse_query(text: str) -> Query:
    return parse(text, GAZETTEER, TOPICS).query


KYIV, LVIV, ODESA = place("Kyiv"), place("Lviv"), place("Odesa")
ALERT, DRONE = TopicTerm("air_alert"), TopicTerm("drone")
A, B, C = Word("alpha"), Word("beta"), Word("gamma")


@pytest.mark.parametrize(
    "typed",
    [
        "Kyiv, Lviv",
        "Kyiv,Lviv",
        "Kyiv; Lviv",
        "Kyiv\nLviv",
        "Kyiv\r\n\r\nLviv\n",
        "Kyiv Lviv",
        "Kyiv and Lviv",
        "Kyiv, and Lviv",
        "Kyiv or Lviv",
        "Kyiv / Lviv",
        "Kyiv/Lviv",
        "Kyiv & Lviv",
        "Kyiv — Lviv",
        "Київ та Львів",
        "Київ і Львів",
        "Київ чи Львів",
        "Киев и Львов",
        "Kyiv e Leopoli",
    ],
)
def test_places_without_an_operator_in_capitals_are_a_list(typed: str) -> None:
    """Two places were joined by AND, so the alert of neither reached the subscriber."""
    assert parse_query(typed) == Or((KYIV, LVIV))


@pytest.mark.parametrize("typed", ["Kyiv AND Lviv", "Київ ТА Львів", "Киев И Львов", "Kyiv E Lviv"])
def test_an_operator_in_capitals_asks_for_both_places(typed: str) -> None:
    assert parse_query(typed) == And((KYIV, LVIV))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Paris, Texas", ["Paris"]),
        ("Bosnia and Herzegovina", ["Bosnia and Herzegovina"]),
        ("Mykolaiv, Lviv Oblast", ["Mykolaiv"]),
        ("Trinidad and Tobago and Kyiv", ["Trinidad and Tobago", "Kyiv"]),
        (
            "Serbia, Bosnia and Herzegovina, Croatia",
            ["Serbia", "Bosnia and Herzegovina", "Croatia"],
        ),
        ("Mykolaiv, Lviv", ["Mykolaiv", "Lviv"]),
        ("Рівне, Львів", ["Rivne", "Lviv"]),
        ("Київська область та Харківська область", ["Kyiv Oblast", "Kharkiv Oblast"]),
    ],
)
def test_a_name_of_several_words_is_one_place_and_two_cities_are_two(
    typed: str, names: list[str]
) -> None:
    query = parse_query(typed)
    parts = query.parts if isinstance(query, Or) else (query,)
    codes = [part.code for part in parts if isinstance(part, PlaceTerm)]
    assert [GAZETTEER.name(code, "en").partition(",")[0] for code in codes] == names


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("#air_alert Kyiv, Lviv", And((ALERT, Or((KYIV, LVIV))))),
        ("#air_alert Kyiv or Lviv", And((ALERT, Or((KYIV, LVIV))))),
        ("#air_alert\nKyiv\nLviv", And((ALERT, Or((KYIV, LVIV))))),
        ("#air_alert, #drone Kyiv", And((Or((ALERT, DRONE)), KYIV))),
        ("#air_alert Kyiv OR Lviv", Or((And((ALERT, KYIV)), LVIV))),
        ("Kyiv, Lviv AND Odesa", And((Or((KYIV, LVIV)), ODESA))),
        ("#air_alert Kyiv; #drone Lviv", Or((And((ALERT, KYIV)), And((DRONE, LVIV))))),
        ("alpha, Kyiv", And((A, KYIV))),
        ("Kyiv, alpha, beta", And((KYIV, Or((A, B))))),
        ("Kyiv, -Lviv", And((KYIV, Not(LVIV)))),
    ],
)
def test_a_list_binds_tighter_than_and(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("alpha, beta", Or((A, B))),
        ("alpha; beta\ngamma", Or((A, B, C))),
        ("alpha, beta and gamma", Or((A, B, C))),
        ("alpha beta, gamma", Or((And((A, B)), C))),
        ("alpha and beta", And((A, B))),
        ("#air_alert, #drone", Or((ALERT, DRONE))),
        ("from:one, from:two", Or((SourceTerm("one"), SourceTerm("two")))),
        (", alpha ,", A),
    ],
)
def test_a_comma_between_words_or_topics_is_or(typed: str, query: Query) -> None:
    assert parse_query(typed) == query


def test_an_ordinary_word_in_a_list_of_places_is_a_place_and_can_be_the_word() -> None:
    parsed = parse("київ, суми", GAZETTEER, TOPICS)
    assert parsed.query == Or((KYIV, place("Суми")))
    assert Word("суми") in parsed.ambiguities[-1].alternatives
    assert parse_query("суми") == Word("суми")


def test_a_misspelt_name_does_not_hide_the_other_places_of_a_list() -> None:
    assert parse_query("Kyiv, Khreson") == Or((KYIV, Word("khreson")))


def test_explain_reads_lists_as_subscriptions_do() -> None:
    queries = ("Kyiv, Lviv", "Kyiv AND Lviv", "Odesa; Kharkiv")
    explained = explainer().explain(1, "", "Air alert in Lviv", queries)
    assert explained["queries"] == dict(zip(queries, (True, False, False), strict=True))


@pytest.mark.parametrize("typed", ["Kyiv, Lviv", "Kyiv\nLviv", "Kyiv and Lviv"])
async def test_the_answer_says_either_place_and_offers_reports_that_mention_both(
    database: Database, typed: str
) -> None:
    driver = ConversationDriver(database)
    reply = (await driver.send(f"/subscribe {typed}")).reply
    assert "<b>Kyiv</b> or <b>Lviv</b>" in reply.html
    assert button_labels(reply)[0] == "Only reports that mention both"
    changed = (await driver.press(button_data(reply, "both"))).edit
    assert "<b>Kyiv</b> and <b>Lviv</b> (only reports that mention both)" in changed.html
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query == f'["and",["in","{KYIV.code}"],["in","{LVIV.code}"]]'
    back = (await driver.press(button_data(changed, "any"))).edit
    assert "<b>Kyiv</b> or <b>Lviv</b>" in back.html


async def test_a_choice_of_places_that_exists_already_is_not_stored_twice(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv AND Lviv")
    reply = (await driver.send("/subscribe Kyiv, Lviv")).reply
    response = await driver.press(button_data(reply, "both"))
    assert "already" in response.answer
    assert len(await driver.get_subscriptions()) == 2


def test_both_modes_of_a_list_are_the_inverse_of_each_other() -> None:
    query = parse_query("#air_alert Kyiv, Lviv")
    demanded = place_lists.change_mode(query, PlaceMode.ALL)
    assert demanded == And((ALERT, KYIV, LVIV))
    assert place_lists.find_list(demanded) == (PlaceMode.ALL, 2)
    assert place_lists.change_mode(demanded, PlaceMode.ANY) == query
    assert place_lists.find_list(parse_query("alpha Kyiv")) is None


@pytest.mark.parametrize("data", ["b:", "b:1", "b:x:all", "b:1:some", "b:99:all"])
async def test_a_forged_choice_of_places_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv, Lviv")
    before = await driver.get_subscriptions()
    assert (await driver.press(data)).answer
    assert await driver.get_subscriptions() == before


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Austin, TX", "Austin, Texas"),
        ("Austin TX", "Austin, Texas"),
        ("Portland, OR", "Portland, Oregon"),
        ("Portland, ME", "Portland, Maine"),
        ("New York, NY", "New York, New York"),
        ("Springfield, IL", "Springfield, Illinois"),
        ("Washington, D.C.", "Washington"),
    ],
)
def test_a_place_with_the_abbreviation_of_its_state_is_one_place(typed: str, name: str) -> None:
    """The abbreviation is not a word to search for, and OR is not an operator here."""
    assert parse_query(typed) == parse_query(name)
    assert isinstance(parse_query(typed), PlaceTerm)


def test_an_abbreviation_of_no_state_of_the_place_keeps_its_meaning() -> None:
    assert parse_query("Austin, TX, Portland, OR") == Or(
        (parse_query("Austin, Texas"), parse_query("Portland, Oregon"))
    )
    assert parse_query("Kyiv OR Lviv") == parse_query("Kyiv, OR Lviv") == Or((KYIV, LVIV))
    assert parse_query("drone OK") == And((Word("drone"), Word("ok")))
    assert parse_query("Kyiv ME") == And((KYIV, Word("me")))
