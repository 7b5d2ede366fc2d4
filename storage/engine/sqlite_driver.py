"""SQLite driver: adapter between SQLAlchemy and aiosqlite with one thread round trip a statement.

A round trip wakes a thread and then the event loop, which costs more than most of our statements.
SQLAlchemy's own adapter needs four for each statement (cursor, execute, fetch, close), and one
more each for BEGIN and COMMIT. Here a statement needs one, and BEGIN travels with the first.

Neither library has a public interface for this, so the module uses private parts of both. Of
aiosqlite: `_execute` and `_conn`, to run code in the connection's thread, and `_thread`. Of
SQLAlchemy: the attributes of its adapters that are set or overridden below. constraints.txt pins
both; after an upgrade every test on SQLite shows whether they still exist.
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
    """An aiosqlite connection that runs several statements in one round trip."""

    async def run(self, *statements: Callable[[sqlite3.Cursor], object]) -> "_Result":
        """Run the statements in one round trip and return the result of the last."""
        # aiosqlite has no type hints here.
        result: _Result = await self._execute(self._run, statements)  # type: ignore[no-untyped-call]
        return result

    def _run(self, statements: Sequence[Callable[[sqlite3.Cursor], object]]) -> "_Result":
        cursor = self._conn.cursor()
        try:
            for statement in statements:
                statement(cursor)
            return _Result(cursor)
        finally:
            cursor.close()


class _Result:
    """Result of a statement, detached from its cursor."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        self.rows = cursor.fetchall() if cursor.description else []
        self.rowcount = cursor.rowcount
        self.lastrowid = cursor.lastrowid


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Cursor for one statement, with all rows fetched."""

    __slots__ = ("_result",)

    _adapt_connection: "_AdaptedConnection"

    def __init__(self, adapt_connection: Any) -> None:
        # The statement's own round trip opens, uses and closes the real cursor.
        self._adapt_connection = adapt_connection
        self._rows = deque()
        self._result: _Result | None = None

    @property
    def description(self) -> Any:
        return self._result and self._result.description

    @property
    def rowcount(self) -> int:
        return self._result.rowcount if self._result else -1

    @property
    def lastrowid(self) -> Any:
        return self._result and self._result.lastrowid

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._run(lambda cursor: cursor.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._run(lambda cursor: cursor.executemany(operation, seq_of_parameters))

    def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> None:
        self._result = self._adapt_connection.run(statement)
        self._rows = deque(self._result.rows)

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Do nothing: no cursor is open."""


class _StreamingCursor(AsyncAdapt_aiosqlite_ss_cursor):
    """Cursor that fetches rows on demand, for results larger than memory."""

    __slots__ = ()

    def __init__(self, adapt_connection: Any) -> None:
        adapt_connection.flush_begin()
        super().__init__(adapt_connection)


class _AdaptedConnection(AsyncAdapt_aiosqlite_connection):
    """Connection in the form that SQLAlchemy expects, with a deferred BEGIN."""

    __slots__ = ("_is_active", "_pending_begin")

    _cursor_cls = _Cursor
    _ss_cursor_cls = _StreamingCursor
    _connection: Any

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._pending_begin: str | None = None  # runs with the next statement
        self._is_active = False  # a statement ran since the last commit or rollback

    def begin(self, statement: str) -> None:
        """Run a BEGIN statement together with the next statement, if there is one."""
        self._pending_begin = statement

    def flush_begin(self) -> None:
        """Run the deferred BEGIN now, before a statement that bypasses `run`."""
        self._is_active = True
        if self._pending_begin is not None:
            self.run()

    def run(self, *statements: Callable[[sqlite3.Cursor], object]) -> _Result:
        """Run statements, after the deferred BEGIN if any, in one round trip."""
        self._is_active = True
        begin, self._pending_begin = self._pending_begin, None
        if begin is not None:
            statements = (lambda cursor: cursor.execute(begin), *statements)
        try:
            result: _Result = await_(self._connection.run(*statements))
        except Exception as error:  # noqa: BLE001 - the adapter's handler raises it again
            self._handle_exception(error)
        return result

    def commit(self) -> None:
        self._end(super().commit)

    def rollback(self) -> None:
        self._end(super().rollback)

    def _end(self, end: Callable[[], None]) -> None:
        self._pending_begin = None
        if self._is_active:
            end()
            # Stays True if that failed or was cancelled: the transaction then has to end again.
            self._is_active = False


class SqliteDriver(AsyncAdapt_aiosqlite_dbapi):
    """DBAPI module for SQLAlchemy's engine, in place of its adapter of aiosqlite."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> _AdaptedConnection:
        """Open a connection. Blocks through SQLAlchemy's greenlet, as its adapter does."""
        connection = Connection(partial(_connect, *arg, **kw), iter_chunk_size=64)
        connection._thread.daemon = True  # else an unclosed connection would keep the process alive
        try:
            await_(connection)
        except sqlite3.Error:
            # The thread is ending and would call an event loop that may be closed by then.
            connection._thread.join()
            raise
        return _AdaptedConnection(self, connection)


def _connect(file: str, **kw: Any) -> sqlite3.Connection:
    """Connect to a file, which only its owner may read if it is new: it holds personal data.

    An existing file keeps its mode. SQLite gives the files beside it (-wal, -shm) the same mode.
    """
    with suppress(OSError):  # connecting reports the error
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    connection: sqlite3.Connection = sqlite3.connect(file, **kw)
    return connection
