"""Unblocked loop: a block in which no step of the event loop may use much CPU time."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.testing import capture_logs

from bot.ops.loop_watchdog import LoopWatchdog


@contextmanager
def unblocked_loop() -> Iterator[None]:
    """Fail if the loop watchdog reports a step within the block."""
    watchdog = LoopWatchdog(asyncio.get_running_loop(), threading.get_ident())
    with capture_logs() as logs:
        watchdog.start()
        try:
            yield
        finally:
            watchdog.stop()
    assert [entry for entry in logs if entry["event"] == "slow_loop_step"] == []
