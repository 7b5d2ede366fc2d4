"""RSS documents as sites really write them: long, with odd links, ids and charsets."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs
from support.feed_driver import NOW, FeedDriver, item
from support.http_origin import origin, page

from bot.sources.adapters.feeds.rss import Rss, RssSettings
from bot.sources.http.client import HttpClient, open_session

TEXT = "Київ: рух відновлено"


@pytest.fixture
async def feed() -> AsyncIterator[FeedDriver]:
    async with origin() as server, open_session() as session:
        settings = RssSettings(kind="rss", name="news", url=server.url, region="Poland")
        yield FeedDriver(server, Rss(settings, HttpClient(session, lambda: NOW), lambda: NOW))


def dated(number: int) -> str:
    time = f"Thu, 05 Mar 2026 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02} GMT"
    return item(guid=str(number), title=f"Report {number}", pubDate=time)


@pytest.mark.parametrize("newest_first", [False, True])
async def test_the_newest_entry_of_a_long_feed_is_heard(
    feed: FeedDriver,
    newest_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    old = [dated(number) for number in range(700)]
    await feed.poll_items(*(reversed(old) if newest_first else old))
    new = [*old, dated(701)]

    entries = await feed.poll_items(*(reversed(new) if newest_first else new))

    assert [entry.title for entry in entries] == ["Report 701"]


@pytest.mark.parametrize("newest_first", [False, True])
async def test_both_ends_of_a_long_feed_without_times_are_heard(
    feed: FeedDriver,
    newest_first: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    old = [item(guid=str(number), title=f"Report {number}") for number in range(700)]
    await feed.poll_items(*old)
    new = item(guid="new", title="New")

    entries = await feed.poll_items(*([new, *old] if newest_first else [*old, new]))

    assert "New" in [entry.title for entry in entries]


async def test_entries_with_and_without_times_are_in_order(feed: FeedDriver) -> None:
    entries = await feed.poll_items(
        dated(60), item(guid="x", title="Beside"), dated(180), dated(120)
    )

    assert [entry.title for entry in entries] == ["Beside", "Report 60", "Report 120", "Report 180"]


ENCLOSURE_ONLY = (
    '<rss><channel><item><title>T</title><guid isPermaLink="false">x</guid>'
    '<enclosure url="/a.mp3" type="audio/mpeg" length="1"/></item></channel></rss>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{}><entry><id>urn:1</id><title>T</title>{}</entry></feed>'


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (f"<rss><channel>{item(title='T', link='/news/1')}</channel></rss>", "/news/1"),
        (f"<rss><channel>{item(title='T', link='one?a=1')}</channel></rss>", "/one?a=1"),
        (ENCLOSURE_ONLY, "/a.mp3"),
        (ATOM.format("", '<link href="../x/1"/>'), "/x/1"),
        (
            ATOM.format(' xml:base="/base/"', '<link rel="self" href="s"/><link href="1"/>'),
            "/base/1",
        ),
        (ATOM.format("", '<link rel="enclosure" href="/f.pdf"/>'), "/f.pdf"),
    ],
)
async def test_links_are_resolved_against_the_document(
    feed: FeedDriver, body: str, path: str
) -> None:
    (entry,) = await feed.poll_body(body.encode())

    assert entry.url == feed.origin.url.partition("/page")[0] + path


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (
            f"<rss><channel>{item(title='T', guid='https://e.org/1')}</channel></rss>",
            "https://e.org/1",
        ),
        (ATOM.format("", "<link>https://e.org/2</link>"), "https://e.org/2"),
        (ATOM.format(' xml:base="https://b.org/x/"', '<link href="3"/>'), "https://b.org/x/3"),
        (ATOM.replace("urn:1", "https://e.org/4").format("", ""), "https://e.org/4"),
        (f"<rss><channel>{item(title='T', guid='number-5')}</channel></rss>", None),
        (ATOM.format("", '<link rel="alternate"/>'), None),
        (f"<rss><channel>{item(title='T', link='http://[')}</channel></rss>", None),
    ],
)
async def test_an_entry_without_a_plain_link_has_the_right_one_or_none(
    feed: FeedDriver, body: str, url: str | None
) -> None:
    (entry,) = await feed.poll_body(body.encode())

    assert entry.url == url


async def test_a_guid_without_an_address_stays_the_id(feed: FeedDriver) -> None:
    (entry,) = await feed.poll_items(item(title="T", guid="number-5", link="/1"))

    assert entry.key == "number-5"


async def test_new_entries_under_one_guid_are_heard(feed: FeedDriver) -> None:
    def live(text: str) -> str:
        return item(guid="live", link=f"https://e.org/{text}", title=text)

    await feed.poll_items(live("One"))
    with capture_logs() as logs:
        second = await feed.poll_items(live("Two"), live("One"))
        third = await feed.poll_items(live("Three"), live("Two"), live("One"))

    assert [entry.title for entry in (*second, *third)] == ["Two", "Three"]
    assert [log["field"] for log in logs] == ["guid"]


@pytest.mark.parametrize("fields", [{"guid": "live"}, {"link": "https://e.org/live"}])
async def test_new_entries_with_one_guid_or_link_and_nothing_else_are_heard(
    feed: FeedDriver, fields: dict[str, str]
) -> None:
    def live(text: str) -> str:
        return item(title="Live", description=text, **fields)

    await feed.poll_items(live("One"), live("Two"))

    (entry,) = await feed.poll_items(live("Three"), live("Two"), live("One"))
    assert entry.text == "Three"
    assert await feed.poll_items(live("Three"), live("Two"), live("One")) == ()


async def test_an_entry_that_is_listed_twice_is_one_entry(feed: FeedDriver) -> None:
    same = item(guid="1", link="https://e.org/1", title="One")

    (entry,) = await feed.poll_items(same, same)
    assert entry.key == "1"
    assert await feed.poll_items(same) == ()


CP1251 = TEXT.encode("cp1251")


@pytest.mark.parametrize(
    ("declared", "header", "text"),
    [
        (None, "application/xml; charset=cp-1251", CP1251),
        ("cp-1251", "application/xml", CP1251),
        ("Win-1251", "application/xml", CP1251),
        ("windows-1251", "application/xml", TEXT.encode()),
        ("windows-1251", "application/xml; charset=windows-1251", TEXT.encode()),
        ("utf-8", "application/xml; charset=windows-1251", CP1251),
        ("us-ascii", "application/xml; charset=us-ascii", TEXT.encode()),
        ("koi8u", "application/xml; charset=klingon", TEXT.encode("koi8-u")),
        ("iso-8859-1", "application/xml; charset=iso-8859-1", TEXT.encode()),
        ("utf-16", "application/xml", None),
    ],
)
async def test_wrong_and_unusual_charsets_are_read(
    feed: FeedDriver, declared: str | None, header: str, text: bytes | None
) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    frame = f"\n{head}<rss><channel>{item(guid='1', title='@')}</channel></rss>"
    body = frame.encode().replace(b"@", text) if text else frame.replace("@", TEXT).encode("utf-16")

    (entry,) = await feed.poll_answer(body, header)

    assert entry.title == TEXT


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("gzip", lambda body: gzip.compress(body[:40]) + gzip.compress(body[40:])),
        ("gzip", lambda body: gzip.compress(body) + bytes(512)),
        ("x-gzip", lambda body: gzip.compress(b"") + bytes(3) + gzip.compress(body)),
    ],
)
async def test_every_usual_packing_is_read(feed: FeedDriver, encoding: str, packed: object) -> None:
    assert callable(packed)
    body = f"<rss><channel>{item(guid='1', title=TEXT)}</channel></rss>".encode()
    feed.origin.answer = page(packed(body), "application/xml", Content_Encoding=encoding)

    assert [entry.title for entry in (await feed.poll()).bulletins] == [TEXT]


async def test_the_region_of_a_feed_is_handed_on(feed: FeedDriver) -> None:
    (entry,) = await feed.poll_items(item(guid="1", title="Trains are late"))

    assert entry.regions == ("in:Poland",)
