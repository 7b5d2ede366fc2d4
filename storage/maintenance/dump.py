"""Dump and load: the whole database as lines of JSON, independent of the kind of database.

The first line is a header with the schema revision and the last id of each table. Each further
line is a row, `[table, [value, …]]`, and the last line has the number of rows.
"""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import (
    ColumnClause,
    Executable,
    LargeBinary,
    Table,
    TableClause,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage import schema
from storage.engine.database import Transaction
from storage.maintenance.dump_upgrades import (
    DumpUpgrade,
    UnknownRevision,
    upgrade_row,
    upgrade_table_name,
    upgrades_between,
)

_FORMAT = 1  # version of the dump format
_DELETE_SEQUENCE = text("DELETE FROM sqlite_sequence WHERE name = :name")
_INSERT_SEQUENCE = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
_BATCH_SIZE = 1_000  # rows in one statement

_PROCESS_TABLES = (schema.lease, schema.commit_marker)
"""Tables that belong to a running process, not to the data."""

_SHORT_LIVED_TABLES = (schema.shared_location, schema.place_draft)
"""Locations that are kept for a day: a dump is kept for longer."""

_EXCLUDED_TABLES = (*_PROCESS_TABLES, *_SHORT_LIVED_TABLES)
_TABLES = [table_ for table_ in schema.metadata.sorted_tables if table_ not in _EXCLUDED_TABLES]
"""Referenced tables first."""


class InvalidDump(Exception):  # noqa: N818 - names the state of the dump
    """There is nothing to dump, or the lines are not a complete dump for this schema."""


async def dump_lines(transaction: Transaction) -> AsyncIterator[bytes]:
    """Yield the lines of a dump: a consistent snapshot of all tables.

    Raises InvalidDump if the database has no tables of Tocsin.
    """
    if transaction.dialect.name == "postgresql":
        await transaction.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    revision = await _revision(transaction)
    last_ids = {str(t.name): await _last_id(transaction, t) for t in _TABLES if _has_sequence(t)}
    yield _to_line({"tocsin": _FORMAT, "revision": revision, "last": last_ids})
    count = 0
    for table_ in _TABLES:
        raw_table = _raw_table(table_)
        query = select(raw_table).order_by(*_key_columns(table_, raw_table))
        async for row in await transaction.stream(query):
            yield _to_line([str(table_.name), _as_json(raw_table, row)])
            count += 1
    yield _to_line({"rows": count})


async def load_lines(transaction: Transaction, lines: Iterable[bytes]) -> int:
    """Load a dump into an empty, migrated database and return its number of rows.

    Upgrades a dump of an older revision. Raises InvalidDump: the caller must then roll back.
    """
    parsed = _parse(lines)
    head = next(parsed, None)
    if not isinstance(head, dict) or head.get("tocsin") != _FORMAT:
        raise InvalidDump("not a Tocsin backup")
    revision = await _revision(transaction)
    try:
        upgrades = upgrades_between(head["revision"], revision)
    except UnknownRevision:
        raise InvalidDump(
            f"made at schema revision {head['revision']}, this version of Tocsin has {revision}"
        ) from None
    if not await _is_empty(transaction):
        raise InvalidDump("the database is not empty: set [storage] url to a new one")
    await _clear(transaction)
    count, end = 0, None
    while chunk := list(islice(parsed, _BATCH_SIZE)):
        rows = [line for line in chunk if isinstance(line, list)]
        end = next((line for line in chunk if isinstance(line, dict)), None)
        await _insert_rows(transaction, rows, upgrades)
        count += len(rows)
    if end is None or end.get("rows") != count:
        raise InvalidDump("the file is incomplete: its end is missing")
    last_ids = {upgrade_table_name(name, upgrades): id_ for name, id_ in head["last"].items()}
    await _advance_sequences(transaction, last_ids)
    return count


async def _insert_rows(
    transaction: Transaction, rows: list[list[Any]], upgrades: Sequence[DumpUpgrade]
) -> None:
    by_table: dict[str, list[dict[str, Any]]] = {}
    for old_name, old_values in rows:
        name, values = upgrade_row(old_name, old_values, upgrades)
        if name not in _RAW_TABLES:
            raise InvalidDump(f"unknown table {old_name!r}")
        by_table.setdefault(name, []).append(_from_json(_RAW_TABLES[name], values))
    for name, entries in by_table.items():
        await transaction.execute(insert(_RAW_TABLES[name]), entries)


def _parse(lines: Iterable[bytes]) -> Iterator[Any]:
    try:
        for line in lines:
            yield orjson.loads(line)
    except (orjson.JSONDecodeError, EOFError, OSError) as error:
        raise InvalidDump(f"not a readable Tocsin backup: {error}") from None


def _to_line(value: object) -> bytes:
    return orjson.dumps(value) + b"\n"


def _raw_table(source: Table) -> TableClause:
    """Return the table with the column types of the database."""
    return table(source.name, *(column(c.name, _raw_type(c.type)) for c in source.columns))


def _raw_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _key_columns(source: Table, raw: TableClause) -> list[ColumnClause[Any]]:
    return [raw.c[c.name] for c in source.primary_key.columns]


def _is_binary(raw: TableClause) -> list[bool]:
    return [isinstance(c.type, LargeBinary) for c in raw.columns]


def _as_json(raw: TableClause, row: Iterable[Any]) -> list[Any]:
    return [
        b64encode(value).decode() if binary and value is not None else value
        for value, binary in zip(row, _is_binary(raw), strict=True)
    ]


def _from_json(raw: TableClause, values: list[Any]) -> dict[str, Any]:
    names = raw.columns.keys()
    if len(values) != len(names):
        raise InvalidDump(f"a row of {raw.name!r} has {len(values)} columns, expected {len(names)}")
    return {
        name: b64decode(value) if binary and value is not None else value
        for name, value, binary in zip(names, values, _is_binary(raw), strict=True)
    }


_RAW_TABLES = {table_.name: _raw_table(table_) for table_ in _TABLES}


async def _revision(transaction: Transaction) -> str:
    if not await transaction.run_sync(lambda c: inspect(c).has_table("alembic_version")):
        raise InvalidDump("the database has no Tocsin tables")
    result = await transaction.execute(text("SELECT version_num FROM alembic_version"))
    revision: str = result.scalar_one()
    return revision


async def _is_empty(transaction: Transaction) -> bool:
    for table_ in (schema.subscriber, schema.bulletin, schema.inbox):
        if (await transaction.execute(select(table_).limit(1))).first() is not None:
            return False
    return True


async def _clear(transaction: Transaction) -> None:
    """Delete all rows: migrations insert some."""
    for table_ in reversed(_TABLES):
        await transaction.execute(delete(table_))


def _has_sequence(table_: Table) -> bool:
    return table_.autoincrement_column is not None


async def _last_id(transaction: Transaction, table_: Table) -> int:
    """Return the last id that the table generated, even if its row was deleted since."""
    if transaction.dialect.name == "postgresql":
        return await _scalar_or_zero(
            transaction, select(func.pg_sequence_last_value(_sequence_name(table_)))
        )
    query = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name")
    return max(
        await _scalar_or_zero(transaction, select(func.max(table_.autoincrement_column))),
        await _scalar_or_zero(transaction, query.bindparams(name=table_.name)),
    )


async def _scalar_or_zero(transaction: Transaction, query: Executable) -> int:
    """Return the single value of a query, 0 for NULL."""
    value: int | None = (await transaction.execute(query)).scalar_one()
    return value or 0


async def _advance_sequences(transaction: Transaction, last_ids: dict[str, int]) -> None:
    """Continue ids after those of the dump: old ids must never be reused."""
    for table_ in _TABLES:
        if not (_has_sequence(table_) and last_ids.get(table_.name)):
            continue
        if transaction.dialect.name == "postgresql":
            await transaction.execute(
                select(func.setval(_sequence_name(table_), last_ids[table_.name]))
            )
        elif table_.dialect_options["sqlite"]["autoincrement"]:
            values = {"name": table_.name, "last": last_ids[table_.name]}
            await transaction.execute(_DELETE_SEQUENCE, {"name": table_.name})
            await transaction.execute(_INSERT_SEQUENCE, values)


def _sequence_name(table_: Table) -> Any:
    id_column = table_.autoincrement_column
    assert id_column is not None  # noqa: S101 - callers pass tables with a sequence only
    return func.pg_get_serial_sequence(table_.name, id_column.name)
