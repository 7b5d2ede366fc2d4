"""Baseline clients: python-telegram-bot's own, and bare aiohttp as the floor. Neither stores."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import aiohttp
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from benchmarks.send_measurement import TEXT, SendMeasurement, measure_sends
from benchmarks.standin_process import StandinProcess

UNLIMITED_RATE = 1_000_000
"""Messages per second: so many that the rate limiter never waits."""

_CONCURRENCY = 32
"""Concurrent calls."""

_MESSAGE = f"<b>everybody</b>\n{TEXT}"


async def send_with_library(
    standin: StandinProcess, first_chat: int, recipients: int
) -> SendMeasurement:
    """Send with python-telegram-bot as documented; its rate limiter is set too high to wait."""
    limiter = AIORateLimiter(overall_max_rate=UNLIMITED_RATE, group_max_rate=0)
    request = HTTPXRequest(connection_pool_size=_CONCURRENCY)
    bot = ExtBot(
        standin.token, base_url=f"{standin.url}/bot", request=request, rate_limiter=limiter
    )
    async with bot:

        async def send(number: int) -> None:
            await bot.send_message(first_chat + number, _MESSAGE, "HTML")

        return await measure_sends(
            "python-telegram-bot", standin, recipients, lambda: _send_all(send, recipients)
        )


async def send_with_aiohttp(
    standin: StandinProcess, first_chat: int, recipients: int
) -> SendMeasurement:
    """Send with aiohttp and nothing around it."""
    address = f"{standin.url}/bot{standin.token}/sendMessage"
    connector = aiohttp.TCPConnector(limit=_CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(number: int) -> None:
            message = {"chat_id": first_chat + number, "text": _MESSAGE, "parse_mode": "HTML"}
            async with session.post(address, json=message) as response:
                await response.read()

        return await measure_sends(
            "aiohttp", standin, recipients, lambda: _send_all(send, recipients)
        )


async def _send_all(send: Callable[[int], Awaitable[object]], recipients: int) -> None:
    """Call `send` for each recipient, with bounded concurrency."""
    numbers: Iterator[int] = iter(range(recipients))

    async def work() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(work() for _ in range(_CONCURRENCY)))
