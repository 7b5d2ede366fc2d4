"""A location that is shared becomes places to follow."""

from support.conversation_driver import ANN, Talk, in_group, labelled, labels, private

from storage.engine.database import Database

KHERSON = {"latitude": 46.6354, "longitude": 32.6169}
OCEAN = {"latitude": -60.0, "longitude": -140.0}


async def test_a_shared_location_finds_the_city_and_the_raion(database: Database) -> None:
    talk = Talk(database)
    message = {**private("", user=ANN), "location": KHERSON}
    heard = await talk.update(message=message)
    assert labels(heard.reply) == ["Kherson", "Kherson Raion"]
    asked = await talk.press(labelled(heard.reply, "Kherson"))
    followed = await talk.press(labelled(asked.edit, "Everything"))
    assert "You will hear at once of: everything about <b>Kherson</b>." in followed.replies[0].html


async def test_a_location_far_from_any_city_is_answered_kindly(sqlite: Database) -> None:
    heard = await Talk(sqlite).update(message={**private("", user=ANN), "location": OCEAN})
    assert "I know no city near there" in heard.html


async def test_a_location_shared_in_a_group_is_not_for_the_bot(sqlite: Database) -> None:
    heard = await Talk(sqlite).update(message={**in_group("", user=ANN), "location": KHERSON})
    assert heard.replies == ()
