"""Somebody says what they want to hear of, and is told how that was understood."""

import base64
from datetime import UTC, datetime

import pytest
from support.conversation_driver import ANN, BEN, Talk, labelled, labels

from matching.query.ast import PlaceTerm, load
from storage.engine.database import Database
from storage.values.schedules import parse_schedule

MYKOLAIV_OBLAST = "UA48000000000039575"


def link(query: str) -> str:
    return base64.urlsafe_b64encode(query.encode()).decode().rstrip("=")


async def test_a_subscription_is_stored_said_in_words_and_rings(database: Database) -> None:
    talk = Talk(database)
    heard = await talk.say("/subscribe railway Kherson")
    assert heard.html.startswith(
        "You will hear at once of: <b>railway</b> (any form) in <b>Kherson</b>."
    )
    assert heard.direct == ()
    (subscription,) = await talk.followed()
    assert subscription.written == "railway Kherson"
    assert subscription.next_due_at is None
    assert talk.hears("Railway tracks damaged in Kherson") == {"ring"}
    assert talk.hears("Railway tracks damaged in Lviv") == set()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("uk", "Ви одразу почуєте про таке: усе про місце <b>Херсон</b>."),
        ("ru", "Буду сообщать сразу: всё о месте <b>Херсон</b>."),
        ("it-IT", "Ti avviso subito di: tutto su <b>Kherson</b>."),
    ],
)
async def test_it_is_said_in_the_language_of_the_persons_telegram(
    sqlite: Database, language: str, said: str
) -> None:
    heard = await Talk(sqlite).say("/subscribe Херсон", language=language)
    assert heard.html.startswith(said)


async def test_the_same_again_is_said_and_not_stored_again(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    heard = await talk.say("/subscribe Київ")
    assert "You follow this already: everything about <b>Kyiv</b> — at once" in heard.html
    assert len(await talk.followed()) == 1


async def test_the_same_with_another_hour_changes_the_hour(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    heard = await talk.say("/subscribe Kyiv | daily 09:00")
    assert "every day at 09:00 (Europe/Kyiv)" in heard.html
    (subscription,) = await talk.followed()
    assert str(subscription.schedule) == "daily 09:00"
    assert talk.hears("News from Kyiv") == {"held"}


@pytest.mark.parametrize(
    ("when", "language", "schedule"),
    [
        ("now", "en", "now"), ("hourly", "en", "hourly"), ("Daily at 9", "en", "daily 09:00"),
        ("weekly on Mondays at 18:30", "en", "weekly mon 18:30"),
        ("щодня 09:00", "uk", "daily 09:00"), ("щодня о 9.15", "uk", "daily 09:15"),
        ("щотижня в п’ятницю о 9", "uk", "weekly fri 09:00"), ("daily 09:00", "uk", "daily 09:00"),
        ("every Friday at 9", "en", "weekly fri 09:00"), ("every hour", "en", "hourly"),
        ("at once", "en", "now"), ("раз на день, о 9", "uk", "daily 09:00"),
        ("ежедневно 09:00", "ru", "daily 09:00"), ("каждый день в 9.15", "ru", "daily 09:15"),
        ("во вторник в 9", "ru", "weekly tue 09:00"), ("ежечасно", "ru", "hourly"),
        ("еженедельно по средам 18:30", "ru", "weekly wed 18:30"), ("сразу", "ru", "now"),
        ("everyday 9", "en", "daily 09:00"),
        ("ogni giorno 09:00", "it", "daily 09:00"), ("Ogni giorno alle 9", "it", "daily 09:00"),
        ("ogni settimana il lunedì alle 9", "it", "weekly mon 09:00"), ("ogni ora", "it", "hourly"),
        ("ora", "it", "now"), ("ogni martedi 18.30", "it", "weekly tue 18:30"),
        ("daily 09:00", "it", "daily 09:00"),
    ],
)  # fmt: skip
async def test_an_hour_is_read_in_english_and_in_the_readers_language(
    sqlite: Database, when: str, language: str, schedule: str
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/subscribe Kyiv | {when}", language=language)
    assert [each.schedule for each in await talk.followed()] == [parse_schedule(schedule)]


@pytest.mark.parametrize(
    "when", ["daily 25:00", "daily", "weekly 09:00", "at noon", "daily 9:99", "mon", "9"]
)
async def test_an_hour_that_is_none_is_answered_with_what_can_be_written(
    sqlite: Database, when: str
) -> None:
    talk = Talk(sqlite)
    heard = await talk.say(f"/subscribe Kyiv | {when}")
    assert when in heard.html
    assert "<code>| daily 09:00</code>" in heard.html
    assert await talk.followed() == []


async def test_the_zone_of_a_digest_is_that_of_the_first_place_followed(
    database: Database,
) -> None:
    talk = Talk(database)
    heard = await talk.say("/subscribe Poland OR Kyiv | daily 09:00")
    assert "every day at 09:00 (Europe/Warsaw)" in heard.html
    assert "Times are those of Europe/Warsaw" in heard.html
    assert (await talk.known()).zone == "Europe/Warsaw"
    (subscription,) = await talk.followed()
    assert subscription.next_due_at == datetime(2023, 2, 15, 8, tzinfo=UTC)


async def test_without_a_place_a_digest_is_in_utc_and_the_bot_says_so(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/subscribe drone | daily 12:00")
    assert "The hour is in UTC" in heard.html
    (subscription,) = await talk.followed()
    assert subscription.next_due_at == datetime(2023, 2, 14, 12, tzinfo=UTC)


async def test_a_place_followed_later_moves_the_hours_that_were_in_utc(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe drone | daily 12:00")
    await talk.say("/subscribe Kyiv")
    digest, _ = await talk.followed()
    assert digest.next_due_at == datetime(2023, 2, 14, 10, tzinfo=UTC)


async def test_a_zone_that_was_chosen_stays(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/timezone Europe/Rome")
    heard = await talk.say("/subscribe Kyiv")
    assert "Times are those" not in heard.html
    assert (await talk.known()).zone == "Europe/Rome"


async def test_a_place_under_not_says_nothing_of_the_zone(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe drone -Poland")
    assert (await talk.known()).zone is None


async def test_another_meaning_is_one_press_away(database: Database) -> None:
    talk = Talk(database)
    heard = await talk.say("/subscribe Mykolaiv")
    assert "<b>Mykolaiv</b>" in heard.html
    assert "Mykolaiv, Lviv Oblast instead" in labels(heard.reply)
    pressed = await talk.press(labelled(heard.reply, "Mykolaiv Oblast instead"))
    assert pressed.answer == "Changed."
    assert "everything about <b>Mykolaiv Oblast</b>" in pressed.edit.html
    assert "Mykolaiv instead" in labels(pressed.edit)
    (subscription,) = await talk.followed()
    assert load(subscription.query) == PlaceTerm(MYKOLAIV_OBLAST)
    assert talk.hears("Shelling in Bashtanka Raion") == {"ring"}


@pytest.mark.parametrize(
    ("written", "place"),
    [("Khersno", "Kherson"), ("khersno", "Kherson"), ("Мелитопль", "Melitopol")],
)
async def test_a_misspelt_place_is_a_word_with_the_place_one_press_away(
    sqlite: Database, written: str, place: str
) -> None:
    talk = Talk(sqlite)
    heard = await talk.say(f"/subscribe {written}")
    assert heard.html.endswith("If you meant one of these, press it:")
    assert 1 <= len(labels(heard.reply)) <= 6
    assert place in labels(heard.reply)[0]
    await talk.press(labelled(heard.reply, place))
    (subscription,) = await talk.followed()
    assert isinstance(load(subscription.query), PlaceTerm)
    assert talk.hears(f"Explosions heard in {place}") == {"ring"}


async def test_two_words_that_are_nearly_a_places_name_are_one_name(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/subscribe Bila Tserkwa #air_alert")
    await talk.press(labelled(heard.reply, "Bila Tserkva"))
    assert talk.hears("Air raid alert in Bila Tserkva") == {"ring"}
    assert talk.hears("Air raid alert in Lutsk") == set()


@pytest.mark.parametrize("written", ["світло", "Zelensky", "electricity outage", "F-35"])
async def test_a_word_that_is_like_no_place_has_no_buttons(sqlite: Database, written: str) -> None:
    heard = await Talk(sqlite).say(f"/subscribe {written}")
    assert not labels(heard.reply)


async def test_an_ordinary_word_can_become_the_place_and_a_word_again(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/subscribe суми")
    pressed = await talk.press(labelled(heard.reply, "Sumy instead"))
    assert "everything about <b>Sumy</b>" in pressed.edit.html
    again = await talk.press(labelled(pressed.edit, "The word “суми”"))
    assert "<b>суми</b> (any form)" in again.edit.html


async def test_two_presses_of_one_button_do_nothing_twice(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/subscribe Mykolaiv")
    data = labelled(heard.reply, "Mykolaiv Oblast instead")
    await talk.press(data)
    again = await talk.press(data)
    assert again.answer == "You follow this already."
    assert len(again.direct) == 1


async def test_a_meaning_that_is_followed_already_is_not_followed_twice(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Mykolaiv Oblast")
    heard = await talk.say("/subscribe Mykolaiv")
    pressed = await talk.press(labelled(heard.reply, "Mykolaiv Oblast instead"))
    assert pressed.answer == "You follow this already."
    assert len({each.query for each in await talk.followed()}) == 2


@pytest.mark.parametrize(
    ("query", "said", "marked"),
    [
        ("(Kyiv", "no other half", "(Kyiv\n^</pre>"),
        ("Kyiv OR", "missing beside it", "Kyiv OR\n     ^^</pre>"),
        ("#nothing_such", "no such topic", "#nothing_such\n^^^^^^^^^^^^^</pre>"),
        ("-Kyiv", "only what you do not want", "-Kyiv\n^^^^^</pre>"),
        ('drone "air', "never closed", '"air'.replace('"', "&quot;")),
        ("", "what you want to hear of", ""),
    ],
)
async def test_a_mistake_is_shown_where_it_is(
    sqlite: Database, query: str, said: str, marked: str
) -> None:
    talk = Talk(sqlite)
    heard = await talk.say(f"/subscribe {query}")
    assert said in heard.html
    assert marked in heard.html
    assert await talk.followed() == []


async def test_what_was_probably_meant_is_one_press_away(sqlite: Database) -> None:
    talk = Talk(sqlite)
    heard = await talk.say("/subscribe in:Khersn drone")
    assert "Perhaps: <code>in:&quot;Kherson&quot; drone</code>" in heard.html
    await talk.press(labelled(heard.reply, "Subscribe"))
    assert [each.written for each in await talk.followed()] == ['in:"Kherson" drone']


async def test_two_commands_in_one_message_are_not_taken_for_one_subscription(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    for text in ("/subscribe Lviv\n/subscribe Odesa", "/subscribe Lviv /Pause 2h"):
        assert "One command a message" in (await talk.say(text)).html
    assert await talk.followed() == []


async def test_it_is_said_from_whom_after_what(sqlite: Database) -> None:
    heard = await Talk(sqlite).say('/subscribe from:"blog" drone Lviv -football')
    assert (
        "<b>drone</b> (any form) in <b>Lviv</b>, from <b>blog</b>, but not <b>football</b>"
        in heard.html
    )


async def test_a_place_in_quotation_marks_is_offered_as_words_without_them(
    sqlite: Database,
) -> None:
    heard = await Talk(sqlite).say('/subscribe "Kharkiv Oblast" railway')
    assert "The word “Kharkiv Oblast” instead" in labels(heard.reply)


async def test_a_chat_has_a_quota_and_is_told_so(sqlite: Database) -> None:
    """failures 62"""
    talk = Talk(sqlite, quota=2)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Lviv")
    heard = await talk.say("/subscribe Odesa")
    assert "This chat follows 2 things, and more is not possible" in heard.html
    pressed = await talk.press("f:Odesa")
    assert pressed.answer.startswith("This chat follows 2 things")
    assert len(await talk.followed()) == 2
    await talk.say("/subscribe Odesa", user=BEN)
    assert len(await talk.followed(BEN)) == 1


async def test_a_deep_link_asks_and_then_subscribes_once(database: Database) -> None:
    talk = Talk(database)
    heard = await talk.say(f"/start {link('Київ дрон')}")
    assert "<b>дрон</b> (any form) in <b>Kyiv</b>" in heard.html
    assert await talk.followed() == []
    data = labelled(heard.reply, "Subscribe")
    assert (await talk.press(data)).html.startswith("You will hear at once")
    assert "already" in (await talk.press(data)).html
    assert len(await talk.followed()) == 1


@pytest.mark.parametrize("payload", ["%%%", "0J", "_", "=", "S3lpdg==x", "дата", "AAAA"])
async def test_a_forged_or_cut_deep_link_is_answered_kindly(sqlite: Database, payload: str) -> None:
    """failures 64"""
    talk = Talk(sqlite)
    heard = await talk.say(f"/start {payload}")
    assert "link is broken" in heard.html or "what you want to hear of" in heard.html
    assert await talk.followed() == []


async def test_a_greeting_says_how_to_begin_and_later_what_is_there(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert "Press a place, write its name" in (await talk.say("/start")).html
    await talk.say("/subscribe Kyiv")
    assert "You follow one thing" in (await talk.say("/start")).html


async def test_whoever_blocked_the_bot_hears_nothing_until_they_write_again(
    database: Database,
) -> None:
    """failures 5"""
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    chat = {"id": ANN, "type": "private", "first_name": "Somebody"}
    await talk.membership(chat, "kicked")
    assert (await talk.known()).suspended
    await talk.membership(chat, "member")
    assert (await talk.known()).suspended
    heard = await talk.say("/start")
    assert "You follow one thing" in heard.html
    assert (await talk.known()).suspended is None
