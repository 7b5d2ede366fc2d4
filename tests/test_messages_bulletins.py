"""Bulletin renderer: any bulletin becomes a readable message that Telegram accepts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conversation_driver import NOW, button_data, button_labels
from support.shared_resources import catalog, reader
from support.telegram_html import parse_html

from handlers.messages.bulletin import BulletinRenderer, RenderOptions, parse_callback
from handlers.text import plain_text
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import MessageContent

FULL = RenderOptions("en", "Europe/Kyiv", Detail.FULL)
SHORT = FULL._replace(detail=Detail.SHORT)
HIDDEN = "\u202e\u202d\u2066\u2069\u200b\u200d\ufeff\x00\x07\u00ad"

# Any text that a database stores: PostgreSQL refuses NUL, and all refuse a lone surrogate.
texts = st.text(max_size=400) | st.text(
    st.sampled_from("<>&\"' .!?\n🇺🇦👨‍👩‍👧é\u0301\u202eїa"), max_size=6_000
)
render_options = st.builds(
    RenderOptions,
    st.sampled_from(["en", "uk", "ru", "it", "xx"]),
    st.sampled_from([None, "Europe/Kyiv", "America/New_York"]),
    st.sampled_from(Detail),
)
urls = st.none() | texts | st.just('https://example.org/?a=1&b="<>') | st.just("http://[broken")


def renderer() -> BulletinRenderer:
    return BulletinRenderer(catalog(), reader())


def bulletin(title: str = "", text: str = "", **fields: Any) -> StoredBulletin:
    stored = StoredBulletin(id=7, source="blog", key="k", title=title, text=text, received_at=NOW)
    return replace(stored, **fields)


def accepted_text(content: MessageContent) -> str:
    """Return the text of a message; fails if Telegram would refuse the message."""
    shown = parse_html(content.html)
    assert shown.utf16_length <= 3_500
    assert len(shown.entities) <= 100
    for row in content.buttons:
        for button in row:
            assert 1 <= len((button.data or "").encode()) <= 64
            assert button.label
    return shown.text


@settings(max_examples=150)
@given(texts, texts, urls, render_options, st.none() | st.sampled_from(Phase))
def test_telegram_accepts_the_message_of_any_bulletin(
    title: str, text: str, url: str | None, options: RenderOptions, phase: Phase | None
) -> None:
    stored = bulletin(title, text, url=url, phase=phase, source=title[:64])
    shown = accepted_text(renderer().render(stored, options, NOW))
    assert not set(shown) & set(HIDDEN)


@settings(max_examples=60)
@given(texts, texts, render_options)
def test_the_pages_of_a_bulletin_contain_all_its_words(
    title: str, text: str, options: RenderOptions
) -> None:
    stored = bulletin(title, text)
    text_of_pages, number = "", 0
    while page := renderer().render_page(stored, options, NOW, number):
        text_of_pages += accepted_text(page)
        number += 1
        assert number < 1_000, "pages without end"
    for word in plain_text.clean(text).split():
        if len(word) < 100:  # a longer one may be cut between two pages
            assert word in text_of_pages


@given(texts, st.integers(9, 400))
def test_a_split_respects_the_limit_and_loses_nothing(text: str, limit: int) -> None:
    cleaned = plain_text.clean(text)
    head, remainder = plain_text.split(cleaned, limit)
    assert plain_text.utf16_length(head) <= limit
    assert (head + remainder).replace(" ", "").replace("\n", "") == cleaned.replace(
        " ", ""
    ).replace("\n", "")


@pytest.mark.parametrize("cluster", ["🇺🇦", "👍🏽", "é", "❤️", "1️⃣"])
def test_a_split_keeps_emoji_and_letters_with_their_marks_together(cluster: str) -> None:
    """A cut inside a grapheme cluster shows broken characters."""
    for limit in range(9, 40):
        head, remainder = plain_text.split(cluster * 60, limit)
        assert len(head) % len(cluster) == 0
        assert head + remainder == cluster * 60


def test_a_page_ends_after_a_sentence() -> None:
    """A long bulletin is cut at a sentence, with a button for the rest."""
    sentence = "Trains from Kyiv to Kherson end in Mykolaiv today. "
    content = renderer().render(bulletin("Railway", sentence * 100), FULL, NOW)
    shown = parse_html(content.html).text
    assert shown.rpartition("\n\n")[0].endswith("today. …")
    assert button_labels(content) == ["Read the rest"]
    page = renderer().render_page(bulletin("Railway", sentence * 100), FULL, NOW, 1)
    assert page is not None
    assert parse_html(page.html).text.startswith("Railway\n\nTrains from Kyiv")


def test_a_full_bulletin_shows_headline_text_source_time_and_link() -> None:
    stored = bulletin(
        "Tracks damaged",
        "In Kherson. Buses run.",
        url="https://example.org/a?b=1&c=2",
        published_at=datetime(2023, 2, 14, 7, 12, tzinfo=UTC),
    )
    assert renderer().render(stored, FULL, NOW) == MessageContent(
        "<b>Tracks damaged</b>\n\nIn Kherson. Buses run.\n\n"
        '<i>blog · 09:12</i> · <a href="https://example.org/a?b=1&amp;c=2">read on</a>'
    )


def test_a_short_bulletin_shows_headline_and_first_sentence_with_a_button_for_more() -> None:
    text = "Trains end in Mykolaiv today. Buses run from there."
    content = renderer().render(bulletin("Tracks damaged", text), SHORT, NOW)
    shown = parse_html(content.html).text
    assert "Trains end in Mykolaiv today." in shown
    assert "Buses" not in shown
    assert parse_callback(button_data(content, "Read").partition(":")[2]) == (7, 0)


def test_a_short_bulletin_without_further_text_has_no_button() -> None:
    content = renderer().render(bulletin("Tracks damaged", "Trains end in Mykolaiv."), SHORT, NOW)
    assert content.buttons == ()


@pytest.mark.parametrize(
    ("fields", "sign", "word"),
    [
        ({"phase": Phase.ACTIVE}, "🔴", "alert"),
        ({"phase": Phase.CLEAR}, "🟢", "all clear"),
        ({"phase": Phase.WARNING}, "🟡", "warning"),
        ({"kind": Kind.ALERT}, "🔴", "alert"),
    ],
)
def test_an_alert_and_its_end_have_a_sign_and_a_word(
    fields: dict[str, Any], sign: str, word: str
) -> None:
    shown = parse_html(renderer().render(bulletin("Kyiv", **fields), FULL, NOW).html).text
    assert shown.startswith(f"{sign} Kyiv")
    assert f"\n{word} · blog" in shown


def test_an_alert_recognised_by_its_text_has_a_sign() -> None:
    alert = bulletin("Air alert throughout Ukraine", "An air alert has been triggered.")
    assert renderer().render(alert, FULL, NOW).html.startswith("🔴 ")
    news = bulletin("Museum opens in Kyiv", "It shows paintings.")
    assert renderer().render(news, FULL, NOW).html.startswith("<b>Museum")


def test_times_are_in_the_readers_zone_and_as_short_as_possible() -> None:
    def shown_time(
        published_at: datetime, zone: str | None = "Europe/Kyiv", language: str = "en"
    ) -> str:
        options = RenderOptions(language, zone, Detail.FULL)
        html = renderer().render(bulletin("News", published_at=published_at), options, NOW).html
        return parse_html(html).text.partition(" · ")[2]

    assert shown_time(NOW) == "11:30"
    assert shown_time(NOW, "America/New_York") == "04:30"
    assert shown_time(NOW, None) == "09:30 UTC"
    assert shown_time(NOW - timedelta(days=1)) == "13 Feb, 11:30"
    assert shown_time(NOW - timedelta(days=1), language="uk") == "13 лют., 11:30"
    assert shown_time(NOW - timedelta(days=60)) == "16 Dec 2022, 11:30"


def test_hidden_characters_are_removed() -> None:
    """Bidirectional, zero-width and control characters can disguise a text."""
    stored = bulletin(f"Ky{HIDDEN}iv", f"al{HIDDEN}ert")
    assert "<b>Kyiv</b>\n\nalert" in renderer().render(stored, FULL, NOW).html


def test_html_in_a_title_is_escaped() -> None:
    stored = bulletin("<b>Bold</b> & <script>", source="<i>")
    shown = parse_html(renderer().render(stored, FULL, NOW).html)
    assert shown.text.startswith("<b>Bold</b> & <script>")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://user?id=1", "x", "http://", "a b"])
def test_only_a_web_address_becomes_a_link(url: str) -> None:
    assert "<a" not in renderer().render(bulletin("News", url=url), FULL, NOW).html


@pytest.mark.parametrize(
    "data", ["", "x", "7", "7:", ":0", "7:x", "7:0:0", "-7:0", "9" * 20 + ":0", "٣:0"]
)
def test_forged_callback_data_name_no_bulletin(data: str) -> None:
    assert parse_callback(data) is None


@pytest.mark.parametrize(
    ("title", "sign"),
    [
        ("Навчальна повітряна тривога", ""),
        ("Air raid drill in Kyiv", ""),
        ("Учебная тревога: проверка сирен", ""),
        ("Air raid alert", "🔴"),
        ("This is no drill: air raid alert in Kyiv", "🔴"),
    ],
)
def test_a_drill_that_its_source_declares_an_alert_has_no_sign_of_one(
    title: str, sign: str
) -> None:
    """A drill must not look like the danger itself."""
    stored = bulletin(title, kind=Kind.ALERT, phase=Phase.ACTIVE, hazard="air_raid")
    shown = accepted_text(renderer().render(stored, RenderOptions("en", None, Detail.FULL), NOW))
    assert shown.startswith(f"{sign} {title}".strip())
    assert ("alert · blog" in shown) is bool(sign)
