"""INSERT ... ON CONFLICT: the same words in both databases, a construct of each in SQLAlchemy."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.engine.database import Transaction


def insert(transaction: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can be told what to do when the row is there already."""
    if transaction.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
