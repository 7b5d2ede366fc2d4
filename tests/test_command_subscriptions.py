"""Commands /subscriptions and /unsubscribe: the numbered list, edited in place."""

import pytest
from support.conversation_driver import ANN, BEN, ConversationDriver, button_data, button_labels

from storage.engine.database import Database


async def test_the_list_is_numbered_and_describes_each_query(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe #air_alert Lviv")
    await driver.send("/subscribe drone | daily 09:00")
    html = (await driver.send("/subscriptions")).html
    assert "You follow 2 things" in html
    assert "1. <b>Air alert</b> in <b>Lviv</b> — at once" in html
    assert "2. <b>drone</b> (any form) — every day at 09:00 (Europe/Kyiv)" in html


async def test_an_empty_list_explains_how_to_subscribe(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for command in ("/subscriptions", "/unsubscribe", "/unsubscribe 1"):
        assert "<code>/subscribe Kyiv</code>" in (await driver.send(command)).html


async def test_unsubscribe_removes_the_subscription_with_that_number(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Lviv")
    response = await driver.send("/unsubscribe 1")
    assert response.html == "You will no longer hear of: everything about <b>Kyiv</b>."
    assert [subscription.query_text for subscription in await driver.get_subscriptions()] == [
        "Lviv"
    ]
    assert driver.match_modes("News from Kyiv") == set()
    assert driver.match_modes("News from Lviv") == {"audible"}


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "99999999999999999999"])
async def test_an_invalid_number_removes_nothing(sqlite: Database, number: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Lviv")
    assert "you follow 2 things" in (await driver.send(f"/unsubscribe {number}")).html
    assert len(await driver.get_subscriptions()) == 2


async def test_a_button_removes_a_subscription_and_refreshes_the_list(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Lviv")
    listed = await driver.send("/unsubscribe")
    data = button_data(listed.reply, "✕ 1")
    pressed = await driver.press(data)
    assert pressed.answer == "Removed."
    assert "1. everything about <b>Lviv</b>" in pressed.edit.html
    assert driver.match_modes("News from Kyiv") == set()
    again = await driver.press(data)
    assert again.answer == "This is gone already."
    assert [subscription.query_text for subscription in await driver.get_subscriptions()] == [
        "Lviv"
    ]


async def test_buttons_disable_and_enable_the_sound(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    listed = await driver.send("/subscriptions")
    hush = button_data(listed.reply, "without sound")
    pressed = await driver.press(hush)
    assert "at once, without sound" in pressed.edit.html
    assert driver.match_modes("News from Kyiv") == {"silent"}
    again = await driver.press(hush)
    assert again.answer == "It is so already."
    assert len(again.immediate_calls) == 1
    await driver.press(button_data(pressed.edit, "with sound"))
    assert driver.match_modes("News from Kyiv") == {"audible"}


async def test_a_button_for_another_chats_subscription_changes_nothing(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Mykolaiv")
    (subscription,) = await driver.get_subscriptions(ANN)
    for data in (f"sx:{subscription.id}:0", f"sh:{subscription.id}:0", f"c:{subscription.id}:0:-"):
        assert (await driver.press(data, user=BEN)).answer == "This is gone already."
    assert await driver.get_subscriptions(ANN) == [subscription]


async def test_a_long_list_is_paged_in_place(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(20):
        await driver.send(f"/subscribe word:drone{number}")
    first = (await driver.send("/subscriptions")).reply
    assert "You follow 20 things" in first.html
    second = (await driver.press(button_data(first, "More"))).edit
    assert "9. <b>drone8</b>" in second.html
    third = (await driver.press(button_data(second, "More"))).edit
    assert not [label for label in button_labels(third) if "More" in label]
    assert (await driver.press(button_data(third, "Back"))).edit == second


async def test_the_longest_subscriptions_fit_the_list(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(8):
        words = " OR ".join(f"слово{number}літера{position}" for position in range(60))
        await driver.send(f"/subscribe {words}")
    assert len(await driver.get_subscriptions()) == 8
    html = (await driver.send("/subscriptions")).html
    assert len(html.encode("utf-16-le")) // 2 < 4_096


@pytest.mark.parametrize(
    ("followed", "typed"),
    [
        ("Kyiv", "kyiv"),
        ("Kyiv | daily 09:00", "Київ"),
        ("#air_alert Lviv", "#air_alert Львів"),
        ("Odesa, Dnipro", "Odesa and Dnipro"),
    ],
)
async def test_a_subscription_is_removed_by_what_it_asks_for(
    sqlite: Database, followed: str, typed: str
) -> None:
    """A name was answered with "There is no such number"."""
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {followed}")
    await driver.send("/subscribe railway Kherson")

    await driver.send(f"/unsubscribe {typed}")

    (left,) = await driver.get_subscriptions()
    assert left.query_text == "railway Kherson"


@pytest.mark.parametrize("typed", ["Kherson", "railway", "all", "(", "2", "1 2"])
async def test_nothing_is_removed_by_what_no_subscription_asks_for(
    sqlite: Database, typed: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe railway Kherson")

    await driver.send(f"/unsubscribe {typed}")

    assert len(await driver.get_subscriptions()) == 1
