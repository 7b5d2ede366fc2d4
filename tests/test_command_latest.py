"""Command /latest and free text: search of stored bulletins, paged in place."""

import pytest
from support.conversation_driver import (
    ANN,
    NOW,
    ConversationDriver,
    bot_payload,
    button_data,
    button_labels,
    private_message,
)
from support.telegram_html import parse_html

from handlers.telegram.keyboards import encode_text
from storage.engine.database import Database


async def publish_titles(driver: ConversationDriver, *titles: str) -> None:
    for title in titles:
        await driver.publish(title)


async def test_the_newest_bulletins_come_first(database: Database) -> None:
    driver = ConversationDriver(database)
    await publish_titles(driver, "One", "Two", "Three")
    shown = parse_html((await driver.send("/latest 2")).html).text
    assert shown.index("1. Three") < shown.index("2. Two")
    assert "One" not in shown


async def test_only_matching_bulletins_are_shown(database: Database) -> None:
    driver = ConversationDriver(database)
    await publish_titles(driver, "Shelling in Kherson", "Museum opens in Lviv", "Trains to Kherson")
    html = (await driver.send("/latest Kherson")).html
    assert "Trains to Kherson" in html
    assert "Shelling in Kherson" in html
    assert "Museum" not in html


async def test_pages_turn_in_place_in_both_directions(database: Database) -> None:
    driver = ConversationDriver(database)
    await publish_titles(
        driver, *(f"Kherson {number}, Lviv news" for number in range(7)), "Elsewhere"
    )
    first = (await driver.send("/latest Kherson 3")).reply
    assert not [label for label in button_labels(first) if "Newer" in label]
    second = (await driver.press(button_data(first, "Older"))).edit
    assert [f"Kherson {number}," in second.html for number in (4, 3, 2, 1, 0)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    third = (await driver.press(button_data(second, "Older"))).edit
    assert "Kherson 0," in third.html
    assert not [label for label in button_labels(third) if "Older" in label]
    assert (await driver.press(button_data(third, "Newer"))).edit == second


async def test_a_bulletin_that_arrives_meanwhile_is_on_the_newer_page(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await publish_titles(driver, "Kherson 1", "Kherson 2")
    first = (await driver.send("/latest Kherson 1")).reply
    second = (await driver.press(button_data(first, "Older"))).edit
    await publish_titles(driver, "Kherson 3")
    third = (await driver.press(button_data(second, "Newer"))).edit
    assert "Kherson 2" in third.html
    fourth = (await driver.press(button_data(third, "Newer"))).edit
    assert "Kherson 3" in fourth.html


async def test_a_single_bulletin_is_shown_at_full_length(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Railway", "Tracks in Kherson are damaged. Buses run instead.")
    assert "Buses run instead." in (await driver.send("/latest 1")).html
    listed = await driver.send("/latest")
    assert "Buses run instead." not in listed.html
    opened = await driver.press(button_data(listed.reply, "1"))
    assert "Buses run instead." in opened.html


async def test_a_long_bulletin_is_read_page_by_page(sqlite: Database) -> None:
    """Telegram limits a message to 4,096 characters, so a long bulletin has pages."""
    driver = ConversationDriver(sqlite)
    await driver.publish(
        "Railway", "Trains from Kyiv to Kherson end in Mykolaiv. " * 150 + "The end."
    )
    page = (await driver.send("/latest 1")).reply
    pages = 1
    while any("Read" in label for label in button_labels(page)):
        page = (await driver.press(button_data(page, "Read"))).reply
        pages += 1
        assert pages <= 3, "the last page still offers another one"
    assert pages == 3
    assert "The end." in page.html


async def test_free_text_is_searched_and_offered_as_a_subscription(database: Database) -> None:
    driver = ConversationDriver(database)
    await publish_titles(driver, *(f"Kherson {number}" for number in range(5)), "Elsewhere")
    response = await driver.send("херсон")
    shown = parse_html(response.html).text
    assert [f"Kherson {number}" in shown for number in (4, 3, 2, 1)] == [True, True, True, False]
    await driver.press(button_data(response.reply, "Subscribe"))
    assert [each.query_text for each in await driver.get_subscriptions()] == ["херсон"]


async def test_a_query_without_results_can_be_subscribed_to(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await publish_titles(driver, "Elsewhere")
    response = await driver.send("Kherson")
    assert "Nothing so far." in response.html
    assert button_labels(response.reply) == ["Subscribe"]


async def test_a_syntax_error_is_answered_with_the_error(sqlite: Database) -> None:
    assert "<pre>(Kyiv\n^</pre>" in (await ConversationDriver(sqlite).send("/latest (Kyiv")).html


async def test_a_query_too_long_for_a_button_is_read_from_the_message(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await publish_titles(driver, "Херсон 1", "Херсон 2")
    query = "Херсон АБО Миколаїв АБО Одеса АБО залізниця АБО протиповітряна"
    page = (await driver.send(f"/latest {query} 1")).reply
    older = button_data(page, "Older")
    assert len(older.encode()) <= 64
    shown = parse_html(page.html)
    (quoted,) = [text for tag, text in shown.entities if tag == "code"]
    under = private_message(shown.text) | {
        "entities": [{"type": "code", "offset": shown.text.index(quoted), "length": len(quoted)}],
        "from": bot_payload(),
    }
    turned = await driver.press(older, under=under)
    assert "Херсон 1" in turned.edit.html
    await driver.press(button_data(page, "Subscribe"), under=under)
    assert [each.query_text for each in await driver.get_subscriptions()] == [query]


@pytest.mark.parametrize("text", ["a" * 61, "ї" * 30, "ї" * 31, "ї" * 62, "😀" * 16, ""])
def test_callback_data_never_exceeds_the_limit_of_telegram(text: str) -> None:
    """Source: core.telegram.org/bots/api#inlinekeyboardbutton: 1-64 bytes."""
    carried = encode_text("f:", text)
    assert carried in (f"f:{text}", "f:…")
    assert len(carried.encode()) <= 64
    assert (carried == "f:…") == (len(text.encode()) > 62)


async def test_a_button_under_an_inaccessible_message_is_answered(sqlite: Database) -> None:
    """Source: core.telegram.org/bots/api#inaccessiblemessage."""
    driver = ConversationDriver(sqlite)
    under = {"chat": private_message("")["chat"], "date": 0}
    assert "too old" in (await driver.press("lo:5:3:…", under=under)).answer
    assert "too old" in (await driver.press("f:…", under=under)).answer


async def test_a_query_that_is_too_long_is_refused(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).send(f"/latest Kherson {'OR Kherson ' * 300}")
    assert "too long" in response.html


async def test_the_longest_bulletin_under_the_longest_query_fits_a_message(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    query = " ".join(["Kherson", *(f"-x{'y' * 40}{number}" for number in range(8))])[:400]
    await driver.publish("Kherson " * 60, "Trains end in Mykolaiv today. " * 300, source="s" * 64)
    response = await driver.send(f"/latest {query} 1")
    assert "Trains end" in response.html
    assert 3_000 < parse_html(response.html).utf16_length <= 4_096


@pytest.mark.parametrize(
    ("text", "shown"),
    [("/latest 0", 1), ("/latest 99", 10), ("/latest", 5), ("/latest Kherson", 5)],
)
async def test_the_count_is_limited_to_the_size_of_a_page(
    sqlite: Database, text: str, shown: int
) -> None:
    driver = ConversationDriver(sqlite)
    await publish_titles(driver, *(f"Kherson No {number}" for number in range(12)))
    assert parse_html((await driver.send(text)).html).text.count("Kherson No") == shown


async def test_a_search_is_bounded_and_can_be_continued(sqlite: Database) -> None:
    """A page of results reads at most 2,000 bulletins, so a rare word cannot block the bot."""
    driver = ConversationDriver(sqlite)
    await driver.publish("Shelling in Kherson")
    for _ in range(2_050):
        await driver.publish("Elsewhere")
    response = await driver.send("/latest Kherson")
    assert "go on to older ones" in response.html
    turned = await driver.press(button_data(response.reply, "Older"))
    assert "Shelling in Kherson" in turned.edit.html


async def test_times_are_in_the_time_zone_of_the_reader(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("News", published_at=NOW)
    assert "blog · 09:30" in (await driver.send("/latest")).html
    await driver.send("/timezone Europe/Kyiv")
    assert "blog · 11:30" in (await driver.send("/latest")).html


@pytest.mark.parametrize(
    "data", ["lo", "lo:", "lo:x:3:", "ln:1", "lo:1:x:", "lo:1:3:(", "m:1:0", "m:x", "m:9999999:0"]
)
async def test_a_forged_button_is_answered(sqlite: Database, data: str) -> None:
    response = await ConversationDriver(sqlite).press(data)
    assert "too old" in response.answer or "no longer kept" in response.answer
    assert response.replies == ()


async def test_a_forged_count_is_limited_to_ten(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await publish_titles(driver, *(f"Kherson No {number}" for number in range(12)))
    turned = await driver.press("lo:99:1000000:", user=ANN)
    assert parse_html(turned.edit.html).text.count("Kherson No") == 10
