"""Who runs the bot sees what was given up, why, and has it tried again."""

from datetime import timedelta

from support.conversation_driver import ANN, BEN, NOW, Talk, labelled, labels

from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.values.lanes import Lane
from storage.values.message import Content


async def given_up(talk: Talk, *texts: str) -> list[Delivery]:
    """Messages to BEN that were given up, a minute between them."""
    await talk.say("/id", user=BEN)
    number = (await talk.known(BEN)).number
    async with talk.database.write() as transaction:
        new = [
            NewDelivery(
                subscriber=number,
                lane=Lane.ALERT,
                content=Content(f"<b>{text}</b>"),
                attempts=5,
                due_at=NOW,
            )
            for text in texts
        ]
        stored = await deliveries.enqueue(transaction, new, NOW)
        for minute, one in enumerate(stored):
            at = NOW + timedelta(minutes=minute)
            await deliveries.fail(transaction, one.id, at, f"Bad Request: {minute} is odd")
    talk.now += timedelta(minutes=len(texts))
    return stored


async def test_the_newest_comes_first_with_why_and_goes_again_by_a_button(
    database: Database,
) -> None:
    talk = Talk(database, operators=[ANN])
    old, new = await given_up(talk, "Fish &amp; chips", "Storm")
    content = (await talk.say("/failed")).reply
    assert "2 messages were given up" in content.html
    assert content.html.index("1 is odd") < content.html.index("0 is odd")
    assert "<b>Fish &amp; chips</b>" in content.html
    assert f"<code>{BEN}</code>" in content.html
    pressed = await talk.press(labelled(content, "↻ 2"))
    assert pressed.answer == "One is tried again."
    assert [(one.id, one.attempts) for one in talk.rung] == [(old.id, 0)]
    assert "One message was given up" in pressed.edit.html
    again = await talk.press(labelled(content, "↻ 2"))
    assert again.answer == "This is gone already."
    assert [one.id for one in talk.rung] == [old.id]
    assert new.id > old.id


async def test_all_go_again_by_one_button(database: Database) -> None:
    talk = Talk(database, operators=[ANN])
    await given_up(talk, *(f"Digest {n}" for n in range(25)))
    content = (await talk.say("/failed")).reply
    assert labels(content) == [*(f"↻ {n}" for n in range(1, 11)), "↻ All 25"]
    pressed = await talk.press(labelled(content, "All"))
    assert pressed.answer == "25 are tried again."
    assert len(talk.rung) == 25
    assert pressed.edit.html == "Nothing was given up."


async def test_others_see_nothing_and_a_forged_button_does_nothing(sqlite: Database) -> None:
    """Case 64 of the catalogue of failures."""
    talk = Talk(sqlite, operators=[ANN])
    await given_up(talk, "Storm")
    assert "I do not know this command" in (await talk.say("/failed", user=BEN)).html
    for data in ("fa:all", "fa:1", "fa:", "fa:-1"):
        assert "too old" in (await talk.press(data, user=BEN)).answer
    for data in ("fa:", "fa:-1", "fa:all:1"):
        assert "too old" in (await talk.press(data)).answer
    assert talk.rung == []
