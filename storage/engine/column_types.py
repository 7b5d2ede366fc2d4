"""Column types for aware times and compact bitmaps, the same on both databases."""

from datetime import UTC, datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import BigInteger, Integer, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RowId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite generates row ids only for the exact type INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware time, stored as microseconds since 1970 UTC: sorts the same on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Convert a time to microseconds."""
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Convert microseconds to a time in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class SubscriberSet(TypeDecorator[BitMap]):
    """A set of subscriber numbers, stored as a serialised roaring bitmap."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: BitMap | None, dialect: Dialect) -> bytes | None:
        """Serialise a bitmap."""
        return None if value is None else value.serialize()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> BitMap | None:
        """Deserialise a bitmap."""
        return None if value is None else BitMap.deserialize(value)
