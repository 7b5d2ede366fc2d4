"""HTTP server against strangers: unfinished requests, floods of checks, readers of metrics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr

from bot.ops import connection_guard, http_server
from bot.ops.cached_result import CachedResult
from bot.ops.http_server import Address, HttpServer

TOKEN = SecretStr("a token of sixteen letters")
LIMIT = 5


async def respond(_request: web.Request) -> web.Response:
    return web.Response(text="tocsin_bulletins_total 7")


@asynccontextmanager
async def serving(token: SecretStr | None = None, problem: str | None = None) -> AsyncIterator[str]:
    async def check() -> str | None:
        return problem

    server = HttpServer(Address("127.0.0.1", 0), {"database": check}, metrics=respond, token=token)
    try:
        yield f"http://127.0.0.1:{await server.start()}"
    finally:
        await server.stop()


async def open_half_request(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    await writer.drain()
    return reader, writer


async def is_closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(60):
        try:
            return await reader.read(1) == b""
        except ConnectionResetError:
            return True


async def test_connections_that_never_finish_a_request_do_not_lock_others_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand half requests used to use up every file descriptor of the process."""
    monkeypatch.setattr(http_server, "max_connections", lambda: LIMIT)
    async with serving() as url, ClientSession() as session:
        slow = [await open_half_request(url) for _ in range(4 * LIMIT)]
        for _ in range(3):
            async with session.get(f"{url}/healthz") as response:
                assert response.status == 200
        assert await is_closed(slow[0][0])
        for _, writer in slow:
            writer.close()


async def test_a_request_head_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_guard, "HEAD_SECONDS", 0.1)
    async with serving() as url:
        reader, writer = await open_half_request(url)
        assert await is_closed(reader)
        writer.close()


async def test_a_connection_that_made_a_request_is_not_closed_by_the_limit_of_heads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection_guard, "HEAD_SECONDS", 0.1)
    async with serving() as url, ClientSession() as session:
        for _ in range(3):
            async with session.get(f"{url}/healthz") as response:
                assert response.status == 200
            await asyncio.sleep(0.15)


async def test_a_flood_of_requests_computes_a_result_once() -> None:
    computed = 0

    async def compute() -> int:
        nonlocal computed
        computed += 1
        await asyncio.sleep(0)
        return computed

    now = 0.0
    cached = CachedResult(compute, clock=lambda: now)
    assert await asyncio.gather(*(cached.get() for _ in range(500))) == [1] * 500
    now = 1.0
    assert await cached.get() == 2


async def test_a_failed_computation_is_not_cached() -> None:
    failures = [OSError("disk full"), None]

    async def compute() -> str:
        if error := failures.pop(0):
            raise error
        return "good"

    cached = CachedResult(compute, clock=lambda: 0.0)
    with pytest.raises(OSError, match="disk full"):
        await cached.get()
    assert await cached.get() == "good"


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("", 401), ("Bearer wrong", 401), (f"Bearer {TOKEN.get_secret_value()}", 200)],
)
async def test_the_metrics_need_the_token_if_one_is_configured(
    authorization: str, status: int
) -> None:
    async with serving(TOKEN) as url, ClientSession() as session:
        headers = {"Authorization": authorization} if authorization else {}
        async with session.get(f"{url}/metrics", headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 200), ({"X-Forwarded-For": "203.0.113.9"}, 403), ({"Forwarded": "for=203.0.113.9"}, 403)],
)
async def test_without_a_token_the_metrics_are_for_this_machine_only(
    header: dict[str, str], status: int
) -> None:
    async with (
        serving() as url,
        ClientSession() as session,
        session.get(f"{url}/metrics", headers=header) as response,
    ):
        assert response.status == status


async def test_a_stranger_sees_that_the_bot_is_not_ready_but_no_details() -> None:
    async with serving(TOKEN, "the disk of host-7 is full") as url, ClientSession() as session:
        async with session.get(f"{url}/readyz") as response:
            assert response.status == 503
            assert "host-7" not in await response.text()
        headers = {"Authorization": f"Bearer {TOKEN.get_secret_value()}"}
        async with session.get(f"{url}/readyz", headers=headers) as response:
            assert "host-7" in await response.text()


async def test_a_check_that_fails_is_a_problem_and_no_server_error() -> None:
    """An unreachable database used to make /readyz answer 500."""

    async def check() -> str | None:
        raise ConnectionRefusedError

    server = HttpServer(Address("127.0.0.1", 0), {"lanes": check})
    url = f"http://127.0.0.1:{await server.start()}/readyz"
    async with ClientSession() as session, session.get(url) as response:
        assert response.status == 503
        assert (await response.json())["problems"]["lanes"]
    await server.stop()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"POST /hook/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
    ids=lambda request: request[:12].decode("latin-1").split("\r")[0],
)
async def test_a_request_that_is_no_http_is_refused_without_a_line_in_the_log(
    request_bytes: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Each such request used to log a traceback, so that a stranger could fill the disk."""
    async with serving() as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(request_bytes)
        async with asyncio.timeout(60):
            answer = await reader.read(4096)
        writer.close()
    assert answer.split()[1:2] in ([b"400"], [b"404"])
    assert not caplog.records
