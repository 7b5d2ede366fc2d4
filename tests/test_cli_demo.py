"""`tocsin demo`: what a newcomer runs first."""

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


async def events(session: ClientSession, url: str, until: str) -> str:
    """What the page is told, up to some words."""
    seen = ""
    async with asyncio.timeout(180), session.get(f"{url}/page/events") as stream:
        async for line in stream.content:
            seen += line.decode()
            if until in seen:
                return seen
    raise AssertionError(seen)


async def act(session: ClientSession, url: str, **body: Any) -> None:
    headers = {"Origin": url, "Content-Type": "application/json"}
    async with session.post(f"{url}/page/send", data=orjson.dumps(body), headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def ask_again(session: ClientSession, url: str, **body: Any) -> None:
    """For ever: what is asked for may not have come yet."""
    while True:
        await act(session, url, **body)
        await asyncio.sleep(5)


async def test_a_newcomer_talks_to_the_bot_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    root = Path(demo.__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=root,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), 180)).decode()
    url = line.split()[1]
    async with ClientSession() as session:
        first = await events(session, url, "chats")
        chat = int(first.split('"id":')[1].split(",")[0])
        await act(session, url, chat=chat, text="/subscribe Ukraine")
        await events(session, url, "You will hear at once of")
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(ask_again(session, url, chat=chat, text="/latest"))
            await events(session, url, "Ferry to the islands")
            asking.cancel()
        await events(session, url, "Power returns to half of Mykolaiv")
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 180)
    assert process.returncode == 0
    assert err.decode() == ""
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing waits for it


def test_the_sample_stream_is_what_it_seems() -> None:
    entries = demo.entries()
    page = "".join(reversed(entries))
    found = liveblog_splitter.entries(page.splitlines())
    assert [f"{one.title}\n{one.text}\n" for one in found] == list(reversed(entries))
    assert all("{time}" in entry or entry in (entries[0], entries[-1]) for entry in entries)


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["publish", "--help"]])
async def test_every_command_explains_itself(arguments: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"usage: tocsin" in out
