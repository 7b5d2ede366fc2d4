"""Forged callback data: every button answers, whatever its data, and nothing fails."""

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import ANN, ConversationDriver

from handlers.framework.replies import CallbackAnswer
from handlers.registry import BUTTONS
from storage.engine.database import Database

TAILS = (
    "",
    ":",
    ":0",
    ":x",
    ":-1",
    f":{'9' * 40}",
    ":1:2:3:4",
    ":٣",
    ":\x00",
    ":<b>&",
    ":…",
    "|:1",
)


@pytest.mark.parametrize("offset", range(4))
async def test_every_kind_of_button_answers_forged_data(sqlite: Database, offset: int) -> None:
    """Anyone can send any callback data: no handler may fail or stay silent."""
    driver = ConversationDriver(sqlite, operators=[ANN])
    await driver.send("/subscribe Kyiv")
    await driver.publish("Bridge closed in Kyiv", "It is. " * 900)
    with capture_logs() as logs:
        for number, button in enumerate(BUTTONS):
            # Each run sends a quarter of the tails to each button; the four runs cover all pairs.
            for tail in TAILS[(offset + number) % 4 :: 4]:
                response = await driver.press(f"{button.prefix}{tail}")
                (answer,) = [
                    call for call in response.immediate_calls if isinstance(call, CallbackAnswer)
                ]
                assert len(answer.text) <= 200
                has_effect = answer.text or len(response.immediate_calls) > 1 or response.replies
                assert has_effect, f"{button.prefix}{tail} has no visible effect"
    assert [entry for entry in logs if entry["log_level"] == "error"] == []


@pytest.mark.parametrize("typed", ["23:59-00:00", "00:00-00:01", "00:00-23:59"])
async def test_quiet_hours_may_begin_and_end_at_midnight(sqlite: Database, typed: str) -> None:
    response = await ConversationDriver(sqlite).send(f"/quiet {typed}")
    assert typed.replace("-", "–") in response.html


@pytest.mark.parametrize(
    "typed", ["00:00-00:00", "0-0", "24:00-00:00", "24:01-07:00", "00:00-24:00"]
)
async def test_invalid_or_endless_quiet_hours_are_answered_with_an_example(
    sqlite: Database, typed: str
) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/quiet {typed}")
    assert "<code>/" in response.html
    assert "Quiet hours: none" in (await driver.send("/settings")).html
