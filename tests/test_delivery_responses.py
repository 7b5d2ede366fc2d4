"""Whatever is answered is an outcome: never an exception, never more than can be stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import get_args

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.delivery_driver import at_work, connected, people

from bot.delivery import responses
from bot.delivery.outcome import Doubtful, Failed, Gone, Moved, Outcome, RetryAfter, Sent
from bot.delivery.responses import LONGEST_ID, LONGEST_WAIT_SECONDS
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.subscribers.subscribers import Suspended, Target
from storage.values.message import Content


class Line:
    """A sender, and a server that answers every call with `answer` and hangs up."""

    def __init__(self) -> None:
        self.answer = b""
        self.sender: Sender

    async def reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        writer.write(self.answer)
        await writer.drain()
        writer.close()

    async def send(self, answer: bytes, thread: int = 0) -> Outcome:
        self.answer = answer
        return await self.sender.send(Target(-5, thread), Content("Hello"), silent=False)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    opened = Line()
    server = await asyncio.start_server(opened.reply, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with connected(url, "1:a") as opened.sender:
        yield opened
    server.close()


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
NUMBERS = st.integers() | st.sampled_from(["abc", "30", 0, -1, 31_536_000, 3.5, True, 10**30])
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "ok": st.booleans() | ANY,
        "error_code": ANY,
        "description": st.sampled_from(
            ["chat not found", "message thread not found", "can't parse entities", "\x00" * 999]
        )
        | ANY,
        "parameters": st.fixed_dictionaries(
            {}, optional={"retry_after": NUMBERS | ANY, "migrate_to_chat_id": NUMBERS | ANY}
        )
        | ANY,
        "result": st.fixed_dictionaries(
            {}, optional={"message_id": NUMBERS | ANY, "message_thread_id": ANY}
        )
        | ANY,
    },
)
BODIES = st.binary(max_size=60) | (ERRORS | ANY).map(lambda value: json.dumps(value).encode())
STATUSES = st.sampled_from([200, 400, 401, 403, 404, 409, 429, 500, 502]) | st.integers(200, 599)
ANSWERS = st.binary(max_size=60) | st.builds(http, STATUSES, BODIES)


@given(answer=ANSWERS, thread=st.sampled_from([0, 7]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_answered_is_an_outcome_that_can_be_stored(
    line: Line, answer: bytes, thread: int
) -> None:
    """Cases 3, 15, 20 and 21 of the catalogue of failures, and all that nobody has thought of."""
    match await line.send(answer, thread):
        case RetryAfter(seconds):
            assert 1 <= seconds <= LONGEST_WAIT_SECONDS
        case Moved(chat_id):
            assert 0 < abs(chat_id) < LONGEST_ID
        case Sent(message_id):
            assert message_id is None or 0 < message_id < LONGEST_ID
        case outcome:
            assert isinstance(outcome, get_args(Outcome))
            why = getattr(outcome, "why", "")
            assert why.isprintable()
            assert len(why) < 400


def refusal(description: str, **parameters: object) -> bytes:
    body = {"ok": False, "description": description, "parameters": parameters}
    return orjson.dumps(body)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, refusal("Too Many Requests", retry_after="abc"), RetryAfter(5)),
        (429, refusal("Too Many Requests", retry_after=31_536_000), RetryAfter(86_400)),
        (429, b"<html>Slow down</html>", RetryAfter(5)),
        (403, refusal("Forbidden: bot was kicked"), Gone(Suspended.BLOCKED)),
        (403, b"<html>Forbidden by the proxy</html>", Failed("HTTP 403")),
        (400, b'{"ok": false, "descr', Failed("HTTP 400")),
        (400, refusal("Bad Request: upgraded", migrate_to_chat_id=-1005), Moved(-1005)),
        (777, refusal("What?"), Failed("HTTP 777: What?")),
        (200, b"<html>Log in to the network</html>", Doubtful("the answer is not JSON")),
        (200, b'{"ok": true, "result": {"mess', Doubtful("the answer is not JSON")),
        (200, b'{"ok": false}', Doubtful("the answer is not one of the Bot API")),
        (200, b'{"ok": true}', Sent(None)),
        (200, b'{"ok": true, "result": {"message_id": "1"}}', Sent(None)),
        (200, b'{"ok": true, "result": {"message_id": 9}}', Sent(9)),
    ],
)
async def test_an_answer_means_what_it_can_mean(
    line: Line, status: int, body: bytes, outcome: Outcome
) -> None:
    assert await line.send(http(status, body)) == outcome


async def test_an_answer_without_an_end_is_not_read_to_it(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 55 of the catalogue of failures, by way of a proxy."""
    monkeypatch.setattr("bot.delivery.http_transport.MOST_BYTES", 1000)
    assert await line.send(http(200, b" " * 1001)) == Doubtful("the answer does not end")


async def test_administrators_are_nobody_where_the_answer_makes_no_sense(line: Line) -> None:
    for result in (b"7", b"[7, {}]", b'[{"user": 7}, {"user": {"id": "x"}}]'):
        line.answer = http(200, b'{"ok": true, "result": ' + result + b"}")
        assert await line.sender.administrators(-5) == frozenset()


async def test_the_loop_goes_on_after_answers_that_make_no_sense(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "DEFAULT_WAIT_SECONDS", 1)
    async with Standin() as standin, connected(standin.url, standin.token) as sender:
        faults = standin.faults
        faults.answer(429, {"parameters": {"retry_after": "abc"}}, method="sendMessage")
        faults.answer(777, ["no"], method="sendMessage")
        faults.answer(200, {"ok": True, "result": 7}, method="sendMessage", accepts=True)
        async with at_work(sqlite, sender) as outbox:
            (person,), to = await people(standin, outbox, 1)
            await outbox.broadcast("News", to)
            await outbox.settled()
    assert person.chat.texts == ["News"]
