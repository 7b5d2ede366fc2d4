"""Messages on bad networks: each fault is a real one, between a real client and a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from support.delivery_driver import at_work, connected, people, texts_of
from support.flaky_proxy import Wire

from bot.delivery import http_transport
from bot.delivery.outcome import Doubtful, NotSent, Outcome, Sent
from bot.delivery.sender import Sender
from bot.standin.errors import ApiError
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import Target
from storage.values.lanes import Lane
from storage.values.message import Content

HELLO = Content("Hello")


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


async def say(sender: Sender, chat: int = 1) -> Outcome:
    return await sender.send(Target(chat), HELLO, silent=False)


async def test_a_name_that_is_not_found_means_not_sent() -> None:
    """Case 16 of the catalogue of failures."""
    async with connected("http://telegram.invalid", "1:a") as sender:
        assert await say(sender) == NotSent("ClientConnectorDNSError")


async def test_a_connection_that_is_refused_means_not_sent() -> None:
    """Case 17 of the catalogue of failures."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody else's, and it does not listen
        async with connected(f"http://127.0.0.1:{closed.getsockname()[1]}", "1:a") as sender:
            assert await say(sender) == NotSent("ClientConnectorError")


async def test_a_connection_that_is_not_made_in_time_means_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case 17 of the catalogue of failures: the server takes no more connections."""
    monkeypatch.setattr(http_transport, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        address = deaf.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for each in queued:
            each.setblocking(False)  # noqa: FBT003 - the socket's own
            each.connect_ex(address)
        async with connected(f"http://127.0.0.1:{address[1]}", "1:a") as sender:
            assert await say(sender) == NotSent("ConnectionTimeoutError")
        for each in queued:
            each.close()


async def test_waiting_in_vain_for_a_free_connection_means_not_sent(
    standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 18 of the catalogue of failures."""
    monkeypatch.setattr(http_transport, "CONNECT_SECONDS", 0.2)
    ann = standin.people.person("Ann", started=True)
    async with connected(standin.url, standin.token, connections=1) as sender:
        assert await say(sender, ann.id) == Sent(1)  # so the one connection is there
        standin.faults.slow(0.6, method="sendMessage")
        outcomes = await asyncio.gather(say(sender, ann.id), say(sender, ann.id))
    assert [type(outcome) for outcome in outcomes] == [Sent, NotSent]
    assert ann.chat.texts == ["Hello", "Hello"]


LOST: dict[str, Callable[[Standin], object]] = {
    "19: no answer in time": lambda s: s.faults.slow(9),
    "20: cut in the middle of the answer": lambda s: s.faults.truncate(),
    "20: reset before the answer": lambda s: s.faults.drop(),
    "21: half a JSON": lambda s: s.faults.halve(),
    "24: an answer that drips": lambda s: s.faults.drip(9),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_an_answer_that_is_lost_leaves_a_doubt(
    standin: Standin, fault: Callable[[Standin], object]
) -> None:
    """Cases 19, 20, 21 and 24 of the catalogue of failures."""
    ann = standin.people.person("Ann", started=True)
    fault(standin)
    async with connected(standin.url, standin.token, seconds=0.5) as hasty:
        assert isinstance(await say(hasty, ann.id), Doubtful)
    async with connected(standin.url, standin.token) as sender:
        assert await say(sender, ann.id) == Sent(2)
    assert ann.chat.texts == ["Hello", "Hello"]


async def test_a_connection_that_has_grown_stale_loses_and_doubles_nothing(
    standin: Standin,
) -> None:
    """Case 22 of the catalogue of failures: closed between two calls, without a word."""
    ann = standin.people.person("Ann", started=True)
    wire = Wire(idle=0.001)
    async with wire.to(standin.url) as url, connected(url, standin.token) as sender:
        for _ in range(20):
            assert isinstance(await say(sender, ann.id), Sent)
            await wire.closed.get()
            await asyncio.sleep(0.05)  # by then the end has come through the socket
    assert ann.chat.texts == ["Hello"] * 20
    assert wire.connections == 20


async def test_through_a_slow_proxy_that_resets_connections_all_arrive_at_the_full_rate(
    standin: Standin, sqlite: Database
) -> None:
    """Case 23 of the catalogue of failures."""
    wire = Wire(seconds=1.0, share=0.05)
    async with (
        wire.to(standin.url) as url,
        connected(url, standin.token) as sender,
        at_work(sqlite, sender) as outbox,
    ):
        persons, to = await people(standin, outbox, 60)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.settled()
    copies = [len(texts) for texts in texts_of(persons)]
    assert wire.resets
    assert min(copies) == 1
    assert sum(copies) == 60 + wire.resets
    # While two seconds pass until an answer, the others are sent all the same, side by side.
    assert wire.connections - wire.resets > 10


async def test_a_part_of_a_digest_that_fails_holds_up_no_other(
    standin: Standin, sqlite: Database
) -> None:
    """Case 25 of the catalogue of failures: chunk 2 of 4."""
    standin.faults.refuse(
        ApiError("no"),
        method="sendMessage",
        where=lambda params: params.text("text") == "2" and "3" not in person.chat.texts,
        times=None,
    )
    async with (
        connected(standin.url, standin.token) as sender,
        at_work(sqlite, sender) as outbox,
    ):
        (person,), (to,) = await people(standin, outbox, 1)
        for part in ("1", "2", "3", "4"):
            await outbox.say(part, to, lane=Lane.DIGEST)
        await outbox.settled()
    texts = person.chat.texts
    assert sorted(texts) == ["1", "2", "3", "4"]
    assert texts.index("3") < texts.index("2")
