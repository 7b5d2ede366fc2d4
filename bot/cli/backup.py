"""`tocsin backup` and `tocsin restore`: the whole database in one file, SQLite or PostgreSQL."""

import asyncio
import gzip
import os
from collections.abc import Callable
from pathlib import Path

from storage.engine.database import Database
from storage.maintenance import dump
from storage.maintenance.dump import InvalidDump
from storage.maintenance.lease import lease_and_migrate

_PROGRESS_EVERY = 250_000  # lines


async def backup(database: Database, file: Path, echo: Callable[[str], None]) -> int:
    """Write the file, whole or not at all, and return the exit code. The bot may be running.

    Only the file's owner may read it: it holds personal data.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        count = await _write(database, part, echo)
        await asyncio.to_thread(os.replace, part, file)
    except (InvalidDump, OSError) as error:
        echo(f"{file}: {error}")
        return 1
    finally:
        part.unlink(missing_ok=True)
    echo(f"{count} rows written to {file}")
    return 0


async def restore(database: Database, file: Path, echo: Callable[[str], None]) -> int:
    """Fill a new database from a backup file, and return the exit code.

    Raises LeaseHeldElsewhere while the bot runs on it.
    """
    try:
        with gzip.open(file, "rb") as lines:  # first: a missing file must not create a database
            async with lease_and_migrate(database), database.write() as transaction:
                count = await dump.load_lines(transaction, lines)
    except InvalidDump as error:
        echo(f"{file}: {error}; nothing was changed")
        return 1
    except OSError as error:
        echo(f"{file}: {error.strerror or error}; nothing was changed")
        return 1
    echo(f"{count} rows restored from {file}")
    return 0


async def _write(database: Database, part: Path, echo: Callable[[str], None]) -> int:
    """Write the compressed dump, and return the number of rows."""
    lines = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=6) as compressed:
            async with database.read() as transaction:
                async for line in dump.dump_lines(transaction):
                    compressed.write(line)
                    lines += 1
                    if lines % _PROGRESS_EVERY == 0:
                        echo(f"{lines} rows so far")
        file.flush()
        os.fsync(file.fileno())
    return lines - 2  # without the header and the footer
