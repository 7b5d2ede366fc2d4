"""What every polled source does with good and with bad answers.

A new kind is held to it by being registered; what it says stands in `fixtures/sources`.
"""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from pydantic import SecretStr
from support.http_origin import Origin, origin, page, status, truncated, unchanged_for
from support.source_payloads import content_type, said

from bot.sources import registry
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.sources.adapters.webhook import WebhookSettings
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core.source import Batch, Polled, Refused, SourceError, Unreachable, Unusable
from bot.sources.http.client import Fetcher, open_session, user_agent
from bot.sources.registry import KINDS
from storage.inbound.bulletins import Phase
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@dataclass(frozen=True)
class Kind:
    """A kind of source: what it says is in `fixtures/sources`."""

    name: str

    def settings(self, url: str) -> PolledSettings:
        """With what it needs and no more."""
        needed = {"kind": self.name, "name": "tried", "url": url, "token": "s3cret"}
        model = KINDS[self.name]
        made = model.model_validate(
            {key: value for key, value in needed.items() if key in model.model_fields}
        )
        assert isinstance(made, PolledSettings)
        return made


SOURCES = [Kind(name) for name, model in KINDS.items() if issubclass(model, PolledSettings)]
READ_PAGES = frozenset(("liveblog",))  # any page is a live blog, even "Please sign in"


@dataclass
class Tried:
    """A source of one kind with its server."""

    kind: Kind
    origin: Origin
    session: ClientSession

    @property
    def source(self) -> Polled:
        return self.built(timedelta(minutes=1))

    def built(self, deadline: timedelta) -> Polled:
        return self.kind.settings(self.origin.url).source(
            Fetcher(self.session, clock, deadline), clock
        )

    def says(self, body: bytes, **headers: str) -> None:
        self.origin.answer = page(body, content_type(self.kind.name), **headers)

    async def baseline(self, **headers: str) -> Cursor:
        self.says(said(self.kind.name, "before"), **headers)
        cursor = (await self.source.fetch(None)).cursor
        assert cursor is not None
        return cursor


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
async def tried(request: pytest.FixtureRequest) -> AsyncIterator[Tried]:
    async with origin() as served, open_session() as session:
        yield Tried(request.param, served, session)


async def test_the_first_poll_ever_is_a_baseline(tried: Tried) -> None:
    tried.says(said(tried.kind.name, "before"))

    batch = await tried.source.fetch(None)

    assert batch.baseline
    assert batch.source == "tried"
    assert len(batch.bulletins) == 2


async def test_a_later_poll_brings_what_is_new_and_is_no_baseline(tried: Tried) -> None:
    cursor = await tried.baseline()
    tried.says(said(tried.kind.name, "after"))

    batch = await tried.source.fetch(cursor)

    assert not batch.baseline
    assert len(batch.bulletins) == 1
    assert batch.bulletins[0].source == "tried"
    assert batch.bulletins[0].received_at == NOW


async def test_fields_and_values_nobody_has_heard_of_are_no_reason_to_fail(tried: Tried) -> None:
    tried.says(said(tried.kind.name, "odd"))

    batch = await tried.source.fetch(None)

    assert len(batch.bulletins) == 2
    assert all(bulletin.title or bulletin.text for bulletin in batch.bulletins)


async def test_where_it_left_off_can_be_stored_as_json(tried: Tried) -> None:
    cursor = await tried.baseline()

    assert json.loads(json.dumps(cursor)) == cursor


async def test_what_another_source_left_off_is_no_cursor_of_this_one(tried: Tried) -> None:
    """The operator may give a name another kind or address."""
    tried.says(said(tried.kind.name, "before"))

    batch = await tried.source.fetch({"place": "elsewhere"})

    assert batch.baseline


async def test_the_order_is_that_of_time(tried: Tried) -> None:
    tried.says(said(tried.kind.name, "after"))

    times = [bulletin.published_at for bulletin in (await tried.source.fetch(None)).bulletins]

    assert [at for at in times if at] == sorted(at for at in times if at)


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff\xfe", b"{", b"[[[", b"{}", b"null", b"<rss", b"[5]"]
)
async def test_a_body_that_is_none_of_it_is_refused_or_says_nothing(
    tried: Tried, body: bytes
) -> None:
    """Cases 55 to 57: it never breaks the reader, and it is never the end of anything."""
    cursor = await tried.baseline()
    tried.says(body)

    try:
        bulletins = (await tried.source.fetch(cursor)).bulletins
    except (Unusable, Unreachable):
        bulletins = ()

    assert not [one for one in bulletins if one.phase is Phase.CLEAR]


async def test_it_says_who_it_is(tried: Tried) -> None:
    await tried.baseline()

    assert tried.origin.requests[0]["User-Agent"] == user_agent()


async def test_it_asks_whether_the_page_is_still_the_same(tried: Tried) -> None:
    changed = "Thu, 05 Mar 2026 07:00:00 GMT"
    cursor = await tried.baseline(ETag='W/"1"', Last_Modified=changed)

    await tried.source.fetch(cursor)

    assert tried.origin.requests[1]["If-None-Match"] == 'W/"1"'
    assert tried.origin.requests[1]["If-Modified-Since"] == changed


async def test_an_unchanged_page_is_a_good_poll_with_nothing_new(tried: Tried) -> None:
    cursor = await tried.baseline(ETag='"1"')
    tried.origin.answer = unchanged_for('"1"', tried.origin.answer)

    batch = await tried.source.fetch(cursor)

    assert (batch.bulletins, batch.baseline) == ((), False)
    assert batch.cursor is not None
    assert batch.cursor["validators"] == cursor["validators"] == {"If-None-Match": '"1"'}


async def test_too_many_requests_says_how_long_to_wait(tried: Tried) -> None:
    tried.origin.answer = status(429, Retry_After="120")

    with pytest.raises(Refused) as refused:
        await tried.source.fetch(None)

    assert refused.value.retry_after == timedelta(seconds=120)


async def test_unavailable_says_until_when_to_wait(tried: Tried) -> None:
    tried.origin.answer = status(503, Retry_After="Thu, 05 Mar 2026 08:05:00 GMT")

    with pytest.raises(Refused) as refused:
        await tried.source.fetch(None)

    assert refused.value.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize("code", [304, 401, 403, 404, 429, 500, 502])
async def test_a_refusal_is_told_by_its_number_and_never_by_its_address(
    tried: Tried, code: int
) -> None:
    tried.origin.answer = status(code)

    with pytest.raises(Refused) as refused:
        await tried.source.fetch(None)

    assert refused.value.status == code
    assert str(refused.value) == f"answered {code}"


async def test_a_server_that_is_not_there_is_unreachable(tried: Tried) -> None:
    async with origin() as gone:
        pass
    tried.origin.url = gone.url

    with pytest.raises(Unreachable) as unreachable:
        await tried.source.fetch(None)

    assert "hunter2" not in str(unreachable.value)


async def test_a_truncated_answer_is_no_answer(tried: Tried) -> None:
    tried.origin.answer = truncated

    with pytest.raises(Unreachable):
        await tried.source.fetch(None)


async def test_a_page_that_drips_is_given_up(tried: Tried) -> None:
    """Case 24 of the catalogue of failures: a deadline for the whole, not for each byte."""

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": content_type(tried.kind.name)})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    tried.origin.answer = drip

    with pytest.raises(Unreachable):
        await tried.built(timedelta(seconds=0.3)).fetch(None)


async def test_a_page_without_end_is_refused(tried: Tried) -> None:
    tried.origin.answer = page(b"x" * (17 * 1024 * 1024), content_type(tried.kind.name))

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_a_small_answer_that_unpacks_into_a_huge_one_is_refused(tried: Tried) -> None:
    """Case 55: what counts is the size after decompression."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(17):
            file.write(b"x" * 1024 * 1024)
    tried.origin.answer = page(
        packed.getvalue(), content_type(tried.kind.name), Content_Encoding="gzip"
    )

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_a_packed_page_is_read(tried: Tried) -> None:
    tried.says(gzip.compress(said(tried.kind.name, "before")), Content_Encoding="gzip")

    assert len((await tried.source.fetch(None)).bulletins) == 2


async def test_half_of_a_packed_page_is_no_answer(tried: Tried) -> None:
    half = gzip.compress(said(tried.kind.name, "before"))[:-9]
    tried.says(half, Content_Encoding="gzip")

    with pytest.raises(Unreachable):
        await tried.source.fetch(None)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_a_page_packed_otherwise_than_it_may_be_is_refused(
    tried: Tried, encoding: str
) -> None:
    tried.says(b"\x0b\x02\x80abc\x03", Content_Encoding=encoding)

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_a_picture_is_refused(tried: Tried) -> None:
    tried.origin.answer = page(b"\x89PNG\r\n\x1a\n\0\0\0", "image/png")

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


@pytest.mark.parametrize(
    "tried",
    [kind for kind in SOURCES if kind.name not in READ_PAGES],
    indirect=True,
    ids=lambda kind: kind.name,
)
async def test_a_page_for_people_is_refused(tried: Tried) -> None:
    tried.origin.answer = page(b"<!doctype html><html><body>Sign in</body></html>", "text/html")

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_after_a_failure_it_goes_on_where_it_was(tried: Tried) -> None:
    cursor = await tried.baseline()
    tried.origin.answer = status(500)
    with pytest.raises(SourceError):
        await tried.source.fetch(cursor)

    tried.says(said(tried.kind.name, "after"))
    batch = await tried.source.fetch(cursor)

    assert len(batch.bulletins) == 1


async def test_a_configured_source_is_built_by_its_kind() -> None:
    blog = LiveblogSettings(kind="liveblog", name="blog", url="https://example.org/")
    press = WebhookSettings(kind="webhook", name="press", secret=SecretStr("s"))

    async with open_session() as session:
        asked = registry.polled([blog, press], Fetcher(session, clock), clock)
    told = registry.hooks([blog, press], [], nothing, clock)

    assert [source.name for source in asked] == ["blog"]
    assert [source.name for source in told] == ["press"]


async def nothing(_batch: Batch) -> list[Taken]:
    return []
