"""Cost of queries: the work for a message of Telegram's size does not grow with its content."""

from collections.abc import Callable

import pytest
from support.conversation_driver import ConversationDriver
from support.shared_resources import gazetteer, topics

from matching.places import lookup
from matching.places.gazetteer import Gazetteer
from matching.query.errors import ErrorKind, QueryError
from matching.query.parser import QueryLimits, parse
from matching.query.terms import term_resolver
from storage.engine.database import Database

MAX_LOOKUPS = 2_500
"""Look-ups of names for one query, each a few microseconds."""

HOSTILE = {
    "letters joined by colons": "а:" * 1365,
    "numbers": "1," * 2040,
    "dots": "a." * 2040,
    "one letter": "a " * 2040,
    "the first word of long names": "San " * 1020,
    "first words of long names, joined": "Нова:" * 400,
    "quoted": '"' + "нова " * 400 + '"',
    "field": 'in:"' + "а:" * 1300 + '"',
    "known names": "Kyiv " * 800,
    "a list of known names": "Kyiv," * 800,
    "joined known names": "Kyiv/" * 800,
    "names that nobody has": " ".join(f"Abcdefg{number}" for number in range(300)),
}


class CountingGazetteer:
    """Gazetteer that counts its look-ups of exact names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        places = gazetteer()
        find: Callable[..., object] = places.recognizer.referents

        def referents(name: tuple[str, ...]) -> object:
            self.count += 1
            return find(name)

        monkeypatch.setattr(places.recognizer, "referents", referents)
        places._find_exact.cache_clear()
        self.places: Gazetteer = places


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("size", [4_096, 16_384])
def test_a_query_of_4_kb_needs_a_bounded_number_of_look_ups(
    monkeypatch: pytest.MonkeyPatch, text: str, size: int
) -> None:
    """The gazetteer tried every split of a name: 1,365 words took 0.8 s of the event loop."""
    counter = CountingGazetteer(monkeypatch)
    try:
        parse(text, counter.places, topics(), QueryLimits(size=size))
    except QueryError as error:
        assert error.kind in {  # noqa: PT017 - most of them are refused, and none must be slow
            ErrorKind.TOO_MANY_TERMS,
            ErrorKind.TOO_COMMON,
            ErrorKind.UNKNOWN_PLACE,
            ErrorKind.TOO_LONG,
        }
    assert counter.count <= MAX_LOOKUPS


@pytest.mark.parametrize("words", [3, 65, 1_365])
def test_a_name_of_any_number_of_words_needs_few_look_ups(
    monkeypatch: pytest.MonkeyPatch, words: int
) -> None:
    counter = CountingGazetteer(monkeypatch)
    assert counter.places.find("нова " * words) == ()
    assert counter.count <= 20


@pytest.mark.parametrize("text", ["а:" * 40, "1," * 500, '"' + "ab " * 65 + '"', "x-" * 99])
def test_each_word_of_a_phrase_counts_as_a_term(text: str) -> None:
    """A phrase of 1,365 words was stored and compared with every bulletin."""
    words = sum(map(text.count, (":", ",", "ab", "-")))
    if words <= 64:
        assert parse(text, gazetteer(), topics())
        return
    with pytest.raises(QueryError) as caught:
        parse(text, gazetteer(), topics())
    assert caught.value.kind is ErrorKind.TOO_MANY_TERMS


@pytest.mark.parametrize(
    ("text", "limit"),
    [(" ".join(f"Khrakiw{letter}" for letter in "abcdefgh"), 3), ("Khrakiw lvviv odesaa", 3)],
)
def test_few_misspelt_names_of_a_query_are_compared_with_all_names(
    monkeypatch: pytest.MonkeyPatch, text: str, limit: int
) -> None:
    calls = []
    suggest = lookup.suggest

    def counted(name: str, *arguments: object) -> object:
        calls.append(name)
        return suggest(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(term_resolver, "suggest", counted)
    parse(text, gazetteer(), topics())
    assert 0 < len(calls) <= limit
    calls.clear()
    parse(text, gazetteer(), topics(), QueryLimits(guesses=0))
    assert calls == []


async def test_an_import_of_a_long_query_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same query in an import took 1.6 s within the write transaction."""
    counter = CountingGazetteer(monkeypatch)
    driver = ConversationDriver(database, places=counter.places)
    text = '{"tocsin": 1, "subscriptions": [{"written": "x", "understood": "%s"}]}'
    response = await driver.send(f"/import {text % ('а:' * 1300)}")
    assert "too many words" in response.html
    assert counter.count <= MAX_LOOKUPS
    assert await driver.get_subscriptions() == []
