"""Floods: what strangers may send to the bot without pause. Each must delay nobody's alert.

To add a flood, write a coroutine function that floods a target until it is cancelled, and add it to
FLOODS. The benchmark `flood` and tests/test_run_flood.py then run it.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession

from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH
from bot.standin.person import Person
from bot.standin.server import Standin

HOOK_NAME = "noisy"
HOOK_SECRET = "flood-of-the-noisy-hook"  # noqa: S105 - of a process that lives for a minute
"""The webhook source that a target has for the floods."""

PEOPLE = 16
_BURST = 5  # messages of a person without a pause
_FIRST_ID = 1_001  # below the ids of all other chats in benchmarks and tests
_ANSWER_SECONDS = 60.0
_PAUSE_SECONDS = 1.0  # a person cannot send faster to Telegram for long
_CLIENTS = 16  # of the bot's HTTP server
_HALF_REQUESTS = 900  # below the usual limit of 1,024 open files in the flooding process
_REFUSED_PAUSE_SECONDS = 0.05
_MAX_MESSAGE_LENGTH = 4_096  # Telegram's limit
_HOSTILE_WORDS = (  # each fills a text
    "Kyiv, ",
    "Повітряна тривога в Києві. Відбій тривоги у Львові. ",
    "San ",
    "👨\u200d👩\u200d👧 🟢 Київ\n",
    "e\u0301\u0323",
    "а:",
)
_CHECKS = ("/readyz", "/metrics")

_T = TypeVar("_T")
_Request = AbstractAsyncContextManager[ClientResponse]


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
    """Send searches that match nothing: /latest, free text, /why with a phrase, and /try."""

    async def look_up(person: Person) -> None:
        for number in itertools.count():
            for key in range(_BURST):
                word = f"zzqq{person.id}n{number}k{key}"
                searches = (f"/latest {word}", f"{word} x", f"/why {word} x", f"/try {word}")
                await person.send(searches[key % len(searches)])
            await asyncio.sleep(_PAUSE_SECONDS)

    await _run_for_all(look_up, _strangers(target.standin))


async def flood_subscribes(target: FloodTarget) -> None:
    """Send /subscribe, /import and questions as long as Telegram allows."""

    async def subscribe(person: Person) -> None:
        for number in itertools.count():
            for key in range(_BURST):
                words = _HOSTILE_WORDS[(number + key) % len(_HOSTILE_WORDS)]
                command = ("/subscribe ", "/import ", "")[key % 3]
                await person.send(_fill(command, words, _MAX_MESSAGE_LENGTH))
            await asyncio.sleep(_PAUSE_SECONDS)

    await _run_for_all(subscribe, _strangers(target.standin))


async def flood_group(target: FloodTarget) -> None:
    """Send commands to a group, as one of its members."""
    people = _strangers(target.standin)
    group = target.standin.people.group("Flooded", admins=people[:1], members=people[1:])
    for number in itertools.count():
        for command in ("/latest", "/alerts", "/help", "/sources", f"/latest zzqq{number}"):
            await people[1].send(command, chat=group)
        await asyncio.sleep(_PAUSE_SECONDS / _BURST)


async def flood_half_requests(target: FloodTarget) -> None:
    """Open connections that never finish the head of their request; open closed ones again."""
    address = urlsplit(_http_url(target))

    async def hold_open(_number: int) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection(address.hostname, address.port)
            except OSError:
                await asyncio.sleep(_REFUSED_PAUSE_SECONDS)
                continue
            try:
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                with suppress(OSError):
                    await reader.read()
            finally:
                writer.close()

    await _run_for_all(hold_open, range(_HALF_REQUESTS))


async def flood_checks(target: FloodTarget) -> None:
    """Ask for readiness and metrics without pause."""
    await _flood_http(target, lambda session, number: session.get(_CHECKS[number % 2]))


async def flood_webhook(target: FloodTarget) -> None:
    """Publish texts at the limit of length, with the right secret."""

    def publish(session: ClientSession, number: int) -> _Request:
        words = _HOSTILE_WORDS[number % len(_HOSTILE_WORDS)]
        report = {"id": f"{number}", "title": "", "text": _fill("", words, MAX_TEXT_LENGTH)}
        headers = {"Authorization": f"Bearer {HOOK_SECRET}"}
        return session.post(f"/hook/{HOOK_NAME}", json=report, headers=headers)

    await _flood_http(target, publish)


async def flood_wrong_secrets(target: FloodTarget) -> None:
    """Publish with wrong secrets."""

    def publish(session: ClientSession, number: int) -> _Request:
        headers = {"Authorization": f"Bearer wrong-secret-number-{number}"}
        return session.post(f"/hook/{HOOK_NAME}", json={"title": "x"}, headers=headers)

    await _flood_http(target, publish)


FLOODS: Sequence[Flood] = (
    Flood("inline queries", flood_inline_queries),
    Flood("look-ups", flood_lookups),
    Flood("long commands", flood_subscribes),
    Flood("one member of a group", flood_group),
    Flood("half requests", flood_half_requests),
    Flood("readiness and metrics", flood_checks),
    Flood("texts at the limit", flood_webhook),
    Flood("wrong secrets", flood_wrong_secrets),
)


def _strangers(standin: Standin) -> list[Person]:
    return [
        standin.people.person(f"Stranger {number}", id=_FIRST_ID + number, started=True)
        for number in range(PEOPLE)
    ]


def _http_url(target: FloodTarget) -> str:
    if target.http_url is None:
        raise ValueError("expected a target with an HTTP server")
    return target.http_url


def _fill(start: str, words: str, length: int) -> str:
    """Return a text of a length that repeats words after its start."""
    return (start + words * (length // len(words) + 1))[:length]


async def _flood_http(
    target: FloodTarget, request: Callable[[ClientSession, int], _Request]
) -> None:
    """Send requests, each with a number of its own, from several clients without pause."""
    numbers = itertools.count()

    async def send(_number: int) -> None:
        async with ClientSession(_http_url(target)) as session:
            for number in numbers:
                try:
                    async with request(session, number) as response:
                        await response.read()
                except (ClientError, OSError):
                    await asyncio.sleep(_REFUSED_PAUSE_SECONDS)

    await _run_for_all(send, range(_CLIENTS))


async def _run_for_all(action: Callable[[_T], Awaitable[None]], strangers: Sequence[_T]) -> None:
    async def run(stranger: _T) -> None:
        await action(stranger)

    async with asyncio.TaskGroup() as group:
        for stranger in strangers:
            group.create_task(run(stranger))
