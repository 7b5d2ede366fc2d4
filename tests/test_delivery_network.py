"""Delivery over faulty networks: real faults between a real client and a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from support.delivery_driver import add_people, connected_sender, running_delivery, texts_of
from support.flaky_proxy import FlakyProxy

from bot.delivery import http_transport
from bot.delivery.outcome import MaybeSent, NotSent, Outcome, Sent
from bot.delivery.sender import Sender
from bot.standin.errors import ApiError
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import Target
from storage.values.lanes import Lane
from storage.values.message import MessageContent

HELLO = MessageContent("Hello")


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


async def send_hello(sender: Sender, chat: int = 1) -> Outcome:
    return await sender.send(Target(chat), HELLO, silent=False)


async def test_a_failed_name_lookup_means_not_sent() -> None:
    """The request never left the machine, so a retry cannot duplicate the message."""
    async with connected_sender("http://telegram.invalid", "1:a") as sender:
        assert await send_hello(sender) == NotSent("ClientConnectorDNSError")


async def test_a_refused_connection_means_not_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # a free port that does not listen
        async with connected_sender(f"http://127.0.0.1:{closed.getsockname()[1]}", "1:a") as sender:
            assert await send_hello(sender) == NotSent("ClientConnectorError")


async def test_a_connection_timeout_means_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server accepts no more connections."""
    monkeypatch.setattr(http_transport, "CONNECT_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        address = deaf.getsockname()
        queued = [socket.socket() for _ in range(4)]
        for client in queued:
            client.setblocking(False)  # noqa: FBT003 - the socket's own
            client.connect_ex(address)
        async with connected_sender(f"http://127.0.0.1:{address[1]}", "1:a") as sender:
            assert await send_hello(sender) == NotSent("ConnectionTimeoutError")
        for client in queued:
            client.close()


async def test_a_timeout_in_the_connection_pool_means_not_sent(
    standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that waits for a free connection has not left the machine."""
    monkeypatch.setattr(http_transport, "CONNECT_TIMEOUT_SECONDS", 0.2)
    ann = standin.people.person("Ann", started=True)
    async with connected_sender(standin.url, standin.token, connections=1) as sender:
        assert await send_hello(sender, ann.id) == Sent(1)  # so the connection is open
        standin.faults.slow(0.6, method="sendMessage")
        outcomes = await asyncio.gather(send_hello(sender, ann.id), send_hello(sender, ann.id))
    assert [type(outcome) for outcome in outcomes] == [Sent, NotSent]
    assert ann.chat.texts == ["Hello", "Hello"]


LOST_RESPONSES: dict[str, Callable[[Standin], object]] = {
    "no answer in time": lambda s: s.faults.slow(9),
    "cut in the middle of the answer": lambda s: s.faults.truncate(),
    "reset before the answer": lambda s: s.faults.drop(),
    "half a JSON": lambda s: s.faults.halve(),
    "an answer that drips": lambda s: s.faults.drip(9),
}


@pytest.mark.parametrize("fault", LOST_RESPONSES.values(), ids=LOST_RESPONSES)
async def test_a_lost_response_means_maybe_sent(
    standin: Standin, fault: Callable[[Standin], object]
) -> None:
    """Telegram has accepted the message, but the bot cannot know it."""
    ann = standin.people.person("Ann", started=True)
    fault(standin)
    async with connected_sender(
        standin.url, standin.token, timeout_seconds=0.5
    ) as impatient_sender:
        assert isinstance(await send_hello(impatient_sender, ann.id), MaybeSent)
    async with connected_sender(standin.url, standin.token) as sender:
        assert await send_hello(sender, ann.id) == Sent(2)
    assert ann.chat.texts == ["Hello", "Hello"]


async def test_a_stale_connection_loses_and_duplicates_no_message(
    standin: Standin,
) -> None:
    """The proxy silently closes each connection that is idle."""
    ann = standin.people.person("Ann", started=True)
    proxy = FlakyProxy(idle_seconds=0.001)
    async with proxy.forward_to(standin.url) as url, connected_sender(url, standin.token) as sender:
        for _ in range(20):
            assert isinstance(await send_hello(sender, ann.id), Sent)
            await asyncio.wait_for(proxy.silent_closes.get(), 120)
            await asyncio.sleep(0.05)  # until the client sees the close
    assert ann.chat.texts == ["Hello"] * 20
    assert proxy.connections == 20


async def test_all_messages_arrive_at_the_full_rate_through_a_slow_flaky_proxy(
    standin: Standin, sqlite: Database
) -> None:
    """The proxy adds two seconds to a call and loses 5 % of the responses."""
    proxy = FlakyProxy(delay_seconds=1.0, loss_rate=0.05)
    async with (
        proxy.forward_to(standin.url) as url,
        connected_sender(url, standin.token) as sender,
        running_delivery(sqlite, sender) as outbox,
    ):
        persons, to = await add_people(standin, outbox, 60)
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
    copies = [len(texts) for texts in texts_of(persons)]
    assert proxy.resets
    assert min(copies) == 1
    assert sum(copies) == 60 + proxy.resets
    # A response takes two seconds; meanwhile other messages are sent concurrently.
    assert proxy.connections - proxy.resets > 10


async def test_a_failing_part_of_a_digest_does_not_block_the_other_parts(
    standin: Standin, sqlite: Database
) -> None:
    """Part 2 of 4 is refused until part 3 has arrived."""
    standin.faults.refuse(
        ApiError("no"),
        method="sendMessage",
        where=lambda params: params.text("text") == "2" and "3" not in person.chat.texts,
        times=None,
    )
    async with (
        connected_sender(standin.url, standin.token) as sender,
        running_delivery(sqlite, sender) as outbox,
    ):
        (person,), (to,) = await add_people(standin, outbox, 1)
        for part in ("1", "2", "3", "4"):
            await outbox.send_text(part, to, lane=Lane.DIGEST)
        await outbox.wait_until_sent()
    texts = person.chat.texts
    assert sorted(texts) == ["1", "2", "3", "4"]
    assert texts.index("3") < texts.index("2")
