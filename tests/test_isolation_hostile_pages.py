"""Hostile pages: small pages that cost a parser much time or memory end as failed polls.

They used to be parsed in threads of the bot, which share its lock and its memory.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.polled_page import PolledPage, polled_pages
from support.source_payloads import payload
from support.wait_until import wait_until

from bot.sources.core.errors import Unusable
from bot.sources.isolation.parser_pool import ParserPool
from bot.sources.isolation.protocol import ParserLimits

MEGABYTE = 1024 * 1024
NESTED_POST = (
    b'<div class="tgme_widget_message" data-post="channel/1">'
    b'<div class="tgme_widget_message_text js-message_text">x'
)


def fill(size: int, unit: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Return about `size` bytes of a repeated unit between a head and a tail."""
    return head + (unit * ((size - len(head) - len(tail)) // len(unit))).rstrip(b",") + tail


HOSTILE = {
    "cap: many lists": ("cap", fill(15 * MEGABYTE, b"[],", b"[", b"]")),
    "cap: many objects": ("cap", fill(15 * MEGABYTE, b'{"a":1},', b"[", b"]")),
    "cap: nested lists": ("cap", b"[" * 15 * MEGABYTE),
    "cap: nested elements": ("cap", b"<a>" * 5 * MEGABYTE),
    "cap: elements nested below the limit": ("cap", b"<a>" * 9_000 + b"</a>" * 9_000),
    "cap: many warnings": ("cap", fill(MEGABYTE, b'{"info":1},', b"[", b"]")),
    "cap: many areas": (
        "cap",
        fill(MEGABYTE, b'{"areaDesc":"a"},', b'{"info":[{"area":[', b"]}]}"),
    ),
    "usgs: many lists": ("usgs", fill(15 * MEGABYTE, b"[],", b'{"features":[', b"]}")),
    "usgs: many quakes": (
        "usgs",
        fill(
            2 * MEGABYTE, b'{"id":"a","properties":{"mag":1,"place":"x"}},', b'{"features":[', b"]}"
        ),
    ),
    "gdacs: many elements": ("gdacs", fill(4 * MEGABYTE, b"<a/>", b"<rss>", b"</rss>")),
    "gdacs: many disasters": (
        "gdacs",
        fill(4 * MEGABYTE, b"<item><guid>1</guid></item>", b"<rss><channel>", b"</channel></rss>"),
    ),
    "rss: nested entries": ("rss", fill(4 * MEGABYTE, b"<item>", b"<rss><channel>")),
    "rss: many tags": ("rss", fill(4 * MEGABYTE, b"<a ", b"<rss><channel>")),
    "preview: nested posts": ("telegram_preview", fill(100_000, NESTED_POST)),
    "preview: nested posts in 3 MB": ("telegram_preview", fill(3 * MEGABYTE, NESTED_POST)),
    "preview: many elements": ("telegram_preview", b"<a>" * MEGABYTE),
    "liveblog: unfinished tags": ("liveblog", fill(4 * MEGABYTE, b"<a ", b"<html>")),
    "liveblog: many elements": ("liveblog", fill(3 * MEGABYTE, b"<a>", b"<html>")),
    "liveblog: many lines": ("liveblog", b"\na" * 2 * MEGABYTE),
}


@pytest.fixture
async def pages() -> AsyncIterator[PolledPage]:
    async with polled_pages(ParserPool()) as driver:
        yield driver


@pytest.mark.parametrize(("kind", "body"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_page_is_a_failed_poll(pages: PolledPage, kind: str, body: bytes) -> None:
    with pytest.raises(Unusable):
        await pages.poll(kind, body)

    if kind != "liveblog":
        assert len((await pages.poll(kind, payload(kind, "before"))).bulletins) == 2


async def test_a_page_that_takes_too_long_is_given_up_and_its_worker_replaced() -> None:
    async with polled_pages(ParserPool(ParserLimits(seconds=6))) as pages:
        await pages.poll("rss", payload("rss", "before"))
        before = pages.parsers.pids
        entries = fill(4 * MEGABYTE, b"<item><title>a</title></item>", b"<rss><channel>")

        with pytest.raises(Unusable, match="takes too long to read"):
            await pages.poll("rss", entries)

        assert pages.parsers.pids == frozenset()
        await pages.poll("rss", payload("rss", "before"))
        assert len(pages.parsers.pids) == 1
        assert pages.parsers.pids.isdisjoint(before)


async def test_a_page_that_needs_too_much_memory_crashes_its_parser_only() -> None:
    """One element with a million attributes needs a third of a gigabyte."""
    attributes = b" ".join(b'a%d="x"' % number for number in range(1_000_000))
    async with polled_pages(ParserPool(ParserLimits(memory_bytes=200 * MEGABYTE))) as pages:
        await pages.poll("cap", payload("cap", "before"))
        (pid,) = pages.parsers.pids
        limits = (Path("/proc") / str(pid) / "limits").read_text()
        assert f"{200 * MEGABYTE}" in next(
            line for line in limits.splitlines() if line.startswith("Max address space")
        )

        with pytest.raises(Unusable, match="crashes the parser"):
            await pages.poll("cap", b"<feed><a " + attributes + b"/></feed>")

        assert len((await pages.poll("cap", payload("cap", "before"))).bulletins) == 2
        assert pages.parsers.pids.isdisjoint({pid})


async def test_pages_of_other_sources_are_read_beside_a_hostile_one(pages: PolledPage) -> None:
    entries = fill(4 * MEGABYTE, b"<item><title>a</title></item>", b"<rss><channel>")
    hostile = asyncio.create_task(pages.poll("rss", entries))
    await busy(pages.parsers)

    for kind in ("gdacs", "usgs", "cap", "telegram_preview"):
        assert len((await pages.poll(kind, payload(kind, "before"))).bulletins) == 2

    assert not hostile.done()
    hostile.cancel()
    await asyncio.gather(hostile, return_exceptions=True)


async def test_a_page_that_finds_no_free_worker_is_a_failed_poll() -> None:
    entries = fill(4 * MEGABYTE, b"<item><title>a</title></item>", b"<rss><channel>")
    async with polled_pages(ParserPool(size=1, max_wait=0.3)) as pages:
        hostile = asyncio.create_task(pages.poll("rss", entries))
        await busy(pages.parsers)

        with pytest.raises(Unusable, match="other pages occupy the parsers"):
            await pages.poll("usgs", payload("usgs", "before"))

        hostile.cancel()
        await asyncio.gather(hostile, return_exceptions=True)
        assert len((await pages.poll("usgs", payload("usgs", "before"))).bulletins) == 2


async def busy(parsers: ParserPool) -> None:
    """Wait until a worker has begun with a page."""
    await wait_until(
        lambda: any(map(has_loaded_feedparser, parsers.pids)), "a worker parses the page"
    )


def has_loaded_feedparser(pid: int) -> bool:
    """Return True if the process uses memory as after its imports."""
    status = (Path("/proc") / str(pid) / "status").read_text()
    size = next((line for line in status.splitlines() if line.startswith("VmRSS")), "VmRSS: 0 kB")
    return int(size.split()[1]) > 40 * 1024
