"""Brings the tables up to date, at every start."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from storage.engine.database import Database
from storage.engine.integrity import RESTORE, Damaged, examine


class Unusable(Exception):  # noqa: N818 - it says what is so
    """The database cannot be opened, or is not ours."""


@contextmanager
def in_words(database: Database) -> Iterator[None]:
    """What the database refuses within the block is raised as Unusable: a sentence."""
    try:
        yield
    except Damaged as error:
        raise Unusable(f"the database {database.name} is damaged: {error}. {RESTORE}") from None
    except DBAPIError as error:
        advice = f". {RESTORE}" if "malformed" in str(error.orig) else ""
        raise Unusable(f"the database {database.name}: {error.orig}{advice}") from None
    except CommandError as error:
        raise Unusable(f"the database {database.name} is of another version: {error}") from None
    except OSError as error:
        raise Unusable(f"the database {database.name}: {error.strerror or error}") from None


async def migrate(database: Database) -> None:
    """Creates or upgrades the tables in one transaction; nothing to do is fine.

    Raises Unusable, also for an SQLite file that is not whole.
    """
    with in_words(database):
        await examine(database)
        async with database.write() as transaction:
            await transaction.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # two processes may start at once
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('tocsin migration'))"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
