"""Command /digest: the default schedule of new subscriptions, and moving existing ones to it."""

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap
from support.conversation_driver import (
    NOW,
    ConversationDriver,
    button_data,
    button_labels,
    make_digester,
)

from storage.engine.database import Database
from storage.outbox import deliveries, digest_queue
from storage.outbox.digest_queue import DigestEntry
from storage.values.lanes import Lane
from storage.values.schedules import IMMEDIATE, parse_schedule

DAILY = parse_schedule("daily 09:00")


async def schedules(driver: ConversationDriver) -> list[str]:
    return [str(subscription.schedule) for subscription in await driver.get_subscriptions()]


async def enqueue_digest_entry(driver: ConversationDriver, title: str) -> None:
    """Store a bulletin with an entry for Ann's digest."""
    bulletin = await driver.publish(title)
    numbers = BitMap([(await driver.get_subscriber()).number])
    async with driver.database.write() as transaction:
        await digest_queue.enqueue(transaction, [DigestEntry(bulletin.id, numbers)], driver.now)


async def run_digester(driver: ConversationDriver) -> list[str]:
    """Run the digester once; return the digests that it enqueued."""
    await make_digester(driver.database, lambda: driver.now).tick()
    async with driver.database.write() as transaction:
        due = [
            delivery
            for lane in Lane
            for delivery in await deliveries.list_due(transaction, lane, driver.now, limit=99)
        ]
        await deliveries.complete(transaction, [delivery.id for delivery in due])
    assert {delivery.lane for delivery in due} <= {Lane.DIGEST}
    return [delivery.content.html for delivery in due if delivery.content]


async def test_new_subscriptions_get_the_default_schedule(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/timezone Europe/Kyiv")
    response = await driver.send("/digest daily 09:00")
    assert "comes from now on: every day at 09:00 (Europe/Kyiv)." in response.html
    assert "That holds for alerts, too." in response.html
    assert button_labels(response.reply) == []
    assert (await driver.get_subscriber()).schedule == DAILY
    await driver.send("/subscribe Kyiv")
    await driver.press("f:Lviv")
    await driver.send("/subscribe #air_alert Odesa | now")
    assert await schedules(driver) == ["daily 09:00", "daily 09:00", "now"]
    first, *_ = await driver.get_subscriptions()
    assert first.next_due_at == datetime(2023, 2, 15, 7, tzinfo=UTC)
    assert driver.match_modes("News from Kyiv") == {"digest"}


async def test_existing_subscriptions_move_to_the_schedule_only_by_the_button(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Lviv | hourly")
    await driver.send("/subscribe Odesa | daily 09:00")
    response = await driver.send("/digest daily 09:00")
    assert "2 things that you follow already come at another time" in response.html
    assert await schedules(driver) == ["now", "hourly", "daily 09:00"]
    pressed = await driver.press(button_data(response.reply, "Move everything"))
    assert pressed.answer == "Changed."
    assert "Moved 2 things: every day at 09:00 (Europe/Kyiv)" in pressed.edit.html
    assert "That holds for alerts, too." in pressed.edit.html
    assert await schedules(driver) == ["daily 09:00"] * 3
    assert driver.match_modes("News from Kyiv") == {"digest"}
    again = await driver.press(button_data(response.reply, "Move everything"))
    assert again.answer == "It is so already."


async def test_the_default_schedule_is_shown_and_chosen_by_button(database: Database) -> None:
    driver = ConversationDriver(database)
    shown = (await driver.send("/digest")).reply
    assert "What you newly follow comes: at once." in shown.html
    assert button_labels(shown) == [
        "✓ at once",
        "every hour",
        "every day at 09:00 (UTC)",
        "every Monday at 09:00 (UTC)",
        "Tell me also when there is nothing new",
    ]
    pressed = await driver.press(button_data(shown, "every day"))
    assert "every day at 09:00 (UTC)" in pressed.edit.html
    assert "The hour is in UTC" in pressed.edit.html
    assert (await driver.get_subscriber()).schedule == DAILY
    assert "comes: every day at 09:00 (UTC)" in (await driver.send("/settings")).html
    await driver.send("/digest now")
    assert (await driver.get_subscriber()).schedule == IMMEDIATE


@pytest.mark.parametrize(
    ("language", "typed", "schedule"),
    [
        ("uk", "щодня 09:00", "daily 09:00"),
        ("ru", "по пятницам в 9", "weekly fri 09:00"),
        ("it", "| ogni giorno alle 9", "daily 09:00"),
    ],
)
async def test_a_schedule_is_read_in_the_readers_language(
    sqlite: Database, language: str, typed: str, schedule: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/digest {typed}", language=language)
    assert (await driver.get_subscriber()).schedule == parse_schedule(schedule)


@pytest.mark.parametrize("typed", ["daily 25:00", "weekly", "sometimes", "off"])
async def test_an_invalid_schedule_changes_nothing(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/digest hourly")
    assert "<code>| daily 09:00</code>" in (await driver.send(f"/digest {typed}")).html
    assert str((await driver.get_subscriber()).schedule) == "hourly"


@pytest.mark.parametrize("data", ["dw:", "dw:daily 25:00", "dm:x", "dm:daily", "dw:never"])
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    assert "too old" in (await driver.press(data)).answer
    assert (await driver.get_subscriber()).schedule == IMMEDIATE
    assert await schedules(driver) == ["now"]


async def test_waiting_digest_entries_are_sent_after_the_switch_to_immediate_delivery(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv | daily 09:00")
    await enqueue_digest_entry(driver, "Museum opens in Kyiv")
    response = await driver.send("/digest now")
    await driver.press(button_data(response.reply, "Move everything"))
    assert driver.match_modes("News from Kyiv") == {"audible"}
    (digest_text,) = await run_digester(driver)
    assert "Museum opens in Kyiv" in digest_text
    (subscription,) = await driver.get_subscriptions()
    assert subscription.next_due_at is None
    assert await run_digester(driver) == []


async def test_a_rescheduled_subscription_does_not_repeat_earlier_bulletins(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe drone | hourly")
    await enqueue_digest_entry(driver, "Drone over Kyiv")
    driver.now = NOW.replace(hour=10, minute=0)
    (digest_text,) = await run_digester(driver)
    assert "Drone over Kyiv" in digest_text
    await driver.send("/subscribe Kyiv | hourly")
    await enqueue_digest_entry(driver, "Museum opens in Kyiv")
    driver.now = NOW.replace(hour=11, minute=0)
    (digest_text,) = await run_digester(driver)
    assert "Museum opens in Kyiv" in digest_text
    assert "Drone over Kyiv" not in digest_text


async def test_the_default_schedule_is_exported_and_imported(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/digest weekly mon 07:30")
    exported = (await driver.send("/export")).replies[1].html
    assert "weekly mon 07:30" in exported
    await driver.send('/import {"tocsin": 1, "settings": {"digest": "daily 09:00"}}')
    assert (await driver.get_subscriber()).schedule == DAILY


ALERT_QUERIES = ("#air_alert Kyiv", "#all_clear OR Lviv", "#missile, #drone")


async def test_moving_everything_leaves_alerts_at_once(database: Database) -> None:
    """An #air_alert subscription was moved with everything else and waited for the next day."""
    driver = ConversationDriver(database)
    for query in (*ALERT_QUERIES, "railway", "Odesa -#air_alert"):
        await driver.send(f"/subscribe {query}")
    offered = (await driver.send("/digest daily 09:00")).reply
    assert "Alerts still come at once (3 subscriptions)." in offered.html
    moved = (await driver.press(button_data(offered, "Move everything"))).edit
    assert "Moved 2 things" in moved.html
    schedules = {each.query_text: str(each.schedule) for each in await driver.get_subscriptions()}
    assert {schedules[query] for query in ALERT_QUERIES} == {"now"}
    assert {schedules["railway"], schedules["Odesa -#air_alert"]} == {"daily 09:00"}


@pytest.mark.parametrize("schedule", ["daily 09:00", "hourly", "weekly mon 09:00"])
async def test_an_explicit_button_moves_the_alerts_too(sqlite: Database, schedule: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe #air_alert Kyiv")
    offered = (await driver.send(f"/digest {schedule}")).reply
    assert button_labels(offered) == ["Move the alerts too"]
    moved = await driver.press(button_data(offered, "alerts"))
    assert "That holds for alerts, too." in moved.edit.html
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == schedule


async def test_alerts_in_a_digest_are_moved_back_with_everything(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe #air_alert Kyiv | daily 09:00")
    offered = (await driver.send("/digest now")).reply
    await driver.press(button_data(offered, "Move everything"))
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == "now"
