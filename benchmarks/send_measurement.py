"""One bulletin to many, by whichever client: when they had it, and what that cost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.peer import Peer
from benchmarks.progress import bar

TEXT = "Trains stand still while the wind blows over the plain. " * 14


@dataclass(frozen=True)
class Sends:
    """Everybody has it."""

    first_ms: float  # from the bulletin to its first message on the wire
    last_s: float  # to its last
    messages_a_second: float  # from the first to the last
    busiest_second: int  # messages in any one second
    cores: float  # of the processor, in the process that sends


async def measure(
    name: str, peer: Peer, recipients: int, send: Callable[[], Awaitable[object]]
) -> Sends:
    """`send` sends it to the watched, so many, or has it sent."""
    await peer.seen()
    await peer.busiest()
    busy, began = time.process_time(), time.monotonic()
    sending = asyncio.ensure_future(send())
    seen = await peer.until(recipients, bar(name, recipients))
    busy = time.process_time() - busy
    await sending
    return Sends(
        first_ms=(seen.first_at - began) * 1000,
        last_s=seen.last_at - began,
        messages_a_second=(recipients - 1) / (seen.last_at - seen.first_at),
        busiest_second=await peer.busiest(),
        cores=busy / (seen.last_at - began),
    )
