"""The whole database as lines of JSON, and back, also into the other kind of database.

The first line says what made it, each further one is a row, `[table, [value, …]]`, and the last one
tells how many rows there were.
"""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterable, Iterator
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

_FORM = 1
_AT_ONCE = 1_000  # rows in one statement

_TABLES = [each for each in schema.metadata.sorted_tables if each is not schema.lease]
"""Those that others refer to come first. Who holds the database is no part of what it holds."""


class NotACopy(Exception):  # noqa: N818 - it says what is so
    """Nothing to copy, or lines that are no whole copy that this database can take."""


async def written(transaction: Transaction) -> AsyncIterator[bytes]:
    """Everything there is at one moment, a line after the other.

    Raises NotACopy where there is no database of ours.
    """
    if transaction.dialect.name == "postgresql":
        await transaction.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    revision = await _revision(transaction)
    last = {str(t.name): await _last_id(transaction, t) for t in _TABLES if _is_numbered(t)}
    yield _line({"tocsin": _FORM, "revision": revision, "last": last})
    count = 0
    for each in _TABLES:
        raw = _raw(each)
        async for row in await transaction.stream(select(raw).order_by(*_key(each, raw))):
            yield _line([str(each.name), _as_json(raw, row)])
            count += 1
    yield _line({"rows": count})


async def read(transaction: Transaction, lines: Iterable[bytes]) -> int:
    """Puts what `written` wrote into an empty, migrated database; how many rows there were.

    Raises NotACopy: then nothing of the transaction may be kept.
    """
    parsed = _parsed(lines)
    head = next(parsed, None)
    if not isinstance(head, dict) or head.get("tocsin") != _FORM:
        raise NotACopy("this is no backup")
    revision = await _revision(transaction)
    if head["revision"] != revision:
        raise NotACopy(f"made at revision {head['revision']}, this is {revision}")
    if not await _is_empty(transaction):
        raise NotACopy("this database is in use already: give a new one under [storage] url")
    await _clear(transaction)
    count, end = 0, None
    by_name = {each.name: _raw(each) for each in _TABLES}
    while chunk := list(islice(parsed, _AT_ONCE)):
        rows = [line for line in chunk if isinstance(line, list)]
        end = next((line for line in chunk if isinstance(line, dict)), None)
        await _put(transaction, rows, by_name)
        count += len(rows)
    if end is None or end.get("rows") != count:
        raise NotACopy("the end is missing")
    await _go_on_after(transaction, head["last"])
    return count


async def _put(
    transaction: Transaction, rows: list[list[Any]], by_name: dict[str, TableClause]
) -> None:
    by_table: dict[str, list[dict[str, Any]]] = {}
    for name, values in rows:
        if name not in by_name:
            raise NotACopy(f"there is no table {name!r}")
        by_table.setdefault(name, []).append(_from_json(by_name[name], values))
    for name, entries in by_table.items():
        await transaction.execute(insert(by_name[name]), entries)


def _parsed(lines: Iterable[bytes]) -> Iterator[Any]:
    try:
        for line in lines:
            yield orjson.loads(line)
    except (orjson.JSONDecodeError, EOFError, OSError) as error:
        raise NotACopy(f"it cannot be read: {error}") from None


def _line(value: object) -> bytes:
    return orjson.dumps(value) + b"\n"


def _raw(each: Table) -> TableClause:
    """The table with its columns as the database has them."""
    return table(each.name, *(column(c.name, _raw_type(c.type)) for c in each.columns))


def _raw_type(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, TypeDecorator) else type_


def _key(each: Table, raw: TableClause) -> list[ColumnClause[Any]]:
    return [raw.c[c.name] for c in each.primary_key.columns]


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
        raise NotACopy(f"a row of {raw.name!r} has {len(values)} columns of {len(names)}")
    return {
        name: b64decode(value) if binary and value is not None else value
        for name, value, binary in zip(names, values, _is_binary(raw), strict=True)
    }


async def _revision(transaction: Transaction) -> str:
    if not await transaction.run_sync(lambda c: inspect(c).has_table("alembic_version")):
        raise NotACopy("the database holds nothing of ours")
    found = await transaction.execute(text("SELECT version_num FROM alembic_version"))
    revision: str = found.scalar_one()
    return revision


async def _is_empty(transaction: Transaction) -> bool:
    for each in (schema.subscriber, schema.bulletin, schema.inbox):
        if (await transaction.execute(select(each).limit(1))).first() is not None:
            return False
    return True


async def _clear(transaction: Transaction) -> None:
    """Some tables have a row from the beginning."""
    for each in reversed(_TABLES):
        await transaction.execute(delete(each))


def _is_numbered(each: Table) -> bool:
    return each.autoincrement_column is not None


async def _last_id(transaction: Transaction, each: Table) -> int:
    """The last id the table has given away: it may be that of a row that is gone."""
    if transaction.dialect.name == "postgresql":
        return await _number(transaction, select(func.pg_sequence_last_value(_sequence(each))))
    given = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :name")
    return max(
        await _number(transaction, select(func.max(each.autoincrement_column))),
        await _number(transaction, given.bindparams(name=each.name)),
    )


async def _number(transaction: Transaction, query: Executable) -> int:
    """What it gives, 0 for nothing."""
    found: int | None = (await transaction.execute(query)).scalar_one()
    return found or 0


async def _go_on_after(transaction: Transaction, last: dict[str, int]) -> None:
    """No id is given away twice: what was told under it may still be remembered."""
    for each in _TABLES:
        if not (_is_numbered(each) and last.get(each.name)):
            continue
        if transaction.dialect.name == "postgresql":
            await transaction.execute(select(func.setval(_sequence(each), last[each.name])))
        elif each.dialect_options["sqlite"]["autoincrement"]:
            named = {"name": each.name, "last": last[each.name]}
            old = text("DELETE FROM sqlite_sequence WHERE name = :name")
            await transaction.execute(old.bindparams(name=each.name))
            new = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
            await transaction.execute(new.bindparams(**named))


def _sequence(each: Table) -> Any:
    number = each.autoincrement_column
    assert number is not None  # noqa: S101 - only numbered tables are asked for
    return func.pg_get_serial_sequence(each.name, number.name)
