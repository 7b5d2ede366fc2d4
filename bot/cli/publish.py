"""`tocsin publish`: stores bulletins for the running bot and reports the result."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from bot.sources.adapters.feeds.liveblog import parse_bulletins
from bot.sources.base.bulletin_json import BulletinJsonError, parse_bulletin_lines
from bot.sources.base.source_settings import SOURCE_NAME, is_source_name
from bot.sources.core.errors import SourceError
from bot.sources.core.source import Clock
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import IngestResult
from storage.maintenance.lease import is_leased
from storage.migrate import migrate

Format = Literal["liveblog", "jsonl"]

_CHECK_SECONDS = 0.1  # between two checks of the queue
_LEASE_CHECK_EVERY = 20  # checks of the queue between two checks that the bot still runs


async def publish(
    database: Database,
    file: str,  # a path, "-" is standard input
    *,
    source: str = "publish",  # name of the source
    format: Format = "liveblog",  # noqa: A002 - as it is called on the command line
    clock: Clock,
    echo: Callable[[str], None],  # prints a line
) -> int:
    """Store the file's bulletins, all or none, wait for the running bot, return the exit code.

    The exit code is 1 when the file cannot be read; the line and the field are printed.
    """
    if not is_source_name(source):
        echo(f"--source: expected {SOURCE_NAME}")
        return 1
    try:
        body = await asyncio.to_thread(_read, file)
        bulletins = _PARSERS[format](body, source, clock())
    except OSError as error:
        echo(f"{file}: {error.strerror}")
        return 1
    except (SourceError, BulletinJsonError) as error:
        echo(f"{file}: {error}")
        return 1
    is_running = await is_leased(database)
    if not is_running:
        await migrate(database)
    async with database.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, bulletins, clock())
    results = await wait_for_results(database, ids, echo) if is_running else []
    echo(summary(results, len(ids)))
    return 0


_Parser = Callable[[bytes, str, datetime], tuple[Bulletin, ...]]
_PARSERS: dict[Format, _Parser] = {"liveblog": parse_bulletins, "jsonl": parse_bulletin_lines}


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    return Path(file).read_bytes()


async def wait_for_results(
    database: Database, ids: Sequence[int], echo: Callable[[str], None]
) -> list[IngestResult]:
    """Return the results; fewer than `ids` if the bot stops before it has processed all."""
    checks = 0
    while True:
        async with database.read() as transaction:
            waiting = (
                await ingest_queue.count_waiting(transaction, min(ids), max(ids)) if ids else 0
            )
            if not waiting:
                break
        checks += 1
        if checks % _LEASE_CHECK_EVERY == 0:
            if not await is_leased(database):
                break
            echo(f"{max(len(ids) - waiting, 0)} of {len(ids)} processed")
        await asyncio.sleep(_CHECK_SECONDS)
    async with database.read() as transaction:
        return list((await ingest_queue.get_results(transaction, ids)).values())


def summary(results: Sequence[IngestResult], count: int) -> str:
    """Return the summary of `results` for `count` stored bulletins."""
    repeated_count = sum(result.is_duplicate for result in results)
    lines = []
    if results or not count:
        new_count = len(results) - repeated_count
        matched_count = sum(result.match_count for result in results)
        lines.append(f"{new_count} new, {repeated_count} repeated, {matched_count} matched")
    if len(results) < count:
        lines.append(
            f"{count - len(results)} stored until the bot starts: none is running on this database"
        )
    return "\n".join(lines)
