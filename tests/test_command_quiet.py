"""/quiet, /pause and /resume: what is chosen, what it does, and what is said about it."""

from datetime import UTC, datetime, timedelta

import pytest
from support.conversation_driver import NOW, Talk, labelled, labels
from support.shared_resources import words
from support.telegram_html import read

from handlers.commands import pause
from handlers.commands import quiet as quiet_command
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import Alerts, Quiet
from storage.values.quiet_window import parse_hours

CODES = [language.code for language in LANGUAGES]


async def chosen(talk: Talk) -> Quiet:
    async with talk.database.read() as transaction:
        return await quiet_hours.find(transaction, (await talk.known()).number)


async def test_quiet_hours_are_written_and_it_is_said_what_they_do(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/timezone Europe/Kyiv")
    heard = await talk.say("/quiet 22:00-07:00")
    assert "every day 22:00–07:00 (Europe/Kyiv)" in heard.html
    assert "News waits." in heard.html
    assert "Alerts ring as always." in heard.html
    now = await chosen(talk)
    assert (now.hours, now.alerts, now.since) == (parse_hours("22:00-07:00"), Alerts.RING, None)
    assert now.turns_at == datetime(2023, 2, 14, 20, tzinfo=UTC)


async def test_who_has_no_zone_is_told_that_the_hours_are_in_utc(sqlite: Database) -> None:
    heard = await Talk(sqlite).say("/quiet 22:00-07:00")
    assert "(UTC)" in heard.html
    assert "The hour is in UTC" in heard.html


@pytest.mark.parametrize(
    ("language", "typed", "hours"),
    [
        ("en", "22-7", "22:00-07:00"),
        ("en", "from 22:30 to 7", "22:30-07:00"),
        ("en", "23.15 – 6.45", "23:15-06:45"),
        ("en", "0:00-23:59", "00:00-23:59"),
        ("uk", "з 22 до 7", "22:00-07:00"),
        ("ru", "с 22:00 до 07:00", "22:00-07:00"),
        ("it", "dalle 22 alle 7", "22:00-07:00"),
        ("it", "from 22 to 7", "22:00-07:00"),
    ],
)
async def test_hours_are_read_as_people_write_them(
    sqlite: Database, language: str, typed: str, hours: str
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/quiet {typed}", language=language)
    assert str((await chosen(talk)).hours) == hours


@pytest.mark.parametrize(
    "typed",
    ["25:00-07:00", "22:00", "22:60-07:00", "night", "22:00-07:00-09:00", "-", "2h", "22 7"],
)
async def test_hours_that_are_none_change_nothing(sqlite: Database, typed: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/quiet 21:00-06:00")
    heard = await talk.say(f"/quiet {typed}")
    assert "<code>/quiet 22:00-07:00</code>" in heard.html
    assert "Hours go from 00:00 to 23:59." in heard.html
    assert str((await chosen(talk)).hours) == "21:00-06:00"


async def test_hours_without_length_are_refused_kindly(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/quiet 22:00-22:00")
    assert "a beginning and another end" in heard.html
    assert "/pause 8h" in heard.html
    assert (await chosen(talk)).hours is None


@pytest.mark.parametrize(("language", "off"), [("en", "off"), ("uk", "вимкнути"), ("it", "OFF")])
async def test_quiet_hours_are_turned_off(sqlite: Database, language: str, off: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/quiet 22:00-07:00", language=language)
    await talk.say(f"/quiet {off}", language=language)
    now = await chosen(talk)
    assert (now.hours, now.turns_at) == (None, None)


async def test_everything_is_chosen_by_button_in_one_message(database: Database) -> None:
    talk = Talk(database)
    shown = (await talk.say("/settings")).reply
    assert "Quiet hours: none" in shown.html
    shown = (await talk.press(labelled(shown, "Quiet hours"))).edit
    assert "No quiet hours." in shown.html
    pressed = await talk.press(labelled(shown, "22:00–07:00"))
    assert pressed.answer == "Changed."
    assert "✓ 22:00–07:00" in labels(pressed.edit)
    pressed = await talk.press(labelled(pressed.edit, "Alerts wait"))
    assert "<b>Alerts wait, too: nothing rings.</b>" in pressed.edit.html
    assert (await talk.press(labelled(pressed.edit, "Alerts wait"))).answer == "It is so already."
    now = await chosen(talk)
    assert (str(now.hours), now.alerts) == ("22:00-07:00", Alerts.HELD)
    back = (await talk.press(labelled(pressed.edit, "Settings"))).edit
    assert "Quiet hours: 22:00–07:00" in back.html
    shown = (await talk.press(labelled(back, "Quiet hours"))).edit
    assert "No quiet hours." in (await talk.press(labelled(shown, "No quiet hours"))).edit.html


async def test_what_alerts_do_is_kept_when_the_hours_go(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.press("qa:silent")
    await talk.say("/quiet 22:00-07:00")
    await talk.say("/quiet off")
    assert "Alerts come at once, but without sound." in (await talk.say("/pause 2h")).html


@pytest.mark.parametrize(
    "data", ["qh:", "qh:25:00-07:00", "qh:22:00-22:00", "qa:", "qa:x", "pp:", "pp:99999999", "pp:x"]
)
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    """failures 64"""
    talk = Talk(sqlite)
    assert "too old" in (await talk.press(data)).answer
    assert await chosen(talk) == Quiet(subscriber=(await talk.known()).number)


@pytest.mark.parametrize(
    ("language", "typed", "span"),
    [
        ("en", "", timedelta(hours=2)),
        ("en", "30m", timedelta(minutes=30)),
        ("en", "1h 30 min", timedelta(minutes=90)),
        ("en", "1d", timedelta(days=1)),
        ("en", "until 10:00", timedelta(minutes=30)),
        ("en", "until 9", timedelta(hours=23, minutes=30)),
        ("uk", "2 години", timedelta(hours=2)),
        ("uk", "до 10:00", timedelta(minutes=30)),
        ("ru", "30 мин", timedelta(minutes=30)),
        ("it", "fino alle 10", timedelta(minutes=30)),
    ],
)
async def test_a_pause_is_read_as_people_write_it(
    sqlite: Database, language: str, typed: str, span: timedelta
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/pause {typed}", language=language)
    assert (await chosen(talk)).paused_until == NOW + span


@pytest.mark.parametrize("typed", ["0h", "soon", "until 25:00", "-2h", "2", "2h later", "٢h"])
async def test_a_pause_that_is_none_changes_nothing(sqlite: Database, typed: str) -> None:
    talk = Talk(sqlite)
    heard = await talk.say(f"/pause {typed}")
    assert "<code>/pause until 07:00</code>" in heard.html
    assert (await chosen(talk)).paused_until is None


async def test_a_pause_is_not_for_ever(sqlite: Database) -> None:
    assert "30 days at most" in (await Talk(sqlite).say("/pause 31d")).html


async def test_a_pause_is_changed_and_ended_by_button(sqlite: Database) -> None:
    talk = Talk(sqlite)
    shown = (await talk.say("/pause")).reply
    assert labels(shown) == ["30 min", "2 h", "8 h", "End the pause"]
    pressed = await talk.press(labelled(shown, "8 h"))
    assert "Paused until 17:30 UTC." in pressed.edit.html
    ended = await talk.press(labelled(shown, "End the pause"))
    assert "The pause is over." in ended.edit.html
    assert "it comes in a moment" in ended.edit.html


async def test_to_resume_what_is_not_paused_is_answered_with_what_is_so(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert (await talk.say("/resume")).html == "Nothing is paused."
    await talk.say("/quiet 09:00-17:00")
    heard = await talk.say("/resume")
    assert "It is quiet now, until 17:00 UTC." in heard.html
    assert "your quiet hours" in heard.html


async def test_a_group_is_made_quiet_by_its_administrators_alone(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say_in_group("/quiet 22:00-07:00")
    assert "Only administrators" in heard.html


@pytest.mark.parametrize("code", CODES)
async def test_every_answer_can_be_sent_in_every_language(sqlite: Database, code: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/start", language=code)
    for said in (
        "/quiet", "/quiet 09:00-17:00", "/quiet 5", "/quiet 5-5", "/quiet <b>", "/resume",
        "/pause", "/pause <i>", "/pause 99d", "/resume", "/quiet off", "/resume", "/digest",
        "/settings",
    ):  # fmt: skip
        heard = await talk.say(said, language=code)
        read(heard.html)
        assert all(0 < len(label) <= 64 for label in labels(heard.reply)), said
    for data in ("qp:", "qa:silent", "qa:held", "qh:22:00-07:00", "pp:480", "pr:", "dn:yes", "dp:"):
        read((await talk.press(data)).edit.html)


@pytest.mark.parametrize("code", CODES)
def test_every_example_of_a_pause_and_of_hours_can_be_typed(code: str) -> None:
    voice = words().voice(code)
    pauses = read(voice.say("pause-unknown", written="x")).marks
    assert len(pauses) == 4
    hours = read(voice.say("quiet-unknown", written="x")).marks
    assert len(hours) == 2
    for _, example in (*pauses, *hours):
        command, _, typed = example.partition(" ")
        if command == "/pause" and "07" not in typed:
            assert pause.span(typed, voice)
        elif command == "/quiet":
            quiet_command.read_hours(typed, voice)


async def test_it_is_said_that_nothing_is_new_to_who_wants_it(database: Database) -> None:
    talk = Talk(database)
    shown = (await talk.say("/digest")).reply
    pressed = await talk.press(labelled(shown, "Tell me also"))
    assert "When there is nothing new, I say so." in pressed.edit.html
    assert (await talk.known()).told_nothing
    pressed = await talk.press(labelled(pressed.edit, "Do not tell me"))
    assert not (await talk.known()).told_nothing
    assert (await talk.press("dn:no")).answer == "It is so already."
    assert "too old" in (await talk.press("dn:x")).answer


async def test_who_wants_alerts_to_ring_again_is_told_what_still_waits(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.press("qa:held")
    await talk.say("/pause 2h")
    pressed = await talk.press("qa:ring")
    assert "What has waited so far still comes when the quiet is over." in pressed.edit.html
    assert "so far" not in (await talk.press("qa:silent")).edit.html


async def test_who_gathers_is_told_that_alerts_are_gathered_too(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert "That holds for alerts, too." in (await talk.say("/subscribe Kyiv | daily 09:00")).html
    assert "That holds for alerts" not in (await talk.say("/subscribe Lviv")).html


async def test_quiet_hours_are_taken_along(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/quiet 22:00-07:00")
    await talk.press("qa:held")
    await talk.press("dn:yes")
    exported = (await talk.say("/export")).replies[1].html
    text = read(exported).text
    assert '"quiet":"22:00-07:00"' in text
    await talk.say("/quiet off")
    await talk.press("qa:ring")
    await talk.press("dn:no")
    assert "Brought back" in (await talk.say(f"/import {text}")).html
    now = await chosen(talk)
    assert (str(now.hours), now.alerts) == ("22:00-07:00", Alerts.HELD)
    assert (await talk.known()).told_nothing
    refused = await talk.say('/import {"tocsin": 1, "settings": {"quiet": "22:00-22:00"}}')
    assert "Nothing has changed." in refused.html
