"""Every response maps to an outcome: no exception, and nothing that cannot be stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import get_args

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.delivery_driver import add_people, connected_sender, running_delivery

from bot.delivery import responses
from bot.delivery.outcome import Failed, MaybeSent, Moved, Outcome, RetryAfter, Sent, Unreachable
from bot.delivery.responses import MAX_FLOOD_WAIT_SECONDS, MAX_ID
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import SuspensionReason, Target
from storage.values.message import MessageContent


class RawServer:
    """Server that answers every call with `response` and closes, and a sender to it."""

    def __init__(self) -> None:
        self.response = b""
        self.sender: Sender

    async def respond(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        writer.write(self.response)
        await writer.drain()
        writer.close()

    async def send(self, response: bytes, thread: int = 0) -> Outcome:
        self.response = response
        return await self.sender.send(Target(-5, thread), MessageContent("Hello"), silent=False)


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    opened = RawServer()
    listener = await asyncio.start_server(opened.respond, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with connected_sender(url, "1:a") as opened.sender:
        yield opened
    listener.close()


def http_response(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
NUMBERS = st.integers() | st.sampled_from(["abc", "30", 0, -1, 31_536_000, 3.5, True, 10**30])
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "ok": st.booleans() | ANY_JSON,
        "error_code": ANY_JSON,
        "description": st.sampled_from(
            ["chat not found", "message thread not found", "can't parse entities", "\x00" * 999]
        )
        | ANY_JSON,
        "parameters": st.fixed_dictionaries(
            {},
            optional={"retry_after": NUMBERS | ANY_JSON, "migrate_to_chat_id": NUMBERS | ANY_JSON},
        )
        | ANY_JSON,
        "result": st.fixed_dictionaries(
            {}, optional={"message_id": NUMBERS | ANY_JSON, "message_thread_id": ANY_JSON}
        )
        | ANY_JSON,
    },
)
BODIES = st.binary(max_size=60) | (ERRORS | ANY_JSON).map(lambda value: json.dumps(value).encode())
STATUSES = st.sampled_from([200, 400, 401, 403, 404, 409, 429, 500, 502]) | st.integers(200, 599)
RESPONSES = st.binary(max_size=60) | st.builds(http_response, STATUSES, BODIES)


@given(response=RESPONSES, thread=st.sampled_from([0, 7]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_response_maps_to_an_outcome_that_can_be_stored(
    server: RawServer, response: bytes, thread: int
) -> None:
    """The responses are random bytes, or HTTP with a random or malformed body."""
    match await server.send(response, thread):
        case RetryAfter(seconds):
            assert 1 <= seconds <= MAX_FLOOD_WAIT_SECONDS
        case Moved(chat_id):
            assert 0 < abs(chat_id) < MAX_ID
        case Sent(message_id):
            assert message_id is None or 0 < message_id < MAX_ID
        case outcome:
            assert isinstance(outcome, get_args(Outcome))
            reason = getattr(outcome, "reason", "")
            assert reason.isprintable()
            assert len(reason) < 400


def error_body(description: str, **parameters: object) -> bytes:
    body = {"ok": False, "description": description, "parameters": parameters}
    return orjson.dumps(body)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, error_body("Too Many Requests", retry_after="abc"), RetryAfter(5)),
        (429, error_body("Too Many Requests", retry_after=31_536_000), RetryAfter(86_400)),
        (429, b"<html>Slow down</html>", RetryAfter(5)),
        (403, error_body("Forbidden: bot was kicked"), Unreachable(SuspensionReason.BLOCKED)),
        (403, b"<html>Forbidden by the proxy</html>", Failed("HTTP 403")),
        (400, b'{"ok": false, "descr', Failed("HTTP 400")),
        (400, error_body("Bad Request: upgraded", migrate_to_chat_id=-1005), Moved(-1005)),
        (777, error_body("What?"), Failed("HTTP 777: What?")),
        (200, b"<html>Log in to the network</html>", MaybeSent("the response is not JSON")),
        (200, b'{"ok": true, "result": {"mess', MaybeSent("the response is not JSON")),
        (200, b'{"ok": false}', MaybeSent("the response is not from the Bot API")),
        (200, b'{"ok": true}', Sent(None)),
        (200, b'{"ok": true, "result": {"message_id": "1"}}', Sent(None)),
        (200, b'{"ok": true, "result": {"message_id": 9}}', Sent(9)),
    ],
)
async def test_a_response_maps_to_its_outcome(
    server: RawServer, status: int, body: bytes, outcome: Outcome
) -> None:
    assert await server.send(http_response(status, body)) == outcome


async def test_an_endless_response_is_not_read_to_its_end(
    server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken proxy can answer with a body of any size."""
    monkeypatch.setattr("bot.delivery.http_transport.MAX_RESPONSE_BYTES", 1000)
    assert await server.send(http_response(200, b" " * 1001)) == MaybeSent(
        "the response is incomplete"
    )


async def test_an_invalid_response_yields_no_administrators(server: RawServer) -> None:
    for result in (b"7", b"[7, {}]", b'[{"user": 7}, {"user": {"id": "x"}}]'):
        server.response = http_response(200, b'{"ok": true, "result": ' + result + b"}")
        assert await server.sender.administrator_ids(-5) == frozenset()


async def test_delivery_continues_after_invalid_responses(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "DEFAULT_FLOOD_WAIT_SECONDS", 1)
    async with Standin() as standin, connected_sender(standin.url, standin.token) as sender:
        faults = standin.faults
        faults.answer(429, {"parameters": {"retry_after": "abc"}}, method="sendMessage")
        faults.answer(777, ["no"], method="sendMessage")
        faults.answer(200, {"ok": True, "result": 7}, method="sendMessage", accepts=True)
        async with running_delivery(sqlite, sender) as outbox:
            (person,), to = await add_people(standin, outbox, 1)
            await outbox.broadcast("News", to)
            await outbox.wait_until_sent()
    assert person.chat.texts == ["News"]
