"""RSS source: entries and their identity."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.feed_driver import NOW, FeedDriver, item
from support.http_origin import origin
from support.source_payloads import payload

from bot.sources.adapters.feeds.rss import Rss, RssSettings
from bot.sources.base.entry_diff import MAX_REMEMBERED, diff_entries
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin


@pytest.fixture
async def feed() -> AsyncIterator[FeedDriver]:
    async with origin() as server, open_session() as session:
        settings = RssSettings(kind="rss", name="news", url=server.url)
        yield FeedDriver(server, Rss(settings, HttpClient(session, lambda: NOW), lambda: NOW))


async def test_an_entry_is_read_as_plain_text(feed: FeedDriver) -> None:
    first, second = await feed.poll_body(payload("rss", "before"))

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


async def test_an_atom_feed_is_read(feed: FeedDriver) -> None:
    (entry,) = await feed.poll_body(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>urn:1</id><title>T</title>'
        b'<updated>2026-03-05T09:00:00+02:00</updated><content type="html">&lt;p&gt;x</content>'
        b'<link rel="alternate" href="https://e.org/1"/></entry></feed>'
    )

    assert (entry.key, entry.title, entry.text) == ("urn:1", "T", "x")
    assert (entry.url, entry.published_at) == ("https://e.org/1", NOW - timedelta(hours=1))


async def test_an_entry_with_a_known_id_is_not_new(feed: FeedDriver) -> None:
    await feed.poll_items(item(guid="1", title="One"))

    assert await feed.poll_items(item(guid="1", title="One, corrected")) == ()


async def test_an_entry_without_an_id_is_identified_by_its_address(feed: FeedDriver) -> None:
    await feed.poll_items(item(link="https://e.org/1?a=1&amp;utm_source=x#top", title="One"))

    assert (
        await feed.poll_items(item(link="https://e.org/1?a=1&amp;utm_medium=y", title="New")) == ()
    )
    assert len(await feed.poll_items(item(link="https://e.org/1?a=2", title="New"))) == 1


async def test_an_entry_without_id_and_address_is_identified_by_title_and_time(
    feed: FeedDriver,
) -> None:
    await feed.poll_items(item(title="One", pubDate="Thu, 05 Mar 2026 07:00:00 GMT"))

    assert await feed.poll_items(item(title="One", pubDate="Thu, 05 Mar 2026 07:00:00 GMT")) == ()
    assert (
        len(await feed.poll_items(item(title="One", pubDate="Fri, 06 Mar 2026 07:00:00 GMT"))) == 1
    )


async def test_undated_entries_are_in_reversed_order_of_the_feed(feed: FeedDriver) -> None:
    entries = await feed.poll_items(item(guid="2", title="Two"), item(guid="1", title="One"))

    assert [(entry.title, entry.published_at) for entry in entries] == [
        ("One", None),
        ("Two", None),
    ]


async def test_an_entry_that_reappears_is_not_new(feed: FeedDriver) -> None:
    await feed.poll_items(item(guid="1", title="One"), item(guid="2", title="Two"))
    await feed.poll_items(item(guid="2", title="Two"))

    assert await feed.poll_items(item(guid="1", title="One"), item(guid="2", title="Two")) == ()


async def test_hidden_and_broken_characters_are_removed(feed: FeedDriver) -> None:
    """Feeds contain zero-width characters, invalid UTF-8 and markup in titles."""
    (entry,) = await feed.poll_body(
        b'<rss version="2.0"><channel><item><guid>1</guid><title>Ky\xe2\x80\x8biv \xff &lt;b&gt;now'
        b"&lt;/b&gt;</title></item></channel></rss>"
    )

    assert entry.title == "Kyiv \ufffd now"


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">'
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


async def test_entity_bombs_are_not_expanded(feed: FeedDriver) -> None:
    """XML can declare entities that expand without limit."""
    entries = await feed.poll_items_or_fail(item(guid="1", title="&i;"), head=f"{BOMB}]>")

    assert all(len(entry.title) < 100 for entry in entries)


async def test_external_entities_are_not_read(feed: FeedDriver, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("inner secret")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/file">]>'

    entries = await feed.poll_items_or_fail(item(guid="1", title="T &e;"), head=entity)

    assert "secret" not in str(entries)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
async def test_a_feed_is_read_in_the_encoding_it_declares(feed: FeedDriver, encoding: str) -> None:
    text = f'<rss version="2.0"><channel>{item(guid="1", title="Київ")}</channel></rss>'
    head = f'<?xml version="1.0" encoding="{encoding}"?>'

    (entry,) = await feed.poll_body((head + text).encode(encoding))

    assert entry.title == "Київ"


async def test_a_body_that_looks_like_an_address_is_not_opened(feed: FeedDriver) -> None:
    address = feed.origin.url.encode()
    with pytest.raises(Unusable):
        await feed.poll_body(address)

    assert len(feed.origin.requests) == 1


def test_an_entry_with_another_text_is_changed_and_not_new() -> None:
    first = diff_entries({"1": "a", "2": "b"}, {})
    second = diff_entries({"2": "B  ", "1": "c", "3": "d"}, first.hashes)

    assert (set(first.added), set(first.changed)) == ({"1", "2"}, set())
    assert (set(second.added), set(second.changed)) == ({"3"}, {"1"})


def test_the_number_of_remembered_entries_is_limited() -> None:
    remembered = diff_entries({str(number): "" for number in range(MAX_REMEMBERED)}, {}).hashes
    remembered = diff_entries({"new": ""}, remembered).hashes

    assert len(remembered) == MAX_REMEMBERED + 1
    remembered = diff_entries({"newer": ""}, remembered).hashes
    assert len(remembered) == MAX_REMEMBERED + 1
    assert diff_entries({"0": "", "1": ""}, remembered).added == {"0"}
