"""Command /try: the messages that a subscription would have brought, counted but not sent."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    USERNAME,
    ConversationDriver,
    Payload,
    Response,
    bot_payload,
    button_data,
    button_labels,
    private_message,
)
from support.shared_resources import gazetteer, reader, topics
from support.telegram_html import parse_html

from alerts.classification import read_bulletin
from alerts.stored_readings import pack_reading
from handlers.services.backtest import is_night, run_backtest
from handlers.telegram import update_parser
from handlers.telegram.events import Message, Request
from matching.query.ast import dump
from matching.query.parser import parse
from matching.reader import Reader
from matching.topics.topic import Topic
from storage.engine.database import Database
from storage.inbound import bulletins, duplicates, readings
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.subscribers.quiet_hours import QuietAlerts
from storage.subscribers.subscriptions import IndexedSubscription
from storage.values.local_time import zone_of


def shown(html: str) -> str:
    return parse_html(html).text


def counts(response: Response) -> tuple[int, int, int]:
    """Return the numbers of all messages, of those with sound, and of those at night."""
    text = shown(response.html)
    match = re.search(r": ([\d,]+)\n.*sound: ([\d,]+)\n.*07:00: (\d+)", text)
    if match is None:
        assert "none" in text
        return 0, 0, 0
    count, with_sound, at_night = (int(number.replace(",", "")) for number in match.groups())
    return count, with_sound, at_night


def quoted(content_html: str) -> Payload:
    """Return the bot's message with its code entity, for a button that refers to it."""
    parsed = parse_html(content_html)
    code = next(text for tag, text in parsed.entities if tag == "code")
    entity = {"type": "code", "offset": parsed.text.index(code), "length": len(code)}
    return private_message(parsed.text) | {"entities": [entity], "from": bot_payload()}


async def store_many(database: Database, titles: list[str], received_at: datetime) -> None:
    new = [
        Bulletin(source="blog", key=f"many-{n}", title=title, received_at=received_at)
        for n, title in enumerate(titles)
    ]
    by_title = {bulletin.title: read_bulletin(reader(), bulletin) for bulletin in new}
    async with database.write() as transaction:
        stored = await bulletins.add_all(transaction, new)
        packed = [pack_reading(reader(), b, by_title[b.title]) for b in stored]
        await readings.put(transaction, packed)


async def test_matching_news_is_counted_and_listed(database: Database) -> None:
    driver = ConversationDriver(database)
    for number in range(7):
        await driver.publish(f"Trains to Kherson, part {number}")
    await driver.publish("Museum opens in Lviv")
    response = await driver.send("/try Kherson")
    text = shown(response.html)
    assert counts(response) == (7, 7, 0)
    assert "last day" in text
    assert [f"part {number}" in text for number in (6, 5, 4, 3, 2, 1)] == [True] * 5 + [False]
    assert await driver.get_subscriptions() == []
    opened = await driver.press(button_data(response.reply, "1"))
    assert "part 6" in opened.html


async def test_the_button_subscribes_with_the_options(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.publish("Trains to Kherson")
    response = await driver.send("/try Kherson | silently")
    assert counts(response) == (1, 0, 0)
    await driver.press(button_data(response.reply, "Subscribe"))
    (subscription,) = await driver.get_subscriptions()
    assert (subscription.query_text, subscription.has_sound) == ("Kherson", False)


async def test_the_button_asks_about_a_misspelt_place(sqlite: Database) -> None:
    """The word was stored, which no report contains; /subscribe asks."""
    driver = ConversationDriver(sqlite)
    response = await driver.send("/try Khreson | silently")
    asked = await driver.press(button_data(response.reply, "Subscribe"))
    assert await driver.get_subscriptions() == []
    await driver.press(button_data(asked.reply, "Kherson"))
    (subscription,) = await driver.get_subscriptions()
    assert (subscription.query_text, subscription.has_sound) == ('in:"Kherson"', False)


async def test_a_digest_has_everything_and_no_sound(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Trains to Kherson")
    await driver.publish("Air raid alert in Kherson", expires_at=driver.now - timedelta(hours=1))
    text = shown((await driver.send("/try Kherson | hourly")).html)
    assert "Reports in the last day: 2" in text
    assert "every hour" in text
    assert "With sound" not in text


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_an_empty_history_is_said_in_each_language(sqlite: Database, language: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/try Kherson", language=language)
    assert not re.search(r"\d", shown(response.html).replace("Kherson", ""))
    assert len(button_labels(response.reply)) == 1


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
async def test_counts_are_shown_in_each_language(sqlite: Database, language: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Trains to Kherson")
    driver.now += timedelta(days=3, hours=1)
    response = await driver.send("/try Kherson", language=language)
    assert ": 1\n" in shown(response.html)
    assert "4" in shown(response.html)


async def test_without_a_match_nothing_is_counted(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Trains to Kherson")
    driver.now += timedelta(days=2)
    text = shown((await driver.send("/try Lviv")).html)
    assert "last 2 days: none" in text
    assert "Latest" not in text


async def test_a_missing_query_gets_an_example(sqlite: Database) -> None:
    assert "/try Kyiv" in (await ConversationDriver(sqlite).send("/try")).html


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("(Kyiv", "<pre>(Kyiv"),
        ("magnitude>=red", "<pre>"),
        ("#nosuchtopic", "<pre>"),
        ("Kyiv | sometimes", "sometimes"),
        ("Kyiv | sound>=red silently", "silently"),
    ],
)
async def test_a_wrong_query_is_explained(sqlite: Database, text: str, part: str) -> None:
    response = await ConversationDriver(sqlite).send(f"/try {text}")
    assert part in response.html
    assert "Subscribe" not in button_labels(response.reply)


async def test_a_correction_is_tried(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Air raid alert in Kyiv")
    response = await driver.send("/try #air_alrt")
    labels = button_labels(response.reply)
    assert labels == ["Try this"]
    tried = await driver.press(button_data(response.reply, "Try this"))
    assert "#air_alert" in tried.edit.html


async def test_duplicates_and_stale_alerts_are_not_counted(database: Database) -> None:
    driver = ConversationDriver(database)
    original = await driver.publish("Trains to Kherson are late")
    copy = await driver.publish("Trains to Kherson are late", source="press")
    async with database.write() as transaction:
        await duplicates.mark_duplicate(transaction, copy.id, original.id, "text")
    await driver.publish("Trains to Kherson again", expires_at=driver.now - timedelta(minutes=1))
    hour_ago = driver.now - timedelta(hours=1)
    await driver.publish("Storm warning for Kherson", kind=Kind.ALERT, published_at=hour_ago)
    assert counts(await driver.send("/try Kherson")) == (1, 1, 0)


async def test_sound_follows_mode_level_and_quiet_hours(database: Database) -> None:
    """Source: the rule that the fan-out applies."""
    driver = ConversationDriver(database)
    warning = {"kind": Kind.ALERT, "phase": Phase.ACTIVE, "hazard": "storm"}
    await driver.publish("Storm in Kherson", level="red", **warning)
    await driver.publish("Storm in Kherson", level="yellow", **warning)
    await driver.publish("Trains to Kherson")
    assert counts(await driver.send("/try Kherson")) == (3, 2, 0)
    assert counts(await driver.send("/try Kherson | sound>=yellow")) == (3, 2, 0)
    assert counts(await driver.send("/try Kherson | sound>=red")) == (3, 1, 0)
    await driver.press("tm:alerts")
    assert counts(await driver.send("/try Kherson")) == (3, 1, 0)
    await driver.press("tm:nothing")
    assert counts(await driver.send("/try Kherson")) == (3, 0, 0)
    await driver.press("tm:everything")
    await driver.send("/timezone UTC")
    await driver.send("/quiet 09:00-10:00")
    assert counts(await driver.send("/try Kherson")) == (3, 1, 0)


@pytest.mark.parametrize(
    ("utc", "zone", "expected"),
    [
        ("2026-03-29T03:59", "Europe/Kyiv", True),  # 06:59, the clocks went forward at 3
        ("2026-03-29T04:00", "Europe/Kyiv", False),
        ("2026-03-28T20:00", "Europe/Kyiv", True),
        ("2026-03-28T19:59", "Europe/Kyiv", False),
        ("2026-10-25T04:59", "Europe/Kyiv", True),  # 06:59, the clocks went back at 4
        ("2026-10-25T05:00", "Europe/Kyiv", False),
        ("2026-10-25T19:59", "Europe/Kyiv", False),
        ("2026-10-25T20:00", "Europe/Kyiv", True),
        ("2026-03-08T10:59", "America/New_York", True),
        ("2026-03-08T11:00", "America/New_York", False),
    ],
)
async def test_a_night_is_local_also_when_the_clocks_change(
    sqlite: Database, utc: str, zone: str, *, expected: bool
) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert is_night(moment.astimezone(zone_of(zone))) is expected
    driver = ConversationDriver(sqlite)
    driver.now = moment
    await driver.send(f"/timezone {zone}")
    await driver.publish("Trains to Kherson")
    driver.now += timedelta(hours=5)
    assert counts(await driver.send("/try Kherson")) == (1, 1, int(expected))


async def test_a_chat_without_a_zone_has_the_nights_of_the_place(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    driver.now = datetime(2026, 1, 10, 20, 30, tzinfo=UTC)  # 22:30 in Kyiv
    await driver.publish("Trains to Kherson")
    assert counts(await driver.send("/try Kherson")) == (1, 1, 1)
    assert counts(await driver.send("/try trains")) == (1, 1, 0)


async def test_a_thousand_matches_are_narrowed_by_the_commonest_topic(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await store_many(
        sqlite,
        ["Drones over Kherson" if n % 3 else "Trains to Kherson" for n in range(1_200)],
        driver.now,
    )
    response = await driver.send("/try Kherson, Odesa")
    assert counts(response)[0] == 1_200
    assert "Too many?" in response.html
    (label,) = [label for label in button_labels(response.reply) if "➕" in label]
    narrowed = (await driver.press(button_data(response.reply, label))).edit
    assert "Drones" in narrowed.html
    assert "Trains" not in narrowed.html
    assert "last day: 800" in shown(narrowed.html)


async def test_a_topic_too_long_for_a_button_is_not_offered(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram refuses a message with callback data over 64 bytes."""
    with_long = topics().with_topics([Topic("протиповітряна_оборона_та_сирени_міста", "sirens")])
    monkeypatch.setattr("support.conversation_driver.topics", lambda: with_long)
    titles = ["Sirens in Kherson" if n % 3 else "Trains to Kherson" for n in range(60)]
    driver = ConversationDriver(sqlite, bulletin_reader=Reader(gazetteer(), with_long))
    for title in titles:
        await driver.publish(title)
    response = await driver.send("/try Kherson")
    assert counts(response)[0] == 60
    reply = response.reply
    data = [button.data or "" for row in reply.buttons for button in row]
    assert max(len(text.encode()) for text in data) <= 64


async def test_a_query_too_long_for_a_button_is_narrowed(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    titles = ["Дрони над Херсоном" if n % 3 else "Потяги до Херсона" for n in range(60)]
    await store_many(sqlite, titles, driver.now)
    query = "Херсон АБО Миколаїв АБО Одеса АБО залізниця АБО протиповітряна"
    response = await driver.send(f"/try {query}")
    under = quoted(response.html)
    label = next(label for label in button_labels(response.reply) if "➕" in label)
    narrowed = (await driver.press(button_data(response.reply, label), under=under)).edit
    assert "last day: 40" in shown(narrowed.html)
    await driver.press(button_data(narrowed, "Subscribe"), under=quoted(narrowed.html))
    (subscription,) = await driver.get_subscriptions()
    assert query in subscription.query_text


@pytest.mark.parametrize(
    "data",
    ["bt:", "bt:(", "bt:…", "bq:", "bq:drone:", 'bq:"x":Kyiv', "bq::Kyiv", "bf:", "bf:Kyiv |x"],
)
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.press(data)
    assert "too old" in response.answer
    assert await driver.get_subscriptions() == []


async def test_a_limit_is_stated_with_the_days_that_were_counted(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/start")
    now = driver.now
    await store_many(sqlite, ["Trains to Kherson"] * 150, now - timedelta(days=5))
    await store_many(sqlite, ["Trains to Kherson"] * 150, now)
    context = driver.dispatcher._context
    message = update_parser.parse({"message": private_message("/try Kherson")}, USERNAME, now)
    assert isinstance(message, Message)
    subscriber = await driver.get_subscriber()
    request = Request(message, subscriber, now)
    query = dump(parse("Kherson", gazetteer(), topics()).query)
    subscription = IndexedSubscription(
        id=0,
        subscriber=subscriber.number,
        query=query,
        is_immediate=True,
        has_sound=True,
        sound_from=None,
        has_neighbours=False,
    )
    async with sqlite.read() as transaction:
        limited = await run_backtest(
            subscription, None, request, transaction, context, max_bulletins=100
        )
        complete = await run_backtest(subscription, None, request, transaction, context)
        hurried = await run_backtest(
            subscription, None, request, transaction, context, max_seconds=0.0
        )
    assert (limited.count, limited.days, limited.is_complete) == (100, 1, False)
    assert (complete.count, complete.days, complete.is_complete) == (300, 5, True)
    assert (hurried.count, hurried.is_complete) == (100, False)


async def test_a_second_trial_is_refused_while_one_runs(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Trains to Kherson")
    with driver.dispatcher._context.backtests.enter() as is_free:
        assert is_free
        refused = await driver.send("/try Kherson", user=BEN)
        assert "somebody else" in refused.html
        assert "somebody else" in (await driver.press("bt:Kherson", user=BEN)).answer
    again = await driver.press(button_data(refused.reply, "Try again"), user=BEN)
    assert "Trains" in again.edit.html
    assert counts(await driver.send("/try Kherson", user=ANN)) == (1, 1, 0)


async def test_a_stored_subscription_is_tried_with_its_sound(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.publish("Trains to Kherson")
    subscribed = await driver.send("/subscribe Kherson | silently")
    response = await driver.press(button_data(subscribed.reply, "Try"))
    assert counts(response) == (1, 0, 0)
    assert "Subscribe" not in button_labels(response.reply)
    stranger = await driver.press(button_data(subscribed.reply, "Try"), user=BEN)
    assert stranger.replies == ()


async def test_alerts_next_door_have_no_sound(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish(
        "Flood",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        hazard="flood",
        level="red",
        regions=("Броварський район",),
    )
    assert counts(await driver.send("/try Бориспільський район")) == (0, 0, 0)
    assert counts(await driver.send("/try Бориспільський район | neighbours")) == (1, 0, 0)


@pytest.mark.parametrize("alerts", [mode.value for mode in QuietAlerts])
async def test_a_pause_of_the_present_changes_no_count_of_the_past(
    database: Database, alerts: str
) -> None:
    """A pause is over soon; the quiet hours are what holds for the messages to come."""
    driver = ConversationDriver(database)
    await driver.publish("Air alert in Kherson", kind=Kind.ALERT, phase=Phase.ACTIVE)
    await driver.publish("Trains to Kherson")
    before = counts(await driver.send("/try Kherson"))

    await driver.send("/pause 2h")
    await driver.press(f"qa:{alerts}")

    assert counts(await driver.send("/try Kherson")) == before
