"""Parser pool: passes pages from outside to a few parser workers that are used again and again.

A worker starts when the first page needs it. It is killed when a page exceeds a limit, and replaced
after a number of pages, as parsers and the allocator keep memory. Pages wait in order of arrival.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import cache
from typing import Any, Self, get_type_hints

import orjson
import structlog
from pydantic import TypeAdapter, ValidationError

from bot.sources.core.errors import Unusable
from bot.sources.isolation.protocol import ParserLimits
from bot.sources.isolation.worker_process import (
    ParserCrashError,
    ParserDefectError,
    WorkerProcess,
)
from bot.sources.parsing.page_parser import Arguments, Item, PageParser

_WORKERS = 2  # one hostile page leaves the other worker to all other sources
_PAGES_OF_A_WORKER = 200
_MAX_WAIT = 45.0  # seconds for a free worker: three pages that take all of their time

log = structlog.get_logger(__name__)


class ParserPool:
    """Pool of parser workers. The owner closes it."""

    def __init__(
        self,
        limits: ParserLimits | None = None,
        *,
        size: int = _WORKERS,
        max_wait: float = _MAX_WAIT,  # seconds
    ) -> None:
        self._limits = limits or ParserLimits()
        self._slots = asyncio.Semaphore(size)  # fair: the first to wait is the first to get one
        self._max_wait = max_wait
        self._idle: list[WorkerProcess] = []
        self._workers: set[WorkerProcess] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    @property
    def pids(self) -> frozenset[int]:
        """Numbers of the processes."""
        return frozenset(worker.pid for worker in self._workers)

    async def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        self._idle.clear()
        for worker in list(self._workers):
            await self._discard(worker)

    async def run(
        self,
        parser: PageParser[Arguments, Item],
        body: bytes,
        *arguments: Arguments.args,
        **keywords: Arguments.kwargs,
    ) -> list[Item]:
        """Return what a page parser reads in a page. Raise Unusable.

        Also if the page takes too long, crashes its parser, or no worker is free for long. A defect
        of the parser is a ParserDefectError.
        """
        if len(body) > self._limits.input_bytes:
            raise Unusable(f"is larger than {self._limits.input_bytes // (1024 * 1024)} MB")
        call = {"parser": parser.name, "arguments": arguments, "keywords": keywords}
        async with self._slot():
            return await self._parse(parser, orjson.dumps(call), body)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._max_wait):
                await self._slots.acquire()
        except TimeoutError:
            raise Unusable("could not be read: other pages occupy the parsers") from None
        try:
            yield
        finally:
            self._slots.release()

    async def _parse(
        self, parser: PageParser[Arguments, Item], request: bytes, body: bytes
    ) -> list[Item]:
        worker = await self._take()
        try:
            async with asyncio.timeout(self._limits.seconds):
                items = await _read_items(worker, parser, request, body)
        except (Unusable, ParserDefectError):  # the worker has answered
            await self._put_back(worker)
            raise
        except (ParserCrashError, ValidationError):
            log.warning("parser_crashed", parser=parser.name)
            await self._discard(worker)
            raise Unusable("crashes the parser") from None
        except TimeoutError:
            await self._discard(worker)
            raise Unusable("takes too long to read") from None
        except BaseException:
            await self._discard(worker)
            raise
        await self._put_back(worker)
        return items

    async def _take(self) -> WorkerProcess:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_running:
                return worker
            await self._discard(worker)
        if self._is_closed:
            raise RuntimeError("the parser pool is closed")
        try:
            worker = await WorkerProcess.start(self._limits)
        except OSError as error:
            raise Unusable(f"has no parser: {error.strerror}") from None
        self._workers.add(worker)
        return worker

    async def _put_back(self, worker: WorkerProcess) -> None:
        if worker.page_count < _PAGES_OF_A_WORKER and not self._is_closed:
            self._idle.append(worker)
        else:
            await self._discard(worker)

    async def _discard(self, worker: WorkerProcess) -> None:
        self._workers.discard(worker)
        await worker.kill()


async def _read_items(
    worker: WorkerProcess, parser: PageParser[Arguments, Item], request: bytes, body: bytes
) -> list[Item]:
    """Decode the answer in slices, so that a long one does not block the event loop."""
    adapter = await asyncio.to_thread(_answer_type, parser)  # the first one takes long to build
    items: list[Item] = []
    async with aclosing(worker.parse(request, body)) as slices:
        async for encoded in slices:
            items += adapter.validate_json(encoded, strict=True)
            await asyncio.sleep(0)
    return items


@cache
def _answer_type(parser: PageParser[Any, Any]) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(parser.function)["return"])
