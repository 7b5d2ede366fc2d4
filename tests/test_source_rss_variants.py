"""RSS variants: the odd feeds of public bug reports, and what their readers have to see."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.feed_driver import NOW, FeedDriver, item
from support.http_origin import origin, page

from bot.sources.adapters.feeds.rss import Rss, RssSettings
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session


@pytest.fixture
async def feed() -> AsyncIterator[FeedDriver]:
    async with origin() as server, open_session() as session:
        settings = RssSettings(kind="rss", name="news", url=server.url)
        yield FeedDriver(server, Rss(settings, HttpClient(session, lambda: NOW), lambda: NOW))


LINK = "<link>https://ex.org/1</link>"
PICTURE = "<content:encoded><![CDATA[<img src='a.jpg'/>]]></content:encoded>"
WORDS = item(title="T", description="Words")
CONTENT = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
MEDIA = 'xmlns:media="http://search.yahoo.com/mrss/"'
FILE = '<enclosure url="https://ex.org/photo.jpg" type="image/jpeg" length="1"/>'


@pytest.mark.parametrize(
    ("inner", "title", "text"),
    [
        (f"<title>Ocado &amp;#39;Low Price&amp;#39;</title>{LINK}", "Ocado 'Low Price'", ""),
        (f"<title>Don&amp;rsquo;t go</title>{LINK}", "Don\u2019t go", ""),
        (f"<title>Fire &amp;amp;amp; smoke</title>{LINK}", "Fire & smoke", ""),
        (f"<title>D&D, proc & fc</title>{LINK}", "D&D, proc & fc", ""),
        (f"<title>For&ecirc;t &nbsp;en feu</title>{LINK}", "Forêt en feu", ""),
        (f"<title>Fire\x08 in \x1eOdesa&#8;</title>{LINK}", "Fire in Odesa", ""),
        (f"<title>&#55357;&#57000; Alarm</title>{LINK}", "🚨 Alarm", ""),
        (f"<title>Alarm &#55357;</title>{LINK}", "Alarm", ""),
        (f"<title><![CDATA[A <b>b</b> & c]]></title>{LINK}", "A b & c", ""),
        (f"<title>Gusts &lt; 50 &gt; 30</title>{LINK}", "Gusts < 50 > 30", ""),
        (
            f"<title>T</title><content:encoded></content:encoded><description>Words</description>{LINK}",
            "T",
            "Words",
        ),
        (
            f"<title>T</title><description>Words</description>{PICTURE}{LINK}",
            "T",
            "Words",
        ),
        (
            f"<title>T</title><description>&amp;lt;p&amp;gt;A&amp;lt;/p&amp;gt;</description>{LINK}",
            "T",
            "A",
        ),
        (
            f"<media:description>Smoke over the port</media:description>{LINK}",
            "",
            "Smoke over the port",
        ),
        (LINK, "", "https://ex.org/1"),
        (f"<guid>g</guid>{FILE}", "", "https://ex.org/photo.jpg"),
    ],
)
async def test_an_entry_is_read_as_its_publisher_meant_it(
    feed: FeedDriver, inner: str, title: str, text: str
) -> None:
    body = f'<rss version="2.0" {CONTENT} {MEDIA}><channel><item>{inner}</item></channel></rss>'

    (entry,) = await feed.poll_body(body.encode())

    assert (entry.title, entry.text) == (title, text)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{}</entry></feed>'
ATOM_03 = (
    '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>1</id><title>T</title>'
    '<content mode="escaped">&lt;p&gt;Words&lt;/p&gt;</content></entry></feed>'
)
JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7, "title": "T",'
    ' "external_url": "https://ex.org/1", "content_html": "<p>Words</p>",'
    ' "date_published": "2026-03-05T08:00:00+02:00"}]}'
)


@pytest.mark.parametrize(
    "body",
    [
        ATOM.format('<title type="html">T</title><summary>Words</summary><content src="/v.mp4"/>'),
        ATOM_03,
        JSON_FEED,
        f'<br/><b>Warning</b>: x.php<rss version="2.0"><channel>{WORDS}</channel></rss>',
        f'\ufeff\ufeff<rss version="2.0"><channel>{WORDS}</channel></rss>',
        f'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss><channel>{WORDS}</channel></rss>',
    ],
)
async def test_other_forms_of_feeds_are_read(feed: FeedDriver, body: str) -> None:
    (entry,) = await feed.poll_body(body.encode())

    assert (entry.title, entry.text) == ("T", "Words")


async def test_blanks_in_a_link_are_escaped(feed: FeedDriver) -> None:
    (entry,) = await feed.poll_items(item(title="T", link="https://ex.org/a b.html"))

    assert entry.url == "https://ex.org/a%20b.html"


@pytest.mark.parametrize("body", ['{"items": []}', '{"version": "2.0"}', "{"])
async def test_json_that_is_no_feed_is_refused(feed: FeedDriver, body: str) -> None:
    with pytest.raises(Unusable):
        await feed.poll_body(body.encode())


def entry(number: int, **fields: str) -> str:
    time = f"Thu, 05 Mar 2026 06:{number:02}:00 GMT"
    link = f"https://ex.org/{number}"
    return item(
        **{"title": f"Item {number}", "guid": f"g{number}", "link": link, "pubDate": time, **fields}
    )


A, B, C = (entry(number) for number in (1, 2, 3))
BARE_A = item(title="Item 1", link="http://ex.org/1")
MANY = [item(title=f"Item {number}", guid=f"g{number}") for number in range(3_000)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([A, B], [entry(1, guid="new"), entry(2, guid="new-2")]),
        ([A, B], [entry(1, guid=""), entry(2, guid="")]),
        ([entry(1, guid=""), B], [A, B]),
        ([A, B], [entry(1, title="Item 1, corrected"), entry(2, pubDate="")]),
        ([BARE_A], [BARE_A.replace("http:", "https:")]),
        ([item(title="T", guid="https://ex.org/1")], [item(title="T", guid="http://ex.org/1")]),
        (
            [item(title="T", link="https://ex.org/1?fbclid=a")],
            [item(title="T", link="https://ex.org/1")],
        ),
        ([A, B, C], [C, A, B]),
        ([A, B, C], [A]),
        (MANY, MANY[1:]),
        (MANY, MANY[:-7]),
    ],
)
async def test_what_only_moves_or_gets_another_id_is_not_new(
    feed: FeedDriver, before: list[str], after: list[str]
) -> None:
    """A build of a site or a move to https sent all of its entries again."""
    await feed.poll_items(*before)

    assert not await feed.poll_items(*after)
    assert not await feed.poll_items(*before)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ([A], [entry(1, guid="x", pubDate="Thu, 05 Mar 2026 07:30:00 GMT"), A], 1),
        ([A], [entry(1, guid="x", link="https://ex.org/other"), A], 1),
        (
            [item(title="Down", guid="1")],
            [item(title="Down", guid="2"), item(title="Down", guid="1")],
            1,
        ),
        ([A], [item(title="Road closed", description=name) for name in ("Kyiv", "Lviv")], 2),
        (MANY, [*MANY[5:], item(title="New", guid="n")], 1),
        ([A], [A, B, C], 2),
        ([], [A], 1),
    ],
)
async def test_what_is_new_is_heard_however_like_the_old(
    feed: FeedDriver, before: list[str], after: list[str], count: int
) -> None:
    await feed.poll_items(*before)

    assert len(await feed.poll_items(*after)) == count


NEW_AND_OLD = f'<rss version="2.0"><channel>{B}{item(title="Bare")}</channel></rss>'


@pytest.mark.parametrize("end", ["<title>Ba", "<item><ti", "</title>"])
async def test_half_an_entry_of_a_cut_feed_is_not_an_entry(feed: FeedDriver, end: str) -> None:
    """The known entry, cut before its id, came as a new one."""
    await feed.poll_items(item(title="Bare", guid="b"))
    cut = NEW_AND_OLD[: NEW_AND_OLD.rindex(end) + len(end)]

    assert [item.title for item in await feed.poll_body(cut.encode())] == ["Item 2"]


async def test_a_feed_cut_before_its_first_entry_is_refused(feed: FeedDriver) -> None:
    with pytest.raises(Unusable, match="first entry"):
        await feed.poll_body(NEW_AND_OLD[:60].encode())


async def test_the_answer_of_a_transforming_proxy_is_read(feed: FeedDriver) -> None:
    body = f"<rss><channel>{A}</channel></rss>".encode()

    async def transformed(request: Any) -> Any:
        response = await page(body, "application/xml")(request)
        response.set_status(203)
        return response

    feed.origin.answer = transformed

    assert len((await feed.poll()).bulletins) == 1
