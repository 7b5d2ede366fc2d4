"""Send measurement: one bulletin to many chats, by any client, with rate and processor time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.progress import progress_bar
from benchmarks.standin_process import StandinProcess

TEXT = "Trains stand still while the wind blows over the plain. " * 14


@dataclass(frozen=True)
class SendMeasurement:
    """Times and cost of one bulletin that reached all its recipients."""

    first_ms: float  # from the bulletin to its first message on the wire
    last_s: float  # from the bulletin to its last message on the wire
    messages_per_second: float  # from the first message to the last
    busiest_second: int  # most messages in any one second
    cores: float  # processor cores used by the sending process


async def measure_sends(
    name: str, standin: StandinProcess, recipients: int, send: Callable[[], Awaitable[object]]
) -> SendMeasurement:
    """Measure `send`, which sends one message to each of the watched chats, or has it sent."""
    await standin.take_arrivals()
    await standin.take_busiest_second()
    busy, started = time.process_time(), time.monotonic()
    sending = asyncio.ensure_future(send())
    arrivals = await standin.wait_for_arrivals(recipients, progress_bar(name, recipients))
    busy = time.process_time() - busy
    await sending
    return SendMeasurement(
        first_ms=(arrivals.first_at - started) * 1000,
        last_s=arrivals.last_at - started,
        messages_per_second=(recipients - 1) / (arrivals.last_at - arrivals.first_at),
        busiest_second=await standin.take_busiest_second(),
        cores=busy / (arrivals.last_at - started),
    )
