"""Subprocess sandbox: runs a parser script on untrusted bytes, with a time limit."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.sources.core.source import Unusable


async def run_isolated(script: Path, body: bytes, time_limit: timedelta) -> bytes:
    """Return the script's output. Raise Unusable if it takes too long or fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",  # isolated: neither the folder nor the environment changes its imports
        str(script),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},  # the environment of the bot contains its secrets
    )
    try:
        async with asyncio.timeout(time_limit.total_seconds()):
            output, _ = await process.communicate(body)
    except TimeoutError:
        raise Unusable("takes too long to read") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode:
        raise Unusable("makes its parser fail")
    return output
