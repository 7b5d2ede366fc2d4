"""Whatever a source says, a person gets a message that Telegram takes and that can be read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.conversation_driver import NOW, labelled, labels
from support.shared_resources import reader, words
from support.telegram_html import read

from handlers.messages.bulletin import Audience, Messages, read_press
from handlers.text import plain_text
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import Content

FULL = Audience("en", "Europe/Kyiv", Detail.FULL)
SHORT = FULL._replace(detail=Detail.SHORT)
HIDDEN = "\u202e\u202d\u2066\u2069\u200b\u200d\ufeff\x00\x07\u00ad"

# Whatever a database can hold: PostgreSQL takes no NUL, nothing takes a lone surrogate.
texts = st.text(max_size=400) | st.text(
    st.sampled_from("<>&\"' .!?\n🇺🇦👨‍👩‍👧é\u0301\u202eїa"), max_size=6_000
)
audiences = st.builds(
    Audience,
    st.sampled_from(["en", "uk", "ru", "it", "xx"]),
    st.sampled_from([None, "Europe/Kyiv", "America/New_York"]),
    st.sampled_from(Detail),
)
urls = st.none() | texts | st.just('https://example.org/?a=1&b="<>') | st.just("http://[broken")


def drawn() -> Messages:
    return Messages(words(), reader())


def bulletin(title: str = "", text: str = "", **fields: Any) -> StoredBulletin:
    stored = StoredBulletin(id=7, source="blog", key="k", title=title, text=text, received_at=NOW)
    return replace(stored, **fields)


def acceptable(content: Content) -> str:
    shown = read(content.html)
    assert shown.units <= 3_500
    assert len(shown.marks) <= 100
    for row in content.buttons:
        for button in row:
            assert 1 <= len((button.data or "").encode()) <= 64
            assert button.label
    return shown.text


@settings(max_examples=150)
@given(texts, texts, urls, audiences, st.none() | st.sampled_from(Phase))
def test_any_bulletin_becomes_a_message_telegram_takes(
    title: str, text: str, url: str | None, audience: Audience, phase: Phase | None
) -> None:
    stored = bulletin(title, text, url=url, phase=phase, source=title[:64])
    shown = acceptable(drawn().bulletin(stored, audience, NOW))
    assert not set(shown) & set(HIDDEN)


@settings(max_examples=60)
@given(texts, texts, audiences)
def test_the_pages_of_a_bulletin_hold_all_its_words(
    title: str, text: str, audience: Audience
) -> None:
    stored = bulletin(title, text)
    shown, at = "", 0
    while page := drawn().page(stored, audience, NOW, at):
        shown += acceptable(page)
        at += 1
    for word in plain_text.clean(text).split():
        if len(word) < 100:  # a longer one may be cut between two pages
            assert word in shown


@given(texts, st.integers(9, 400))
def test_a_cut_never_takes_more_than_it_may_nor_loses_anything(text: str, limit: int) -> None:
    cleaned = plain_text.clean(text)
    head, rest = plain_text.split(cleaned, limit)
    assert plain_text.units(head) <= limit
    assert (head + rest).replace(" ", "").replace("\n", "") == cleaned.replace(" ", "").replace(
        "\n", ""
    )


@pytest.mark.parametrize("drawing", ["🇺🇦", "👍🏽", "é", "❤️", "1️⃣"])
def test_a_cut_never_divides_an_emoji_or_a_letter_from_its_mark(drawing: str) -> None:
    """failures 60"""
    for limit in range(9, 40):
        head, rest = plain_text.split(drawing * 60, limit)
        assert len(head) % len(drawing) == 0
        assert head + rest == drawing * 60


def test_a_cut_is_made_at_the_end_of_a_sentence() -> None:
    """failures 11"""
    sentence = "Trains from Kyiv to Kherson end in Mykolaiv today. "
    content = drawn().bulletin(bulletin("Railway", sentence * 100), FULL, NOW)
    shown = read(content.html).text
    assert shown.rpartition("\n\n")[0].endswith("today. …")
    assert labels(content) == ["Read the rest"]
    page = drawn().page(bulletin("Railway", sentence * 100), FULL, NOW, 1)
    assert page is not None
    assert read(page.html).text.startswith("Railway\n\nTrains from Kyiv")


def test_a_full_bulletin_shows_headline_text_source_time_and_link() -> None:
    stored = bulletin(
        "Tracks damaged",
        "In Kherson. Buses run.",
        url="https://example.org/a?b=1&c=2",
        published_at=datetime(2023, 2, 14, 7, 12, tzinfo=UTC),
    )
    assert drawn().bulletin(stored, FULL, NOW) == Content(
        "<b>Tracks damaged</b>\n\nIn Kherson. Buses run.\n\n"
        '<i>blog · 09:12</i> · <a href="https://example.org/a?b=1&amp;c=2">read on</a>'
    )


def test_a_short_one_shows_headline_and_first_sentence_with_a_button_for_the_rest() -> None:
    text = "Trains end in Mykolaiv today. Buses run from there."
    content = drawn().bulletin(bulletin("Tracks damaged", text), SHORT, NOW)
    shown = read(content.html).text
    assert "Trains end in Mykolaiv today." in shown
    assert "Buses" not in shown
    assert read_press(labelled(content, "Read").partition(":")[2]) == (7, 0)


def test_a_short_one_that_is_all_there_is_has_no_button() -> None:
    content = drawn().bulletin(bulletin("Tracks damaged", "Trains end in Mykolaiv."), SHORT, NOW)
    assert content.buttons == ()


@pytest.mark.parametrize(
    ("fields", "mark", "word"),
    [
        ({"phase": Phase.ACTIVE}, "🔴", "alert"),
        ({"phase": Phase.CLEAR}, "🟢", "all clear"),
        ({"phase": Phase.WARNING}, "🟡", "warning"),
        ({"kind": Kind.ALERT}, "🔴", "alert"),
    ],
)
def test_an_alert_and_its_end_are_marked_in_sign_and_word(
    fields: dict[str, Any], mark: str, word: str
) -> None:
    shown = read(drawn().bulletin(bulletin("Kyiv", **fields), FULL, NOW).html).text
    assert shown.startswith(f"{mark} Kyiv")
    assert f"\n{word} · blog" in shown


def test_an_alert_is_marked_also_when_only_its_text_says_so() -> None:
    over = bulletin("Air alert throughout Ukraine", "An air alert has been triggered.")
    assert drawn().bulletin(over, FULL, NOW).html.startswith("🔴 ")
    news = bulletin("Museum opens in Kyiv", "It shows paintings.")
    assert drawn().bulletin(news, FULL, NOW).html.startswith("<b>Museum")


def test_times_are_the_readers_and_no_longer_than_needed() -> None:
    def told(at: datetime, zone: str | None = "Europe/Kyiv", language: str = "en") -> str:
        audience = Audience(language, zone, Detail.FULL)
        html = drawn().bulletin(bulletin("News", published_at=at), audience, NOW).html
        return read(html).text.partition(" · ")[2]

    assert told(NOW) == "11:30"
    assert told(NOW, "America/New_York") == "04:30"
    assert told(NOW, None) == "09:30 UTC"
    assert told(NOW - timedelta(days=1)) == "13 Feb, 11:30"
    assert told(NOW - timedelta(days=1), language="uk") == "13 лют., 11:30"
    assert told(NOW - timedelta(days=60)) == "16 Dec 2022, 11:30"


def test_hidden_characters_are_stripped() -> None:
    """failures 58"""
    stored = bulletin(f"Ky{HIDDEN}iv", f"al{HIDDEN}ert")
    assert "<b>Kyiv</b>\n\nalert" in drawn().bulletin(stored, FULL, NOW).html


def test_a_title_that_is_html_is_shown_as_it_was_written() -> None:
    """failures 59"""
    stored = bulletin("<b>Bold</b> & <script>", source="<i>")
    shown = read(drawn().bulletin(stored, FULL, NOW).html)
    assert shown.text.startswith("<b>Bold</b> & <script>")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://user?id=1", "x", "http://", "a b"])
def test_only_an_address_on_the_web_becomes_a_link(url: str) -> None:
    assert "<a" not in drawn().bulletin(bulletin("News", url=url), FULL, NOW).html


@pytest.mark.parametrize(
    "data", ["", "x", "7", "7:", ":0", "7:x", "7:0:0", "-7:0", "9" * 20 + ":0", "٣:0"]
)
def test_a_forged_button_is_no_bulletin(data: str) -> None:
    """failures 64"""
    assert read_press(data) is None
