"""Default schedule: subscribers from before migration 0004 still get bulletins immediately."""

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
from storage.values.schedules import IMMEDIATE, parse_schedule

VERSIONS = Path(storage.__file__).parent / "migrations" / "versions"


def upgrade(connection: Connection) -> None:
    """Run only the migration that added the default schedule."""
    (path,) = VERSIONS.glob("*_a_usual_schedule.py")
    spec = util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with Operations.context(MigrationContext.configure(connection)):
        module.upgrade()


async def test_a_subscriber_of_an_older_version_gets_bulletins_immediately(
    database: Database,
) -> None:
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
        subscriber = await subscribers.find(transaction, Target(5))
        assert subscriber is not None
        assert subscriber.schedule == IMMEDIATE
        await subscribers.change_settings(
            transaction, subscriber.number, schedule=parse_schedule("weekly sun 23:59")
        )
        subscriber = await subscribers.find(transaction, Target(5))
    assert subscriber is not None
    assert str(subscriber.schedule) == "weekly sun 23:59"
