"""Column types that keep times aware and bitmaps compact on both databases."""

from datetime import UTC, datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RowId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the type is exactly INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware time, kept as microseconds since 1970 UTC: sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Numbers(TypeDecorator[BitMap]):
    """A set of subscriber numbers, kept as a serialised roaring bitmap."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BitMap | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.serialize()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BitMap | None:
        return None if value is None else BitMap.deserialize(value)
