"""Floods: what strangers may send to the bot without pause. Each must delay nobody's alert.

To add a flood, write a coroutine function that floods a target until it is cancelled, and add it to
FLOODS. The benchmark `flood` and tests/test_run_flood.py then run it.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.standin.person import Person
from bot.standin.server import Standin

PEOPLE = 16
_BURST = 5  # messages of a person without a pause
_FIRST_ID = 1_001  # below the ids of all other chats in benchmarks and tests
_ANSWER_SECONDS = 60.0
_PAUSE_SECONDS = 1.0  # a person cannot send faster to Telegram for long


@dataclass(frozen=True)
class FloodTarget:
    """Running bot, as strangers reach it."""

    standin: Standin  # Telegram
    http_url: str | None = None  # of the bot's HTTP server


@dataclass(frozen=True)
class Flood:
    """Named flood. `run` ends only when it is cancelled."""

    name: str
    run: Callable[[FloodTarget], Awaitable[None]]


async def flood_inline_queries(target: FloodTarget) -> None:
    """Type inline queries that match nothing, five at a time, each different."""

    async def type_on(person: Person) -> None:
        for number in itertools.count():
            queries = [
                await person.ask_inline(f"zzqq{person.id} {number} {key}") for key in range(_BURST)
            ]
            with suppress(TimeoutError):
                await queries[-1].answered(_ANSWER_SECONDS)

    await _run_for_all(type_on, _strangers(target.standin))


async def flood_lookups(target: FloodTarget) -> None:
    """Send searches that match nothing: commands, free text and /why with a phrase."""

    async def look_up(person: Person) -> None:
        for number in itertools.count():
            for key in range(_BURST):
                word = f"zzqq{person.id}n{number}k{key}"
                await person.send((f"/latest {word}", f"{word} x", f"/why {word} x")[key % 3])
            await asyncio.sleep(_PAUSE_SECONDS)

    await _run_for_all(look_up, _strangers(target.standin))


FLOODS: Sequence[Flood] = (
    Flood("inline queries", flood_inline_queries),
    Flood("look-ups", flood_lookups),
)


def _strangers(standin: Standin) -> list[Person]:
    return [
        standin.people.person(f"Stranger {number}", id=_FIRST_ID + number, started=True)
        for number in range(PEOPLE)
    ]


async def _run_for_all(
    action: Callable[[Person], Awaitable[None]], people: Sequence[Person]
) -> None:
    async def run(person: Person) -> None:
        await action(person)

    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(run(person))
