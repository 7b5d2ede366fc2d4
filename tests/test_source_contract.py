"""What every polled source does with good and with bad answers. A new one is a line in SOURCES."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from origin import (
    Answer,
    Origin,
    origin,
    page,
    status,
    truncated,
    unchanged_for,
)
from pydantic import SecretStr

from bot.sources import registry
from bot.sources.alerts_in_ua import AlertsInUaSettings
from bot.sources.fetching import USER_AGENT, Fetcher, open_session
from bot.sources.liveblog import LiveblogSettings
from bot.sources.registry import KINDS
from bot.sources.settings import PolledSettings
from bot.sources.siren import SirenSettings
from bot.sources.source import Batch, Polled, Refused, SourceError, Unreachable, Unusable
from bot.sources.ukrainealarm import UkraineAlarmSettings
from bot.sources.webhook import WebhookSettings
from storage.arrivals import Taken
from storage.bulletins import Phase
from storage.sources import Cursor

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


FIXTURES = Path(__file__).parent / "fixtures" / "sources"


@dataclass(frozen=True)
class Kind:
    """A kind of source, with what the contract needs to try it."""

    settings: Callable[[str], PolledSettings]  # from its address
    content_type: str
    fixture: str  # what the service says, in files NAME_before, NAME_after and NAME_odd:
    # at first two bulletins; later one bulletin more; two bulletins with fields and values
    # nobody has heard of
    wrong: Answer  # another kind of answer than it gives

    @property
    def name(self) -> str:
        kind: str = self.settings("https://example.org/").model_dump()["kind"]
        return kind

    def says(self, when: str) -> bytes:
        return next(FIXTURES.glob(f"{self.fixture}_{when}.*")).read_bytes()


HTML = page(b"<!doctype html><html><body>Sign in</body></html>", "text/html")
JSON = "application/json"
TOKEN = SecretStr("s3cret")

SOURCES = [
    Kind(
        lambda url: LiveblogSettings(kind="liveblog", name="tried", url=url),
        "text/plain; charset=utf-8",
        "liveblog",
        wrong=page(b"\x89PNG\r\n\x1a\n\0\0\0", "image/png"),
    ),
    Kind(
        lambda url: SirenSettings(kind="siren", name="tried", url=url),
        JSON,
        "ukrainealarm",
        wrong=HTML,
    ),
    Kind(
        lambda url: UkraineAlarmSettings(kind="ukrainealarm", name="tried", url=url, token=TOKEN),
        JSON,
        "ukrainealarm",
        wrong=HTML,
    ),
    Kind(
        lambda url: AlertsInUaSettings(kind="alerts_in_ua", name="tried", url=url, token=TOKEN),
        JSON,
        "alerts_in_ua",
        wrong=HTML,
    ),
]


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
        self.origin.answer = page(body, self.kind.content_type, **headers)

    async def baseline(self, **headers: str) -> Cursor:
        self.says(self.kind.says("before"), **headers)
        cursor = (await self.source.fetch(None)).cursor
        assert cursor is not None
        return cursor


@pytest.fixture(params=SOURCES, ids=lambda kind: kind.name)
async def tried(request: pytest.FixtureRequest) -> AsyncIterator[Tried]:
    async with origin() as served, open_session() as session:
        yield Tried(request.param, served, session)


async def test_the_first_poll_ever_is_a_baseline(tried: Tried) -> None:
    tried.says(tried.kind.says("before"))

    batch = await tried.source.fetch(None)

    assert batch.baseline
    assert batch.source == "tried"
    assert len(batch.bulletins) == 2


async def test_a_later_poll_brings_what_is_new_and_is_no_baseline(tried: Tried) -> None:
    cursor = await tried.baseline()
    tried.says(tried.kind.says("after"))

    batch = await tried.source.fetch(cursor)

    assert not batch.baseline
    assert len(batch.bulletins) == 1
    assert batch.bulletins[0].source == "tried"
    assert batch.bulletins[0].received_at == NOW


async def test_fields_and_values_nobody_has_heard_of_are_no_reason_to_fail(tried: Tried) -> None:
    tried.says(tried.kind.says("odd"))

    batch = await tried.source.fetch(None)

    assert len(batch.bulletins) == 2
    assert all(bulletin.title or bulletin.text for bulletin in batch.bulletins)


async def test_where_it_left_off_can_be_stored_as_json(tried: Tried) -> None:
    cursor = await tried.baseline()

    assert json.loads(json.dumps(cursor)) == cursor


async def test_what_another_source_left_off_is_no_cursor_of_this_one(tried: Tried) -> None:
    """The operator may give a name another kind or address."""
    tried.says(tried.kind.says("before"))

    batch = await tried.source.fetch({"place": "elsewhere"})

    assert batch.baseline


async def test_the_order_is_that_of_time(tried: Tried) -> None:
    tried.says(tried.kind.says("after"))

    said = [bulletin.published_at for bulletin in (await tried.source.fetch(None)).bulletins]

    assert [at for at in said if at] == sorted(at for at in said if at)


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

    assert tried.origin.requests[0]["User-Agent"] == USER_AGENT


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
        response = web.StreamResponse(headers={"Content-Type": tried.kind.content_type})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.02)

    tried.origin.answer = drip

    with pytest.raises(Unreachable):
        await tried.built(timedelta(seconds=0.3)).fetch(None)


async def test_a_page_without_end_is_refused(tried: Tried) -> None:
    tried.origin.answer = page(b"x" * (17 * 1024 * 1024), tried.kind.content_type)

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_a_small_answer_that_unpacks_into_a_huge_one_is_refused(tried: Tried) -> None:
    """Case 55: what counts is the size after decompression."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(17):
            file.write(b"x" * 1024 * 1024)
    tried.origin.answer = page(packed.getvalue(), tried.kind.content_type, Content_Encoding="gzip")

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_a_packed_page_is_read(tried: Tried) -> None:
    tried.says(gzip.compress(tried.kind.says("before")), Content_Encoding="gzip")

    assert len((await tried.source.fetch(None)).bulletins) == 2


async def test_half_of_a_packed_page_is_no_answer(tried: Tried) -> None:
    half = gzip.compress(tried.kind.says("before"))[:-9]
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


async def test_another_kind_of_answer_is_refused(tried: Tried) -> None:
    tried.origin.answer = tried.kind.wrong

    with pytest.raises(Unusable):
        await tried.source.fetch(None)


async def test_after_a_failure_it_goes_on_where_it_was(tried: Tried) -> None:
    cursor = await tried.baseline()
    tried.origin.answer = status(500)
    with pytest.raises(SourceError):
        await tried.source.fetch(cursor)

    tried.says(tried.kind.says("after"))
    batch = await tried.source.fetch(cursor)

    assert len(batch.bulletins) == 1


def test_every_kind_that_is_polled_is_held_to_this_contract() -> None:
    polled = {kind for kind, settings in KINDS.items() if issubclass(settings, PolledSettings)}

    assert {kind.name for kind in SOURCES} == polled


async def test_a_configured_source_is_built_by_its_kind() -> None:
    blog = LiveblogSettings(kind="liveblog", name="blog", url="https://example.org/")
    press = WebhookSettings(kind="webhook", name="press", secret=SecretStr("s"))

    async with open_session() as session:
        asked = registry.polled([blog, press], Fetcher(session, clock), clock)
    told = registry.webhooks([blog, press], nothing, clock)

    assert [source.name for source in asked] == ["blog"]
    assert [source.name for source in told] == ["press"]


async def nothing(_batch: Batch) -> list[Taken]:
    return []
