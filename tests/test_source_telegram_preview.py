"""Telegram preview source: new and edited posts and their text."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from support.http_origin import origin, page
from support.source_payloads import payload
from support.source_server_driver import SourceDriver

from bot.sources.adapters.telegram.preview import TelegramPreview, TelegramPreviewSettings
from bot.sources.adapters.telegram.preview_parser import parse_posts
from bot.sources.core.errors import Unusable
from bot.sources.http.client import HttpClient, open_session
from storage.inbound.bulletins import Bulletin

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
AFTER = payload("telegram_preview", "after")


class PreviewDriver(SourceDriver):
    """Driver of a preview with its server."""

    async def poll_posts(self, *posts: tuple[int, str]) -> list[tuple[str, str]]:
        """Return the id and the text of each bulletin."""
        return [
            (item.key.partition("~")[0], item.text) for item in await self.poll_bulletins(*posts)
        ]

    async def keys(self, *posts: tuple[int, str]) -> list[str]:
        return [item.key for item in await self.poll_bulletins(*posts)]

    async def poll_bulletins(self, *posts: tuple[int, str]) -> tuple[Bulletin, ...]:
        body = "".join(
            f'<div class="tgme_widget_message" data-post="c/{number}">'
            f'<div class="tgme_widget_message_text js-message_text">{text}</div></div>'
            for number, text in posts
        )
        return await self.poll_answer(body.encode(), "text/html")


@pytest.fixture
async def preview() -> AsyncIterator[PreviewDriver]:
    async with origin() as server, open_session() as session:
        settings = TelegramPreviewSettings(kind="telegram_preview", name="tg", url=server.url)
        client = HttpClient(session, lambda: NOW)
        yield PreviewDriver(server, TelegramPreview(settings, client, lambda: NOW))


async def test_a_post_is_read_as_displayed(preview: PreviewDriver) -> None:
    preview.origin.answer = page(AFTER, "text/html")

    first, second, third = (await preview.source.fetch(None)).bulletins

    assert first == Bulletin(
        source="tg",
        key="channel/16",
        title="",
        text="🔴 Київ — повітряна тривога!\nПрямуйте в укриття!",
        url="https://t.me/channel/16",
        published_at=datetime(2026, 3, 5, 7, 54, tzinfo=UTC),
        received_at=NOW,
    )
    assert (second.text, second.published_at) == (
        "✅ Відбій #Київ",  # without the quoted post
        datetime(2026, 3, 5, 7, 58, tzinfo=UTC),  # not the length of the video
    )
    assert (third.text, third.url) == ("Зліт МіГ-31К", "https://t.me/other/5")


def test_service_messages_are_skipped_and_pictures_have_no_text() -> None:
    assert [(post.number, bool(post.text)) for post in parse_posts.function(AFTER)] == [
        (16, True),
        (17, True),
        (18, False),
        (19, True),
    ]


async def test_a_new_post_is_published_and_an_edited_one_again(preview: PreviewDriver) -> None:
    await preview.poll_posts((1, "One"), (2, "Two"))

    assert await preview.poll_posts((2, "Two"), (3, "Three")) == [("c/3", "Three")]
    assert await preview.poll_posts((2, "Two, over"), (3, "Three")) == [("c/2", "Two, over")]
    assert await preview.poll_posts((2, "Two,  OVER"), (3, "Three")) == []


async def test_each_edit_has_a_key_of_its_own(preview: PreviewDriver) -> None:
    keys = [key for text in ("One", "Two", "Three") for key in await preview.keys((1, text))]

    assert len(set(keys)) == 3
    assert keys[0] == "c/1"


async def test_an_old_post_that_appears_is_not_new(preview: PreviewDriver) -> None:
    """The preview has a fixed length: if the newest post is deleted, an older one appears."""
    await preview.poll_posts((5, "Five"), (6, "Six"))

    assert await preview.poll_posts((4, "Four"), (5, "Five")) == []


@pytest.mark.parametrize("body", [b"<html><body>Download Telegram</body></html>", b"", b"{}"])
def test_a_channel_without_a_preview_is_refused(body: bytes) -> None:
    with pytest.raises(Unusable, match="the channel is not public, or its preview is off"):
        parse_posts.function(body)


def test_an_address_without_a_preview_is_a_configuration_error() -> None:
    with pytest.raises(ValidationError, match="t.me/s/CHANNEL"):
        TelegramPreviewSettings(kind="telegram_preview", name="x", url="https://t.me/kpszsu")


POLL = """<a class="tgme_widget_message_poll">
<div class="tgme_widget_message_poll_question">Loud?</div>
<div class="tgme_widget_message_poll_option_percent">60%</div>
<div class="tgme_widget_message_poll_option_text">Yes</div></a>"""
FILE = (
    '<div class="tgme_widget_message_document"><div class="tgme_widget_message_document_title">'
    'Evacuation.pdf</div><div class="tgme_widget_message_document_extra">5 MB</div></div>'
)
PLACE = '<a><div class="tgme_widget_message_venue_title">Shelter 5</div></a>'
UNSUPPORTED = '<div class="message_media_not_supported_label">Please open Telegram</div>'
QUOTED = '<a><div class="tgme_widget_message_text js-message_reply_text">Old</div></a>'
LINKED = """<a class="tgme_widget_message_link_preview">
<div class="link_preview_title">Fire in Odesa</div>
<div class="link_preview_description">Long</div></a>"""


def text_of(words: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text">{words}</div>'


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (POLL, "Loud?\nYes"),
        (FILE, "Evacuation.pdf"),
        (PLACE, "Shelter 5"),
        (FILE + text_of("The plan"), "The plan"),
        (UNSUPPORTED, ""),
        (UNSUPPORTED + text_of("Words"), "Words"),
        (QUOTED + text_of("Words"), "Words"),
        (
            LINKED + text_of('<a href="https://ex.org">https://ex.org</a>'),
            "Fire in Odesa\nhttps://ex.org",
        ),
        (LINKED + text_of("See https://ex.org"), "See https://ex.org"),
        (text_of("<blockquote>Quoted</blockquote>Mine"), "Quoted\nMine"),
        (text_of("Strike on <tg-spoiler>Odesa</tg-spoiler>"), "Strike on Odesa"),
        (text_of('<tg-emoji><i class="emoji"><b>⚡</b></i></tg-emoji> Now'), "⚡ Now"),
        (text_of("<pre>12:00 Odesa\n12:05 Kyiv</pre>"), "12:00 Odesa\n12:05 Kyiv"),
        (text_of("A &amp; B &lt;C&gt;"), "A & B <C>"),
    ],
)
def test_a_post_of_any_kind_is_read_by_its_words(inner: str, text: str) -> None:
    """A poll and a file without words were lost."""
    page_ = f'<div class="tgme_widget_message" data-post="c/1">{inner}</div>'

    (post,) = parse_posts.function(page_.encode())

    assert post.text == text


async def test_the_first_post_of_a_new_channel_is_heard(preview: PreviewDriver) -> None:
    """A channel without posts counted as unreachable, and its first post as known."""
    channel = b'<main><section class="tgme_channel_history js-message_history"></section></main>'
    assert await preview.poll_answer(channel, "text/html") == ()

    assert await preview.poll_posts((1, "one")) == [("c/1", "one")]
    assert await preview.poll_answer(channel, "text/html") == ()
    assert await preview.poll_posts((2, "two")) == [("c/2", "two")]


@pytest.mark.parametrize("place", ["text", "tag", "end"])
def test_a_stray_zero_byte_does_not_silence_a_channel(place: str) -> None:
    """The whole page was refused: "is not text"."""
    body = (
        b'<div class="tgme_widget_message" data-post="c/1"><div'
        b' class="tgme_widget_message_text js-message_text">Sirens in Kyiv</div></div>'
    )
    broken = {
        "text": body.replace(b"Sirens", b"Si\0rens"),
        "tag": body.replace(b"><div", b">\0<div", 1),
        "end": body + b"\0",
    }

    (post,) = parse_posts.function(broken[place])

    assert post.text == "Sirens in Kyiv"


@pytest.mark.parametrize("body", [b"\0\xff\xfe", b"GIF89a\0\0\0\0", "Київ".encode("utf-16-le")])
def test_a_body_of_zero_bytes_is_not_text(body: bytes) -> None:
    with pytest.raises(Unusable):
        parse_posts.function(body)
