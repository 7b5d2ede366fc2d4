"""Runs a script of ours on bytes from outside, in a process that can be stopped."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from bot.sources.core.source import Unusable


async def isolated(script: Path, body: bytes, patience: timedelta) -> bytes:
    """What it writes. Raises Unusable when it takes too long or fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",  # neither the folder nor the environment says what it imports
        str(script),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(patience.total_seconds()):
            written, _ = await process.communicate(body)
    except TimeoutError:
        raise Unusable("takes too long to read") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode:
        raise Unusable("breaks its reader")
    return written
