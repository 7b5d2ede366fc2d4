"""What an operator sets of the database."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from storage.values.durations import Duration, between


class Section(BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """One table of the configuration. Errors never show what was written: it may be a secret."""


def _database_url(written: str) -> str:
    try:
        url = make_url(written)
    except ArgumentError:
        raise ValueError(_EXPECTED) from None
    file = url.database not in (None, "", ":memory:")  # each connection would see its own memory
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"} or not file:
        raise ValueError(_EXPECTED)
    return written


_EXPECTED = "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"


class StorageSettings(Section, frozen=True):
    """Where everything is kept."""

    # May hold a password: not for printing.
    url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite+aiosqlite:///tocsin.db", repr=False
    )


class RetentionSettings(Section, frozen=True):
    """For how long."""

    keep: Annotated[Duration, between("1d", "9999d")] = timedelta(days=90)
