"""Commands /quiet, /pause and /resume: parsing, effect and texts of quiet hours and pauses."""

from datetime import UTC, datetime, timedelta

import pytest
from support.conversation_driver import NOW, ConversationDriver, button_data, button_labels
from support.shared_resources import catalog
from support.telegram_html import parse_html

from handlers.commands import pause
from handlers.commands import quiet as quiet_command
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import QuietAlerts, QuietState
from storage.values.quiet_window import parse_quiet_hours

CODES = [language.code for language in LANGUAGES]


async def load_quiet_state(driver: ConversationDriver) -> QuietState:
    async with driver.database.read() as transaction:
        return await quiet_hours.get(transaction, (await driver.get_subscriber()).number)


async def test_quiet_hours_are_stored_and_their_effect_is_explained(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/timezone Europe/Kyiv")
    response = await driver.send("/quiet 22:00-07:00")
    assert "every day 22:00–07:00 (Europe/Kyiv)" in response.html
    assert "News waits." in response.html
    assert "Alerts ring as always." in response.html
    state = await load_quiet_state(driver)
    assert (state.hours, state.alerts, state.quiet_since) == (
        parse_quiet_hours("22:00-07:00"),
        QuietAlerts.NOTIFY,
        None,
    )
    assert state.next_transition_at == datetime(2023, 2, 14, 20, tzinfo=UTC)


async def test_without_a_time_zone_the_answer_says_that_the_hours_are_in_utc(
    sqlite: Database,
) -> None:
    response = await ConversationDriver(sqlite).send("/quiet 22:00-07:00")
    assert "(UTC)" in response.html
    assert "The hour is in UTC" in response.html


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
async def test_quiet_hours_are_read_in_many_notations(
    sqlite: Database, language: str, typed: str, hours: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/quiet {typed}", language=language)
    assert str((await load_quiet_state(driver)).hours) == hours


@pytest.mark.parametrize(
    "typed",
    ["25:00-07:00", "22:00", "22:60-07:00", "night", "22:00-07:00-09:00", "-", "2h", "22 7"],
)
async def test_invalid_quiet_hours_change_nothing(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/quiet 21:00-06:00")
    response = await driver.send(f"/quiet {typed}")
    assert "<code>/quiet 22:00-07:00</code>" in response.html
    assert "Hours go from 00:00 to 23:59." in response.html
    assert str((await load_quiet_state(driver)).hours) == "21:00-06:00"


async def test_quiet_hours_without_length_are_refused(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/quiet 22:00-22:00")
    assert "a beginning and another end" in response.html
    assert "/pause 8h" in response.html
    assert (await load_quiet_state(driver)).hours is None


@pytest.mark.parametrize(("language", "off"), [("en", "off"), ("uk", "вимкнути"), ("it", "OFF")])
async def test_quiet_hours_are_turned_off(sqlite: Database, language: str, off: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/quiet 22:00-07:00", language=language)
    await driver.send(f"/quiet {off}", language=language)
    state = await load_quiet_state(driver)
    assert (state.hours, state.next_transition_at) == (None, None)


async def test_everything_is_chosen_by_button_in_one_message(database: Database) -> None:
    driver = ConversationDriver(database)
    shown = (await driver.send("/settings")).reply
    assert "Quiet hours: none" in shown.html
    shown = (await driver.press(button_data(shown, "Quiet hours"))).edit
    assert "No quiet hours." in shown.html
    pressed = await driver.press(button_data(shown, "22:00–07:00"))
    assert pressed.answer == "Changed."
    assert "✓ 22:00–07:00" in button_labels(pressed.edit)
    pressed = await driver.press(button_data(pressed.edit, "Alerts wait"))
    assert "<b>Alerts wait, too: nothing rings.</b>" in pressed.edit.html
    assert (
        await driver.press(button_data(pressed.edit, "Alerts wait"))
    ).answer == "It is so already."
    state = await load_quiet_state(driver)
    assert (str(state.hours), state.alerts) == ("22:00-07:00", QuietAlerts.DEFER)
    back = (await driver.press(button_data(pressed.edit, "Settings"))).edit
    assert "Quiet hours: 22:00–07:00" in back.html
    shown = (await driver.press(button_data(back, "Quiet hours"))).edit
    assert "No quiet hours." in (await driver.press(button_data(shown, "No quiet hours"))).edit.html


@pytest.mark.parametrize(("chosen", "off"), [("qa:silent", "/quiet off"), ("qa:held", "button")])
async def test_alerts_are_back_to_normal_when_quiet_hours_are_removed(
    sqlite: Database, chosen: str, off: str
) -> None:
    """After silent alerts, /quiet off said that alerts come without sound."""
    driver = ConversationDriver(sqlite)
    await driver.send("/quiet 22:00-07:00")
    await driver.press(chosen)
    shown = (await driver.press("qh:off")).edit if off == "button" else None
    shown = shown or (await driver.send(off)).reply
    assert "No quiet hours." in shown.html
    assert "Alerts ring as always." in shown.html
    assert button_labels(shown)[0].startswith("✓")
    assert "Alerts ring as always." in (await driver.send("/pause 2h")).html


async def test_a_mode_for_alerts_without_quiet_hours_is_said_to_hold_in_a_pause(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    shown = (await driver.press("qa:silent")).edit.html
    assert "Alerts come with sound. During a pause they come without sound." in shown
    paused = (await driver.send("/pause 2h")).html
    assert "Alerts come at once, but without sound." in paused


async def test_quiet_hours_removed_in_a_pause_leave_the_mode_of_the_pause(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/quiet 22:00-07:00")
    await driver.press("qa:held")
    await driver.send("/pause 2h")
    assert "Alerts wait, too" in (await driver.send("/quiet off")).html


@pytest.mark.parametrize(
    "data", ["qh:", "qh:25:00-07:00", "qh:22:00-22:00", "qa:", "qa:x", "pp:", "pp:99999999", "pp:x"]
)
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    assert "too old" in (await driver.press(data)).answer
    assert await load_quiet_state(driver) == QuietState(
        subscriber=(await driver.get_subscriber()).number
    )


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
async def test_a_pause_is_read_in_many_notations(
    sqlite: Database, language: str, typed: str, span: timedelta
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/pause {typed}", language=language)
    assert (await load_quiet_state(driver)).paused_until == NOW + span


@pytest.mark.parametrize("typed", ["0h", "soon", "until 25:00", "-2h", "2", "2h later", "٢h"])
async def test_an_invalid_pause_changes_nothing(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/pause {typed}")
    assert "<code>/pause until 07:00</code>" in response.html
    assert (await load_quiet_state(driver)).paused_until is None


async def test_a_pause_lasts_at_most_thirty_days(sqlite: Database) -> None:
    assert "30 days at most" in (await ConversationDriver(sqlite).send("/pause 31d")).html


async def test_a_pause_is_changed_and_ended_by_button(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    shown = (await driver.send("/pause")).reply
    assert button_labels(shown) == ["30 min", "2 h", "8 h", "End the pause"]
    pressed = await driver.press(button_data(shown, "8 h"))
    assert "Paused until 17:30 UTC." in pressed.edit.html
    ended = await driver.press(button_data(shown, "End the pause"))
    assert "The pause is over." in ended.edit.html
    assert "it comes in a moment" in ended.edit.html


async def test_resume_without_a_pause_is_answered_with_the_current_state(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert (await driver.send("/resume")).html == "Nothing is paused."
    await driver.send("/quiet 09:00-17:00")
    response = await driver.send("/resume")
    assert "It is quiet now, until 17:00 UTC." in response.html
    assert "your quiet hours" in response.html


async def test_only_administrators_set_the_quiet_hours_of_a_group(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send_in_group("/quiet 22:00-07:00")
    assert "Only administrators" in response.html


@pytest.mark.parametrize("code", CODES)
async def test_every_answer_can_be_sent_in_every_language(sqlite: Database, code: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/start", language=code)
    for command in (
        "/quiet", "/quiet 09:00-17:00", "/quiet 5", "/quiet 5-5", "/quiet <b>", "/resume",
        "/pause", "/pause <i>", "/pause 99d", "/resume", "/quiet off", "/resume", "/digest",
        "/settings",
    ):  # fmt: skip
        response = await driver.send(command, language=code)
        parse_html(response.html)
        assert all(0 < len(label) <= 64 for label in button_labels(response.reply)), command
    for data in ("qp:", "qa:silent", "qa:held", "qh:22:00-07:00", "pp:480", "pr:", "dn:yes", "dp:"):
        parse_html((await driver.press(data)).edit.html)


@pytest.mark.parametrize("code", CODES)
def test_every_example_of_a_pause_and_of_hours_can_be_typed(code: str) -> None:
    voice = catalog().translator(code)
    pauses = parse_html(voice.html("pause-unknown", written="x")).entities
    assert len(pauses) == 4
    hours = parse_html(voice.html("quiet-unknown", written="x")).entities
    assert len(hours) == 2
    for _, example in (*pauses, *hours):
        command, _, typed = example.partition(" ")
        if command == "/pause" and "07" not in typed:
            assert pause.read_pause(typed, voice)
        elif command == "/quiet":
            quiet_command.read_hours(typed, voice)


async def test_empty_digests_are_chosen_by_button(database: Database) -> None:
    driver = ConversationDriver(database)
    shown = (await driver.send("/digest")).reply
    pressed = await driver.press(button_data(shown, "Tell me also"))
    assert "When there is nothing new, I say so." in pressed.edit.html
    assert (await driver.get_subscriber()).wants_empty_digests
    pressed = await driver.press(button_data(pressed.edit, "Do not tell me"))
    assert not (await driver.get_subscriber()).wants_empty_digests
    assert (await driver.press("dn:no")).answer == "It is so already."
    assert "too old" in (await driver.press("dn:x")).answer


async def test_a_change_to_audible_alerts_says_that_queued_ones_still_wait(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.press("qa:held")
    await driver.send("/pause 2h")
    pressed = await driver.press("qa:ring")
    assert "What has waited so far still comes when the quiet is over." in pressed.edit.html
    assert "so far" not in (await driver.press("qa:silent")).edit.html


async def test_a_digest_subscription_says_that_it_delays_alerts(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert (
        "That holds for alerts, too." in (await driver.send("/subscribe Kyiv | daily 09:00")).html
    )
    assert "That holds for alerts" not in (await driver.send("/subscribe Lviv")).html


async def test_quiet_hours_are_exported_and_imported(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/quiet 22:00-07:00")
    await driver.press("qa:held")
    await driver.press("dn:yes")
    exported = (await driver.send("/export")).replies[1].html
    text = parse_html(exported).text
    assert '"quiet":"22:00-07:00"' in text
    await driver.send("/quiet off")
    await driver.press("qa:ring")
    await driver.press("dn:no")
    assert "Brought back" in (await driver.send(f"/import {text}")).html
    state = await load_quiet_state(driver)
    assert (str(state.hours), state.alerts) == ("22:00-07:00", QuietAlerts.DEFER)
    assert (await driver.get_subscriber()).wants_empty_digests
    refused = await driver.send('/import {"tocsin": 1, "settings": {"quiet": "22:00-22:00"}}')
    assert "Nothing has changed." in refused.html


async def test_resume_twice_does_not_speak_of_quiet_hours_that_there_are_not(
    sqlite: Database,
) -> None:
    """The quiet entries wait for the end of the pause to be noticed, a moment later."""
    driver = ConversationDriver(sqlite)
    await driver.send("/pause 2h")
    await driver.send("/resume")

    again = await driver.send("/resume")

    assert "/quiet" not in again.html
