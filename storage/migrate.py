"""Migration runner: upgrades the tables to the current schema at every start."""

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
from storage.engine.integrity import RECOVERY_ADVICE, DatabaseDamaged, check_integrity


class DatabaseUnusable(Exception):  # noqa: N818 - names the state of the database
    """The database cannot be opened, is damaged or has another version."""


@contextmanager
def translate_database_errors(database: Database) -> Iterator[None]:
    """Raise database errors within the block as DatabaseUnusable, with a readable message."""
    try:
        yield
    except DatabaseDamaged as error:
        raise DatabaseUnusable(
            f"the database {database.name} is damaged: {error}. {RECOVERY_ADVICE}"
        ) from None
    except DBAPIError as error:
        advice = f". {RECOVERY_ADVICE}" if "malformed" in str(error.orig) else ""
        raise DatabaseUnusable(
            f"cannot use the database {database.name}: {error.orig}{advice}"
        ) from None
    except CommandError as error:
        raise DatabaseUnusable(
            f"the database {database.name} belongs to another version of Tocsin: {error}"
        ) from None
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot use the database {database.name}: {error.strerror or error}"
        ) from None


async def migrate(database: Database) -> None:
    """Create or upgrade the tables in one transaction. Idempotent.

    Raises DatabaseUnusable, also for a damaged SQLite file.
    """
    with translate_database_errors(database):
        await check_integrity(database)
        async with database.write(is_marked=False) as transaction:
            await transaction.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # two processes may start at the same time
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('tocsin migration'))"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
