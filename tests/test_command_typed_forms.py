"""Forms that people type: spaces of all kinds after a command, and times that mean one thing."""

import pytest
from support.conversation_driver import ConversationDriver
from support.shared_resources import catalog

from handlers.commands.quiet import read_hours
from handlers.text.schedule_text import parse_schedule_text
from storage.engine.database import Database


@pytest.mark.parametrize("space", ["\u00a0", "\t", "\u2003", "\u202f", "\n", " \u00a0"])
async def test_any_space_ends_the_name_of_a_command(sqlite: Database, space: str) -> None:
    driver = ConversationDriver(sqlite)

    response = await driver.send(f"/subscribe{space}Kyiv")

    assert "Kyiv" in response.html
    assert len(await driver.get_subscriptions()) == 1


@pytest.mark.parametrize(
    ("language", "typed", "schedule"),
    [
        ("en", "9", "daily 09:00"),
        ("en", "9 am", "daily 09:00"),
        ("en", "12am", "daily 00:00"),
        ("en", "at 9.30 p.m.", "daily 21:30"),
        ("en", "24:00", "daily 00:00"),
        ("en", "0930", "daily 09:30"),
        ("en", "mon 9 pm", "weekly mon 21:00"),
        ("en", "9:00 mondays", "weekly mon 09:00"),
        ("en", "\uff19\uff1a\uff10\uff10", "daily 09:00"),
        ("uk", "о 9 вечора", "daily 21:00"),
        ("uk", "щодня о 7 ранку", "daily 07:00"),
        ("ru", "в 9 утра", "daily 09:00"),
        ("it", "alle 9 di sera", "daily 21:00"),
    ],
)
def test_a_schedule_is_read_in_every_form_that_means_one_time(
    language: str, typed: str, schedule: str
) -> None:
    assert str(parse_schedule_text(typed, catalog().translator(language))) == schedule


@pytest.mark.parametrize("typed", ["25", "9:60", "13 pm", "0 am", "9 10", "24:30", "2 h", "-9"])
def test_a_schedule_that_can_mean_several_things_or_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for developers
        parse_schedule_text(typed, catalog().translator("en"))


@pytest.mark.parametrize(
    ("language", "typed", "hours"),
    [
        ("en", "22:00\u221207:00", "22:00-07:00"),
        ("en", "22:00\u201207:00", "22:00-07:00"),
        ("en", "10pm-7am", "22:00-07:00"),
        ("en", "from 10 p.m. to 7 a.m.", "22:00-07:00"),
        ("en", "22-24:00", "22:00-00:00"),
        ("en", "2200\u20130700", "22:00-07:00"),
        ("en", "22 \u2014 7am", "22:00-07:00"),
        ("uk", "з 10 вечора до 7 ранку", "22:00-07:00"),
        ("ru", "с 11 вечера до 6 утра", "23:00-06:00"),
        ("it", "dalle 10 di sera alle 7 di mattina", "22:00-07:00"),
    ],
)
def test_quiet_hours_are_read_in_every_form_that_means_one_window(
    language: str, typed: str, hours: str
) -> None:
    assert str(read_hours(typed, catalog().translator(language))) == hours


@pytest.mark.parametrize("typed", ["10-7am", "10pm-7", "25:00-7", "22:00-24:30", "pm-am", "10pm"])
def test_a_window_that_can_mean_several_things_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for developers
        read_hours(typed, catalog().translator("en"))
