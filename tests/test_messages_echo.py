"""Echoes: a reply quotes only the beginning of what a person typed, and always arrives."""

import pytest
from support.conversation_driver import ConversationDriver
from support.telegram_html import parse_html

from storage.engine.database import Database

LONG = "щось" * 1_000
MARKUP = "<&>" * 1_300


@pytest.mark.parametrize("typed", [LONG, MARKUP, "a " * 2_000, "😀" * 2_000])
@pytest.mark.parametrize(
    "command",
    [
        "/digest",
        "/quiet",
        "/pause",
        "/timezone",
        "/language",
        "/alerts",
        "/channel",
        "/subscribe Kyiv |",
        "/subscribe",
        '/subscribe "',
        "/subscribe #",
        "/subscribe in:",
        "/subscribe (",
        "/latest",
        "/unsubscribe",
        "/import",
        '/import {"tocsin":',
        "/why",
        "/start",
        "",
    ],
)
async def test_a_reply_to_4_000_characters_fits_a_message(
    sqlite: Database, command: str, typed: str
) -> None:
    """/digest and /quiet echoed the whole text, so Telegram refused the answer."""
    response = await ConversationDriver(sqlite).send(f"{command} {typed}".strip()[:4_096])
    for reply in response.replies:
        assert 0 < parse_html(reply.html).utf16_length <= 1_500


@pytest.mark.parametrize("key", [LONG, MARKUP.replace("<&>", "x")])
async def test_an_unknown_key_of_an_import_is_cut(sqlite: Database, key: str) -> None:
    document = f'{{"tocsin": 1, "{key}": 1}}'
    response = await ConversationDriver(sqlite).send(f"/import {document}")
    assert parse_html(response.html).utf16_length <= 500
    assert "…" in response.html


async def test_a_short_echo_is_complete(sqlite: Database) -> None:
    assert (
        "“next full moon”" in (await ConversationDriver(sqlite).send("/digest next full moon")).html
    )


@pytest.mark.parametrize("word", ["a" * 2_000, "щ" * 1_500])
async def test_an_explanation_of_a_long_subscription_is_cut(sqlite: Database, word: str) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(3):
        await driver.send(f"/subscribe Kyiv -{word}{number}")
    await driver.publish("Kyiv: a bridge is closed")
    response = await driver.send("/why Kyiv: a bridge is closed")
    assert parse_html(response.html).utf16_length <= 4_096
