"""RSS and Atom feeds: what is an entry, and when it is new."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.http_origin import origin
from support.source_payloads import said
from support.source_server_driver import Looks

from bot.sources.adapters.feeds.rss import Rss, RssSettings
from bot.sources.adapters.feeds.rss_subprocess import isolated
from bot.sources.base.entry_diff import MOST_KEPT, notice
from bot.sources.core.source import SourceError, Unusable
from bot.sources.http.client import Fetcher, open_session
from storage.inbound.bulletins import Bulletin

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


class Read(Looks):
    """A feed with its server."""

    async def says(self, *items: str, head: str = "") -> tuple[Bulletin, ...]:
        body = f'{head}<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
        return await self.reads(body.encode())

    async def says_or_fails(self, *items: str, head: str) -> tuple[Bulletin, ...]:
        try:
            return await self.says(*items, head=head)
        except SourceError:
            return ()

    async def reads(self, body: bytes) -> tuple[Bulletin, ...]:
        return await self.gives(body, "application/xml")


@pytest.fixture
async def feed() -> AsyncIterator[Read]:
    async with origin() as served, open_session() as session:
        settings = RssSettings(kind="rss", name="news", url=served.url)
        yield Read(served, Rss(settings, Fetcher(session, lambda: NOW), lambda: NOW))


def item(**fields: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<item>{inner}</item>"


async def test_an_entry_is_read_as_plain_text(feed: Read) -> None:
    first, second = await feed.reads(said("rss", "before"))

    assert first.title == "Перша"
    assert second == Bulletin(
        source="news",
        key="news-2",
        title="Міст у Херсоні закрито & об'їзд",
        text="Рух зупинено до вечора.\nПодробиці згодом.",
        url="https://news.example.org/2?utm_source=rss",
        lang="uk",
        published_at=datetime(2026, 3, 5, 7, 40, tzinfo=UTC),
        received_at=NOW,
    )


async def test_atom_is_read_as_well(feed: Read) -> None:
    (entry,) = await feed.reads(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>T</title>'
        b'<updated>2026-03-05T09:00:00+02:00</updated><content type="html">&lt;p&gt;x</content>'
        b'<link rel="alternate" href="https://e.org/1"/></entry></feed>'
    )

    assert (entry.key, entry.title, entry.text) == ("urn:1", "T", "x")
    assert (entry.url, entry.published_at) == ("https://e.org/1", NOW - timedelta(hours=1))


async def test_an_entry_is_known_by_its_id_whatever_else_changes(feed: Read) -> None:
    await feed.says(item(guid="1", title="One"))

    assert await feed.says(item(guid="1", title="One, corrected")) == ()


async def test_without_an_id_it_is_known_by_its_address(feed: Read) -> None:
    await feed.says(item(link="https://e.org/1?a=1&amp;utm_source=x#top", title="One"))

    assert await feed.says(item(link="https://e.org/1?a=1&amp;utm_medium=y", title="New")) == ()
    assert len(await feed.says(item(link="https://e.org/1?a=2", title="New"))) == 1


async def test_without_id_and_address_it_is_known_by_title_and_time(feed: Read) -> None:
    await feed.says(item(title="One", pubDate="Thu, 05 Mar 2026 07:00:00 GMT"))

    assert await feed.says(item(title="One", pubDate="Thu, 05 Mar 2026 07:00:00 GMT")) == ()
    assert len(await feed.says(item(title="One", pubDate="Fri, 06 Mar 2026 07:00:00 GMT"))) == 1


async def test_undated_entries_come_in_the_order_of_the_feed_turned_round(feed: Read) -> None:
    found = await feed.says(item(guid="2", title="Two"), item(guid="1", title="One"))

    assert [(one.title, one.published_at) for one in found] == [("One", None), ("Two", None)]


async def test_an_entry_that_was_gone_and_is_back_is_not_new(feed: Read) -> None:
    await feed.says(item(guid="1", title="One"), item(guid="2", title="Two"))
    await feed.says(item(guid="2", title="Two"))

    assert await feed.says(item(guid="1", title="One"), item(guid="2", title="Two")) == ()


async def test_hidden_and_broken_characters_are_taken_out(feed: Read) -> None:
    """Cases 57 to 59 of the catalogue of failures."""
    (entry,) = await feed.reads(
        b'<rss version="2.0"><channel><item><guid>1</guid><title>Ky\xe2\x80\x8biv \xff &lt;b&gt;now'
        b"&lt;/b&gt;</title></item></channel></rss>"
    )

    assert entry.title == "Kyiv \ufffd now"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


async def test_entities_do_not_explode(feed: Read) -> None:
    """Case 56 of the catalogue of failures."""
    found = await feed.says_or_fails(item(guid="1", title="&i;"), head=f"{BOMB}]>")

    assert all(len(one.title) < 100 for one in found)


async def test_entities_read_no_files(feed: Read, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("inner secret")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/file">]>'

    found = await feed.says_or_fails(item(guid="1", title="T &e;"), head=entity)

    assert "secret" not in str(found)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
async def test_a_feed_is_read_in_the_encoding_it_declares(feed: Read, encoding: str) -> None:
    text = f'<rss version="2.0"><channel>{item(guid="1", title="Київ")}</channel></rss>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>'

    (entry,) = await feed.reads((head + text).encode(encoding))

    assert entry.title == "Київ"


async def test_a_body_that_looks_like_an_address_is_not_opened(feed: Read) -> None:
    other = feed.origin.url.encode()
    with pytest.raises(Unusable):
        await feed.reads(other)

    assert len(feed.origin.requests) == 1


async def test_a_reader_that_hangs_is_stopped(tmp_path: Path) -> None:
    script = tmp_path / "hangs.py"
    script.write_text("import time\nwhile True: time.sleep(1)\n")

    with pytest.raises(Unusable, match="too long"):
        await isolated(script, b"x" * 1_000_000, timedelta(seconds=0.3))


async def test_a_reader_that_breaks_is_a_failed_poll(tmp_path: Path) -> None:
    script = tmp_path / "breaks.py"
    script.write_text("import sys\nsys.exit(3)\n")

    with pytest.raises(Unusable, match="breaks"):
        await isolated(script, b"x" * 1_000_000, timedelta(seconds=20))


async def test_a_reader_dies_with_the_poll_it_belongs_to(tmp_path: Path) -> None:
    script, alive = tmp_path / "waits.py", tmp_path / "alive"
    os.mkfifo(alive)
    script.write_text(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(alive)!r}).write_text(str(os.getpid()))\n"
        "while True: time.sleep(1)\n"
    )
    poll = asyncio.create_task(isolated(script, b"", timedelta(minutes=1)))
    process = int(await asyncio.to_thread(alive.read_text))

    poll.cancel()
    with pytest.raises(asyncio.CancelledError):
        await poll

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_says_something_else_is_changed_and_not_new() -> None:
    first = notice({"1": "a", "2": "b"}, {})
    second = notice({"2": "B  ", "1": "c", "3": "d"}, first.known)

    assert (set(first.new), set(first.changed)) == ({"1", "2"}, set())
    assert (set(second.new), set(second.changed)) == ({"3"}, {"1"})


def test_only_so_many_entries_are_remembered_and_the_oldest_go_first() -> None:
    known = notice({str(number): "" for number in range(MOST_KEPT)}, {}).known
    known = notice({"new": ""}, known).known

    assert len(known) == MOST_KEPT
    assert notice({"0": "", "1": ""}, known).new == {"0"}
