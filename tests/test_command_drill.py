"""Command /test: a drill arrives the way an alert does and is marked as a test."""

import pytest
from support.conversation_driver import ANN, BEN, GROUP, ConversationDriver
from support.shared_resources import catalog
from support.telegram_html import parse_html

from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane
from storage.values.message import MessageContent

CODES = [language.code for language in LANGUAGES]


async def ann_administers_the_group(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


def delivered_drills(driver: ConversationDriver) -> list[tuple[int, bool]]:
    """Return the recipient of each drill and whether it was silent."""
    return [(delivery.subscriber, delivery.silent) for delivery in driver.alert_deliveries]


async def test_a_drill_goes_to_this_chat_alone_in_the_alert_lane(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Kyiv", user=BEN)
    response = await driver.send("/test")
    assert response.replies == ()
    assert delivered_drills(driver) == [((await driver.get_subscriber(ANN)).number, False)]
    assert driver.alert_deliveries[0].lane is Lane.ALERT
    assert driver.alert_deliveries[0].due_at == driver.now


@pytest.mark.parametrize("code", CODES)
async def test_a_drill_is_marked_as_a_test_in_every_language(sqlite: Database, code: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv", language=code)
    await driver.send("/test", language=code)
    (drill,) = driver.alert_deliveries
    assert drill.content is not None
    shown = parse_html(drill.content.html).text
    lines = shown.splitlines()
    assert lines[0] == lines[-1] == "🧪 TEST · ТЕСТ · PROVA"
    for other in CODES:
        if other != code:
            assert catalog().translator(other).html("drill-short") in shown
    assert parse_html(catalog().translator(code).html("drill")).text in shown
    assert not set(shown) & set("🔴🟡🟢🚨")
    assert drill.content.buttons == ()


async def test_a_drill_uses_the_sound_modes_of_the_subscriptions(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.press(f"sh:{(await driver.get_subscriptions())[0].id}:0")
    await driver.send("/test")
    assert [silent for _, silent in delivered_drills(driver)] == [True]
    await driver.send("/subscribe Lviv")
    driver.alert_deliveries.clear()
    await driver.send("/test")
    assert [silent for _, silent in delivered_drills(driver)] == [False, True]
    with_sound, without = (each.content.html for each in driver.alert_deliveries if each.content)
    assert "with the sound you have set" in with_sound
    assert "without sound: that is how you have set it" in without


async def test_the_sound_of_a_digest_subscription_does_not_affect_the_drill(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Lviv")
    await driver.send("/subscribe Kyiv | daily 09:00")
    await driver.press(f"sh:{(await driver.get_subscriptions())[1].id}:0")
    await driver.send("/test")
    assert [silent for _, silent in delivered_drills(driver)] == [False]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("/start", "it follows nothing yet"),
        ("/subscribe Kyiv | daily 09:00", "gathered for later"),
    ],
)
async def test_a_drill_says_if_no_alert_would_arrive_at_once(
    sqlite: Database, before: str, expected: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(before)
    assert expected in (await driver.send("/test")).html
    assert len(driver.alert_deliveries) == 1


async def test_one_drill_waits_at_a_time(database: Database) -> None:
    """Repeated commands must not fill the lane of alerts."""
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    number, later = (await driver.get_subscriber()).number, driver.now.replace(hour=23)
    content = MessageContent("a test")
    new = NewDelivery(subscriber=number, lane=Lane.ALERT, content=content, due_at=later)
    async with database.write() as transaction:
        (waiting,) = await deliveries.enqueue(transaction, [new], driver.now)
    assert "has not arrived yet" in (await driver.send("/test")).html
    assert driver.alert_deliveries == []
    async with database.write() as transaction:
        await deliveries.fail(transaction, waiting.id, driver.now, "rejected")
    await driver.send("/test")
    assert len(driver.alert_deliveries) == 1


async def test_a_waiting_alert_does_not_prevent_a_drill(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    bulletin = await driver.publish("Air alert in Kyiv")
    number, later = (await driver.get_subscriber()).number, driver.now.replace(hour=23)
    new = NewDelivery(subscriber=number, lane=Lane.ALERT, bulletin=bulletin.id, due_at=later)
    async with sqlite.write() as transaction:
        await deliveries.enqueue(transaction, [new], driver.now)
    await driver.send("/test")
    assert len(driver.alert_deliveries) == 1


async def test_only_an_administrator_starts_a_drill_in_a_group(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, ann_administers_the_group)
    response = await driver.send_in_group("/test", user=BEN)
    assert response.html.startswith("Only administrators")
    assert driver.alert_deliveries == []
    await driver.send_in_group("/test", thread=4)
    assert delivered_drills(driver) == [((await driver.get_subscriber(GROUP, 4)).number, False)]
