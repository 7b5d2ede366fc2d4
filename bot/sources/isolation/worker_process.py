"""Worker process: the bot's end of one parser worker."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from dataclasses import asdict
from pathlib import Path
from typing import Self

import orjson

from bot.sources.core.errors import Unusable
from bot.sources.isolation import protocol
from bot.sources.isolation.protocol import ParserLimits, frame

_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from bot.sources.isolation.worker import main; main(sys.argv[2])"
)
_PIECE_BYTES = 128 * 1024
_ROOT = Path(__file__).parents[3]  # the folder of the package `bot`


class ParserCrashError(Exception):
    """The worker has ended, or has sent what is no answer."""


class ParserDefectError(Exception):
    """A parser has raised another error than Unusable."""


class WorkerProcess:
    """A parser worker that runs."""

    def __init__(self, process: Process, limits: ParserLimits) -> None:
        assert process.stdin  # noqa: S101 - `start` makes both pipes
        assert process.stdout  # noqa: S101
        self._process = process
        self._stdin = process.stdin
        self._stdout = process.stdout
        self._limits = limits
        self.page_count = 0

    @classmethod
    async def start(cls, limits: ParserLimits) -> Self:
        """Start a process. Raise OSError."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",  # isolated: neither the folder nor the environment changes its imports
            "-c",
            _CODE,
            str(_ROOT),
            orjson.dumps(asdict(limits)).decode(),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={},  # the environment of the bot contains its secrets
        )
        return cls(process, limits)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Return True until the end of the process is known."""
        return self._process.returncode is None

    async def parse(self, request: bytes, body: bytes) -> AsyncGenerator[bytes, None]:
        """Yield the items in slices, each a JSON list.

        Raises Unusable, ParserCrashError and ParserDefectError. After an error other than Unusable
        and ParserDefectError the process is of no use.
        """
        self.page_count += 1
        try:
            self._stdin.write(frame(protocol.REQUEST, request))
            await self._send(body)
            received = 0
            while True:
                kind, content = await self._read_frame()
                received += len(content)
                if received > self._limits.output_bytes + self._limits.frame_bytes:
                    raise ParserCrashError
                if kind != protocol.ITEMS:
                    break
                yield content
        except (OSError, asyncio.IncompleteReadError):
            raise ParserCrashError from None
        if kind == protocol.END:
            return
        message = "".join(filter(str.isprintable, content.decode("utf-8", "replace")))
        error = {protocol.UNUSABLE: Unusable, protocol.DEFECT: ParserDefectError}.get(kind)
        raise error(message[: protocol.MAX_MESSAGE_LENGTH]) if error else ParserCrashError

    async def _send(self, body: bytes) -> None:
        """Send a body in pieces: one write would copy all of it while the event loop waits."""
        self._stdin.write(protocol.HEADER.pack(protocol.BODY, len(body)))
        view = memoryview(body)
        for start in range(0, len(body), _PIECE_BYTES):
            self._stdin.write(view[start : start + _PIECE_BYTES])
            await self._stdin.drain()

    async def _read_frame(self) -> tuple[bytes, bytes]:
        kind, size = protocol.HEADER.unpack(await self._stdout.readexactly(protocol.HEADER.size))
        if size > self._limits.frame_bytes + 2:  # the brackets of a list
            raise ParserCrashError
        return kind, await self._stdout.readexactly(size)

    async def kill(self) -> None:
        """End the process at once, and wait until it is gone."""
        if self._process.returncode is None:
            self._process.kill()
        self._stdin.close()
        while await self._stdout.read(64 * 1024):
            pass
        await self._process.wait()
