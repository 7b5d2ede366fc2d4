"""Parser workers: isolated processes, used again and again, that end with their owner."""

import ast
import asyncio
import os
import pkgutil
import signal
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from support.polled_page import PolledPage, polled_pages
from support.source_payloads import payload
from support.wait_until import wait_until

from bot.sources import adapters
from bot.sources.adapters.disasters.usgs_parser import parse_quakes
from bot.sources.adapters.feeds.liveblog_parser import parse_lines
from bot.sources.core.errors import Unusable
from bot.sources.isolation.parser_pool import ParserPool
from bot.sources.isolation.protocol import ParserLimits
from bot.sources.isolation.worker_process import ParserDefectError
from bot.sources.parsing.page_parser import PageParser, find_parser, page_parser

ROOT = Path(__file__).parents[1]
PARSING = {"feedparser", "selectolax.lexbor", "bot.sources.parsing.safe_xml"}
PARSING |= {"bot.sources.parsing.html_text", "bot.sources.parsing.markup"}


@pytest.fixture
async def pages() -> AsyncIterator[PolledPage]:
    async with polled_pages(ParserPool()) as driver:
        yield driver


def is_running(pid: int) -> bool:
    """Return True for a process that is neither gone nor dead and not yet reaped."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def wait_until_ended(pid: int) -> None:
    await wait_until(lambda: not is_running(pid), "the worker ends")


def read_process(pid: int, name: str) -> bytes:
    return (Path("/proc") / str(pid) / name).read_bytes()


async def test_pages_of_all_kinds_are_read_by_the_same_process(pages: PolledPage) -> None:
    pids: set[int] = set()
    for kind in ("rss", "cap", "usgs", "gdacs", "telegram_preview", "rss"):
        assert len((await pages.poll(kind, payload(kind, "before"))).bulletins) == 2
        pids |= pages.parsers.pids

    assert len(pids) == 1


async def test_no_process_starts_before_the_first_page(pages: PolledPage) -> None:
    assert pages.parsers.pids == frozenset()


async def test_many_pages_at_once_are_read_by_two_processes() -> None:
    async with ParserPool() as parsers:
        bodies = [f"Line {number}".encode() for number in range(50)]
        lines = await asyncio.gather(*(parsers.run(parse_lines, body) for body in bodies))

        assert lines == [[body.decode()] for body in bodies]
        assert len(parsers.pids) == 2


async def test_a_worker_is_replaced_after_a_number_of_pages() -> None:
    async with ParserPool() as parsers:
        pids: set[int] = set()
        for _ in range(450):
            await parsers.run(parse_lines, b"Sirens")
            pids |= parsers.pids

        assert len(pids) == 3
        assert len(parsers.pids) == 1


async def test_a_worker_has_no_environment(
    pages: PolledPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker used to inherit the token."""
    monkeypatch.setenv("TOCSIN_TELEGRAM__TOKEN", "1234:secret")
    await pages.poll("usgs", payload("usgs", "before"))

    (pid,) = pages.parsers.pids
    assert read_process(pid, "environ") == b""
    assert b"secret" not in read_process(pid, "cmdline")


async def test_a_worker_gets_no_secret_of_an_address(pages: PolledPage) -> None:
    await pages.poll("cap", payload("cap", "before"))
    page = await pages.client.get(pages.server.url, max_bytes=1_000_000)

    assert page is not None
    assert "hunter2" in page.url
    assert "hunter2" not in page.base


async def test_a_worker_that_was_killed_is_replaced(pages: PolledPage) -> None:
    await pages.poll("usgs", payload("usgs", "before"))
    (pid,) = pages.parsers.pids
    os.kill(pid, signal.SIGKILL)
    await wait_until_ended(pid)

    with_crash = await asyncio.gather(
        pages.poll("usgs", payload("usgs", "before")), return_exceptions=True
    )
    assert all(not isinstance(item, Exception) or isinstance(item, Unusable) for item in with_crash)
    assert len((await pages.poll("usgs", payload("usgs", "before"))).bulletins) == 2
    assert pages.parsers.pids.isdisjoint({pid})


async def test_no_process_is_left_after_close() -> None:
    async with ParserPool() as parsers:
        await asyncio.gather(*(parsers.run(parse_lines, b"Sirens") for _ in range(4)))
        pids = parsers.pids
        assert all(map(is_running, pids))

    assert not any(map(is_running, pids))


async def test_a_cancelled_page_ends_its_worker() -> None:
    entries = b"<rss><channel>" + b"<item><title>a</title></item>" * 150_000
    async with polled_pages(ParserPool()) as pages:
        poll = asyncio.create_task(pages.poll("rss", entries))
        await wait_until(lambda: bool(pages.parsers.pids), "a worker starts")
        (pid,) = pages.parsers.pids

        poll.cancel()
        with pytest.raises(asyncio.CancelledError):
            await poll

        assert not is_running(pid)


OWNER = """
import asyncio, sys
from bot.sources.adapters.feeds.liveblog_parser import parse_lines
from bot.sources.adapters.feeds.rss_parser import parse_feed
from bot.sources.isolation.parser_pool import ParserPool
from bot.sources.isolation.protocol import ParserLimits

async def main(has_page):
    parsers = ParserPool(ParserLimits(seconds=3), size=1)
    await parsers.run(parse_lines, b"Sirens")
    page = b"<rss><channel>" + b"<item><title>a</title></item>" * 150_000
    if has_page:
        asyncio.create_task(parsers.run(parse_feed, page, None, "https://example.org/"))
        await asyncio.sleep(0.5)
    print(*parsers.pids, flush=True)
    await asyncio.sleep(600)

asyncio.run(main(len(sys.argv) > 1))
"""


@pytest.mark.parametrize("arguments", [(), ("page",)], ids=["idle", "at a page"])
async def test_a_worker_ends_when_the_bot_is_killed(arguments: tuple[str, ...]) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert owner.stdout
    async with asyncio.timeout(60):
        pid = int(await owner.stdout.readline())
    assert is_running(pid)

    owner.kill()
    await owner.wait()

    await wait_until_ended(pid)


async def test_a_signal_to_all_processes_does_not_end_a_worker() -> None:
    """Ctrl+C and systemd reach every process; the bot then still finishes its polls."""
    async with ParserPool() as parsers:
        await parsers.run(parse_lines, b"Sirens")
        (pid,) = parsers.pids
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)

        assert await parsers.run(parse_lines, b"All clear") == ["All clear"]
        assert parsers.pids == {pid}


async def test_a_page_above_the_limit_of_bytes_is_not_sent_to_a_worker() -> None:
    async with ParserPool(ParserLimits(input_bytes=1024 * 1024)) as parsers:
        with pytest.raises(Unusable, match="larger than 1 MB"):
            await parsers.run(parse_lines, b"x" * (1024 * 1024 + 1))

        assert parsers.pids == frozenset()


async def test_an_answer_above_the_limit_of_bytes_is_refused() -> None:
    page = b"\n".join(b"x" * 1_000 for _ in range(500))
    async with ParserPool(ParserLimits(output_bytes=100_000)) as parsers:
        with pytest.raises(Unusable, match="too much text"):
            await parsers.run(parse_lines, page)

        assert await parsers.run(parse_lines, b"Sirens") == ["Sirens"]


async def test_a_long_answer_arrives_complete() -> None:
    lines = [f"{number} {'word ' * 200}".strip() for number in range(3_000)]
    async with ParserPool() as parsers:
        assert await parsers.run(parse_lines, "\n".join(lines).encode()) == lines


async def test_an_error_of_a_page_comes_back_in_its_words(pages: PolledPage) -> None:
    with pytest.raises(Unusable) as isolated:
        await pages.poll("usgs", b"<html>Sign in</html>")
    with pytest.raises(Unusable) as direct:
        parse_quakes.function(b"<html>Sign in</html>")

    assert str(isolated.value) == str(direct.value)


async def test_a_defect_of_a_parser_is_no_fault_of_the_page() -> None:
    async with ParserPool() as parsers:
        with pytest.raises(ParserDefectError, match=r"AttributeError in \w+\.py:\d+"):
            await parsers.run(parse_lines, b"Sirens", 5)  # type: ignore[arg-type] # is meant


@page_parser
def parse_outside(body: bytes) -> list[str]:
    return [body.decode()]


@pytest.mark.parametrize("name", ["os:system", "bot.sources.adapters.nothing:parse", "subprocess"])
def test_only_declared_parsers_of_adapters_can_be_called(name: str) -> None:
    with pytest.raises((LookupError, ModuleNotFoundError)):
        find_parser(name)
    with pytest.raises(LookupError):
        find_parser(parse_outside.name)


def adapter_modules() -> Iterator[str]:
    return (
        module.name
        for module in pkgutil.walk_packages(adapters.__path__, f"{adapters.__name__}.")
        if not module.ispkg
    )


def test_every_page_parser_is_in_the_contract_of_the_worker() -> None:
    """A new parser is listed there, so that its imports are checked."""
    declared = {
        module
        for module in adapter_modules()
        if any(
            isinstance(value, PageParser) and value.function.__module__ == module
            for value in vars(import_module(module)).values()
        )
    }
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (listed,) = (
        set(contract["source_modules"])
        for contract in contracts["contracts"]
        if contract["name"].startswith("A parser worker")
    )

    assert listed == declared | {"bot.sources.isolation.worker"}


@pytest.mark.parametrize("module", list(adapter_modules()))
def test_an_adapter_that_waits_parses_no_page_itself(module: str) -> None:
    """Pages from outside are parsed in a worker: a module with coroutines imports no parser."""
    file = import_module(module).__file__
    assert file
    tree = ast.parse(Path(file).read_text("utf-8"))
    if any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree)):
        assert PARSING.isdisjoint(imports(tree))


def imports(tree: ast.Module) -> set[str]:
    names = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    ]
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {*names, *modules}
