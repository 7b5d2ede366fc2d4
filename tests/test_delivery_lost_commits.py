"""Delivery on PostgreSQL while COMMITs and answers to them are lost: all arrives, once."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from support.delivery_driver import add_people, running_delivery, texts_of
from support.postgres_proxy import (
    ChooseFault,
    Fault,
    PostgresProxy,
    every_nth,
    faulty_database,
    nth_of_each_kind,
)

from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.values.lanes import Lane

pytestmark = pytest.mark.long

CHOICES = {
    "first answer": nth_of_each_kind(1, Fault.ANSWER_LOST),
    "second answer": nth_of_each_kind(2, Fault.ANSWER_LOST),
    "every third answer": every_nth(3, Fault.ANSWER_LOST),
    "first commit": nth_of_each_kind(1, Fault.COMMIT_LOST),
    "commits arrive late": nth_of_each_kind(2, Fault.COMMIT_LATE),
}


@pytest.fixture(autouse=True)
def _unprinted_logs() -> Iterator[None]:
    """Capture the log: printing the traceback of a failed cycle may take many seconds."""
    with capture_logs():
        yield


@pytest.mark.parametrize("choose_fault", CHOICES.values(), ids=CHOICES)
async def test_every_subscriber_gets_a_broadcast_and_every_reply_arrives_once(
    standin: Standin, sender: Sender, postgresql_url: str, choose_fault: ChooseFault
) -> None:
    proxy = PostgresProxy()
    async with (
        faulty_database(postgresql_url, proxy) as database,
        running_delivery(database, sender, rate=200) as outbox,
    ):
        persons, to = await add_people(standin, outbox, 100)
        await outbox.broadcast("News", to)
        for subscriber in to[:20]:
            await outbox.send_text("Reply", subscriber)
        proxy.inject(choose_fault)
        await outbox.wait_until_sent()
        assert proxy.hit
    assert [sorted(texts) for texts in texts_of(persons)] == [["News", "Reply"]] * 20 + [
        ["News"]
    ] * 80


async def test_a_retry_is_neither_lost_nor_enqueued_twice(
    standin: Standin, sender: Sender, postgresql_url: str
) -> None:
    proxy = PostgresProxy()
    async with (
        faulty_database(postgresql_url, proxy) as database,
        running_delivery(database, sender, rate=200) as outbox,
    ):
        persons, to = await add_people(standin, outbox, 30)
        standin.faults.break_down(method="sendMessage", times=10)
        proxy.inject(every_nth(1, Fault.ANSWER_LOST))
        await outbox.broadcast("Alarm", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    assert texts_of(persons) == [["Alarm"]] * 30
