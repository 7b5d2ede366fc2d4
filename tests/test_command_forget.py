"""Command /forget: all data of a chat is erased after a confirmation."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    button_data,
    button_labels,
    group_message,
)

from handlers.framework.replies import CallbackAnswer, MessageEdit
from storage import schema
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane
from storage.values.message import MessageContent

EVE = 7_700_000_000_001
WORD = "quokkas"
TOPIC = 4


async def ann_administers_the_group(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


async def dump_tables(database: Database) -> dict[str, str]:
    """Return the text of all rows of each table."""
    async with database.read() as transaction:
        return {
            table.name: repr((await transaction.execute(select(table))).all())
            for table in schema.metadata.sorted_tables
        }


async def enqueue_and_fail(driver: ConversationDriver, chat: int, text: str) -> None:
    number = (await driver.get_subscriber(chat)).number
    later = driver.now + timedelta(hours=1)
    new = NewDelivery(subscriber=number, lane=Lane.NEWS, content=MessageContent(text), due_at=later)
    async with driver.database.write() as transaction:
        (waiting,) = await deliveries.enqueue(transaction, [new], driver.now)
        (failed,) = await deliveries.enqueue(transaction, [new], driver.now)
        await deliveries.fail(transaction, failed.id, driver.now, "rejected")
        assert waiting.id != failed.id


async def test_no_trace_of_a_chat_is_left_in_any_table(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send(f"/subscribe {WORD} Kyiv", user=EVE)
    await driver.send(f"/subscribe word:{WORD} | daily 09:00", user=EVE)
    await driver.send(WORD, user=EVE)
    await enqueue_and_fail(driver, EVE, f"about {WORD}")
    await driver.send("/subscribe Kyiv", user=BEN)
    before = await dump_tables(database)
    assert str(EVE) in before["subscriber"]
    assert WORD in before["subscription"]
    assert WORD in before["delivery"]
    question = await driver.send("/forget", user=EVE)
    pressed = await driver.press(button_data(question.reply, "Erase"), user=EVE)
    assert "2 things that it followed and 2 messages not sent yet" in pressed.edit.html
    assert pressed.answer == "Erased."
    for table, written in (await dump_tables(database)).items():
        assert str(EVE) not in written, table
        assert WORD not in written, table
    assert len(await driver.get_subscriptions(BEN)) == 1
    assert driver.match_audible(f"Many {WORD} in Kyiv") == [
        (await driver.get_subscriber(BEN)).number
    ]


def test_every_foreign_key_to_a_subscriber_cascades() -> None:
    keys = [
        key
        for table in schema.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is schema.subscriber
    ]
    assert len(keys) >= 2
    assert {key.ondelete for key in keys} == {"CASCADE"}


async def test_a_subscriber_number_is_never_reused(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    number = (await driver.get_subscriber()).number
    await driver.press(button_data((await driver.send("/forget")).reply, "Erase"))
    await driver.send("/subscribe Kyiv", user=BEN)
    assert (await driver.get_subscriber(BEN)).number > number


async def test_nothing_is_erased_before_the_confirmation(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    question = await driver.send("/forget")
    assert "one thing it follows" in question.html
    assert button_labels(question.reply) == ["Erase everything", "Keep everything"]
    assert len(await driver.get_subscriptions()) == 1
    kept = await driver.press(button_data(question.reply, "Keep"))
    assert kept.edit == MessageContent("Nothing was erased.")
    assert len(await driver.get_subscriptions()) == 1


async def test_a_second_press_erases_again_without_an_error(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    data = button_data((await driver.send("/forget")).reply, "Erase")
    await driver.press(data)
    again = await driver.press(data)
    assert "nothing that it followed and no message" in again.edit.html
    assert await driver.find_subscriber() is None


@pytest.mark.parametrize("data", ["fe:", "fe:0", "fe:x", "fe:999999999999999", "fe:-1"])
async def test_an_old_or_forged_button_erases_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    assert "too old" in (await driver.press(data)).answer
    assert len(await driver.get_subscriptions()) == 1


async def test_a_press_on_an_expired_question_erases_nothing(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    data = button_data((await driver.send("/forget")).reply, "Erase")
    driver.now += timedelta(days=1)
    assert "too old" in (await driver.press(data)).answer
    assert len(await driver.get_subscriptions()) == 1


async def test_administrators_alone_erase_a_group_with_its_forum_topics(
    database: Database,
) -> None:
    driver = ConversationDriver(database, ann_administers_the_group)
    await driver.send_in_group("/subscribe Kyiv")
    await driver.send_in_group(f"/subscribe {WORD}", thread=TOPIC)
    assert (await driver.send_in_group("/forget", user=BEN)).html.startswith("Only administrators")
    question = await driver.send_in_group("/forget")
    data = button_data(question.reply, "Erase")
    refused = await driver.press(data, user=BEN, under=group_message(""))
    assert refused.answer == "Only administrators of this group can change this."
    assert len(await driver.get_subscriptions(GROUP, TOPIC)) == 1
    pressed = await driver.press(data, under=group_message(""))
    assert [type(each) for each in pressed.immediate_calls] == [MessageEdit, CallbackAnswer]
    for table, written in (await dump_tables(database)).items():
        assert str(GROUP) not in written, table
        assert WORD not in written, table


async def test_an_erased_chat_starts_with_default_settings(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/language uk")
    await driver.press(button_data((await driver.send("/forget")).reply, "Стерти"))
    assert (await driver.send("/subscriptions")).html.startswith("You do not follow anything yet.")


async def test_the_text_of_an_update_is_erased_with_its_completion(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send(f"secret {WORD}")
    async with database.read() as transaction:
        written = (await transaction.execute(select(schema.inbox))).one()
    assert written.payload == ""
    assert written.done_at is not None
