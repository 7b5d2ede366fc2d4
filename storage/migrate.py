"""Brings the tables up to date, at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from storage.database import Database


async def migrate(database: Database) -> None:
    """Creates or upgrades the tables in one transaction; nothing to do is fine."""
    async with database.write() as transaction:
        await transaction.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
