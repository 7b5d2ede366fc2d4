"""What a button carries comes back from anybody in any shape: each is answered, none breaks."""

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import ANN, Talk

from handlers.framework.replies import Answer
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


@pytest.mark.parametrize("at", range(4))
async def test_every_kind_of_button_is_answered_whatever_it_carries(
    sqlite: Database, at: int
) -> None:
    """Case 64."""
    talk = Talk(sqlite, operators=[ANN])
    await talk.say("/subscribe Kyiv")
    await talk.publish("Bridge closed in Kyiv", "It is. " * 900)
    with capture_logs() as logs:
        for number, button in enumerate(BUTTONS):
            # Each tail goes to some of the buttons at each turn, and to all in the end.
            for tail in TAILS[(at + number) % 4 :: 4]:
                heard = await talk.press(f"{button.prefix}{tail}")
                (answer,) = [each for each in heard.direct if isinstance(each, Answer)]
                assert len(answer.text) <= 200
                told = answer.text or len(heard.direct) > 1 or heard.replies
                assert told, f"{button.prefix}{tail} says nothing"
    assert [entry for entry in logs if entry["log_level"] == "error"] == []


@pytest.mark.parametrize("typed", ["23:59-00:00", "00:00-00:01", "00:00-23:59"])
async def test_quiet_hours_may_begin_and_end_at_midnight(sqlite: Database, typed: str) -> None:
    heard = await Talk(sqlite).say(f"/quiet {typed}")
    assert typed.replace("-", "–") in heard.html


@pytest.mark.parametrize(
    "typed", ["00:00-00:00", "0-0", "24:00-07:00", "22:00-24:00", "00:00-24:00"]
)
async def test_hours_that_no_clock_shows_or_that_never_end_are_answered_with_what_to_write(
    sqlite: Database, typed: str
) -> None:
    talk = Talk(sqlite)
    heard = await talk.say(f"/quiet {typed}")
    assert "<code>/" in heard.html
    assert "Quiet hours: none" in (await talk.say("/settings")).html
