"""Shared location: the city and raion are offered as subscriptions."""

from support.conversation_driver import (
    ANN,
    ConversationDriver,
    button_data,
    button_labels,
    group_message,
    private_message,
)

from storage.engine.database import Database

KHERSON = {"latitude": 46.6354, "longitude": 32.6169}
OCEAN = {"latitude": -60.0, "longitude": -140.0}


async def test_a_shared_location_offers_its_city_and_raion(database: Database) -> None:
    driver = ConversationDriver(database)
    message = {**private_message("", user=ANN), "location": KHERSON}
    response = await driver.receive(message=message)
    assert button_labels(response.reply) == ["Kherson", "Kherson Raion", "📍 Save as …"]
    question = await driver.press(button_data(response.reply, "Kherson"))
    confirmation = await driver.press(button_data(question.edit, "Everything"))
    assert (
        "You will hear at once of: everything about <b>Kherson</b>." in confirmation.replies[0].html
    )


async def test_a_location_far_from_any_city_is_answered(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).receive(
        message={**private_message("", user=ANN), "location": OCEAN}
    )
    assert "I know no city near there" in response.html


async def test_a_location_shared_in_a_group_is_ignored(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).receive(
        message={**group_message("", user=ANN), "location": KHERSON}
    )
    assert response.replies == ()
