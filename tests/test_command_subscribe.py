"""Command /subscribe: parsing, confirmation, disambiguation and quota."""

from datetime import UTC, datetime

import pytest
from support.conversation_driver import BEN, ConversationDriver, button_data, button_labels

from matching.query.ast import PlaceTerm, load
from storage.engine.database import Database
from storage.values.schedules import parse_schedule

MYKOLAIV_OBLAST = "UA48000000000039575"


async def test_a_subscription_is_stored_confirmed_in_words_and_matched(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe railway Kherson")
    assert response.html.startswith(
        "You will hear at once of: <b>railway</b> (any form) in <b>Kherson</b>."
    )
    assert response.immediate_calls == ()
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query_text == "railway Kherson"
    assert subscription.next_due_at is None
    assert driver.match_modes("Railway tracks damaged in Kherson") == {"audible"}
    assert driver.match_modes("Railway tracks damaged in Lviv") == set()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("uk", "Ви одразу почуєте про таке: усе про місце <b>Херсон</b>."),
        ("ru", "Буду сообщать сразу: всё о месте <b>Херсон</b>."),
        ("it-IT", "Ti avviso subito di: tutto su <b>Kherson</b>."),
    ],
)
async def test_the_confirmation_is_in_the_language_of_the_persons_telegram(
    sqlite: Database, language: str, expected: str
) -> None:
    response = await ConversationDriver(sqlite).send("/subscribe Херсон", language=language)
    assert response.html.startswith(expected)


async def test_the_same_query_again_is_answered_and_not_stored_again(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    response = await driver.send("/subscribe Київ")
    assert "You follow this already: everything about <b>Kyiv</b> — at once" in response.html
    assert len(await driver.get_subscriptions()) == 1


async def test_the_same_query_with_another_schedule_changes_the_schedule(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    response = await driver.send("/subscribe Kyiv | daily 09:00")
    assert "every day at 09:00 (Europe/Kyiv)" in response.html
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == "daily 09:00"
    assert driver.match_modes("News from Kyiv") == {"digest"}


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
async def test_a_schedule_is_read_in_english_and_in_the_readers_language(
    sqlite: Database, when: str, language: str, schedule: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe Kyiv | {when}", language=language)
    assert [subscription.schedule for subscription in await driver.get_subscriptions()] == [
        parse_schedule(schedule)
    ]


@pytest.mark.parametrize(
    "when", ["daily 25:00", "weekly", "weekly 09:00", "at noon", "daily 9:99", "mon, wed"]
)
async def test_an_invalid_schedule_is_answered_with_examples(sqlite: Database, when: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe Kyiv | {when}")
    assert when in response.html
    assert "<code>| daily 09:00</code>" in response.html
    assert await driver.get_subscriptions() == []


async def test_the_first_place_subscribed_to_sets_the_time_zone(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe Poland OR Kyiv | daily 09:00")
    assert "every day at 09:00 (Europe/Warsaw)" in response.html
    assert "Times are those of Europe/Warsaw" in response.html
    assert (await driver.get_subscriber()).zone == "Europe/Warsaw"
    (subscription,) = await driver.get_subscriptions()
    assert subscription.next_due_at == datetime(2023, 2, 15, 8, tzinfo=UTC)


async def test_without_a_place_a_digest_is_in_utc_and_the_answer_says_so(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe drone | daily 12:00")
    assert "The hour is in UTC" in response.html
    (subscription,) = await driver.get_subscriptions()
    assert subscription.next_due_at == datetime(2023, 2, 14, 12, tzinfo=UTC)


async def test_a_later_place_reschedules_the_digests_that_were_in_utc(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe drone | daily 12:00")
    await driver.send("/subscribe Kyiv")
    digest, _ = await driver.get_subscriptions()
    assert digest.next_due_at == datetime(2023, 2, 14, 10, tzinfo=UTC)


async def test_a_chosen_time_zone_stays(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/timezone Europe/Rome")
    response = await driver.send("/subscribe Kyiv")
    assert "Times are those" not in response.html
    assert (await driver.get_subscriber()).zone == "Europe/Rome"


async def test_an_excluded_place_does_not_set_the_time_zone(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe drone -Poland")
    assert (await driver.get_subscriber()).zone is None


async def test_another_meaning_is_one_press_away(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe Mykolaiv")
    assert "<b>Mykolaiv</b>" in response.html
    assert "Mykolaiv, Lviv Oblast instead" in button_labels(response.reply)
    pressed = await driver.press(button_data(response.reply, "Mykolaiv Oblast instead"))
    assert pressed.answer == "Changed."
    assert "everything about <b>Mykolaiv Oblast</b>" in pressed.edit.html
    assert "Mykolaiv instead" in button_labels(pressed.edit)
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == PlaceTerm(MYKOLAIV_OBLAST)
    assert driver.match_modes("Shelling in Bashtanka Raion") == {"audible"}


@pytest.mark.parametrize(
    ("written", "place"),
    [("Khersno", "Kherson"), ("khersno", "Kherson"), ("Мелитопль", "Melitopol")],
)
async def test_nothing_is_stored_for_a_misspelt_place_until_a_button_corrects_it(
    sqlite: Database, written: str, place: str
) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {written}")
    assert response.html.startswith(f"Did you mean <b>{place}</b>?")
    assert await driver.get_subscriptions() == []
    assert 1 <= len(button_labels(response.reply)) <= 6
    assert place in button_labels(response.reply)[0]
    await driver.press(button_data(response.reply, place))
    (subscription,) = await driver.get_subscriptions()
    assert isinstance(load(subscription.query), PlaceTerm)
    assert driver.match_modes(f"Explosions heard in {place}") == {"audible"}


async def test_two_words_close_to_a_place_name_are_corrected_as_one_name(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe Bila Tserkwa #air_alert")
    await driver.press(button_data(response.reply, "Bila Tserkva"))
    assert driver.match_modes("Air raid alert in Bila Tserkva") == {"audible"}
    assert driver.match_modes("Air raid alert in Lutsk") == set()


@pytest.mark.parametrize("written", ["світло", "Zelensky", "electricity outage", "F-35"])
async def test_a_word_unlike_any_place_has_no_buttons_for_places(
    sqlite: Database, written: str
) -> None:
    response = await ConversationDriver(sqlite).send(f"/subscribe {written}")
    assert not [label for label in button_labels(response.reply) if "instead" in label]


async def test_an_ordinary_word_can_become_the_place_and_a_word_again(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe суми")
    pressed = await driver.press(button_data(response.reply, "Sumy instead"))
    assert "everything about <b>Sumy</b>" in pressed.edit.html
    again = await driver.press(button_data(pressed.edit, "The word “суми”"))
    assert "<b>суми</b> (any form)" in again.edit.html


async def test_a_second_press_of_a_meaning_changes_nothing(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe Mykolaiv")
    data = button_data(response.reply, "Mykolaiv Oblast instead")
    await driver.press(data)
    again = await driver.press(data)
    assert again.answer == "You follow this already."
    assert len(again.immediate_calls) == 1


async def test_a_meaning_with_a_subscription_is_not_subscribed_to_twice(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Mykolaiv Oblast")
    response = await driver.send("/subscribe Mykolaiv")
    pressed = await driver.press(button_data(response.reply, "Mykolaiv Oblast instead"))
    assert pressed.answer == "You follow this already."
    assert len({subscription.query for subscription in await driver.get_subscriptions()}) == 2


@pytest.mark.parametrize(
    ("query", "expected", "marked"),
    [
        ("(Kyiv", "no other half", "(Kyiv\n^</pre>"),
        ("Kyiv OR", "missing beside it", "Kyiv OR\n     ^^</pre>"),
        ("#nothing_such", "no such topic", "#nothing_such\n^^^^^^^^^^^^^</pre>"),
        ("-Kyiv", "only what you do not want", "-Kyiv\n^^^^^</pre>"),
        ('drone "air', "never closed", '"air'.replace('"', "&quot;")),
        ("", "what you want to hear of", ""),
    ],
)
async def test_a_syntax_error_is_marked_in_the_query(
    sqlite: Database, query: str, expected: str, marked: str
) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {query}")
    assert expected in response.html
    assert marked in response.html
    assert await driver.get_subscriptions() == []


async def test_a_probable_correction_is_one_press_away(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe in:Khersn drone")
    assert "Perhaps: <code>in:&quot;Kherson&quot; drone</code>" in response.html
    await driver.press(button_data(response.reply, "Subscribe"))
    assert [subscription.query_text for subscription in await driver.get_subscriptions()] == [
        'in:"Kherson" drone'
    ]


async def test_two_commands_in_one_message_are_refused(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    for text in ("/subscribe Lviv\n/subscribe Odesa", "/subscribe Lviv /Pause 2h"):
        assert "One command a message" in (await driver.send(text)).html
    assert await driver.get_subscriptions() == []


async def test_the_source_comes_after_the_terms_in_the_confirmation(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).send('/subscribe from:"blog" drone Lviv -football')
    assert (
        "<b>drone</b> (any form) in <b>Lviv</b>, from <b>blog</b>, but not <b>football</b>"
        in response.html
    )


async def test_a_place_in_quotation_marks_is_offered_as_words_without_them(
    sqlite: Database,
) -> None:
    response = await ConversationDriver(sqlite).send('/subscribe "Kharkiv Oblast" railway')
    assert "The word “Kharkiv Oblast” instead" in button_labels(response.reply)


async def test_a_chat_beyond_its_quota_is_refused(sqlite: Database) -> None:
    """Each chat has its own quota, so no chat can fill the index."""
    driver = ConversationDriver(sqlite, quota=2)
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe Lviv")
    response = await driver.send("/subscribe Odesa")
    assert "This chat follows 2 things, and more is not possible" in response.html
    pressed = await driver.press("f:Odesa")
    assert pressed.answer.startswith("This chat follows 2 things")
    assert len(await driver.get_subscriptions()) == 2
    await driver.send("/subscribe Odesa", user=BEN)
    assert len(await driver.get_subscriptions(BEN)) == 1
