"""Sound in the conversation: options, buttons, the mode of a chat, and /why."""

from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.conversation_driver import (
    ANN,
    BEN,
    NOW,
    ConversationDriver,
    button_data,
    button_labels,
)

from storage.engine.database import Database
from storage.inbound.bulletins import Kind, Phase
from storage.outbox import broadcasts, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.receipts import Receipt
from storage.subscribers.subscriptions import Sound
from storage.values.lanes import Lane

SILENT, FROM_RED = Sound(has_sound=False), Sound(sound_from="red")


@pytest.mark.parametrize(
    ("language", "written", "schedule", "sound", "has_neighbours"),
    [
        ("en", "now, silently", "now", SILENT, False),
        ("en", "sound>=red", "now", FROM_RED, False),
        ("en", "Mon–Fri 9am, without sound", "mon-fri 09:00", SILENT, False),
        ("en", "sound from orange, neighbours", "now", Sound(sound_from="orange"), True),
        ("en", "sound>orange", "now", FROM_RED, False),
        ("en", "sat-sun 10:00", "sat-sun 10:00", Sound(), False),
        ("en", "fri-mon 10:00", "fri-mon 10:00", Sound(), False),
        ("uk", "одразу, без звуку", "now", SILENT, False),
        ("uk", "звук>=червоний, сусіди", "now", FROM_RED, True),
        ("uk", "пн-пт о 9:00", "mon-fri 09:00", Sound(), False),
        ("ru", "сейчас, звук ≥ красный, соседи", "now", FROM_RED, True),
        ("ru", "по будням 9:00, без звука", "mon-fri 09:00", SILENT, False),
        ("it", "subito, suono>=rosso, vicini", "now", FROM_RED, True),
        ("it", "lun-ven 9:00, in silenzio", "mon-fri 09:00", SILENT, False),
    ],
)
async def test_options_are_understood_in_each_language(
    sqlite: Database,
    language: str,
    written: str,
    schedule: str,
    sound: Sound,
    *,
    has_neighbours: bool,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe Київ | {written}", language=language)
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == schedule
    assert (subscription.sound, subscription.has_neighbours) == (sound, has_neighbours)


@pytest.mark.parametrize(
    "written", ["silently, sound>=red", "sound>=blue", "sound>red", "loudly", "mon-xyz 9:00", ","]
)
async def test_an_unknown_option_is_refused_with_those_there_are(
    sqlite: Database, written: str
) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe Kyiv | {written}")
    assert "mon-fri 09:00" in response.html
    assert "sound&gt;=red" in response.html
    assert await driver.get_subscriptions() == []


async def test_the_same_query_with_other_options_changes_them(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    assert driver.match_modes("News from Kyiv") == {"audible"}
    response = await driver.send("/subscribe Kyiv | sound>=red, neighbours")
    assert "sound from level red" in response.html
    assert "neighbouring areas" in response.html
    assert driver.match_modes("News from Kyiv") == {"silent"}
    assert driver.match_modes("Air raid alert in Kyiv") == {"audible_always"}
    assert driver.match_modes("Air raid alert in Bucha Raion") == {"silent"}
    assert driver.match_modes("News from Bucha Raion") == set()
    await driver.send("/subscribe Kyiv | with sound")
    assert driver.match_modes("News from Kyiv") == {"audible"}
    assert driver.match_modes("Air raid alert in Bucha Raion") == {"silent"}
    await driver.send("/unsubscribe 1")
    assert driver.match_modes("Air raid alert in Kyiv and in Bucha Raion") == set()
    assert len(driver.index) == 0


@pytest.mark.parametrize("query", ["Rome", "railway", "#storm -Kyiv"])
async def test_neighbours_are_refused_where_none_are_known(sqlite: Database, query: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {query} | neighbours")
    assert "I left out the neighbours" in response.html
    (subscription,) = await driver.get_subscriptions()
    assert not subscription.has_neighbours
    menu = await driver.press(button_data(response.reply, "Sound"))
    assert not any("next door" in label for label in button_labels(menu.edit))


async def test_buttons_choose_the_sound_of_a_subscription(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe Kyiv")
    menu = await driver.press(button_data(response.reply, "Sound"))
    assert "✓ 🔔 As usual: warnings from orange" in button_labels(menu.edit)
    chosen = await driver.press(button_data(menu.edit, "From red"))
    assert (chosen.answer, "from level red" in chosen.edit.html) == ("Changed.", True)
    assert driver.match_modes("News from Kyiv") == {"silent"}
    again = await driver.press(button_data(menu.edit, "From red"))
    assert again.answer == "It is so already."
    await driver.press(button_data(menu.edit, "Always"))
    assert driver.match_modes("News from Kyiv") == {"audible_always"}
    await driver.press(button_data(menu.edit, "next door"))
    assert driver.match_modes("Air raid alert in Bucha Raion") == {"silent"}
    menu = await driver.press(button_data(response.reply, "Sound"))
    await driver.press(button_data(menu.edit, "No alerts next door"))
    assert driver.match_modes("Air raid alert in Bucha Raion") == set()
    await driver.press(button_data(menu.edit, "Without sound"))
    assert driver.match_modes("News from Kyiv") == {"silent"}


async def test_buttons_choose_when_a_subscription_comes(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe Kyiv")
    menu = await driver.press(button_data(response.reply, "When"))
    chosen = await driver.press(button_data(menu.edit, "Mon–Fri"))
    assert "Mon–Fri at 09:00" in chosen.edit.html
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == "mon-fri 09:00"
    assert driver.match_modes("News from Kyiv") == {"digest"}
    back = await driver.press(button_data(menu.edit, "Back"))
    assert button_labels(back.edit)[-2:] == ["🕘 When", "🔔 Sound"]


@pytest.mark.parametrize("data", ["u:1:loud", "w:1:never", "u:1:near", "u::red", "w:x", "u:2"])
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe railway")
    await driver.send("/subscribe railway", user=BEN)
    before = await driver.get_subscriptions(BEN)
    await driver.press(data)
    assert driver.match_modes("railway") == {"audible"}
    assert await driver.get_subscriptions(BEN) == before


async def test_the_list_of_subscriptions_shows_their_sound(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv | sound>=red, neighbours")
    await driver.send("/subscribe Lviv | silently")
    listed = (await driver.send("/subscriptions")).html
    assert "at once, with sound from red, and, without sound, alerts next to it" in listed
    assert "at once, without sound" in listed


async def test_settings_have_a_button_for_each_mode_of_the_chat(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    page = await driver.send("/settings")
    assert "Sound: for alerts and reports" in page.html
    assert "✓ 🔔 Sound for everything" in button_labels(page.reply)
    data = button_data(page.reply, "alerts only")
    chosen = await driver.press(data)
    assert "Sound: for alerts only; reports come without sound" in chosen.edit.html
    assert (await driver.press(data)).answer == "It is so already."
    exported = (await driver.send("/export")).replies[1].html
    assert "&quot;sound&quot;:&quot;alerts&quot;" in exported or '"sound":"alerts"' in exported
    assert (await driver.press("tm:loud")).answer != "Changed."


async def test_a_drill_is_silent_in_a_chat_without_sound(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    page = await driver.send("/settings")
    await driver.press(button_data(page.reply, "No sound at all"))
    await driver.send("/test")
    (drill,) = driver.alert_deliveries
    assert drill.silent
    assert drill.content is not None
    assert "nothing has sound here" in drill.content.html


async def _explain_silent(driver: ConversationDriver, title: str, **facts: object) -> str:
    """Return the answer to /why about a bulletin that came without sound."""
    bulletin = await driver.publish(title, **facts)  # type: ignore[arg-type]
    async with driver.database.write() as transaction:
        everybody = BitMap([1])
        new = NewBroadcast(
            bulletin=bulletin.id, lane=Lane.NEWS, recipients=everybody, silent=everybody
        )
        await broadcasts.enqueue(transaction, [new], NOW)
        await receipts.put(transaction, [Receipt(bulletin.id, 1, 501)], NOW + timedelta(minutes=1))
    return (await driver.send(f"/why {bulletin.title}")).html


WARNING = {"kind": Kind.ALERT, "phase": Phase.ACTIVE, "hazard": "storm", "regions": ("Kyiv",)}


@pytest.mark.parametrize(
    ("option", "title", "facts", "reason"),
    [
        ("silently", "Bridge closed in Kyiv", {}, "how you have set this subscription"),
        ("sound>=red", "Bridge closed in Kyiv", {}, "has sound only from red"),
        ("now", "Storm in Kyiv", {**WARNING, "level": "yellow"}, "warnings have sound from orange"),
        (
            "neighbours",
            "Storm in Bucha Raion",
            {**WARNING, "level": "red", "regions": ("Bucha Raion",)},
            "about a neighbouring area",
        ),
    ],
)
async def test_why_names_the_rule_that_silenced_a_message(
    sqlite: Database, option: str, title: str, facts: dict[str, object], reason: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe Kyiv | {option}")
    assert reason in await _explain_silent(driver, title, **facts)


async def test_why_names_the_mode_of_the_chat_first(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv | silently")
    page = await driver.send("/settings")
    await driver.press(button_data(page.reply, "alerts only"))
    why = await _explain_silent(driver, "Bridge closed in Kyiv")
    assert "this chat has sound for alerts only" in why
    await driver.press(button_data(page.reply, "No sound"))
    assert "nothing has sound in this chat" in await _explain_silent(driver, "Tram back in Kyiv")


async def test_an_export_restores_sound_and_neighbours(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv | sound>=red, neighbours")
    await driver.send("/subscribe Lviv | mon-fri 09:00, silently")
    page = await driver.send("/settings")
    await driver.press(button_data(page.reply, "No sound"))
    exported = (await driver.send("/export")).replies[1].html
    text = exported.removeprefix("<pre>").removesuffix("</pre>")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    await driver.send(f"/import {text}", user=BEN)
    first, second = await driver.get_subscriptions(BEN)
    assert (first.sound, first.has_neighbours) == (FROM_RED, True)
    assert (second.sound, str(second.schedule)) == (SILENT, "mon-fri 09:00")
    assert "everything comes without sound" in (await driver.send("/settings", user=BEN)).html
    assert ANN != BEN
