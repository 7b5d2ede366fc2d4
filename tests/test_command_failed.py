"""Command /failed: operators list dead letters with their errors, and retry them."""

from datetime import timedelta

from support.conversation_driver import (
    ANN,
    BEN,
    NOW,
    ConversationDriver,
    button_data,
    button_labels,
)

from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.values.lanes import Lane
from storage.values.message import MessageContent


async def give_up(driver: ConversationDriver, *texts: str) -> list[Delivery]:
    """Store dead letters to BEN, one minute apart."""
    await driver.send("/id", user=BEN)
    number = (await driver.get_subscriber(BEN)).number
    async with driver.database.write() as transaction:
        deliveries_to_fail = [
            NewDelivery(
                subscriber=number,
                lane=Lane.ALERT,
                content=MessageContent(f"<b>{text}</b>"),
                attempts=5,
                due_at=NOW,
            )
            for text in texts
        ]
        stored = await deliveries.enqueue(transaction, deliveries_to_fail, NOW)
        for minute, delivery in enumerate(stored):
            failed_at = NOW + timedelta(minutes=minute)
            await deliveries.fail(
                transaction, delivery.id, failed_at, f"Bad Request: {minute} is odd"
            )
    driver.now += timedelta(minutes=len(texts))
    return stored


async def test_the_newest_dead_letter_comes_first_with_its_error_and_a_retry_button(
    database: Database,
) -> None:
    driver = ConversationDriver(database, operators=[ANN])
    older, newer = await give_up(driver, "Fish &amp; chips", "Storm")
    content = (await driver.send("/failed")).reply
    assert "2 messages were given up" in content.html
    assert content.html.index("1 is odd") < content.html.index("0 is odd")
    assert "<b>Fish &amp; chips</b>" in content.html
    assert f"<code>{BEN}</code>" in content.html
    pressed = await driver.press(button_data(content, "↻ 2"))
    assert pressed.answer == "One is tried again."
    assert [(delivery.id, delivery.attempts) for delivery in driver.alert_deliveries] == [
        (older.id, 0)
    ]
    assert "One message was given up" in pressed.edit.html
    again = await driver.press(button_data(content, "↻ 2"))
    assert again.answer == "This is gone already."
    assert [delivery.id for delivery in driver.alert_deliveries] == [older.id]
    assert newer.id > older.id


async def test_one_button_retries_all_dead_letters(database: Database) -> None:
    driver = ConversationDriver(database, operators=[ANN])
    await give_up(driver, *(f"Digest {n}" for n in range(25)))
    content = (await driver.send("/failed")).reply
    assert button_labels(content) == [*(f"↻ {n}" for n in range(1, 11)), "↻ All 25"]
    pressed = await driver.press(button_data(content, "All"))
    assert pressed.answer == "25 are tried again."
    assert len(driver.alert_deliveries) == 25
    assert pressed.edit.html == "Nothing was given up."


async def test_only_operators_see_dead_letters_and_a_forged_button_does_nothing(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite, operators=[ANN])
    await give_up(driver, "Storm")
    assert "I do not know this command" in (await driver.send("/failed", user=BEN)).html
    for data in ("fa:all", "fa:1", "fa:", "fa:-1"):
        assert "too old" in (await driver.press(data, user=BEN)).answer
    for data in ("fa:", "fa:-1", "fa:all:1"):
        assert "too old" in (await driver.press(data)).answer
    assert driver.alert_deliveries == []
