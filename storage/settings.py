"""Database settings, and `Section`, the base class of all settings."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from storage.values.durations import Duration, duration_range


class Section(BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """One table of the configuration. Errors never show a value: it may be a secret."""


def _validate_database_url(value: str) -> str:
    try:
        url = make_url(value)
    except ArgumentError:
        raise ValueError(_URL_FORMS) from None
    is_file = url.database not in (
        None,
        "",
        ":memory:",
    )  # in memory, each connection would see its own database
    if url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"} or not is_file:
        raise ValueError(_URL_FORMS)
    return value


_URL_FORMS = "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"


class StorageSettings(Section, frozen=True):
    """Location of the database."""

    # May contain a password, so it has no repr.
    url: Annotated[str, AfterValidator(_validate_database_url)] = Field(
        default="sqlite+aiosqlite:///tocsin.db", repr=False
    )


class RetentionSettings(Section, frozen=True):
    """Retention: the time after which old rows are deleted."""

    keep: Annotated[Duration, duration_range("1d", "9999d")] = timedelta(days=90)
