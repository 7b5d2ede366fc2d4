"""kill -9 at any instant: nothing is lost, and doubled at most what was in doubt."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from installation import Installation, ask

from bot.delivery.courier import LEAST_IN_DOUBT
from bot.delivery.retry import MOST_COPIES
from bot.standin.person import Person
from bot.standin.server import Standin

KILLS = 5
TITLES = ("Ferries to Odesa wait", "Odesa opens its opera", "Odesa: a bridge is closed")


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin() as running:
        yield running


def copies(persons: list[Person]) -> Counter[tuple[int, str]]:
    """How often each person has each bulletin."""
    return Counter(
        (person.id, title)
        for person in persons
        for text in person.chat.texts
        for title in TITLES
        if title in text
    )


def in_doubt(log: bytes) -> int:
    """How many calls a start found in doubt."""
    said = [json.loads(line) for line in log.splitlines()]
    return sum(one["count"] for one in said if "in doubt" in one["event"])


async def killed(installation: Installation, standin: Standin, chance: random.Random) -> bytes:
    """Starts the process and kills it while it sends; what it said."""
    process = await installation.start("run")
    sends = len(standin.journal.of("sendMessage")) + chance.randrange(1, 20)
    try:
        await standin.journal.wait(lambda j: len(j.of("sendMessage")) >= sends, timeout=15)
        await asyncio.sleep(chance.random() * 0.1)
    finally:
        process.kill()
    _, log = await process.communicate()
    return log


async def test_kills_at_random_instants_lose_nothing_and_double_what_was_in_doubt(
    standin: Standin, tmp_path: Path
) -> None:
    """Cases 26, 27 and 29 of the catalogue of failures."""
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    installation = Installation(tmp_path, standin)
    persons = [standin.people.person(f"P{number}") for number in range(60)]
    async with installation.running():
        await asyncio.gather(*(ask(person, "/subscribe Odesa") for person in persons))
    blog = tmp_path / "blog.txt"
    blog.write_text("".join(f"{title}\nSo the harbour says today.\n" for title in TITLES))
    assert (await installation.call("publish", str(blog)))[0] == 0

    logs = [await killed(installation, standin, chance) for _ in range(KILLS)]
    process = await installation.start("run")
    expected = {(person.id, title) for person in persons for title in TITLES}
    async with asyncio.timeout(40):
        while set(copies(persons)) != expected:  # noqa: ASYNC110 - sixty chats ring no one bell
            await asyncio.sleep(0.05)
    await asyncio.sleep(3.0)  # what is in doubt comes after a second or two
    process.terminate()
    _, log = await process.communicate()

    doubts = [in_doubt(each) for each in (*logs, log)]
    counts = copies(persons)
    doubled = counts.total() - len(expected)
    told = f"seed {seed}, in doubt {doubts}, doubled {doubled}"
    assert set(counts) == expected, told
    assert max(doubts) <= LEAST_IN_DOUBT, told
    assert doubled <= sum(doubts), told
    assert max(counts.values()) <= MOST_COPIES, told
