"""Who was there before chats had a usual schedule hears at once, as before."""

from importlib import util
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text
from sqlalchemy.engine import Connection

import storage
from storage.engine.database import Database
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Target
from storage.values.schedules import AT_ONCE, parse_schedule

VERSIONS = Path(storage.__file__).parent / "migrations" / "versions"


def upgrade(connection: Connection) -> None:
    """Runs the one migration, whatever its number."""
    (path,) = VERSIONS.glob("*_a_usual_schedule.py")
    spec = util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with Operations.context(MigrationContext.configure(connection)):
        module.upgrade()


async def test_a_chat_of_an_older_version_hears_at_once(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.execute(text("ALTER TABLE subscriber DROP COLUMN schedule"))
        await transaction.execute(
            text(
                "INSERT INTO subscriber"
                " (chat_id, thread_id, kind, language, detail, not_found, created_at)"
                " VALUES (5, 0, 'private', 'en', 'full', 0, 0)"
            )
        )
        await transaction.run_sync(upgrade)
    async with database.write() as transaction:
        found = await subscribers.find(transaction, Target(5))
        assert found is not None
        assert found.schedule == AT_ONCE
        await subscribers.choose(
            transaction, found.number, schedule=parse_schedule("weekly sun 23:59")
        )
        found = await subscribers.find(transaction, Target(5))
    assert found is not None
    assert str(found.schedule) == "weekly sun 23:59"
