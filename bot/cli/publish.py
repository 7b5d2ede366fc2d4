"""`tocsin publish`: puts bulletins into a running installation, and says what became of them."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.sources.adapters.feeds.liveblog import read_bulletins
from bot.sources.base.bulletin_json import ItemError, read_json_lines
from bot.sources.base.source_settings import SOURCE_NAME, is_source_name
from bot.sources.core.source import Clock, SourceError
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import Taken
from storage.maintenance.lease import is_leased
from storage.migrate import migrate

Format = Literal["liveblog", "jsonl"]

_ASK_AGAIN = 0.1  # seconds
_LOOK_AFTER = 20  # times asked, until it is looked whether the process still runs


async def publish(
    database: Database,
    file: str,  # a path, "-" is standard input
    *,
    source: str = "publish",  # the name the bulletins go under
    format: Format = "liveblog",  # noqa: A002 - as it is called on the command line
    clock: Clock,
    say: Callable[[str], None],  # a line for the person who publishes
) -> int:
    """Stores the file's bulletins, all or none, for the running process, and waits for it.

    The exit code: 1 when the file cannot be read, with the line and the field said.
    """
    if not is_source_name(source):
        say(f"--source: expected {SOURCE_NAME}")
        return 1
    try:
        body = await asyncio.to_thread(_read, file)
        bulletins = _PARSERS[format](body, source, clock())
    except OSError as error:
        say(f"{file}: {error.strerror}")
        return 1
    except (SourceError, ItemError) as error:
        say(f"{file}: {error}")
        return 1
    running = await is_leased(database)
    if not running:
        await migrate(database)
    async with database.write() as transaction:
        ids = await ingest_queue.put(transaction, bulletins, clock())
    taken = await wait_for(database, ids, say) if running else []
    say(summary(taken, len(ids)))
    return 0


_Parser = Callable[[bytes, str, datetime], tuple[Bulletin, ...]]
_PARSERS: dict[Format, _Parser] = {"liveblog": read_bulletins, "jsonl": read_json_lines}


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    return Path(file).read_bytes()


async def wait_for(
    database: Database, ids: Sequence[int], say: Callable[[str], None]
) -> list[Taken]:
    """What became of them; fewer than there are when the process ends before it took them all."""
    asked = 0
    while True:
        async with database.read() as transaction:
            left = await ingest_queue.count_waiting(transaction, min(ids), max(ids)) if ids else 0
            if not left:
                break
        asked += 1
        if asked % _LOOK_AFTER == 0:
            if not await is_leased(database):
                break
            say(f"{max(len(ids) - left, 0)} of {len(ids)} taken so far")
        await asyncio.sleep(_ASK_AGAIN)
    async with database.read() as transaction:
        return list((await ingest_queue.results(transaction, ids)).values())


def summary(taken: Sequence[Taken], stored: int) -> str:
    """What became of as many as were stored, in words."""
    repeated = sum(one.repeated for one in taken)
    lines = []
    if taken or not stored:
        new, matched = len(taken) - repeated, sum(one.matched for one in taken)
        lines.append(f"{new} new, {repeated} repeated, {matched} matched")
    if len(taken) < stored:
        lines.append(f"{stored - len(taken)} stored for the next start: nothing runs here now")
    return "\n".join(lines)
