"""The real process, on a database of its own, against the stand-in for Telegram."""

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


class Installation:
    """A configuration, a database, and the commands that work on them."""

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
        """The bot, which the test ends: else, where it fails before that, it is killed."""
        process = await self.start("run")
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()

    async def call(self, *arguments: str) -> tuple[int, str, str]:
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(), 180)
        return process.returncode or 0, out.decode(), err.decode()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The bot, told to stop at the end and seen to have done so cleanly."""
        process = await self.start("run")
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(process.communicate(), 180)
        assert "Traceback" not in err.decode(), err.decode()
        assert process.returncode == 0, err.decode()


def free_port() -> int:
    """One that nobody listens at, nor is given by the system before our process listens there."""
    while True:
        port = random.randrange(20_000, 32_000)  # below those that connections are made from
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


async def ask(person: Person, text: str) -> str:
    """What the bot answers."""
    before = len(person.chat.messages)
    await person.send(text)
    messages = await person.chat.wait(lambda ms: len(ms) >= before + 2)
    return messages[-1].text
