"""Similar news: an address or like words do not make different events one."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from support.dedup_driver import NOW, DedupDriver

from storage.engine.database import Database

URL = "https://example.org/live"
PLACES = ("Kherson OR Odesa OR Lviv OR Kyiv OR Chile OR Харків OR Одеса",)


@pytest.fixture
def driver(database: Database) -> DedupDriver:
    return DedupDriver(database, PLACES)


@pytest.mark.parametrize(
    "texts",
    [
        ("Kherson: what happens today", "Bridge in Kherson is shut"),
        (
            "Explosion at the port of Odesa",
            "Trains from Lviv are late",
            "Explosion at Odesa airport",
        ),
        ("M 5.0 - 40 km W of Coquimbo, Chile", "M 5.6 - 40 km W of Coquimbo, Chile"),
        ("M 5.6 - 40 km W of Coquimbo, Chile", "M 6.5 - 40 km W of Coquimbo, Chile"),
        ("Харків: наживо", "У Харкові загорілася школа", "У Харкові загорілася аптека"),
    ],
)
async def test_different_news_under_one_address_are_all_sent(
    driver: DedupDriver, texts: Sequence[str]
) -> None:
    """The address of a live page or of a revised earthquake folded them into one message."""
    for number, text in enumerate(texts):
        assert await driver.ingest(f"source {number}", text, url=URL) == 1


async def test_one_report_under_one_address_is_heard_once(driver: DedupDriver) -> None:
    assert await driver.ingest("press", "Bridge in Kherson is shut", url=URL) == 1
    again = "Kherson bridge shut, buses take another way"
    assert await driver.ingest("desk", again, url=f"{URL}?utm_source=x") == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            "Bridge closed in Kherson, the road service says; lorries wait on both banks",
            "Bridge opened in Kherson, the road service says; lorries wait on both banks",
        ),
        ("Explosion at a bakery in Kyiv", "Explosion at a library in Kyiv"),
        ("Explosion in Odesa, two hurt", "Explosion in Odesa, three hurt"),
        ("Лівий берег: Харків без води", "Правий берег: Харків без води"),
        ("У Харкові знеструмлено лікарню", "У Харкові знеструмлено метро"),
    ],
)
@pytest.mark.parametrize("sources", [("blog", "blog"), ("blog", "press")])
async def test_different_news_in_like_words_are_all_heard(
    driver: DedupDriver, first: str, second: str, sources: tuple[str, str]
) -> None:
    """The second of two reports that differ in one word was swallowed."""
    assert await driver.ingest(sources[0], first) == 1
    assert await driver.ingest(sources[1], second) == 1


async def test_a_source_with_ids_says_itself_what_is_new(driver: DedupDriver) -> None:
    text = "Explosion in Kyiv"
    assert await driver.ingest("blog", text) == 1
    assert await driver.ingest("blog", text, NOW + timedelta(seconds=1)) == 1
    assert await driver.ingest("press", text) == 0


async def test_a_short_report_of_another_hour_is_news(driver: DedupDriver) -> None:
    assert await driver.ingest("blog", "Explosions heard in Odesa") == 1
    later = NOW + timedelta(minutes=61)
    assert await driver.ingest("press", "In Odesa explosions are heard", later) == 1


@pytest.mark.parametrize("signs", ["🔴🟢", "✅❌"])
async def test_signs_that_tell_a_state_make_equal_words_different(
    driver: DedupDriver, signs: str
) -> None:
    assert await driver.ingest("blog", f"{signs[0]} Kyiv, metro") == 1
    assert await driver.ingest("press", f"{signs[1]} Kyiv, metro") == 1
