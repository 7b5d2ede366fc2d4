"""Command /subscribe with words that can never ring: asked about, understood, or refused."""

import pytest
from support.conversation_driver import (
    BEN,
    ConversationDriver,
    button_data,
    button_labels,
    private_message,
)

from matching.query.ast import And, PlaceTerm, TopicTerm, Word, load
from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.incidents import Incident, SourceReport

KYIV, KHARKIV = "UA80000000000093317", "UA63120270010096107"
KHERSON, ODESA = "UA65100150010064384", "UA51100270010076757"


@pytest.mark.parametrize(
    ("written", "label", "code"),
    [
        ("Khreson", "Kherson", KHERSON), ("Kharkviv", "Kharkiv", KHARKIV),
        ("Одееса", "Odesa", ODESA),
        ("Rbtd", "Kyiv", KYIV), ("Rb]d", "Kyiv", KYIV), ("[fhrsd", "Kharkiv", KHARKIV),
        ("Лншм", "Kyiv", KYIV), ("Jltcf", "Odesa", ODESA), ("Киiв", "Kyiv", KYIV),
        ("Saltivka", "Kharkiv", KHARKIV), ("троєщина", "Kyiv", KYIV),
        ("Молдаванка", "Odesa", ODESA),
    ],
)  # fmt: skip
async def test_a_word_close_to_a_place_is_asked_about_before_anything_is_stored(
    sqlite: Database, written: str, label: str, code: str
) -> None:
    """A misspelt place, another keyboard layout or a part of a city was stored as a word."""
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {written}")
    assert button_labels(response.reply)[0] == label
    assert button_labels(response.reply)[-1] == f"The word “{written}”"
    assert await driver.get_subscriptions() == []
    pressed = await driver.press(button_data(response.reply, label))
    assert "Subscribed" in pressed.edit.html or "hear" in pressed.edit.html
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == PlaceTerm(code)


@pytest.mark.parametrize("written", ["Khreson", "rbtd", "Saltivka"])
async def test_the_word_as_typed_is_one_press_away(sqlite: Database, written: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {written}")
    await driver.press(button_data(response.reply, "The word"))
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == Word(written.lower())


async def test_the_schedule_outlasts_the_question(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe railway Khreson | daily 09:00")
    await driver.press(button_data(response.reply, "Kherson"))
    (subscription,) = await driver.get_subscriptions()
    assert str(subscription.schedule) == "daily 09:00"
    assert load(subscription.query) == And((Word("railway"), PlaceTerm(KHERSON)))


async def test_a_long_query_is_read_from_the_message_of_the_question(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    text = "Khreson, Lviv, Kyiv, Odesa, Kharkiv, Dnipro, Poltava, Zhytomyr"
    response = await driver.send(f"/subscribe {text}")
    question = private_message(f"Did you mean?\n{text}")
    question["entities"] = [{"type": "code", "offset": 14, "length": len(text)}]
    await driver.press(button_data(response.reply, "Kherson"), under=question)
    (subscription,) = await driver.get_subscriptions()
    assert PlaceTerm(KHERSON) in load(subscription.query).parts  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("language", "question", "word"),
    [
        ("uk", "Ви мали на увазі", "Слово «Khreson»"), ("ru", "Вы имели в виду", "Слово «Khreson»"),
        ("it", "Intendevi", "La parola «Khreson»"),
    ],
)  # fmt: skip
async def test_the_question_is_in_the_persons_language(
    sqlite: Database, language: str, question: str, word: str
) -> None:
    response = await ConversationDriver(sqlite).send("/subscribe Khreson", language=language)
    assert response.html.startswith(question)
    assert word in button_labels(response.reply)


@pytest.mark.parametrize(
    "written", ["music", "Music", "Person", "NATO", "Зеленський", "quello", "питання", "bitcoin"]
)
async def test_a_word_that_people_use_is_not_asked_about(sqlite: Database, written: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {written}")
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == Word(written.lower())


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/feed.xml", "@some_channel", "t.me/some_channel", "www.example.org",
        "http://t.me/s/abc Kyiv", "example.org/rss",
    ],
)  # fmt: skip
async def test_a_link_is_refused_with_what_works(sqlite: Database, written: str) -> None:
    """An address was stored as the words "https", "example" and so on, which no report has."""
    driver = ConversationDriver(sqlite, source_names=("alarms", "my news"))
    response = await driver.send(f"/subscribe {written}")
    assert "I can’t follow a link or a channel" in response.html
    assert "<code>from:alarms</code>, <code>from:&quot;my news&quot;</code>" in response.html
    assert await driver.get_subscriptions() == []


@pytest.mark.parametrize("written", ["from:blog", "from:alarm Kyiv", 'drone from:"no such"'])
async def test_an_unknown_source_is_refused_with_those_there_are(
    sqlite: Database, written: str
) -> None:
    driver = ConversationDriver(sqlite, source_names=("alarms", "my news"))
    response = await driver.send(f"/subscribe {written}")
    assert "I have no source with this name" in response.html
    assert "<code>from:alarms</code>" in response.html
    assert await driver.get_subscriptions() == []


async def test_a_source_that_only_published_is_known(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, source_names=("alarms",))
    await driver.publish("Hello", source="Town Hall")
    await driver.send('/subscribe from:"Town Hall"')
    await driver.send("/subscribe from:ALARMS")
    assert len(await driver.get_subscriptions()) == 2


@pytest.mark.parametrize("written", ["news about Kyiv", "тривоги у Києві", "drone"])
async def test_undo_removes_the_subscription_and_says_so(sqlite: Database, written: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/subscribe {written}")
    data = button_data(response.reply, "Undo")
    assert (await driver.press(data, user=BEN)).answer == "This is gone already."
    pressed = await driver.press(data)
    assert pressed.edit.html.startswith("Removed: ")
    assert await driver.get_subscriptions() == []
    assert driver.match_modes("A drone over Kyiv. Air raid alert in Kyiv") == set()
    assert (await driver.press(data)).answer == "This is gone already."


async def test_a_changed_subscription_has_no_undo(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Kyiv")
    response = await driver.send("/subscribe Kyiv | daily 09:00")
    assert not any("Undo" in label for label in button_labels(response.reply))


async def test_the_answer_says_which_reports_match(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).send("/subscribe drone Kyiv, Lviv")
    assert "reports that mention <b>Kyiv</b> or <b>Lviv</b>" in response.html
    assert "not as part of another word" in response.html


@pytest.mark.parametrize(
    ("written", "matching", "other"),
    [
        ("C++", "A new C++ standard", "Vitamin C helps."),
        ('"C#"', "C#, a language", "Vitamin C helps."),
        (".NET", "Microsoft .NET 10 is out", "A net of agents"),
        ("Notepad++", "Notepad++ was attacked", "He wrote on a notepad"),
    ],
)
async def test_a_word_with_signs_is_itself(
    sqlite: Database, written: str, matching: str, other: str
) -> None:
    """A subscription to C++ or C# rang for the letter C."""
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {written}")
    assert driver.match_modes(matching) == {"audible"}
    assert driver.match_modes(other) == set()


async def test_alerts_at_home_are_those_of_the_air(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe alerts in Kyiv")
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == And((TopicTerm("air_alert"), PlaceTerm(KYIV)))
    assert driver.match_modes("Air raid alert in Kyiv") == {"audible"}
    assert driver.match_modes("A concert in Kyiv") == set()


async def test_an_alert_that_is_on_comes_before_the_confirmation(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KYIV)
    for written in ("alerts in Kyiv", "news about Kyiv", "Kyiv +20km"):
        response = await driver.send(f"/subscribe {written}")
        alert, _, confirmation = response.html.partition("You will hear")
        assert "Air raid alert" in alert
        assert "Kyiv" in confirmation
    assert "Air raid alert" not in (await driver.send("/subscribe Lviv")).html


async def test_without_an_alert_the_answer_ends_with_that_state(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, state_sources=("siren",))
    async with driver.database.write() as transaction:
        await sources.record_success(transaction, "siren", {}, driver.now)
    response = await driver.send("/subscribe Kyiv")
    _, _, state = response.html.partition("You will hear")
    assert "I know of no alert that is on" in state or "no alert" in state.lower()


async def open_alert(driver: ConversationDriver, region: str) -> None:
    report = SourceReport(is_active=True, reported_at=driver.now)
    incident = Incident(
        region=region, hazard="air_raid", opened_at=driver.now, sources={"siren": report}
    )
    async with driver.database.write() as transaction:
        await incidents.store(transaction, incident)
        await sources.record_success(transaction, "siren", {}, driver.now)
