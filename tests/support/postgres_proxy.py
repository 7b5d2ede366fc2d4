"""PostgreSQL proxy: loses a COMMIT, or the answer to it, and closes the connection.

Commits are distinguished by their kind: the tables that the transaction has written.
"""

import asyncio
import re
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

from sqlalchemy import make_url

from storage import schema
from storage.engine.database import Database

Kind = frozenset[str]
"""Kind of a transaction: the names of the tables that it writes."""

_WRITTEN = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)')
_TABLES = schema.metadata.tables.keys() - {"commit_marker"}
_HANDSHAKES = (80877103, 80877104)  # SSLRequest and GSSENCRequest, which a startup message follows
_LATE_SECONDS = 0.7


class Fault(Enum):
    """Fault that hits a COMMIT; the connection breaks, but for ANSWER_HELD."""

    ANSWER_LOST = auto()  # the server commits, the client does not hear of it
    ANSWER_HELD = auto()  # the same, but the connection stays open and silent
    COMMIT_LOST = auto()  # the server does not get it
    COMMIT_LATE = auto()  # the server gets it a while after the client has lost the connection


ChooseFault = Callable[[Kind, int], Fault | None]
"""Chooses the fault of a COMMIT by its kind and its number within that kind, from 1."""


def nth_of_each_kind(number: int, fault: Fault) -> ChooseFault:
    """Return a choice that hits one COMMIT of each kind."""
    return lambda _, current: fault if current == number else None


def every_nth(step: int, fault: Fault) -> ChooseFault:
    """Return a choice that hits every `step`-th COMMIT of each kind."""
    return lambda _, current: fault if current % step == 0 else None


def first_that_writes(*tables: str, fault: Fault = Fault.ANSWER_LOST) -> ChooseFault:
    """Return a choice that hits the first COMMIT which writes all of these tables."""
    has_hit: list[Kind] = []

    def choose(kind: Kind, _: int) -> Fault | None:
        if has_hit or not kind.issuperset(tables):
            return None
        has_hit.append(kind)
        return fault

    return choose


class PostgresProxy:
    """Forwards connections to a server. `choose_fault` None: without faults."""

    def __init__(self, choose_fault: ChooseFault | None = None) -> None:
        self._choose_fault = choose_fault
        self.hit: list[Kind] = []  # kinds of the transactions that a fault has hit
        self.is_down = False  # refuse new connections
        self.accepted_before_down = 0  # connections still accepted after that
        self.refused = 0  # connections
        self._commits: Counter[Kind] = Counter()
        self._url = make_url("postgresql://")
        self._tasks: set[asyncio.Task[None]] = set()

    def inject(self, choose_fault: ChooseFault) -> None:
        """Choose faults from now on; commits are counted anew."""
        self._commits.clear()
        self._choose_fault = choose_fault

    @asynccontextmanager
    async def forward_to(self, url: str) -> AsyncIterator[str]:
        """Run the proxy in front of the database at `url`; return its own URL."""
        self._url = make_url(url)
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        proxied = self._url.set(host="127.0.0.1", port=port, query={})
        try:
            yield proxied.render_as_string(hide_password=False)
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.is_down and not self.accepted_before_down:
            self.refused += 1
            client_writer.transport.abort()
            return
        self.accepted_before_down = max(0, self.accepted_before_down - 1)
        server_reader, server_writer = await self._connect()
        connection = _Connection(client_reader, client_writer, server_reader, server_writer)
        try:
            await connection.forward(self._fault_of)
        finally:
            client_writer.transport.abort()
            server_writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._url.query.get("host")
        if isinstance(folder, str):
            port = self._url.port or 5432
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._url.host, self._url.port or 5432)

    def _fault_of(self, kind: Kind) -> Fault | None:
        self._commits[kind] += 1
        fault = self._choose_fault and self._choose_fault(kind, self._commits[kind])
        if not fault:
            return None
        self.hit.append(kind)
        return fault


@asynccontextmanager
async def faulty_database(url: str, proxy: PostgresProxy) -> AsyncIterator[Database]:
    """Open the database at `url` through a proxy."""
    async with proxy.forward_to(url) as proxied_url:
        database = Database(proxied_url)
        try:
            yield database
        finally:
            await database.close()


class _Connection:
    """One connection, with the statements that the client has prepared."""

    def __init__(
        self,
        client_reader: asyncio.StreamReader,
        client_writer: asyncio.StreamWriter,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        self._client_reader = client_reader
        self._client_writer = client_writer
        self._server_reader = server_reader
        self._server_writer = server_writer
        self._prepared: dict[bytes, Kind] = {}
        self._written: Kind = frozenset()
        self._is_answer_lost = False
        self._is_silent = False

    async def forward(self, fault_of: Callable[[Kind], Fault | None]) -> None:
        """Forward both directions until one ends or a fault has hit."""
        directions = [
            asyncio.create_task(self._forward_requests(fault_of)),
            asyncio.create_task(self._forward_answers()),
        ]
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)

    async def _forward_answers(self) -> None:
        while data := await self._server_reader.read(65536):
            if self._is_silent:
                continue
            if self._is_answer_lost:
                return
            self._client_writer.write(data)

    async def _forward_requests(self, fault_of: Callable[[Kind], Fault | None]) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._forward_startup()
            while True:
                head = await self._client_reader.readexactly(5)
                (length,) = struct.unpack("!i", head[1:])
                body = await self._client_reader.readexactly(length - 4)
                self._note_written(head[:1], body)
                if head[:1] == b"Q" and body.startswith(b"COMMIT") and self._written:
                    match fault_of(self._written):
                        case Fault.ANSWER_LOST:
                            self._is_answer_lost = True
                        case Fault.ANSWER_HELD:
                            self._is_silent = True
                        case Fault.COMMIT_LOST:
                            return
                        case Fault.COMMIT_LATE:
                            self._client_writer.transport.abort()
                            self._is_answer_lost = True
                            await asyncio.sleep(_LATE_SECONDS)
                self._server_writer.write(head + body)

    async def _forward_startup(self) -> None:
        code = _HANDSHAKES[0]
        while code in _HANDSHAKES:
            head = await self._client_reader.readexactly(8)
            length, code = struct.unpack("!ii", head)
            self._server_writer.write(head + await self._client_reader.readexactly(length - 8))

    def _note_written(self, type_: bytes, body: bytes) -> None:
        """Note which tables a message writes."""
        if type_ == b"Q":
            if body.startswith(b"BEGIN"):
                self._written = frozenset()
            self._written |= _tables_written(body)
        elif type_ == b"P":
            name, statement, _ = body.split(b"\0", 2)
            self._prepared[name] = _tables_written(statement)
        elif type_ == b"B":
            _, name, _ = body.split(b"\0", 2)
            self._written |= self._prepared.get(name, frozenset())


def _tables_written(statement: bytes) -> Kind:
    return frozenset(_WRITTEN.findall(statement.decode())) & _TABLES
