"""Free text in a private chat: what is on at the places it names, then the newest reports."""

from datetime import timedelta

import pytest
from support.conversation_driver import NOW, ConversationDriver, button_data, button_labels
from support.telegram_html import parse_html

from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.incidents import Incident, SourceReport

KHERSON, KYIV = "UA65000000000030969", "UA80000000000093317"


async def open_alert(driver: ConversationDriver, region: str) -> None:
    opened_at = NOW - timedelta(minutes=20)
    report = SourceReport(is_active=True, reported_at=opened_at)
    incident = Incident(
        region=region, hazard="air_raid", opened_at=opened_at, sources={"siren": report}
    )
    async with driver.database.write() as transaction:
        await incidents.store(transaction, incident)
        await sources.record_success(transaction, "siren", {}, NOW)


async def ask(driver: ConversationDriver, text: str) -> str:
    return parse_html((await driver.send(text)).html).text


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Is there an alert in Kherson?", KHERSON),
        ("тривога Херсон", KHERSON),
        ("Чи є тривога в Києві?", KYIV),
        ("тревога в Киеве есть?", KYIV),
        ("C'è un allarme a Kyiv adesso?", KYIV),
        ("What's happening in Kyiv?", KYIV),
        ("Kyiv", KYIV),
        ("(Kyiv", KYIV),
        ('alert "Kyiv', KYIV),
        ("alert in Kyiv AND", KYIV),
        ("Що з повітряною тривогою у Києві", KYIV),
    ],
)
async def test_the_answer_begins_with_the_alert_at_the_place(
    database: Database, text: str, region: str
) -> None:
    """The answer was "Nothing so far.", or a syntax error, while an alert was on."""
    driver = ConversationDriver(database)
    await open_alert(driver, region)
    shown = await ask(driver, text)
    assert shown.startswith("On now in K")
    assert "Air raid alert: K" in shown.partition("The newest")[0]


@pytest.mark.parametrize(
    "text", ["Kyiv", "Чи є тривога в Києві?", "bakery in Kyiv", "Lviv and Kyiv"]
)
async def test_nothing_so_far_is_not_said_below_an_alert(sqlite: Database, text: str) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KYIV)
    response = await driver.send(text)
    shown = parse_html(response.html).text
    assert "Air raid alert: Kyiv" in shown
    assert "Nothing so far" not in shown
    assert "The newest" not in shown
    assert button_labels(response.reply) == ["Subscribe"]
    assert "Nothing so far" in await ask(driver, "Lviv")


async def test_the_newest_reports_follow_without_function_words(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KYIV)
    await driver.publish("A bridge in Kyiv is shut")
    await driver.publish("A museum in Lviv opens")
    shown = await ask(driver, "What is going on in Kyiv?")
    on_now, _, reports = shown.partition("The newest")
    assert "Air raid alert: Kyiv" in on_now
    assert "A bridge in Kyiv is shut" in reports
    assert "museum" not in reports


@pytest.mark.parametrize("text", ["Is the bakery open in Kyiv?", "пекарня Київ"])
async def test_reports_about_the_place_stand_in_for_an_exact_match(
    sqlite: Database, text: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("A bridge in Kyiv is shut")
    assert "A bridge in Kyiv is shut" in await ask(driver, text)


async def test_several_places_are_answered_each(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KYIV)
    shown = await ask(driver, "alert in Kyiv or Lviv?")
    assert "On now in Kyiv" in shown
    assert "no alert that is on in Lviv" in shown


@pytest.mark.parametrize("text", ["Is there an alert?", "Чи є тривога?", "тревога"])
async def test_a_question_without_a_place_lists_what_is_on(sqlite: Database, text: str) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KYIV)
    assert (await ask(driver, text)).startswith("On now\n\n🔴 Air raid alert: Kyiv")


async def test_a_misspelt_place_offers_similar_ones(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_alert(driver, KHERSON)
    reply = (await driver.send("Is there an alert in Khreson?")).reply
    assert "Did you mean" in reply.html
    chosen = await driver.press(button_data(reply, "Kherson"))
    assert "Air raid alert" in chosen.edit.html


async def test_names_of_several_words_keep_their_small_words(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for text in ("What about Bosnia and Herzegovina?", "New York", "alert in La Spezia"):
        assert "no all-clear" in await ask(driver, text)


async def test_words_about_alerts_without_a_place_are_part_of_the_subject(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("A fire alarm stops trains")
    await driver.publish("A fire in a forest")
    shown = await ask(driver, "fire alarm")
    assert "fire alarm stops" in shown
    assert "forest" not in shown


async def test_a_query_in_free_text_keeps_its_operators(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Football in Kyiv")
    await driver.publish("A bridge in Kyiv")
    shown = await ask(driver, "Kyiv -football")
    assert "bridge" in shown
    assert "Football in" not in shown
    assert "Subscribe" in button_labels((await driver.send("bridge OR football")).reply)


@pytest.mark.parametrize("text", ["?", "hello", "чи", ")(", '"', "NOT", "AND OR", "-"])
async def test_a_text_without_a_subject_is_answered_with_an_example(
    sqlite: Database, text: str
) -> None:
    assert "/subscribe Kyiv" in (await ConversationDriver(sqlite).send(text)).html


async def test_a_long_text_is_no_error(sqlite: Database) -> None:
    text = "Kyiv, is there an alert? " + "Please tell me whether the bridge is open. " * 80
    response = await ConversationDriver(sqlite).send(text)
    assert parse_html(response.html).utf16_length <= 4_096
    assert "alert" in response.html
