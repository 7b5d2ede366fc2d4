"""What becomes of a message when Telegram answers, but not with yes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from support.delivery_driver import Outbox, at_work, now, people, texts_of

from bot.delivery.sender import Sender
from bot.ops.forum_topic_notices import Notices
from bot.standin.errors import ApiError, Unauthorized
from bot.standin.groups import Group
from bot.standin.server import Standin
from handlers.text.i18n import Words
from storage.engine.database import Database
from storage.subscribers import lost_topics
from storage.subscribers.subscribers import Subscriber
from storage.values.lanes import Lane

NOTICE = "For the administrators"


async def a_topic(standin: Standin, outbox: Outbox) -> tuple[Group, int, Subscriber]:
    ann = standin.people.person("Ann", started=True)
    forum = standin.people.group("Flat 7", admins=[ann], forum=True)
    thread = await forum.open_topic("Alerts", by=ann)
    return forum, thread, await outbox.subscriber(forum.id, thread)


async def tell(outbox: Outbox) -> None:
    """One tick of the notices, and what they owe sent."""
    await Notices(outbox.database, Words(), outbox.bell.set, now).tick()
    await outbox.settled()


def threads(forum: Group) -> list[tuple[str, int | None]]:
    """What the bot wrote in the group, and in which topic."""
    return [(m.text.partition(":")[0], m.thread) for m in forum.messages if m.from_bot]


async def test_what_a_closed_topic_refuses_goes_to_the_group_which_is_told_once(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 8 of the catalogue of failures."""
    async with at_work(database, sender) as outbox:
        forum, thread, topic = await a_topic(standin, outbox)
        await outbox.broadcast("Open", [topic])
        await outbox.settled()
        await forum.close_topic(thread, by=next(iter(standin.people)))
        for title in ("One", "Two"):
            await outbox.broadcast(title, [topic])
            await outbox.settled()
            await tell(outbox)
        forum.delete_topic(thread)
        await outbox.broadcast("Three", [topic])
        await outbox.settled()
        await tell(outbox)
    assert threads(forum) == [
        ("Open", thread),
        ("One", None),
        (NOTICE, None),
        ("Two", None),
        ("Three", None),
    ]


async def test_a_topic_that_is_opened_again_has_its_messages_again(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    async with at_work(sqlite, sender) as outbox:
        forum, thread, topic = await a_topic(standin, outbox)
        forum.topics[thread].closed = True
        await outbox.broadcast("One", [topic])
        await outbox.settled()
        forum.topics[thread].closed = False
        await outbox.broadcast("Two", [topic])
        await outbox.settled()
        async with sqlite.read() as transaction:
            assert await lost_topics.untold(transaction, 9) == []
    assert threads(forum) == [("One", None), ("Two", thread)]


async def test_a_topic_that_is_ignored_without_a_word_is_noticed_and_nothing_sent_twice(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 9 of the catalogue of failures."""
    async with at_work(sqlite, sender) as outbox:
        forum, _, topic = await a_topic(standin, outbox)
        standin.faults.lose_thread(method="sendMessage", times=None)
        await outbox.broadcast("One", [topic])
        await outbox.settled()
        await tell(outbox)
        await tell(outbox)
    assert threads(forum) == [("One", None), (NOTICE, None)]


async def test_a_token_that_is_refused_stops_all_sending_and_is_said_loudly(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 12 of the catalogue of failures."""

    def errors() -> list[str]:
        return [line["event"] for line in logs if line["log_level"] == "error"]

    with structlog.testing.capture_logs() as logs:
        async with at_work(sqlite, sender) as outbox:
            persons, to = await people(standin, outbox, 40)
            standin.faults.refuse(Unauthorized(), method="sendMessage", times=None)
            await outbox.broadcast("News", to)
            while not errors():  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0.02)
            calls = len(standin.journal.of("sendMessage"))
            await asyncio.sleep(1.0)
            assert len(standin.journal.of("sendMessage")) == calls <= 3
    assert set(errors()) == {"Telegram refuses the token: nothing is sent"}
    assert texts_of(persons) == [[]] * 40
    assert await outbox.owes()


async def test_sent_and_deleted_at_once_counts_as_sent(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    """Case 14 of the catalogue of failures."""
    error = ApiError("sent message was immediately deleted")
    standin.faults.answer(500, error.body(), accepts=True, method="sendMessage")
    async with at_work(sqlite, sender) as outbox:
        (person,), to = await people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.settled()
    assert person.chat.texts == ["Alert"]


@pytest.mark.parametrize("status", [500, 502, 503, 302, 418, 599])
async def test_a_page_of_html_in_place_of_an_answer_is_tried_again(
    standin: Standin, sender: Sender, sqlite: Database, status: int
) -> None:
    """Case 15 of the catalogue of failures, and codes that Telegram does not use."""
    standin.faults.break_down(status, method="sendMessage", times=2)
    async with at_work(sqlite, sender) as outbox:
        (person,), to = await people(standin, outbox, 1)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.settled()
    assert person.chat.texts == ["Alert"]
    assert len(standin.journal.of("sendMessage")) == 3


async def test_a_proxy_that_forbids_something_suspends_nobody(
    standin: Standin, sender: Sender, sqlite: Database
) -> None:
    for status in (403, 400, 404, 401):
        standin.faults.break_down(status, method="sendMessage")
    async with at_work(sqlite, sender) as outbox:
        (person,), (to,) = await people(standin, outbox, 1)
        await outbox.broadcast("Alert", [to], lane=Lane.ALERT)
        await person.chat.wait(lambda messages: len(messages) == 1)
        await outbox.settled()
        assert (await outbox.get(to)).suspended is None


async def test_an_alert_that_ended_while_it_waited_is_sent_to_nobody_else(
    standin: Standin, sender: Sender, database: Database
) -> None:
    """Case 46 of the catalogue of failures: an outage of ours, or of Telegram's."""
    offset = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + offset

    async with at_work(database, sender, clock=clock) as outbox:
        persons, to = await people(standin, outbox, 5)
        standin.faults.break_down(502, method="sendMessage", chat=to[0].chat_id, times=None)
        ends = clock() + timedelta(minutes=20)
        await outbox.broadcast("Alert", to[:2], lane=Lane.ALERT, expires_at=ends)
        await persons[1].chat.wait(lambda messages: len(messages) == 1)
        over = clock() - timedelta(seconds=1)  # a round that has begun goes by an older clock
        await outbox.broadcast("Alert for all", to, lane=Lane.ALERT, expires_at=over)
        await outbox.say("An answer", to[2])
        await persons[2].chat.wait(lambda messages: len(messages) == 1)
        assert await outbox.owes()
        offset = timedelta(minutes=21)
        outbox.bell.set()
        await outbox.settled()
    assert texts_of(persons) == [[], ["Alert"], ["An answer"], [], []]
