"""Delivery when Telegram answers with an error."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from support.delivery_driver import Outbox, add_people, now, running_delivery, texts_of

from bot.delivery.sender import Sender
from bot.delivery.token_pause import TokenPause
from bot.ops.forum_topic_notices import ForumTopicNotices
from bot.standin.errors import ApiError, Unauthorized
from bot.standin.groups import Group
from bot.standin.server import Standin
from handlers.text.i18n import Catalog
from storage.engine.database import Database
from storage.subscribers import lost_topics
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

NOTICE = "For the administrators"


async def open_topic(standin: Standin, outbox: Outbox) -> tuple[Group, int, Subscriber]:
    ann = standin.people.person("Ann", started=True)
    forum = standin.people.group("Flat 7", admins=[ann], forum=True)
    thread = await forum.open_topic("Alerts", by=ann)
    return forum, thread, await outbox.subscriber(forum.id, thread)


async def send_notices(outbox: Outbox) -> None:
    """Run one tick of the notices and send them."""
    await ForumTopicNotices(outbox.database, Catalog(), outbox.wakeup.set, now).tick()
    await outbox.wait_until_sent()


def bot_messages(forum: Group) -> list[tuple[str, int | None]]:
    """Return the start of each message of the bot, with its topic."""
    return [(m.text.partition(":")[0], m.thread) for m in forum.messages if m.from_bot]


async def test_messages_to_a_closed_topic_go_to_the_group_which_is_notified_once(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Telegram refuses messages to a closed or deleted forum topic."""
    async with running_delivery(database, sender) as outbox:
        forum, thread, topic = await open_topic(standin, outbox)
        await outbox.broadcast("Open", [topic])
        await outbox.wait_until_sent()
        await forum.close_topic(thread, by=next(iter(standin.people)))
        for title in ("One", "Two"):
            await outbox.broadcast(title, [topic])
            await outbox.wait_until_sent()
            await send_notices(outbox)
        forum.delete_topic(thread)
        await outbox.broadcast("Three", [topic])
        await outbox.wait_until_sent()
        await send_notices(outbox)
    assert bot_messages(forum) == [
        ("Open", thread),
        ("One", None),
        (NOTICE, None),
        ("Two", None),
        ("Three", None),
    ]


async def test_a_reopened_topic_gets_its_messages_again(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with running_delivery(sqlite, sender) as outbox:
        forum, thread, topic = await open_topic(standin, outbox)
        forum.topics[thread].closed = True
        await outbox.broadcast("One", [topic])
        await outbox.wait_until_sent()
        forum.topics[thread].closed = False
        await outbox.broadcast("Two", [topic])
        await outbox.wait_until_sent()
        async with sqlite.read() as transaction:
            assert await lost_topics.next_unnotified(transaction, 9) == []
    assert bot_messages(forum) == [("One", None), ("Two", thread)]


async def test_a_silently_ignored_topic_is_noticed_and_nothing_is_sent_twice(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Telegram may ignore `message_thread_id`, so the returned thread is checked."""
    async with running_delivery(sqlite, sender) as outbox:
        forum, _, topic = await open_topic(standin, outbox)
        standin.faults.lose_thread(method="sendMessage", times=None)
        await outbox.broadcast("One", [topic])
        await outbox.wait_until_sent()
        await send_notices(outbox)
        await send_notices(outbox)
    assert bot_messages(forum) == [("One", None), (NOTICE, None)]


async def test_a_rejected_token_stops_delivery_and_is_logged_as_an_error(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Telegram answers 401 to every call with a revoked token."""

    def errors() -> list[str]:
        return [line["event"] for line in logs if line["log_level"] == "error"]

    with structlog.testing.capture_logs() as logs:
        async with running_delivery(sqlite, sender) as outbox:
            persons, to = await add_people(standin, outbox, 40)
            standin.faults.refuse(Unauthorized(), method="sendMessage", times=None)
            await outbox.broadcast("News", to)
            async with asyncio.timeout(30):
                while not errors():  # noqa: ASYNC110 - no event
                    await asyncio.sleep(0.02)
            await asyncio.sleep(1.0)
            assert len(standin.journal.of("sendMessage")) <= 8
    assert set(errors()) == {"token_rejected"}
    assert texts_of(persons) == [[]] * 40
    assert await outbox.has_backlog()


async def test_delivery_goes_on_soon_after_a_token_is_refused_by_mistake(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """A single 401 stopped every alert for a minute. A second one follows the first pause."""
    async with running_delivery(sqlite, sender) as outbox:
        (person,), to = await add_people(standin, outbox, 1)
        standin.faults.refuse(Unauthorized(), method="sendMessage", times=2)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert texts_of([person]) == [["Alert"]]


def test_pauses_for_a_refused_token_grow_to_a_minute() -> None:
    time = datetime(2026, 6, 1, tzinfo=UTC)
    pause = TokenPause(lambda: time)
    seconds = []
    for _ in range(9):
        seconds.append(pause.record_refusal())
        assert pause.record_refusal() == seconds[-1]  # a call made before the pause
        time += timedelta(seconds=seconds[-1])
    assert seconds == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    pause.reset()
    assert pause.record_refusal() == 1


async def test_a_message_deleted_by_telegram_at_once_counts_as_sent(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Telegram answers 500 although it sent the message; a retry would duplicate it."""
    error = ApiError("sent message was immediately deleted")
    standin.faults.answer(500, error.body(), accepts=True, method="sendMessage")
    async with running_delivery(sqlite, sender) as outbox:
        (person,), to = await add_people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert person.chat.texts == ["Alert"]


@pytest.mark.parametrize("status", [500, 502, 503, 302, 418, 599])
async def test_an_html_page_instead_of_a_response_is_retried(
    standin: Standin, sender: Sender, sqlite: Database, status: int
) -> None:
    """Gateways answer with HTML pages and with status codes that Telegram never uses."""
    standin.faults.break_down(status, method="sendMessage", times=2)
    async with running_delivery(sqlite, sender) as outbox:
        (person,), to = await add_people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert person.chat.texts == ["Alert"]
    assert len(standin.journal.of("sendMessage")) == 3


@pytest.mark.parametrize("status", [403, 400, 404, 401])
async def test_a_proxy_error_suspends_no_subscriber(
    standin: Standin, sender: Sender, sqlite: Database, status: int
) -> None:
    standin.faults.break_down(status, method="sendMessage")
    async with running_delivery(sqlite, sender) as outbox:
        (person,), (to,) = await add_people(standin, outbox, 1)
        await outbox.broadcast("Alert", [to], lane=Lane.ALERT)
        await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.wait_until_sent()
        assert (await outbox.reload(to)).suspended is None


async def test_an_alert_that_ended_in_the_outbox_is_not_sent(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """An alert can end in the outbox during an outage of the bot or of Telegram."""
    offset = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + offset

    async with running_delivery(database, sender, clock=clock) as outbox:
        persons, to = await add_people(standin, outbox, 5)
        standin.faults.break_down(502, method="sendMessage", chat=to[0].chat_id, times=None)
        ends = clock() + timedelta(minutes=20)
        await outbox.broadcast("Alert", to[:2], lane=Lane.ALERT, expires_at=ends)
        await persons[1].chat.wait(lambda messages: len(messages) == 1)
        ended_at = clock() - timedelta(seconds=1)  # a cycle that has begun uses an earlier time
        await outbox.broadcast("Alert for all", to, lane=Lane.ALERT, expires_at=ended_at)
        await outbox.send_text("An answer", to[2])
        await persons[2].chat.wait(lambda messages: len(messages) == 1)
        assert await outbox.has_backlog()
        offset = timedelta(minutes=21)
        outbox.wakeup.set()
        await outbox.wait_until_sent()
    assert texts_of(persons) == [[], ["Alert"], ["An answer"], [], []]
