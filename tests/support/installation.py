"""Installation: the real process with its own database, against the stand-in for Telegram."""

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.standin.person import Person
from bot.standin.server import Standin

END_SECONDS = 180.0
"""Longest time in which a process ends: generous, for a slow machine."""

_PORT_ATTEMPTS = 1_000


class Installation:
    """Configuration and database in a folder, and the commands that use them."""

    def __init__(self, folder: Path, standin: Standin, extra: str = "") -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(
            f"""
[telegram]
token = "{standin.token}"
api_url = "{standin.url}"
[storage]
url = "sqlite+aiosqlite:///{folder / "tocsin.db"}"
[http]
listen = ""
{extra}
"""
        )

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start a command of the bot."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", arguments[0], "-c", str(self.config), *arguments[1:]),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    @asynccontextmanager
    async def started(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the bot; the test ends it. If the test fails first, it is killed."""
        process = await self.start("run")
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await wait_for_end(process)

    async def call(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code, standard output and standard error."""
        process = await self.start(*arguments)
        out, err = await wait_for_end(process)
        return process.returncode or 0, out, err

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the bot, stop it with SIGTERM at the end and check that it stopped cleanly."""
        process = await self.start("run")
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            _, err = await wait_for_end(process)
        assert "Traceback" not in err, err
        assert process.returncode == 0, err


async def wait_for_end(process: asyncio.subprocess.Process) -> tuple[str, str]:
    """Wait until a process ends; return its standard output and standard error.

    After END_SECONDS it is killed, and TimeoutError is raised.
    """
    try:
        out, err = await asyncio.wait_for(process.communicate(), END_SECONDS)
    except TimeoutError:
        process.kill()
        raise
    return (out or b"").decode(), (err or b"").decode()


def free_port() -> int:
    """Return a port that is free and that the system assigns to no other socket meanwhile."""
    for _ in range(_PORT_ATTEMPTS):
        port = random.randrange(20_000, 32_000)  # below the range of outgoing connections
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


async def ask(person: Person, text: str) -> str:
    """Send a message to the bot and return the text of its reply."""
    before = len(person.chat.messages)
    await person.send(text)
    messages = await person.chat.wait(lambda shown: len(shown) >= before + 2)
    return messages[-1].text
