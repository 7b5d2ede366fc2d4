"""SQLite from the event loop, in as few turns of its thread as there are statements.

Each turn wakes a thread and then the loop again, which costs more than most of our statements do.
SQLAlchemy's own adapter takes four a statement (cursor, execute, fetch, close) and one more for a
transaction's first word and its last. Here a statement is one, and the BEGIN comes with the first.

Neither library has a public way to do so, and private parts of both are used. Of aiosqlite:
`_execute` and `_conn`, to run what we like in the connection's thread, and `_thread`. Of
SQLAlchemy: the attributes of its adapters that are set or overridden below. Both are pinned in
constraints.txt; after an upgrade every test with SQLite tells whether they are still there.
"""

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    AsyncAdapt_aiosqlite_ss_cursor,
)
from sqlalchemy.util.concurrency import await_


class Connection(aiosqlite.Connection):
    """What runs in the thread of one connection."""

    async def say(self, *statements: Callable[[sqlite3.Cursor], object]) -> "_Said":
        """All of them in one turn; what the last has brought."""
        # It has no types.
        said: _Said = await self._execute(self._say, statements)  # type: ignore[no-untyped-call]
        return said

    def _say(self, statements: Sequence[Callable[[sqlite3.Cursor], object]]) -> "_Said":
        cursor = self._conn.cursor()
        try:
            for statement in statements:
                statement(cursor)
            return _Said(cursor)
        finally:
            cursor.close()


class _Said:
    """What a statement has brought, without the cursor."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """One statement and its rows."""

    __slots__ = ("_said",)

    _adapt_connection: "_Adapted"

    def __init__(self, adapt_connection: Any) -> None:
        # The cursor is made, used and closed in the statement's own turn.
        self._adapt_connection = adapt_connection
        self._rows = deque()
        self._said: _Said | None = None

    @property
    def description(self) -> Any:
        return self._said and self._said.description

    @property
    def rowcount(self) -> int:
        return self._said.rowcount if self._said else -1

    @property
    def lastrowid(self) -> Any:
        return self._said and self._said.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._say(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._say(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _say(self, statement: Callable[[sqlite3.Cursor], object]) -> None:
        self._said = self._adapt_connection.say(statement)
        self._rows = deque(self._said.rows)

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Nothing is open."""


class _Streaming(AsyncAdapt_aiosqlite_ss_cursor):
    """Rows as they are asked for: several turns, for what is too much for memory."""

    __slots__ = ()

    def __init__(self, adapt_connection: Any) -> None:
        adapt_connection.begin_now()
        super().__init__(adapt_connection)


class _Adapted(AsyncAdapt_aiosqlite_connection):
    """A connection as SQLAlchemy sees it."""

    __slots__ = ("_begin", "_is_touched")

    _cursor_cls = _Cursor
    _ss_cursor_cls = _Streaming
    _connection: Any

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: str | None = None  # has still to be said
        self._is_touched = False  # something was said since the last transaction's end

    def begin(self, statement: str) -> None:
        """Says it before the next statement; never, where none comes."""
        self._begin = statement

    def begin_now(self) -> None:
        """For a statement that takes another way."""
        self._is_touched = True
        if self._begin is not None:
            self.say()

    def say(self, *statements: Callable[[sqlite3.Cursor], object]) -> _Said:
        self._is_touched = True
        begin, self._begin = self._begin, None
        if begin is not None:
            statements = (lambda cursor: cursor.execute(begin), *statements)
        try:
            said: _Said = await_(self._connection.say(*statements))
        except Exception as error:  # noqa: BLE001 - the adapter's way, which raises it again
            self._handle_exception(error)
        return said

    def commit(self) -> None:
        self._end(super().commit)

    def rollback(self) -> None:
        self._end(super().rollback)

    def _end(self, end: Callable[[], None]) -> None:
        self._begin = None
        if self._is_touched:
            end()
            # Not when that failed, or was cancelled: then it has to be ended once more.
            self._is_touched = False


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """In the place of the module that SQLAlchemy would connect with."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> _Adapted:
        connection = Connection(partial(_connect, *arg, **kw), iter_chunk_size=64)
        connection._thread.daemon = True  # else a process that forgot one would never end
        try:
            await_(connection)
        except sqlite3.Error:
            # It is ending, and would tell a loop that may be closed by then.
            connection._thread.join()
            raise
        return _Adapted(self, connection)


def _connect(file: str, **kw: Any) -> sqlite3.Connection:
    """Only its owner may read a new file: it tells who listens for what. An old one stays as it is.

    The files that SQLite puts beside it follow it.
    """
    with suppress(OSError):  # SQLite itself says what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    connection: sqlite3.Connection = sqlite3.connect(file, **kw)
    return connection
