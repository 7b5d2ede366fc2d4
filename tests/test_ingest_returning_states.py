"""Returning states: a sender without ids that reports down, up, down is sent three times."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from support.dedup_driver import NOW, DedupDriver

from storage.engine.database import Database
from storage.outbox import broadcasts
from storage.values.lanes import Lane

HOUR = timedelta(hours=1)


@pytest.fixture
def driver(database: Database) -> DedupDriver:
    return DedupDriver(database, ("web OR міст OR pump",))


@pytest.mark.parametrize(
    ("state", "opposite"),
    [
        ("web is down", "web is up"),
        ("Міст через Стир закрито", "Міст через Стир відкрито"),
        ("🔴 pump 3", "🟢 pump 3"),
        ("[web] 🔴 Down: connection timed out", "[web] ✅ Up: 200 OK"),
        ("web: server does not answer", "Everything works again"),
        ("Повітряна тривога у Вінниці", "Відбій у Вінниці"),
        ("In avaria la linea 3", "Ripristinata la linea 3"),
    ],
)
async def test_a_state_that_comes_back_is_news_again(
    driver: DedupDriver, state: str, opposite: str
) -> None:
    assert await driver.ingest_without_ids("hook", [state]) == [True]
    assert await driver.ingest_without_ids("hook", [opposite]) == [True]
    assert await driver.ingest_without_ids("hook", [state]) == [True]
    assert await driver.ingest_without_ids("hook", [state]) == [False]
    assert await driver.ingest_without_ids("hook", [opposite]) == [True]


async def test_a_returning_state_is_pushed_again(driver: DedupDriver) -> None:
    for text in ("web is down", "web is up", "web is down"):
        await driver.ingest_without_ids("hook", [text])
    assert await _count_pushed(driver) == 3


async def test_a_state_that_comes_back_after_a_restart_is_news_again(driver: DedupDriver) -> None:
    for text in ("web is down", "web is up"):
        await driver.ingest_without_ids("hook", [text])
    driver.restart()
    await driver.load()
    assert await driver.ingest_without_ids("hook", ["web is down"]) == [True]
    assert await _count_pushed(driver) == 3


async def test_one_request_may_hold_a_state_twice(driver: DedupDriver) -> None:
    states = ["web is down", "web is up", "web is down"]
    assert await driver.ingest_without_ids("hook", states) == [True, True, True]
    assert await driver.ingest_without_ids("hook", states) == [False, False, False]
    assert await _count_pushed(driver) == 3


@pytest.mark.parametrize(
    "lists",
    [
        [["web is down", "web is up"], ["web is down", "web is up"]],  # a retry
        [["web is down"], ["web is down", "web is up"], ["web is down", "web is up"]],
        [["web is up", "web is down"], ["pump 3 fails", "web is up", "web is down"]],
        [["fire in Izmail", "fair in Izmail"], ["fair in Izmail", "fire in Izmail"]],
    ],
)
async def test_a_list_that_is_sent_again_brings_only_what_is_new(
    driver: DedupDriver, lists: Sequence[Sequence[str]]
) -> None:
    news = [
        text
        for texts in lists
        for text, is_news in zip(texts, await driver.ingest_without_ids("hook", texts), strict=True)
        if is_news
    ]
    assert sorted(news) == sorted(set(lists[-1]))


async def test_a_long_list_that_is_sent_again_in_parts_is_known(driver: DedupDriver) -> None:
    """Every part shares words with what came after it the first time."""
    texts = [f"web server {number} is down" for number in range(120)]
    assert all(await driver.ingest_without_ids("hook", texts))
    assert not any(await driver.ingest_without_ids("hook", texts))


async def test_a_list_that_waited_twice_in_the_queue_is_known(driver: DedupDriver) -> None:
    """The queue joins the requests that came while no bot was running."""
    texts = [f"web server {name} is down" for name in ("north", "south", "east", "west")]
    assert await driver.ingest_without_ids("hook", texts * 2) == [True] * 4 + [False] * 4


async def test_a_state_that_came_and_went_in_the_queue_is_news_each_time(
    driver: DedupDriver,
) -> None:
    states = ["web is down", "web is up"] * 2
    assert await driver.ingest_without_ids("hook", states) == [True] * 4


async def test_another_matter_in_between_does_not_make_words_news(driver: DedupDriver) -> None:
    assert await driver.ingest_without_ids("hook", ["web is down"]) == [True]
    assert await driver.ingest_without_ids("hook", ["Fair in Izmail"]) == [True]
    assert await driver.ingest_without_ids("hook", ["web is down"]) == [False]


async def test_the_words_of_a_sender_without_ids_are_known_for_a_day(driver: DedupDriver) -> None:
    assert await driver.ingest_without_ids("hook", ["web is down"]) == [True]
    assert await driver.ingest_without_ids("hook", ["web is down"], NOW + 23 * HOUR) == [False]
    assert await driver.ingest_without_ids("hook", ["web is down"], NOW + 24 * HOUR) == [True]


async def test_a_state_that_comes_back_at_another_source_is_news_again(
    driver: DedupDriver,
) -> None:
    for minute, text in enumerate(("web is down", "web is up", "web is down")):
        received_at = NOW + timedelta(minutes=minute)
        assert await driver.ingest("monitor", text, received_at) == 1
        assert await driver.ingest("relay", text, received_at + timedelta(seconds=9)) == 0


async def _count_pushed(driver: DedupDriver) -> int:
    async with driver.database.read() as transaction:
        return len(await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=99))
