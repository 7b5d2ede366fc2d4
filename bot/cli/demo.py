"""`tocsin demo`: all on this machine, a stand-in for Telegram and a stream that plays."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot import app
from bot.config import Config
from bot.delivery.settings import TelegramSettings
from bot.language_resources import Knowledge
from bot.ops import logging_setup
from bot.ops.http_server import HttpSettings
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.standin.page import PageText
from bot.standin.server import Standin
from storage.settings import StorageSettings

_PORT = 8010
_SECONDS = 8.0
_BEFORE_WE_CAME = 3
_ON_THE_PAGE = 30

_HINT = "Write to the bot, for example `/start`, `/subscribe Kherson`, `/latest` or `/help`."


async def demo(
    stop: asyncio.Event, say: Callable[[str], None], *, seconds: float = _SECONDS
) -> None:
    """Runs until `stop` is set, and leaves nothing behind. An entry comes every `seconds`."""
    page = PageText("Tocsin, a demonstration", _HINT)
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        blog = Path(folder, "blog.txt")
        standin = Standin(name="Tocsin", page=page)
        await _start(standin)
        logging_setup.set_up([standin.token], quiet=True)
        config = _config(standin, folder, blog)
        player = asyncio.create_task(_play(blog, entries(), seconds))
        say(f"Open {standin.url} in a browser. Ctrl-C ends the demonstration.")
        try:
            await app.run(config, standin.token, Knowledge.load(config), stop)
        finally:
            player.cancel()
            await standin.stop()


async def _start(standin: Standin) -> None:
    """On the same port each time where it is free, so that an open page finds it again."""
    try:
        await standin.start(_PORT)
    except OSError:
        await standin.start()


def _config(standin: Standin, folder: str, blog: Path) -> Config:
    return Config(
        telegram=TelegramSettings(token=SecretStr(standin.token), api_url=standin.url),
        storage=StorageSettings(url=f"sqlite+aiosqlite:///{folder}/demo.db"),
        http=HttpSettings(listen=""),
        source=(
            LiveblogSettings(kind="liveblog", name="demo", path=blog, every=timedelta(seconds=1)),
        ),
    )


def entries() -> list[str]:
    """The sample stream, oldest first: a headline and its text are two lines."""
    lines = Path(__file__).with_name("demo_stream.txt").read_text("utf-8").splitlines()
    return [f"{title}\n{text}\n" for title, text in zip(lines[::2], lines[1::2], strict=True)]


async def _play(blog: Path, stream: Sequence[str], seconds: float) -> None:
    """Writes a page that grows at its top, as live blogs do, for ever."""
    shown: list[str] = []
    for number, entry in enumerate(_endless(stream), start=1):
        shown = [entry.format(time=f"{app.now():%H:%M} UTC"), *shown][:_ON_THE_PAGE]
        if number >= _BEFORE_WE_CAME:
            _write(blog, "".join(shown))
            await asyncio.sleep(seconds)


def _endless(stream: Sequence[str]) -> Iterator[str]:
    while True:
        yield from stream


def _write(blog: Path, text: str) -> None:
    """At once, so that nobody reads half a page."""
    new = blog.with_suffix(".new")
    new.write_text(text, "utf-8")
    new.replace(blog)
