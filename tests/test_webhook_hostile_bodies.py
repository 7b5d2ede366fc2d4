"""Hostile bodies of webhooks: the largest allowed body does not block the event loop."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr
from support.unblocked_loop import unblocked_loop

from bot.ops.http_server import Address, HttpServer
from bot.sources.adapters.webhook import Webhook, WebhookSettings
from bot.sources.base.bulletin_json import MAX_BULLETINS
from bot.sources.base.webhook_source import MAX_BODY_BYTES
from bot.sources.core.source import Batch
from storage.inbound.ingest_queue import IngestResult

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SECRET = "correct horse battery staple"


async def ingest(batch: Batch) -> Sequence[IngestResult]:
    return [IngestResult(is_duplicate=False, match_count=0)] * len(batch.bulletins)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    settings = WebhookSettings(kind="webhook", name="press", secret=SecretStr(SECRET))
    server = HttpServer(Address("127.0.0.1", 0), {}, [Webhook(settings, ingest, lambda: NOW)])
    yield f"http://127.0.0.1:{await server.start()}/hook/press"
    await server.stop()


async def post(url: str, body: bytes) -> int:
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    async with (
        ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status


def largest(unit: bytes, head: bytes = b"[", tail: bytes = b"]") -> bytes:
    """Return the largest allowed body with a repeated unit."""
    count = (MAX_BODY_BYTES - len(head) - len(tail)) // len(unit)
    return head + (unit * count).rstrip(b",") + tail


REFUSED = {
    "lists": largest(b"[],"),
    "objects": largest(b"{},"),
    "nested lists": b"[" * MAX_BODY_BYTES,
    "nested objects": largest(b'{"a":', b"", b""),
    "numbers": largest(b"1,"),
    "bulletins": largest(b'{"title":"a"},'),
    "regions": largest(b'"a",', b'{"title":"a","regions":[', b"]}"),
    "line ends": largest(b"\\n", b'{"title":"a","text":"', b'x"}'),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
async def test_a_hostile_body_is_refused_without_blocking_the_loop(url: str, body: bytes) -> None:
    assert len(body) <= MAX_BODY_BYTES
    with unblocked_loop():
        status = await post(url, body)

    assert status in {202, 400}
    if b"\\n" not in body:
        assert status == 400


async def test_the_largest_list_is_read_without_blocking_the_loop(url: str) -> None:
    body = b",".join(
        b'{"title":"Sirens %d","text":"%s"}' % (number, b"a " * 90)
        for number in range(MAX_BULLETINS)
    )

    with unblocked_loop():
        assert await post(url, b"[" + body + b"]") == 202


async def test_a_longer_list_is_refused_with_the_limit(url: str) -> None:
    body = b"[" + b",".join([b'{"title":"a"}'] * (MAX_BULLETINS + 1)) + b"]"

    assert await post(url, body) == 400
