"""Loop watchdog: a step that computes too long is logged with its place; one that waits is not."""

import asyncio
import threading
import time

import pytest
import uvloop
from structlog.testing import capture_logs

from bot.ops.loop_watchdog import MAX_STEP_SECONDS, LoopWatchdog


def compute_for(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


async def watch(step: object) -> None:
    assert callable(step)
    watchdog = LoopWatchdog(asyncio.get_running_loop(), threading.get_ident())
    watchdog.start()
    await asyncio.sleep(0.05)
    step()
    await asyncio.sleep(0.05)
    watchdog.stop()


@pytest.mark.parametrize("loop_factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_step_that_computes_too_long_is_logged_with_its_place(loop_factory: object) -> None:
    assert callable(loop_factory)
    with capture_logs() as lines, asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(watch(lambda: compute_for(6 * MAX_STEP_SECONDS)))
    [line] = [line for line in lines if line["event"] == "slow_loop_step"]
    assert line["cpu_ms"] > 1000 * MAX_STEP_SECONDS
    assert "compute_for" in line["stack"]


def test_a_step_that_waits_without_computing_is_not_logged() -> None:
    with capture_logs() as lines, asyncio.Runner() as runner:
        runner.run(watch(lambda: time.sleep(6 * MAX_STEP_SECONDS)))
    assert lines == []
