"""Requests to POST /hook/NAME and their answers."""

import asyncio
import gzip
import json
import socket
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.ops.http_server import Address, HttpServer, ListenError
from bot.sources.adapters.webhook import Webhook, WebhookSettings
from bot.sources.base.webhook_source import MAX_BODY_BYTES
from bot.sources.core.source import Batch
from storage.inbound.ingest_queue import IngestResult

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SECRET = "correct horse battery staple"


@dataclass
class WebhookSender:
    """Sender to a running server with one webhook source."""

    session: ClientSession
    batches: list[Batch] = field(default_factory=list)
    seen_keys: set[str] = field(default_factory=set)
    is_broken: bool = False
    url: str = ""

    async def ingest(self, batch: Batch) -> Sequence[IngestResult]:
        if self.is_broken:
            raise OSError("disk full")
        self.batches.append(batch)
        results = []
        for bulletin in batch.bulletins:
            results.append(IngestResult(is_duplicate=bulletin.key in self.seen_keys, match_count=0))
            self.seen_keys.add(bulletin.key)
        return results

    async def post(
        self,
        body: bytes,
        *,
        authorization: str | None = f"Bearer {SECRET}",
        content_type: str = "application/json",
        path: str = "/hook/press",
        **headers: str,
    ) -> tuple[int, dict[str, Any]]:
        sent_headers = {"Content-Type": content_type, **headers}
        if authorization is not None:
            sent_headers["Authorization"] = authorization
        async with self.session.post(
            f"{self.url}{path}", data=body, headers=sent_headers
        ) as response:
            assert response.content_type == "application/json"
            return response.status, await response.json()


@pytest.fixture
async def sender() -> AsyncIterator[WebhookSender]:
    async with ClientSession() as session:
        sender = WebhookSender(session)
        settings = WebhookSettings(kind="webhook", name="press", secret=SecretStr(SECRET))
        webhook = Webhook(settings, sender.ingest, lambda: NOW)
        server = HttpServer(Address("127.0.0.1", 0), {}, [webhook])
        sender.url = f"http://127.0.0.1:{await server.start()}"
        yield sender
        await server.stop()


async def test_a_bulletin_is_accepted_once_and_repeated_afterwards(sender: WebhookSender) -> None:
    assert await sender.post(b'{"title": "A"}') == (202, {"accepted": 1, "repeated": 0})
    assert await sender.post(b'{"title": "A"}') == (202, {"accepted": 0, "repeated": 1})


async def test_a_list_is_one_batch(sender: WebhookSender) -> None:
    body = json.dumps([{"title": "A"}, {"title": "B"}, {"title": "A"}]).encode()

    assert await sender.post(body) == (202, {"accepted": 2, "repeated": 1})

    (batch,) = sender.batches
    assert (batch.source, batch.cursor, batch.is_baseline) == ("press", {}, False)
    assert [bulletin.title for bulletin in batch.bulletins] == ["A", "B", "A"]
    assert batch.bulletins[0].received_at == NOW


async def test_a_list_with_an_invalid_bulletin_is_refused_completely(sender: WebhookSender) -> None:
    status, answer = await sender.post(b'[{"title": "A"}, {"title": "B", "phase": "over"}]')

    assert (status, answer["field"]) == (400, "[1].phase")
    assert "warning" in answer["error"]
    assert sender.batches == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 50_000, b"3", b'{"title": 3}'])
async def test_an_invalid_body_is_refused_with_a_reason(sender: WebhookSender, body: bytes) -> None:
    status, answer = await sender.post(body)

    assert status == 400
    assert answer["error"]
    assert sender.batches == []


@pytest.mark.parametrize(
    "authorization",
    [None, "", SECRET, "Bearer", "Bearer wrong", f"Basic {SECRET}"],
)
async def test_a_request_without_the_secret_is_refused_unread(
    sender: WebhookSender, authorization: str | None
) -> None:
    with capture_logs() as logs:
        status, _ = await sender.post(b"no JSON", authorization=authorization)

    assert status == 401
    assert [log["source"] for log in logs] == ["press"]
    assert SECRET not in str(logs)


async def test_a_request_without_the_secret_gets_the_scheme(sender: WebhookSender) -> None:
    with capture_logs():
        async with sender.session.post(f"{sender.url}/hook/press", json={"title": "A"}) as response:
            assert response.status == 401
            assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_secret_of_invalid_bytes_is_wrong(sender: WebhookSender) -> None:
    with capture_logs():
        assert await _raw_status(sender, b"Bearer \xff\xfe") == 401


async def _raw_status(sender: WebhookSender, authorization: bytes) -> int:
    port = int(sender.url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /hook/press HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nAuthorization: "
        + authorization
        + b"\r\n\r\n"
    )
    line = await asyncio.wait_for(reader.readline(), 120)
    writer.close()
    await writer.wait_closed()
    return int(line.split()[1])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_another_content_type_than_json_is_refused(
    sender: WebhookSender, content_type: str
) -> None:
    status, answer = await sender.post(b'{"title": "A"}', content_type=content_type)

    assert status == 415
    assert "application/json" in answer["error"]


async def test_the_content_type_may_have_a_charset(sender: WebhookSender) -> None:
    status, _ = await sender.post(b'{"title": "A"}', content_type="application/json; charset=utf-8")

    assert status == 202


async def test_a_body_of_the_largest_size_is_accepted_and_one_byte_more_is_not(
    sender: WebhookSender,
) -> None:
    body = b'{"title": "A"}'.ljust(MAX_BODY_BYTES)

    assert (await sender.post(body))[0] == 202
    assert (await sender.post(body + b" "))[0] == 413


async def test_a_body_without_a_length_is_limited_too(sender: WebhookSender) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    async with sender.session.post(
        f"{sender.url}/hook/press", data=chunks(), headers=headers
    ) as response:
        assert response.status == 413


async def test_a_decompression_bomb_is_refused(sender: WebhookSender) -> None:
    """The size limit applies after decompression."""
    compressed = gzip.compress(b" " * 50_000_000)
    assert len(compressed) < MAX_BODY_BYTES

    assert (await sender.post(compressed, **{"Content-Encoding": "gzip"}))[0] == 413


async def test_a_body_with_a_wrong_content_encoding_is_a_bad_request(
    sender: WebhookSender,
) -> None:
    status, answer = await sender.post(b'{"title": "A"}', **{"Content-Encoding": "gzip"})

    assert status == 400
    assert answer["error"]


RAW_DEFLATE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "gzip": gzip.compress(b'{"title": "A"}'),
    "x-gzip": gzip.compress(b'{"title": "A"}'),
    "deflate": zlib.compress(b'{"title": "A"}'),
    "Deflate": RAW_DEFLATE.compress(b'{"title": "A"}') + RAW_DEFLATE.flush(),
    "identity": b'{"title": "A"}',
}


@pytest.mark.parametrize("encoding", PACKED)
async def test_a_packed_body_is_accepted(sender: WebhookSender, encoding: str) -> None:
    status, answer = await sender.post(PACKED[encoding], **{"Content-Encoding": encoding})

    assert (status, answer["accepted"]) == (202, 1)


BROKEN = {
    "garbage after the signature": ("gzip", b"\x1f\x8bgarbage", 400),
    "garbage": ("gzip", b"\x00\xff" * 500, 400),
    "cut gzip": ("gzip", PACKED["gzip"][:-9], 400),
    "wrong checksum": ("gzip", PACKED["gzip"][:-8] + b"\0" * 8, 400),
    "more after the end": ("gzip", PACKED["gzip"] + b"more", 400),
    "empty": ("gzip", b"", 400),
    "garbage as deflate": ("deflate", b"\xff\xff\xff", 400),
    "cut deflate": ("deflate", PACKED["deflate"][:-3], 400),
    "plain as deflate": ("deflate", b'{"title": "A"}', 400),
    "zstd": ("zstd", b"xx", 415),
    "br": ("br", b"xx", 415),
    "packed twice": ("gzip, gzip", gzip.compress(PACKED["gzip"]), 415),
    "large deflate": ("deflate", zlib.compress(b" " * 50_000_000), 413),
    "two large members": (
        "gzip",
        gzip.compress(b" " * MAX_BODY_BYTES) + gzip.compress(b"  "),
        413,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_packed_body_gets_a_clean_answer_and_no_traceback(
    sender: WebhookSender,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """The body was unpacked below the handlers: a traceback, or a closed connection."""
    encoding, body, expected = BROKEN[name]
    status, answer = await sender.post(body, **{"Content-Encoding": encoding})

    assert status == expected
    assert answer["error"].startswith("expected ")
    assert "Traceback" not in caplog.text
    assert (await sender.post(b'{"title": "B"}'))[0] == 202


async def test_a_sender_over_the_rate_limit_gets_a_retry_after(sender: WebhookSender) -> None:
    """Unauthenticated requests do not count."""
    settings = WebhookSettings(kind="webhook", name="slow", secret=SecretStr(SECRET), per_minute=2)
    now = NOW
    server = HttpServer(
        Address("127.0.0.1", 0), {}, [Webhook(settings, sender.ingest, lambda: now)]
    )
    url = f"http://127.0.0.1:{await server.start()}/hook/slow"

    async def post(secret: str = SECRET) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with sender.session.post(url, json={"title": "A"}, headers=headers) as response:
            return response.status, response.headers.get("Retry-After")

    with capture_logs():
        assert [await post("x") for _ in range(5)] == [(401, None)] * 5
        assert [await post() for _ in range(3)] == [(202, None), (202, None), (429, "31")]
        now += timedelta(seconds=30)
        assert [await post() for _ in range(2)] == [(202, None), (429, "31")]
        now -= timedelta(hours=1)  # the wall clock is set back
        assert await post() == (429, "31")
    await server.stop()


async def test_a_name_that_is_not_configured_is_not_found(sender: WebhookSender) -> None:
    status, answer = await sender.post(b'{"title": "A"}', path="/hook/other")

    assert (status, answer) == (404, {"error": "Not Found"})


async def test_a_get_request_is_not_allowed(sender: WebhookSender) -> None:
    async with sender.session.get(f"{sender.url}/hook/press") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"
        assert "error" in await response.json()


async def test_a_bulletin_that_was_not_stored_is_not_acknowledged(sender: WebhookSender) -> None:
    """An error response makes the sender send the bulletin again."""
    sender.is_broken = True
    with capture_logs() as logs:
        status, answer = await sender.post(b'{"title": "A"}', path="/hook/press?key=hunter2")

    assert status == 500
    assert "disk" not in str(answer)
    assert [log["event"] for log in logs] == ["request_failed"]
    assert "hunter2" not in str(logs)


async def test_a_server_answers_liveness_and_readiness_probes() -> None:
    problems: list[str] = []

    async def disk() -> str | None:
        return problems[0] if problems else None

    ticks = count(step=2)  # no cached result
    server = HttpServer(Address("127.0.0.1", 0), {"disk": disk}, clock=lambda: next(ticks))
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


async def test_a_configured_path_receives_telegram_updates() -> None:
    async def update(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"taken": True})

    server = HttpServer(Address("127.0.0.1", 0), {}, telegram=("/telegram", update))
    url = f"http://127.0.0.1:{await server.start()}"
    async with ClientSession() as session, session.post(f"{url}/telegram") as response:
        assert await response.json() == {"taken": True}
    await server.stop()


async def test_an_address_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        server = HttpServer(Address("127.0.0.1", occupied.getsockname()[1]), {})

        with pytest.raises(ListenError, match="cannot listen on 127"):
            await server.start()
