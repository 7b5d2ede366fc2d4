"""Forms that people type: spaces of all kinds after a command, and times that mean one thing."""

from datetime import timedelta

import pytest
from support.conversation_driver import ConversationDriver
from support.shared_resources import catalog

from handlers.commands.quiet import read_hours
from handlers.text.duration_text import parse_duration
from handlers.text.schedule_text import parse_schedule_text
from storage.engine.database import Database
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import QuietState


async def get_quiet_state(driver: ConversationDriver) -> QuietState:
    number = (await driver.get_subscriber()).number
    async with driver.database.read() as transaction:
        return await quiet_hours.get(transaction, number)


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


@pytest.mark.parametrize(
    ("language", "typed", "schedule"),
    [
        ("en", "mon-fri", "mon-fri 09:00"),
        ("en", "mon-fri 7", "mon-fri 07:00"),
        ("en", "weekdays 8", "mon-fri 08:00"),
        ("en", "every weekday at 8 o'clock", "mon-fri 08:00"),
        ("en", "monday to friday 7:30", "mon-fri 07:30"),
        ("en", "mon, tue, wed 8", "mon-wed 08:00"),
        ("en", "daily", "daily 09:00"),
        ("en", "weekly on friday", "weekly fri 09:00"),
        ("en", "mon", "weekly mon 09:00"),
        ("en", "daily 9:00, 18:00", "daily 09:00,18:00"),
        ("en", "18:00 9:00", "daily 09:00,18:00"),
        ("en", "every day at 9am and 6 pm", "daily 09:00,18:00"),
        ("uk", "пн-пт", "mon-fri 09:00"),
        ("uk", "щодня о 9 і о 18", "daily 09:00,18:00"),
        ("uk", "з понеділка по п'ятницю о 8", "mon-fri 08:00"),
        ("ru", "будни 8", "mon-fri 08:00"),
        ("ru", "ежедневно 9:00, 18:00", "daily 09:00,18:00"),
        ("ru", "с понедельника по пятницу", "mon-fri 09:00"),
        ("it", "lun-ven", "mon-fri 09:00"),
        ("it", "ogni giorno alle 9 e alle 18", "daily 09:00,18:00"),
        ("it", "dal lunedì al venerdì alle 8", "mon-fri 08:00"),
    ],
)
def test_days_without_a_time_and_several_times_are_a_schedule(
    language: str, typed: str, schedule: str
) -> None:
    assert str(parse_schedule_text(typed, catalog().translator(language))) == schedule


@pytest.mark.parametrize(
    "typed",
    ["9 10 11", "mon, wed 8", "7, 8, 9, 10", "every 2 hours", "at", "weekly", "weekly 9", "9-18"],
)
def test_a_schedule_that_cannot_be_kept_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for developers
        parse_schedule_text(typed, catalog().translator("en"))


@pytest.mark.parametrize(
    ("language", "typed", "minutes"),
    [
        ("en", "1.5h", 90),
        ("en", "1 h 30 m", 90),
        ("en", "1h30", 90),
        ("en", "for 2 hours", 120),
        ("en", "half an hour", 30),
        ("en", "an hour", 60),
        ("en", "1 hour and 15 minutes", 75),
        ("en", "1 week", 7 * 24 * 60),
        ("uk", "на 2 год", 120),
        ("uk", "1,5 години", 90),
        ("uk", "на пів години", 30),
        ("ru", "на 2 часа", 120),
        ("ru", "полтора часа", 90),
        ("ru", "1 ч. 30 мин.", 90),
        ("it", "per 2 ore", 120),
        ("it", "mezz'ora", 30),
        ("it", "1 ora e 30 minuti", 90),
    ],
)
def test_a_duration_is_read_in_every_form_that_means_one(
    language: str, typed: str, minutes: int
) -> None:
    assert parse_duration(typed, catalog().translator(language)) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["2", "1:30", "45s", "h", "0h", "0.0 h", "-1h", "1..5h", "for"])
def test_a_duration_that_can_mean_several_things_or_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for developers
        parse_duration(typed, catalog().translator("en"))


@pytest.mark.parametrize(
    "typed",
    ["22:00 07:00", "22-7", "22:00, 07:00", "22.00 7.00", "22:00/07:00", "22:00..07:00",
     "з 22 до 7", "с 22:00 по 07:00", "dalle 22 alle 7"],
)  # fmt: skip
async def test_quiet_hours_are_set_in_any_language_and_with_any_separator(
    sqlite: Database, typed: str
) -> None:
    driver = ConversationDriver(sqlite)

    await driver.send(f"/quiet {typed}")

    assert str((await get_quiet_state(driver)).hours) == "22:00-07:00"


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("pause", "2"),
        ("pause", "tomorrow"),
        ("quiet", "22 7"),
        ("quiet", "night"),
        ("digest", "mon, wed 8"),
        ("digest", "9, 10, 11, 12"),
    ],
)
async def test_a_refused_time_is_answered_with_examples(
    sqlite: Database, command: str, typed: str
) -> None:
    response = await ConversationDriver(sqlite).send(f"/{command} {typed}")

    assert typed in response.html
    assert "<code>" in response.html


@pytest.mark.parametrize(
    "typed",
    ["pause 2h", "Pause for 2 hours", "пауза на 2 часа", "Пауза 2 год.", "pausa per 2 ore"],
)
async def test_a_pause_without_a_slash_is_understood_in_a_private_chat(
    sqlite: Database, typed: str
) -> None:
    driver = ConversationDriver(sqlite)

    await driver.send(typed)

    assert (await get_quiet_state(driver)).paused_until == driver.now + timedelta(hours=2)


@pytest.mark.parametrize("typed", ["pause in fighting", "пауза у переговорах", "quiet in Kyiv?"])
async def test_a_question_that_begins_like_a_command_stays_a_question(
    sqlite: Database, typed: str
) -> None:
    driver = ConversationDriver(sqlite)

    await driver.send(typed)

    state = await get_quiet_state(driver)
    assert (state.paused_until, state.hours) == (None, None)


async def test_pause_off_ends_the_pause(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/pause 2h")

    await driver.send("/pause off")

    assert (await get_quiet_state(driver)).paused_until is None
