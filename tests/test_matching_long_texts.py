"""Long texts: they are read in steps, between which the event loop serves others."""

import asyncio
from datetime import UTC, datetime

import pytest
from support.shared_resources import gazetteer, reader

from alerts import classification
from alerts.classification import is_alert, read_bulletin, read_in_steps
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH
from matching.events.report import read_report
from matching.places import region
from matching.places.discs import distance_km
from matching.steps import STEP_SIZE
from matching.text.tokenizer import split_words, tokenize
from storage.inbound.bulletins import Bulletin

_PATTERNS = {
    "one city": "Kyiv, ",
    "cities": "Київ, Львів, Одеса, Харків, Дніпро, Херсон, Суми, ",
    "beginnings of names": "San ",
    "hashtags": "#Kyiv ",
    "alerts and all-clears": "Тривога: Київ. Відбій: Львів. ",
    "capitals": "ТРИВОГА КИЇВ ЛЬВІВ ",
    "wide letters": "\uff2b\uff59\uff49\uff56 ",
}


def long_bulletin(pattern: str) -> Bulletin:
    return bulletin((pattern * MAX_TEXT_LENGTH)[:MAX_TEXT_LENGTH])


def bulletin(text: str) -> Bulletin:
    return Bulletin(
        source="press", key="1", text=text, received_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


async def run_beside(work: asyncio.Task[object]) -> int:
    """Return how often another task ran until the work was done."""
    count = 0
    while not work.done():
        await asyncio.sleep(0)
        count += 1
    return count


@pytest.mark.parametrize("pattern", _PATTERNS.values(), ids=_PATTERNS)
async def test_others_run_while_a_text_full_of_places_is_read(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4,000 names of places in one text held the event loop for a tenth of a second and more."""
    monkeypatch.setattr(classification, "_STEP_SECONDS", 0)
    long = long_bulletin(pattern)
    work = asyncio.create_task(read_in_steps(reader(), long))
    turns = await run_beside(work)
    reading = work.result()
    # Each step of each pass over the names is short.
    assert turns > len(reading.mentions) / STEP_SIZE
    assert turns > len(reading.tokens) / STEP_SIZE / len(pattern.split())
    at_once = read_bulletin(reader(), long)
    assert (reading.mentions, reading.topics) == (at_once.mentions, at_once.topics)


async def test_others_run_while_a_long_text_is_classified_as_an_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(classification, "_STEP_SECONDS", 0)
    work = asyncio.create_task(is_alert(reader(), long_bulletin("Тривога: Київ, Львів, Суми. ")))
    turns = await run_beside(work)
    assert work.result()
    assert turns > STEP_SIZE / 5


def test_villages_are_compared_with_the_cities_near_them_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each village was compared with each city: 20,000 characters took 1.4 s."""
    pairs = []

    def count(first: tuple[float, float], second: tuple[float, float]) -> float:
        pairs.append((first, second))
        return distance_km(first, second)

    monkeypatch.setattr(region, "distance_km", count)
    home = [place for place in gazetteer() if place.is_home and " " not in place.names["uk"]]
    cities = [place.names["uk"] for place in home if place.kind == "city"][:60]
    villages = [place.names["uk"] for place in home if place.kind == "village"]
    text = f"{', '.join(cities)}. {' слово '.join(villages)}"[:MAX_TEXT_LENGTH]
    reading = read_bulletin(reader(), bulletin(text))
    assert len(reading.mentions) > 60
    assert len(pairs) < text.count("слово") * 10


async def test_a_text_of_normal_length_is_read_without_waiting_for_others() -> None:
    steps = classification._read(reader(), bulletin("Explosions in Kyiv."))
    assert sum(1 for _ in steps) < 10


def test_a_word_of_combining_marks_is_normalised_in_pieces() -> None:
    """To sort 20,000 combining marks takes 0.4 s: the time is quadratic."""
    word = "a" + "\u0301\u0323" * (MAX_TEXT_LENGTH // 2)
    [text] = split_words(word)
    [longer] = split_words(word + "b")
    assert text != longer
    assert split_words("Ki\u0323\u0301v") == split_words("Ki\u0301\u0323v")


def test_a_long_chain_of_hyphens_is_one_word_without_parts() -> None:
    chain = "-".join(["Kyiv"] * 4_000)
    [token] = tokenize(chain)
    assert token.parts == ()
    [route] = tokenize("Київ-Житомир-Рівне-Львів")
    assert [part.text for part in route.parts] == ["київ", "житомир", "рівне", "львів"]


def test_long_words_that_differ_in_their_last_letter_differ() -> None:
    assert split_words("東" * 5_000 + "京") != split_words("東" * 5_000 + "都")


@pytest.mark.parametrize("letter", ["a", "ж", "\ufdfa", "e\u0301\u0323", "東"])
def test_a_text_of_one_long_word_has_a_short_report(letter: str) -> None:
    """Each beginning of the word was looked up: 0.8 s, and minutes for letters that expand."""
    text = (letter * MAX_TEXT_LENGTH)[:MAX_TEXT_LENGTH]
    words = split_words(text)
    assert sum(map(len, words)) <= MAX_TEXT_LENGTH
    [key] = read_report(words).keys
    assert len(key) <= 40
