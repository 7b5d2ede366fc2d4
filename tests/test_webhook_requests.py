"""What a sender is answered at POST /hook/NAME."""

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.ops.http_server import Address, CannotListen, HttpServer
from bot.sources.adapters.webhook import Webhook, WebhookSettings
from bot.sources.base.webhook_source import LARGEST
from bot.sources.core.source import Batch
from storage.inbound.ingest_queue import Taken

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SECRET = "correct horse"


@dataclass
class Desk:
    """A running server with one webhook source, and a sender before it."""

    session: ClientSession
    batches: list[Batch] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    broken: bool = False
    url: str = ""

    async def take(self, batch: Batch) -> Sequence[Taken]:
        if self.broken:
            raise OSError("disk full")
        self.batches.append(batch)
        taken = []
        for bulletin in batch.bulletins:
            taken.append(Taken(repeated=bulletin.key in self.known, matched=0))
            self.known.add(bulletin.key)
        return taken

    async def post(
        self,
        body: bytes,
        *,
        authorization: str | None = f"Bearer {SECRET}",
        content_type: str = "application/json",
        path: str = "/hook/press",
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        sent = {"Content-Type": content_type, **headers}
        if authorization is not None:
            sent["Authorization"] = authorization
        async with self.session.post(f"{self.url}{path}", data=body, headers=sent) as response:
            assert response.content_type == "application/json"
            return response.status, await response.json()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with ClientSession() as session:
        desk = Desk(session)
        settings = WebhookSettings(kind="webhook", name="press", secret=SecretStr(SECRET))
        webhook = Webhook(settings, desk.take, lambda: NOW)
        server = HttpServer(Address("127.0.0.1", 0), {}, [webhook])
        desk.url = f"http://127.0.0.1:{await server.start()}"
        yield desk
        await server.stop()


async def test_a_bulletin_is_accepted_once_and_repeated_afterwards(desk: Desk) -> None:
    assert await desk.post(b'{"title": "A"}') == (202, {"accepted": 1, "repeated": 0})
    assert await desk.post(b'{"title": "A"}') == (202, {"accepted": 0, "repeated": 1})


async def test_a_list_is_one_batch(desk: Desk) -> None:
    body = json.dumps([{"title": "A"}, {"title": "B"}, {"title": "A"}]).encode()

    assert await desk.post(body) == (202, {"accepted": 2, "repeated": 1})

    (batch,) = desk.batches
    assert (batch.source, batch.cursor, batch.baseline) == ("press", {}, False)
    assert [bulletin.title for bulletin in batch.bulletins] == ["A", "B", "A"]
    assert batch.bulletins[0].received_at == NOW


async def test_a_list_with_one_mistake_is_refused_as_a_whole(desk: Desk) -> None:
    status, answer = await desk.post(b'[{"title": "A"}, {"title": "B", "phase": "over"}]')

    assert (status, answer["field"]) == (400, "[1].phase")
    assert "warning" in answer["error"]
    assert desk.batches == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 50_000, b"3", b'{"title": 3}'])
async def test_what_is_no_bulletin_is_refused_with_a_reason(desk: Desk, body: bytes) -> None:
    status, answer = await desk.post(body)

    assert status == 400
    assert answer["error"]
    assert desk.batches == []


@pytest.mark.parametrize(
    "authorization",
    [None, "", SECRET, "Bearer", "Bearer wrong", f"Basic {SECRET}"],
)
async def test_without_the_secret_nothing_is_read(desk: Desk, authorization: str | None) -> None:
    with capture_logs() as logs:
        status, _ = await desk.post(b"no JSON", authorization=authorization)

    assert status == 401
    assert [log["source"] for log in logs] == ["press"]
    assert SECRET not in str(logs)


async def test_who_shows_no_secret_is_told_how_one_is_shown(desk: Desk) -> None:
    with capture_logs():
        async with desk.session.post(f"{desk.url}/hook/press", json={"title": "A"}) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_secret_that_is_no_text_is_a_wrong_secret(desk: Desk) -> None:
    with capture_logs():
        assert await _raw_status(desk, b"Bearer \xff\xfe") == 401


async def _raw_status(desk: Desk, authorization: bytes) -> int:
    port = int(desk.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /hook/press HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nAuthorization: "
        + authorization
        + b"\r\n\r\n"
    )
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_another_type_than_json_is_refused(desk: Desk, content_type: str) -> None:
    status, answer = await desk.post(b'{"title": "A"}', content_type=content_type)

    assert status == 415
    assert "application/json" in answer["error"]


async def test_the_type_may_tell_its_encoding(desk: Desk) -> None:
    status, _ = await desk.post(b'{"title": "A"}', content_type="application/json; charset=utf-8")

    assert status == 202


async def test_the_largest_body_is_taken_and_one_byte_more_is_not(desk: Desk) -> None:
    body = b'{"title": "A"}'.ljust(LARGEST)

    assert (await desk.post(body))[0] == 202
    assert (await desk.post(body + b" "))[0] == 413


async def test_a_body_that_does_not_tell_its_size_is_cut_off_too(desk: Desk) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 1024 + 1):
            yield b" " * 1024

    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    async with desk.session.post(
        f"{desk.url}/hook/press", data=chunks(), headers=headers
    ) as response:
        assert response.status == 413


async def test_a_small_body_that_unpacks_into_a_huge_one_is_refused(desk: Desk) -> None:
    """Case 55 of the catalogue of failures."""
    packed = gzip.compress(b" " * 50_000_000)
    assert len(packed) < LARGEST

    assert (await desk.post(packed, **{"Content-Encoding": "gzip"}))[0] == 413


async def test_a_body_that_claims_to_be_packed_and_is_not_is_the_senders_fault(
    desk: Desk,
) -> None:
    status, answer = await desk.post(b'{"title": "A"}', **{"Content-Encoding": "gzip"})

    assert status == 400
    assert answer["error"]


async def test_who_sends_too_much_is_told_when_to_come_back(desk: Desk) -> None:
    """And a stranger uses up nothing of it."""
    settings = WebhookSettings(kind="webhook", name="slow", secret=SecretStr(SECRET), per_minute=2)
    now = NOW
    server = HttpServer(Address("127.0.0.1", 0), {}, [Webhook(settings, desk.take, lambda: now)])
    url = f"http://127.0.0.1:{await server.start()}/hook/slow"

    async def sent(secret: str = SECRET) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with desk.session.post(url, json={"title": "A"}, headers=headers) as response:
            return response.status, response.headers.get("Retry-After")

    with capture_logs():
        assert [await sent("x") for _ in range(5)] == [(401, None)] * 5
        assert [await sent() for _ in range(3)] == [(202, None), (202, None), (429, "31")]
        now += timedelta(seconds=30)
        assert [await sent() for _ in range(2)] == [(202, None), (429, "31")]
        now -= timedelta(hours=1)  # case 38: the clock jumps
        assert await sent() == (429, "31")
    await server.stop()


async def test_a_name_nobody_configured_is_not_found(desk: Desk) -> None:
    status, answer = await desk.post(b'{"title": "A"}', path="/hook/other")

    assert (status, answer) == (404, {"error": "Not Found"})


async def test_to_look_at_a_hook_is_not_to_post_to_it(desk: Desk) -> None:
    async with desk.session.get(f"{desk.url}/hook/press") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"
        assert "error" in await response.json()


async def test_what_could_not_be_stored_is_not_acknowledged(desk: Desk) -> None:
    """Case 31: the sender learns that it has to send it again."""
    desk.broken = True
    with capture_logs() as logs:
        status, answer = await desk.post(b'{"title": "A"}', path="/hook/press?key=hunter2")

    assert status == 500
    assert "disk" not in str(answer)
    assert [log["event"] for log in logs] == ["request_failed"]
    assert "hunter2" not in str(logs)


async def test_a_server_tells_that_it_lives_and_whether_it_is_ready() -> None:
    problems: list[str] = []

    async def disk() -> str | None:
        return problems[0] if problems else None

    server = HttpServer(Address("127.0.0.1", 0), {"disk": disk})
    url = f"http://127.0.0.1:{await server.start()}"
    async with ClientSession() as session:
        async with session.get(f"{url}/healthz") as response:
            assert response.status == 200
        async with session.get(f"{url}/readyz") as response:
            assert (response.status, await response.json()) == (
                200,
                {"ready": True, "problems": {}},
            )
        problems.append("full")
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert await response.json() == {"ready": False, "problems": {"disk": "full"}}
    await server.stop()


async def test_telegram_has_a_path_of_its_own_when_it_is_given_one() -> None:
    async def update(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"taken": True})

    server = HttpServer(Address("127.0.0.1", 0), {}, telegram=("/telegram", update))
    url = f"http://127.0.0.1:{await server.start()}"
    async with ClientSession() as session, session.post(f"{url}/telegram") as response:
        assert await response.json() == {"taken": True}
    await server.stop()


async def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = HttpServer(Address("127.0.0.1", taken.getsockname()[1]), {})

        with pytest.raises(CannotListen, match="cannot listen on 127"):
            await server.start()
