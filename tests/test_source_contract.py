"""Contract of every polled source: good answers, bad answers and failures.

A kind is tested as soon as it is registered; its payloads are in `fixtures/sources`. If a test
fails for a new kind, its file there is missing or its adapter does not meet the contract.
"""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr
from support.http_origin import Origin, origin, page, status, truncated, unchanged_for
from support.source_payloads import content_type, payload

from bot.sources import registry
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.adapters.webhook import WebhookSettings
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core.errors import Refused, SourceError, Unreachable, Unusable
from bot.sources.core.source import Batch, PolledSource
from bot.sources.http.client import HttpClient, SourceSession, open_session, user_agent
from bot.sources.registry import KINDS
from storage.inbound.bulletins import Phase
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@dataclass(frozen=True)
class SourceKind:
    """A kind of source; its payloads are in `fixtures/sources`."""

    name: str

    def settings(self, url: str) -> PolledSettings:
        """Return settings with the required values only."""
        values = {"kind": self.name, "name": "subject", "url": url, "token": "s3cret"}
        model = KINDS[self.name]
        settings = model.model_validate(
            {key: value for key, value in values.items() if key in model.model_fields}
        )
        assert isinstance(settings, PolledSettings)
        return settings


SOURCES = [SourceKind(name) for name, model in KINDS.items() if issubclass(model, PolledSettings)]
ACCEPTS_ANY_PAGE = frozenset(("liveblog",))  # any page is a live blog, even "Please sign in"


@dataclass
class SourceUnderTest:
    """Source of one kind with its server."""

    kind: SourceKind
    origin: Origin
    session: SourceSession

    @property
    def source(self) -> PolledSource:
        return self.build(timedelta(minutes=1))

    def build(self, timeout: timedelta) -> PolledSource:
        return self.kind.settings(self.origin.url).build_source(
            HttpClient(self.session, clock, timeout), clock
        )

    def set_answer(self, body: bytes, **headers: str) -> None:
        self.origin.answer = page(body, content_type(self.kind.name), **headers)

    async def poll_baseline(self, **headers: str) -> Cursor:
        self.set_answer(payload(self.kind.name, "before"), **headers)
        cursor = (await self.source.fetch(None)).cursor
        assert cursor is not None
        return cursor


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[SourceUnderTest]:
    async with origin() as server, open_session() as session:
        yield SourceUnderTest(request.param, server, session)


async def test_the_first_poll_ever_is_a_baseline(subject: SourceUnderTest) -> None:
    subject.set_answer(payload(subject.kind.name, "before"))

    batch = await subject.source.fetch(None)

    assert batch.is_baseline
    assert batch.source == "subject"
    assert len(batch.bulletins) == 2


async def test_a_later_poll_brings_what_is_new_and_is_no_baseline(subject: SourceUnderTest) -> None:
    cursor = await subject.poll_baseline()
    subject.set_answer(payload(subject.kind.name, "after"))

    batch = await subject.source.fetch(cursor)

    assert not batch.is_baseline
    assert len(batch.bulletins) == 1
    assert batch.bulletins[0].source == "subject"
    assert batch.bulletins[0].received_at == NOW


async def test_unknown_fields_and_values_are_accepted(
    subject: SourceUnderTest,
) -> None:
    subject.set_answer(payload(subject.kind.name, "odd"))

    batch = await subject.source.fetch(None)

    assert len(batch.bulletins) == 2
    assert all(bulletin.title or bulletin.text for bulletin in batch.bulletins)


async def test_a_cursor_can_be_stored_as_json(subject: SourceUnderTest) -> None:
    cursor = await subject.poll_baseline()

    assert json.loads(json.dumps(cursor)) == cursor


async def test_a_cursor_of_another_source_is_ignored(
    subject: SourceUnderTest,
) -> None:
    """The operator may give a name another kind or address."""
    subject.set_answer(payload(subject.kind.name, "before"))

    batch = await subject.source.fetch({"place": "elsewhere"})

    assert batch.is_baseline


async def test_bulletins_are_in_order_of_time(subject: SourceUnderTest) -> None:
    subject.set_answer(payload(subject.kind.name, "after"))

    times = [bulletin.published_at for bulletin in (await subject.source.fetch(None)).bulletins]

    assert [time for time in times if time] == sorted(time for time in times if time)


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff\xfe", b"{", b"[[[", b"{}", b"null", b"<rss", b"[5]"]
)
async def test_an_invalid_body_is_refused_or_empty(subject: SourceUnderTest, body: bytes) -> None:
    """A malformed body neither breaks the parser nor ends an alert."""
    cursor = await subject.poll_baseline()
    subject.set_answer(body)

    try:
        bulletins = (await subject.source.fetch(cursor)).bulletins
    except (Unusable, Unreachable):
        bulletins = ()

    assert not [item for item in bulletins if item.phase is Phase.CLEAR]


async def test_a_request_has_the_user_agent(subject: SourceUnderTest) -> None:
    await subject.poll_baseline()

    assert subject.origin.requests[0]["User-Agent"] == user_agent()


async def test_a_second_request_is_conditional(subject: SourceUnderTest) -> None:
    modified_at = "Thu, 05 Mar 2026 07:00:00 GMT"
    cursor = await subject.poll_baseline(ETag='W/"1"', Last_Modified=modified_at)

    await subject.source.fetch(cursor)

    assert subject.origin.requests[1]["If-None-Match"] == 'W/"1"'
    assert subject.origin.requests[1]["If-Modified-Since"] == modified_at


async def test_an_unchanged_page_is_a_successful_poll_without_bulletins(
    subject: SourceUnderTest,
) -> None:
    cursor = await subject.poll_baseline(ETag='"1"')
    subject.origin.answer = unchanged_for('"1"', subject.origin.answer)

    batch = await subject.source.fetch(cursor)

    assert (batch.bulletins, batch.is_baseline) == ((), False)
    assert batch.cursor is not None
    assert batch.cursor["validators"] == cursor["validators"] == {"If-None-Match": '"1"'}


async def test_a_429_gives_a_delay_in_seconds(subject: SourceUnderTest) -> None:
    subject.origin.answer = status(429, Retry_After="120")

    with pytest.raises(Refused) as refused:
        await subject.source.fetch(None)

    assert refused.value.retry_after == timedelta(seconds=120)


async def test_a_503_gives_a_delay_until_a_date(subject: SourceUnderTest) -> None:
    subject.origin.answer = status(503, Retry_After="Thu, 05 Mar 2026 08:05:00 GMT")

    with pytest.raises(Refused) as refused:
        await subject.source.fetch(None)

    assert refused.value.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize("code", [304, 401, 403, 404, 429, 500, 502])
async def test_a_refusal_is_described_by_its_status_without_the_address(
    subject: SourceUnderTest, code: int
) -> None:
    subject.origin.answer = status(code)

    with pytest.raises(Refused) as refused:
        await subject.source.fetch(None)

    assert refused.value.status == code
    assert str(refused.value) == f"answered {code}"


async def test_a_stopped_server_is_unreachable(subject: SourceUnderTest) -> None:
    async with origin() as stopped:
        pass
    subject.origin.url = stopped.url

    with pytest.raises(Unreachable) as unreachable:
        await subject.source.fetch(None)

    assert "hunter2" not in str(unreachable.value)


async def test_a_truncated_answer_is_refused(subject: SourceUnderTest) -> None:
    subject.origin.answer = truncated

    with pytest.raises(Unreachable):
        await subject.source.fetch(None)


async def test_a_slow_page_runs_into_the_timeout(subject: SourceUnderTest) -> None:
    """The timeout applies to the whole response, not to each byte."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type(subject.kind.name)})
        await response.prepare(request)
        for _ in range(1000):  # 20 s
            await response.write(b"x")
            await asyncio.sleep(0.02)
        return response

    subject.origin.answer = drip

    with pytest.raises(Unreachable):
        await subject.build(timedelta(seconds=0.3)).fetch(None)


async def test_a_page_over_the_size_limit_is_refused(subject: SourceUnderTest) -> None:
    subject.origin.answer = page(b"x" * (17 * 1024 * 1024), content_type(subject.kind.name))

    with pytest.raises(Unusable):
        await subject.source.fetch(None)


async def test_a_decompression_bomb_is_refused(
    subject: SourceUnderTest,
) -> None:
    """The size limit applies after decompression."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(17):
            file.write(b"x" * 1024 * 1024)
    subject.origin.answer = page(
        packed.getvalue(), content_type(subject.kind.name), Content_Encoding="gzip"
    )

    with pytest.raises(Unusable):
        await subject.source.fetch(None)


async def test_a_compressed_page_is_read(subject: SourceUnderTest) -> None:
    subject.set_answer(gzip.compress(payload(subject.kind.name, "before")), Content_Encoding="gzip")

    assert len((await subject.source.fetch(None)).bulletins) == 2


async def test_half_of_a_compressed_page_is_refused(subject: SourceUnderTest) -> None:
    half = gzip.compress(payload(subject.kind.name, "before"))[:-9]
    subject.set_answer(half, Content_Encoding="gzip")

    with pytest.raises(Unreachable):
        await subject.source.fetch(None)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_a_page_with_a_wrong_content_encoding_is_refused(
    subject: SourceUnderTest, encoding: str
) -> None:
    subject.set_answer(b"\x0b\x02\x80abc\x03", Content_Encoding=encoding)

    with pytest.raises(Unusable):
        await subject.source.fetch(None)


async def test_an_image_is_refused(subject: SourceUnderTest) -> None:
    subject.origin.answer = page(b"\x89PNG\r\n\x1a\n\0\0\0", "image/png")

    with pytest.raises(Unusable):
        await subject.source.fetch(None)


@pytest.mark.parametrize(
    "subject",
    [kind for kind in SOURCES if kind.name not in ACCEPTS_ANY_PAGE],
    indirect=True,
    ids=lambda kind: kind.name,
)
async def test_an_html_page_is_refused(subject: SourceUnderTest) -> None:
    subject.origin.answer = page(b"<!doctype html><html><body>Sign in</body></html>", "text/html")

    with pytest.raises(Unusable):
        await subject.source.fetch(None)


async def test_a_source_continues_from_its_cursor_after_a_failure(subject: SourceUnderTest) -> None:
    cursor = await subject.poll_baseline()
    subject.origin.answer = status(500)
    with pytest.raises(SourceError):
        await subject.source.fetch(cursor)

    subject.set_answer(payload(subject.kind.name, "after"))
    batch = await subject.source.fetch(cursor)

    assert len(batch.bulletins) == 1


async def test_configured_sources_are_built_by_kind() -> None:
    blog = LiveblogSettings(kind="liveblog", name="blog", url="https://example.org/")
    press = WebhookSettings(kind="webhook", name="press", secret=SecretStr("sixteen-letters-x"))

    async with open_session() as session:
        polled = registry.polled_sources([blog, press], HttpClient(session, clock), clock)
    webhooks = registry.webhooks([blog, press], [], ingest_nothing, clock)

    assert [source.name for source in polled] == ["blog"]
    assert [source.name for source in webhooks] == ["press"]


async def ingest_nothing(_batch: Batch) -> list[IngestResult]:
    return []
