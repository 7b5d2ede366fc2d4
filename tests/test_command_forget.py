"""A chat asks to be forgotten, and nothing of it is left."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.conversation_driver import ANN, BEN, GROUP, Talk, in_group, labelled, labels

from handlers.framework.replies import Answer, Edit
from storage import schema
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane
from storage.values.message import Content

EVE = 7_700_000_000_001
WORD = "quokkas"
TOPIC = 4


async def only_ann(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


async def rows(database: Database) -> dict[str, str]:
    """Everything that stands in every table."""
    async with database.read() as transaction:
        return {
            table.name: repr((await transaction.execute(select(table))).all())
            for table in schema.metadata.sorted_tables
        }


async def owe(talk: Talk, chat: int, text: str) -> None:
    number = (await talk.known(chat)).number
    later = talk.now + timedelta(hours=1)
    new = NewDelivery(subscriber=number, lane=Lane.NEWS, content=Content(text), due_at=later)
    async with talk.database.write() as transaction:
        (kept,) = await deliveries.enqueue(transaction, [new], talk.now)
        (failed,) = await deliveries.enqueue(transaction, [new], talk.now)
        await deliveries.fail(transaction, failed.id, talk.now, "rejected")
        assert kept.id != failed.id


async def test_no_trace_of_a_chat_is_left_in_any_table(database: Database) -> None:
    talk = Talk(database)
    await talk.say(f"/subscribe {WORD} Kyiv", user=EVE)
    await talk.say(f"/subscribe word:{WORD} | daily 09:00", user=EVE)
    await talk.say(WORD, user=EVE)
    await owe(talk, EVE, f"about {WORD}")
    await talk.say("/subscribe Kyiv", user=BEN)
    before = await rows(database)
    assert str(EVE) in before["subscriber"]
    assert WORD in before["subscription"]
    assert WORD in before["delivery"]
    asked = await talk.say("/forget", user=EVE)
    pressed = await talk.press(labelled(asked.reply, "Erase"), user=EVE)
    assert "2 things that it followed and 2 messages not sent yet" in pressed.edit.html
    assert pressed.answer == "Erased."
    for table, written in (await rows(database)).items():
        assert str(EVE) not in written, table
        assert WORD not in written, table
    assert len(await talk.followed(BEN)) == 1
    assert talk.numbers(f"Many {WORD} in Kyiv") == [(await talk.known(BEN)).number]


def test_whatever_belongs_to_a_subscriber_goes_with_it() -> None:
    keys = [
        key
        for table in schema.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is schema.subscriber
    ]
    assert len(keys) >= 2
    assert {key.ondelete for key in keys} == {"CASCADE"}


async def test_a_number_is_never_given_to_anybody_again(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    number = (await talk.known()).number
    await talk.press(labelled((await talk.say("/forget")).reply, "Erase"))
    await talk.say("/subscribe Kyiv", user=BEN)
    assert (await talk.known(BEN)).number > number


async def test_nothing_is_erased_before_it_is_confirmed(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    asked = await talk.say("/forget")
    assert "one thing it follows" in asked.html
    assert labels(asked.reply) == ["Erase everything", "Keep everything"]
    assert len(await talk.followed()) == 1
    kept = await talk.press(labelled(asked.reply, "Keep"))
    assert kept.edit == Content("Nothing was erased.")
    assert len(await talk.followed()) == 1


async def test_a_second_press_leaves_nothing_either(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    data = labelled((await talk.say("/forget")).reply, "Erase")
    await talk.press(data)
    again = await talk.press(data)
    assert "nothing that it followed and no message" in again.edit.html
    assert await talk.subscriber() is None


@pytest.mark.parametrize("data", ["fe:", "fe:0", "fe:x", "fe:999999999999999", "fe:-1"])
async def test_an_old_or_forged_button_erases_nothing(sqlite: Database, data: str) -> None:
    """failures 64"""
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    assert "too old" in (await talk.press(data)).answer
    assert len(await talk.followed()) == 1


async def test_a_question_of_yesterday_is_not_answered_by_a_stray_press(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    data = labelled((await talk.say("/forget")).reply, "Erase")
    talk.now += timedelta(days=1)
    assert "too old" in (await talk.press(data)).answer
    assert len(await talk.followed()) == 1


async def test_a_group_is_forgotten_with_its_topics_by_administrators_only(
    database: Database,
) -> None:
    talk = Talk(database, only_ann)
    await talk.say_in_group("/subscribe Kyiv")
    await talk.say_in_group(f"/subscribe {WORD}", thread=TOPIC)
    assert (await talk.say_in_group("/forget", user=BEN)).html.startswith("Only administrators")
    asked = await talk.say_in_group("/forget")
    data = labelled(asked.reply, "Erase")
    refused = await talk.press(data, user=BEN, under=in_group(""))
    assert refused.answer == "Only administrators of this group can change this."
    assert len(await talk.followed(GROUP, TOPIC)) == 1
    pressed = await talk.press(data, under=in_group(""))
    assert [type(each) for each in pressed.direct] == [Edit, Answer]
    for table, written in (await rows(database)).items():
        assert str(GROUP) not in written, table
        assert WORD not in written, table


async def test_who_was_forgotten_begins_anew(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/language uk")
    await talk.press(labelled((await talk.say("/forget")).reply, "Стерти"))
    assert (await talk.say("/subscriptions")).html.startswith("You do not follow anything yet.")


async def test_what_a_person_wrote_is_erased_with_the_answer(database: Database) -> None:
    talk = Talk(database)
    await talk.say(f"secret {WORD}")
    async with database.read() as transaction:
        written = (await transaction.execute(select(schema.inbox))).one()
    assert written.payload == ""
    assert written.done_at is not None
