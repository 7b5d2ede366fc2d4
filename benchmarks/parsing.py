"""Parsing benchmark: pages that parser workers read in a second. `python -m benchmarks parsing`.

The same run measures a process for each page, which is what feeds had, and the parsers without
isolation, which is what the other pages had.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from benchmarks.report import format_table
from bot.sources.adapters.disasters.gdacs_parser import parse_disasters
from bot.sources.adapters.feeds.rss_parser import parse_feed
from bot.sources.isolation.parser_pool import ParserPool

_PAGES = 100
_STARTS = 10  # pages with a process each
_ITEM = (
    "<item><guid>{n}</guid><title>Explosions in Kharkiv {n}</title><link>https://example.org/{n}"
    "</link><pubDate>Thu, 05 Mar 2026 07:40:00 GMT</pubDate><description>&lt;p&gt;{text}&lt;/p&gt;"
    "</description></item>"
)
_ITEMS = 30


def measure() -> dict[str, object]:
    """Read the same feed in each way, and a smaller format to see what a page costs by itself."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, object]:
    items = (_ITEM.format(n=number, text="Rescuers work. " * 20) for number in range(_ITEMS))
    page = f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>'.encode()
    return {
        "page_bytes": len(page),
        "feed": await _rates(parse_feed_in(page), lambda: parse_feed.function(page, None, "")),
        "gdacs": await _rates(
            parse_disasters_in(page), lambda: parse_disasters.function(page, None)
        ),
    }


Read = Callable[[ParserPool], Awaitable[object]]
"""Reads the page through a pool."""


def parse_feed_in(page: bytes) -> Read:
    """Return a function that reads the page as a feed."""
    return lambda parsers: parsers.run(parse_feed, page, None, "")


def parse_disasters_in(page: bytes) -> Read:
    """Return a function that reads the page as disasters."""
    return lambda parsers: parsers.run(parse_disasters, page, None)


async def _rates(read: Read, direct: Callable[[], object]) -> dict[str, float]:
    return {
        "pool": await _pool_rate(read),
        "process_for_each_page": await _start_rate(read),
        "in_the_bot": _direct_rate(direct),
    }


async def _pool_rate(read: Read) -> float:
    async with ParserPool() as parsers:
        await asyncio.gather(read(parsers), read(parsers))  # starts both workers
        started_at = time.perf_counter()
        await asyncio.gather(*(read(parsers) for _ in range(_PAGES)))
        return _PAGES / (time.perf_counter() - started_at)


async def _start_rate(read: Read) -> float:
    started_at = time.perf_counter()
    for _ in range(_STARTS):
        async with ParserPool() as parsers:
            await read(parsers)
    return _STARTS / (time.perf_counter() - started_at)


def _direct_rate(direct: Callable[[], object]) -> float:
    direct()
    started_at = time.perf_counter()
    for _ in range(_PAGES):
        direct()
    return _PAGES / (time.perf_counter() - started_at)


def format_result(result: Mapping[str, Any]) -> str:
    """Return the table for people."""
    ways = {
        "pool": "two workers, used again and again",
        "process_for_each_page": "a process for each page",
        "in_the_bot": "in the bot, without isolation",
    }
    rows = [
        [name, *(f"{result[kind][way]:.1f}" for kind in ("feed", "gdacs"))]
        for way, name in ways.items()
    ]
    table = format_table(["pages per second", "rss", "gdacs"], rows)
    return f"{result['page_bytes'] / 1024:.0f} KB for each page\n{table}"
