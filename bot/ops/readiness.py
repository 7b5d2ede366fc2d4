"""Readiness: the checks behind /readyz, and the check of the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from storage.engine.database import Database
from storage.maintenance.write_probe import describe_error, probe

Check = Callable[[], Awaitable[str | None]]
"""A readiness check: returns the problem in words, or None."""

_CHECK_SECONDS = 5.0


async def problems(checks: Mapping[str, Check]) -> dict[str, str]:
    """Run all checks at once; return the problems by the name of their check."""
    results = await asyncio.gather(*(_limited(check) for check in checks.values()))
    return {name: problem for name, problem in zip(checks, results, strict=True) if problem}


def database_check(database: Database, clock: Callable[[], datetime]) -> Check:
    """Return a check that writes: a database on a full disk can still be read."""

    async def check() -> str | None:
        try:
            async with database.write() as transaction:
                await probe(transaction, clock())
        except Exception as error:  # noqa: BLE001 - every error means "not ready"
            return describe_error(error)
        return None

    return check


async def _limited(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {_CHECK_SECONDS:.0f} seconds"
    except Exception as error:  # noqa: BLE001 - a check that fails is a problem
        return describe_error(error)
