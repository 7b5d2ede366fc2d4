"""SQLite file that is deleted or replaced under the running process: nothing more is accepted."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ops.readiness import database_check
from storage.engine.database import Database
from storage.engine.file_identity import FileReplaced
from storage.migrate import migrate

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def delete(file: Path) -> None:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()


def replace_by_a_backup(file: Path) -> None:
    backup = file.with_suffix(".backup")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    backup.replace(file)


def replace_by_a_copy(file: Path) -> None:
    copy = file.with_suffix(".copy")
    shutil.copy(file, copy)
    copy.replace(file)


def move_away(file: Path) -> None:
    file.rename(file.with_suffix(".old"))


@pytest.mark.parametrize("change", [delete, replace_by_a_backup, replace_by_a_copy, move_away])
async def test_no_write_is_accepted_after_the_file_was_replaced(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Messages went out and bulletins were accepted, and all was lost at the stop."""
    file = tmp_path / "tocsin.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    is_ready = database_check(database, lambda: NOW)
    assert await is_ready() is None
    change(file)
    with pytest.raises(FileReplaced):
        async with database.write():
            pytest.fail("a write was accepted")
    assert "while it was in use" in (await is_ready() or "")
    await database.close()


async def test_writes_go_on_when_the_file_is_back(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.db"
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrate(database)
    move_away(file)
    with pytest.raises(FileReplaced):
        async with database.write():
            pytest.fail("a write was accepted")
    file.with_suffix(".old").rename(file)
    async with database.write():
        pass
    await database.close()
