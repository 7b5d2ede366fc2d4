"""Priority lock: urgent waiters go first, and a cancelled waiter does not keep the lock."""

import asyncio

import pytest

from bot.ingest.priority_lock import PriorityLock


async def hold_and_record(lock: PriorityLock, name: str, order: list[str]) -> None:
    async with lock.hold(is_urgent=name.startswith("urgent")):
        order.append(name)


async def test_urgent_waiters_go_before_the_others_in_their_order() -> None:
    lock, order = PriorityLock(), list[str]()
    names = ["news 1", "urgent 1", "news 2", "urgent 2"]
    async with asyncio.timeout(10), asyncio.TaskGroup() as group, lock.hold(is_urgent=False):
        for name in names:
            group.create_task(hold_and_record(lock, name, order))
        await asyncio.sleep(0)
    assert order == ["urgent 1", "urgent 2", "news 1", "news 2"]


async def test_a_cancelled_waiter_is_passed_over() -> None:
    lock, order = PriorityLock(), list[str]()
    async with lock.hold(is_urgent=True):
        cancelled = asyncio.create_task(hold_and_record(lock, "urgent", order))
        following = asyncio.create_task(hold_and_record(lock, "news", order))
        await asyncio.sleep(0)
        cancelled.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([cancelled, following])
    assert order == ["news"]


async def test_a_waiter_cancelled_as_its_turn_comes_hands_the_lock_on() -> None:
    lock, order = PriorityLock(), list[str]()
    async with lock.hold(is_urgent=True):
        cancelled = asyncio.create_task(hold_and_record(lock, "urgent", order))
        await asyncio.sleep(0)
    cancelled.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([cancelled])
        await hold_and_record(lock, "news", order)
    assert order == ["news"]


async def test_a_failure_releases_the_lock() -> None:
    lock, order = PriorityLock(), list[str]()
    with pytest.raises(ValueError, match="disk"):
        async with lock.hold(is_urgent=False):
            raise ValueError("disk")
    async with asyncio.timeout(10):
        await hold_and_record(lock, "news", order)
    assert order == ["news"]
