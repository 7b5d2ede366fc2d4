"""Webhook delivery of updates to the bot."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from bot.standin.updates import Queued, Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name, not a secret
FIRST_PAUSE = 0.05  # seconds before a refused update is delivered again; doubled each time
LONGEST_PAUSE = 5.0
PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class Address:
    """Address that updates are delivered to."""

    url: str
    secret: str | None
    connections: int = 40  # max_connections, only reported back


class Webhook:
    """Delivery of one update after the other, each repeated until it is answered with 2xx.

    wall: unix seconds, for the date of the last error.
    """

    def __init__(self, updates: Updates, wall: Callable[[], float]) -> None:
        self.address: Address | None = None
        # (update id, HTTP status or None), the latest
        self.attempts: deque[tuple[int, int | None]] = deque(maxlen=1000)
        self._updates = updates
        self._wall = wall
        self._task: asyncio.Task[None] | None = None
        self._error: tuple[int, str] | None = None

    async def set(self, address: Address | None) -> None:
        """Set the address; None stops delivery and allows polling."""
        await self.close()
        self.address = address
        self._error = None
        await self._updates.set_webhook(active=address is not None)
        if address is not None:
            self._task = asyncio.create_task(self._deliver(address))

    async def close(self) -> None:
        """Stop delivering."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def info(self) -> dict[str, Any]:
        """Return Telegram's WebhookInfo."""
        info: dict[str, Any] = {
            "url": self.address.url if self.address else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.address:
            info["max_connections"] = self.address.connections
        if self._error:
            info["last_error_date"], info["last_error_message"] = self._error
        return info

    async def _deliver(self, address: Address) -> None:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session:
            pause = FIRST_PAUSE
            while True:
                update = await self._updates.first()
                if await self._accepted(session, address, update):
                    self._updates.delivered(update)
                    pause = FIRST_PAUSE
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    async def _accepted(
        self, session: aiohttp.ClientSession, address: Address, update: Queued
    ) -> bool:
        headers = {"Content-Type": "application/json"}
        if address.secret:
            headers[SECRET_HEADER] = address.secret
        try:
            async with session.post(
                address.url,
                data=orjson.dumps(update.body),
                headers=headers,
                allow_redirects=False,
            ) as response:
                status, trouble = response.status, f"Wrong response: {response.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            status, trouble = None, f"Connection failed: {type(error).__name__}"
        self.attempts.append((update.update_id, status))
        if status is not None and 200 <= status < 300:
            return True
        self._error = (int(self._wall()), trouble)
        return False
