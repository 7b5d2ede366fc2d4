"""`tocsin demo`, and the help of every command."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

from bot.cli import demo
from bot.sources.adapters.feeds import liveblog_splitter


async def read_events(session: ClientSession, url: str, until: str) -> str:
    """Return the events of the page up to some words. Raises AssertionError without them."""
    seen = ""
    async with asyncio.timeout(180), session.get(f"{url}/page/events") as stream:
        async for line in stream.content:
            seen += line.decode()
            if until in seen:
                return seen
    raise AssertionError(seen)


async def act(session: ClientSession, url: str, **body: Any) -> None:
    headers = {"Origin": url, "Content-Type": "application/json"}
    async with session.post(
        f"{url}/page/send", data=orjson.dumps(body), headers=headers
    ) as response:
        assert response.status == 200, await response.text()


async def act_repeatedly(session: ClientSession, url: str, **body: Any) -> None:
    """Repeat an action until cancelled: what it asks for may not be stored yet."""
    while True:
        await act(session, url, **body)
        await asyncio.sleep(5)


async def test_a_visitor_talks_to_the_bot_and_ctrl_c_leaves_no_files(tmp_path: Path) -> None:
    root = Path(demo.__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=root,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    try:
        await talk_in_demo(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - no other task runs


async def talk_in_demo(process: asyncio.subprocess.Process) -> None:
    """Subscribe and read in the demo until its last bulletin, then stop it with Ctrl-C."""
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), 180)).decode()
    url = line.split()[1]
    async with ClientSession() as session:
        first = await read_events(session, url, "chats")
        chat = int(first.split('"id":')[1].split(",")[0])
        await act(session, url, chat=chat, text="/subscribe Ukraine")
        await read_events(session, url, "You will hear at once of")
        async with asyncio.TaskGroup() as group:
            repeating = group.create_task(act_repeatedly(session, url, chat=chat, text="/latest"))
            await read_events(session, url, "Ferry to the islands")
            repeating.cancel()
        await read_events(session, url, "Power returns to half of Mykolaiv")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode == 0
    assert err.decode() == ""


def test_the_demo_stream_splits_into_its_entries() -> None:
    entries = demo.entries()
    page = "".join(reversed(entries))
    items = liveblog_splitter.split_entries(page.splitlines())
    assert [f"{item.title}\n{item.text}\n" for item in items] == list(reversed(entries))
    assert all("{time}" in entry or entry in (entries[0], entries[-1]) for entry in entries)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["publish", "--help"]])
async def test_every_command_has_help(arguments: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode == 0
    assert b"usage: tocsin" in out
