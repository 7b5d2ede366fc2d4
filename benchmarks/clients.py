"""What one would send with otherwise, and what no way can be faster than. They keep nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import aiohttp
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from benchmarks.peer import Peer
from benchmarks.sends import TEXT, Sends, measure

UNLIMITED = 1_000_000
"""Calls a second."""

_AT_ONCE = 32
"""Calls under way."""

_MESSAGE = f"<b>everybody</b>\n{TEXT}"


async def library(peer: Peer, first_chat: int, recipients: int) -> Sends:
    """python-telegram-bot as its documentation has it, its limiter set so high that it is none."""
    limiter = AIORateLimiter(overall_max_rate=UNLIMITED, group_max_rate=0)
    request = HTTPXRequest(connection_pool_size=_AT_ONCE)
    bot = ExtBot(peer.token, base_url=f"{peer.url}/bot", request=request, rate_limiter=limiter)
    async with bot:

        async def send(number: int) -> None:
            await bot.send_message(first_chat + number, _MESSAGE, "HTML")

        return await measure("the library", peer, recipients, lambda: _all(send, recipients))


async def bare(peer: Peer, first_chat: int, recipients: int) -> Sends:
    """aiohttp, and nothing around it."""
    address = f"{peer.url}/bot{peer.token}/sendMessage"
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(number: int) -> None:
            message = {"chat_id": first_chat + number, "text": _MESSAGE, "parse_mode": "HTML"}
            async with session.post(address, json=message) as response:
                await response.read()

        return await measure("aiohttp", peer, recipients, lambda: _all(send, recipients))


async def _all(send: Callable[[int], Awaitable[object]], recipients: int) -> None:
    """To each of them, so many at once."""
    numbers: Iterator[int] = iter(range(recipients))

    async def work() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))
