"""Stand-in for Telegram: faults that a test can script."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
import pytest

from bot.standin.errors import ApiError
from bot.standin.person import Person
from bot.standin.server import Standin


@dataclass(frozen=True)
class Line:
    """Raw HTTP connection of a bot, with a person to write to."""

    standin: Standin
    ann: Person
    http: aiohttp.ClientSession

    async def send(self, chat: int | None = None, text: str = "a", **params: object) -> Any:
        """Call sendMessage; return the status and the body."""
        body = {"chat_id": chat or self.ann.id, "text": text, **params}
        url = f"{self.standin.url}/bot{self.standin.token}/sendMessage"
        async with self.http.post(url, json=body) as response:
            return response.status, await response.read()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with Standin(limits=None) as standin, aiohttp.ClientSession() as http:
        yield Line(standin, standin.people.person("Ann", started=True), http)


async def test_a_fault_hits_the_given_number_of_calls(line: Line) -> None:
    fault = line.standin.faults.flood(7, times=2)
    assert [(await line.send())[0] for _ in range(3)] == [429, 429, 200]
    assert fault.hits == 2
    assert [call.fault for call in line.standin.journal] == [
        "TooManyRequests",
        "TooManyRequests",
        None,
    ]
    assert line.standin.journal[0].retry_after == 7


async def test_a_fault_hits_only_matching_calls(line: Line) -> None:
    bob = line.standin.people.person("Bob", started=True)
    faults = line.standin.faults
    faults.forbid(method="sendMessage", chat=bob.id)
    faults.forbid("user is deactivated", where=lambda params: params.text("text") == "two")
    faults.forbid(method="sendPhoto")
    assert (await line.send())[0] == 200
    assert (await line.send(bob.id))[0] == 403
    assert (await line.send(bob.id))[0] == 200
    status, body = await line.send(text="two")
    assert status == 403
    assert orjson.loads(body)["description"] == "Forbidden: user is deactivated"


async def test_a_fault_can_skip_the_first_calls(line: Line) -> None:
    line.standin.faults.break_down(500, skip=2)
    assert [(await line.send())[0] for _ in range(4)] == [200, 200, 500, 200]


async def test_a_fault_can_hit_a_share_of_the_calls(line: Line) -> None:
    fault = line.standin.faults.flood(1, times=None, share=0.25)
    refused = [(await line.send())[0] for _ in range(200)].count(429)
    assert refused == fault.hits
    assert 25 <= refused <= 80
    line.standin.faults.clear()
    assert (await line.send())[0] == 200


async def test_a_refusal_leaves_nothing_in_the_chat(line: Line) -> None:
    line.standin.faults.migrate(-100123)
    status, body = await line.send()
    assert status == 400
    assert orjson.loads(body)["parameters"] == {"migrate_to_chat_id": -100123}
    line.standin.faults.break_down()
    status, body = await line.send()
    assert status == 502
    assert body.startswith(b"<html>")
    assert line.ann.chat.messages == []
    assert line.standin.journal[-1].answer == body


async def test_a_connection_can_be_reset_before_the_call_is_accepted(line: Line) -> None:
    line.standin.faults.disconnect()
    with pytest.raises(aiohttp.ClientConnectionError):
        await line.send()
    assert line.ann.chat.messages == []
    assert line.standin.journal[-1].status == 0


async def test_the_response_to_an_accepted_message_can_be_lost(line: Line) -> None:
    line.standin.faults.drop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await line.send()
    call = line.standin.journal[-1]
    assert (call.fault, call.message_id) == ("drop", line.ann.chat.messages[0].id)
    assert (await line.send())[0] == 200


async def test_a_response_can_break_off_in_the_middle(line: Line) -> None:
    line.standin.faults.truncate()
    with pytest.raises(aiohttp.ClientPayloadError):
        await line.send()
    assert len(line.ann.chat.messages) == 1


async def test_a_response_can_be_half_a_json_document(line: Line) -> None:
    line.standin.faults.halve()
    status, body = await line.send()
    assert status == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)
    assert len(line.ann.chat.messages) == 1


async def test_a_response_can_be_late_or_slow(line: Line) -> None:
    line.standin.faults.slow(600)
    line.standin.faults.drip(600)
    for count in (1, 2):
        sending = asyncio.create_task(line.send())
        await line.ann.chat.wait(lambda messages, n=count: len(messages) == n)  # type: ignore[misc]
        ended, _ = await asyncio.wait({sending}, timeout=0.2)
        assert not ended
        sending.cancel()
        await asyncio.wait({sending}, timeout=120)


async def test_a_slow_response_is_complete_in_the_end(line: Line) -> None:
    line.standin.faults.drip(0.05)
    status, body = await line.send()
    assert status == 200
    assert orjson.loads(body)["ok"] is True


async def test_an_error_can_hide_a_message_that_was_sent(line: Line) -> None:
    """Telegram answers 500 to a message that it sent and deleted at once."""
    error = ApiError("sent message was immediately deleted")
    line.standin.faults.answer(500, error.body(), accepts=True)
    status, body = await line.send()
    assert status == 500
    assert orjson.loads(body)["description"] == (
        "Internal Server Error: sent message was immediately deleted"
    )
    assert line.standin.journal[-1].message_id == line.ann.chat.messages[0].id


async def test_a_thread_can_be_silently_ignored(line: Line) -> None:
    """Telegram can accept a message and ignore its `message_thread_id`."""
    forum = line.standin.people.group("Flat 7", admins=[line.ann], forum=True)
    thread = await forum.open_topic("Alerts", by=line.ann)
    line.standin.faults.lose_thread()
    lost = orjson.loads((await line.send(forum.id, message_thread_id=thread))[1])
    delivered = orjson.loads((await line.send(forum.id, message_thread_id=thread))[1])
    assert "message_thread_id" not in lost["result"]
    assert delivered["result"]["message_thread_id"] == thread
    assert line.standin.journal[0].params["message_thread_id"] == thread
