"""`tocsin backup` and `tocsin restore`: everything in one file, whichever the database."""

import asyncio
import gzip
import os
from collections.abc import Callable
from pathlib import Path

from storage.engine.database import Database
from storage.maintenance import dump
from storage.maintenance.dump import NotACopy
from storage.maintenance.lease import lease
from storage.migrate import migrate

_TELL_EVERY = 250_000  # lines


async def backup(database: Database, file: Path, say: Callable[[str], None]) -> int:
    """Writes the file, whole or not at all; the bot may run meanwhile. The exit code.

    Only its owner may read it: it tells who listens for what.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        count = await _write(database, part, say)
        await asyncio.to_thread(os.replace, part, file)
    except (NotACopy, OSError) as error:
        say(f"{file}: {error}")
        return 1
    finally:
        part.unlink(missing_ok=True)
    say(f"{count} rows in {file}")
    return 0


async def restore(database: Database, file: Path, say: Callable[[str], None]) -> int:
    """Fills a new database from a file that `backup` wrote. The exit code.

    Raises HeldElsewhere while the bot runs on it.
    """
    try:
        with gzip.open(file, "rb") as lines:  # first: without it no database is made
            await migrate(database)
            async with lease(database), database.write() as transaction:
                count = await dump.read(transaction, lines)
    except NotACopy as error:
        say(f"{file}: {error}; nothing was changed")
        return 1
    except OSError as error:
        say(f"{file}: {error.strerror or error}; nothing was changed")
        return 1
    say(f"{count} rows from {file}")
    return 0


async def _write(database: Database, part: Path, say: Callable[[str], None]) -> int:
    """How many rows there were."""
    lines = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as packed:
            async with database.read() as transaction:
                async for line in dump.written(transaction):
                    packed.write(line)
                    lines += 1
                    if lines % _TELL_EVERY == 0:
                        say(f"{lines} rows so far")
        raw.flush()
        os.fsync(raw.fileno())
    return lines - 2  # the first and the last line are none
