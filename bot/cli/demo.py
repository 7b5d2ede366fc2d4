"""`tocsin demo`: the bot, a stand-in for Telegram and a sample stream, all on this machine."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot import app
from bot.clock import utc_now
from bot.config import Config
from bot.delivery.settings import TelegramSettings
from bot.language_resources import LanguageResources
from bot.ops import logging_setup
from bot.ops.http_server import HttpSettings
from bot.ops.redaction import Redactor
from bot.sources.adapters.feeds.liveblog import LiveblogSettings
from bot.standin.page import PageText
from bot.standin.server import Standin
from storage.settings import StorageSettings

_PORT = 8010
_ENTRY_SECONDS = 8.0
_ENTRIES_AT_START = 3
_PAGE_ENTRIES = 30
_START_SECONDS = 60.0

_HINT = "Write to the bot, for example `/start`, `/subscribe Kherson`, `/latest` or `/help`."


async def demo(
    stop: asyncio.Event, echo: Callable[[str], None], *, entry_seconds: float = _ENTRY_SECONDS
) -> None:
    """Run until `stop` is set; leave no file behind. An entry comes every `entry_seconds`."""
    page = PageText("Tocsin demo", _HINT)
    with tempfile.TemporaryDirectory(prefix="tocsin-demo-") as folder:
        blog = Path(folder, "blog.txt")
        standin = Standin(name="Tocsin", page=page)
        await _start(standin)
        logging_setup.configure_logging(Redactor([standin.token]), quiet=True)
        config = _config(standin, folder, blog)
        player = asyncio.create_task(_play(blog, entries(), entry_seconds))
        announcer = asyncio.create_task(_announce(standin, echo))
        try:
            await app.run(config, standin.token, LanguageResources.load(config), stop)
        finally:
            player.cancel()
            announcer.cancel()
            await standin.stop()


async def _announce(standin: Standin, echo: Callable[[str], None]) -> None:
    """Print the address of the page once the bot has started: until then nothing answers there."""
    with suppress(TimeoutError):  # a slow start; the page keeps what is written
        await standin.journal.wait(lambda journal: bool(journal.of("getMe")), _START_SECONDS)
    echo(f"Open {standin.url} in a browser. Press Ctrl-C to stop the demo.")


async def _start(standin: Standin) -> None:
    """Start on the usual port if it is free, so that an open page reconnects."""
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
    """Return the entries of the sample stream, oldest first: a headline line and a text line."""
    lines = Path(__file__).with_name("demo_stream.txt").read_text("utf-8").splitlines()
    return [f"{title}\n{text}\n" for title, text in zip(lines[::2], lines[1::2], strict=True)]


async def _play(blog: Path, stream: Sequence[str], seconds: float) -> None:
    """Write a live blog that grows at its top, until cancelled."""
    page_entries: list[str] = []
    for number, entry in enumerate(_endless(stream), start=1):
        page_entries = [entry.format(time=f"{utc_now():%H:%M} UTC"), *page_entries][:_PAGE_ENTRIES]
        if number >= _ENTRIES_AT_START:
            _write(blog, "".join(page_entries))
            await asyncio.sleep(seconds)


def _endless(stream: Sequence[str]) -> Iterator[str]:
    while True:
        yield from stream


def _write(blog: Path, text: str) -> None:
    """Replace the page in one step, so that no reader sees half of it."""
    temporary = blog.with_suffix(".new")
    temporary.write_text(text, "utf-8")
    temporary.replace(blog)
