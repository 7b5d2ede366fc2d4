"""Digest renderer: bulletins grouped, repeats counted, newest first, accepted by Telegram."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.shared_resources import catalog, gazetteer, reader, topics
from support.telegram_html import parse_html

from alerts.classification import read_bulletin
from alerts.tally import TallyItem, item_of, tally
from handlers.messages.bulletin import BulletinRenderer, RenderOptions
from handlers.messages.digest import MAX_ENTRIES, DigestRenderer
from handlers.text import plain_text
from handlers.text.i18n import LANGUAGES
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import MessageContent

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
EN = RenderOptions("en", "UTC", Detail.SHORT)
HOSTILE = (
    "<b>Bold</b> & <script>alert(1)</script>",
    "\u202eright to left\u202c \u200b and hidden",
    "🇺🇦👨‍👩‍👧‍👦🏽" * 400,
    "word " * 20_000,
    "x" * 100_000,
    "",
)


def digest_renderer() -> DigestRenderer:
    return DigestRenderer(catalog(), gazetteer(), topics(), BulletinRenderer(catalog(), reader()))


def news_item(number: int, title: str, text: str = "", **fields: object) -> TallyItem:
    values: dict[str, object] = {"received_at": NOW - timedelta(minutes=100 - number)}
    stored = StoredBulletin(
        id=number, source="blog", key=str(number), title=title, text=text, **(values | fields)  # type: ignore[arg-type]
    )  # fmt: skip
    return item_of(stored, read_bulletin(reader(), stored), gazetteer(), topics())


def alert(
    number: int, place: str, phase: Phase = Phase.ACTIVE, expires_at: datetime | None = None
) -> TallyItem:
    titles = {Phase.ACTIVE: "Air alert", Phase.CLEAR: "All clear", Phase.WARNING: "Warning"}
    return news_item(
        number,
        titles[phase],
        kind=Kind.ALERT,
        phase=phase,
        regions=(place,),
        expires_at=expires_at,
    )


@cache
def hostile() -> list[TallyItem]:
    pairs = zip(HOSTILE, (*HOSTILE[1:], HOSTILE[0]), strict=True)
    return [
        news_item(2 * n + bool(phase), title, text, phase=phase, regions=("Kherson", title[:80]))
        for n, (title, text) in enumerate(pairs, 1)
        for phase in (None, Phase.ACTIVE)
    ]


def accepted_text(content: MessageContent) -> str:
    """Return the text; fails above a limit of core.telegram.org/bots/api#sendmessage."""
    message = parse_html(content.html)
    assert message.utf16_length <= 4_096
    assert len(message.entities) <= 100
    data = [button.data or "" for row in content.buttons for button in row]
    assert all(1 <= len(callback_data.encode()) <= 64 for callback_data in data)
    assert all(len(row) <= 8 for row in content.buttons)
    return message.text


def test_bulletins_are_grouped_by_place_and_topic_newest_first() -> None:
    (content,) = digest_renderer().render_digest(
        [
            news_item(1, "Storm over Kherson"),
            news_item(2, "Trains to Lviv stand still"),
            news_item(3, "Storm sinks a ferry in Kherson"),
            news_item(4, "A recipe"),
        ],
        EN,
        NOW,
    )
    text = accepted_text(content)
    assert text.startswith("4 reports")
    order = ["Other", "A recipe", "Kherson Oblast · Weather", "sinks", "Storm over", "Lviv Oblast"]
    positions = [text.index(phrase) for phrase in order]
    assert positions == sorted(positions)
    assert text.count("Kherson Oblast") == 1
    assert [b.data for row in content.buttons for b in row] == ["m:4:0", "m:3:0", "m:1:0", "m:2:0"]


def test_repeated_bulletins_are_one_entry_with_a_count() -> None:
    items = [news_item(n, "Storm over Kherson") for n in range(1, 4)]
    (content,) = digest_renderer().render_digest(items, EN, NOW)
    assert "×3" in accepted_text(content)
    assert [b.data for row in content.buttons for b in row] == ["m:3:0"]


def test_alerts_come_before_news() -> None:
    (content,) = digest_renderer().render_digest(
        [alert(1, "Kherson"), news_item(2, "Rain in Lviv")], EN, NOW
    )
    text = accepted_text(content)
    assert text.index("Air alert") < text.index("Rain")


def test_an_empty_digest_is_no_message_or_a_short_notice() -> None:
    assert digest_renderer().render_digest([], EN, NOW) == []
    assert digest_renderer().render_empty(EN).html == "Nothing new since the last time."


def test_a_long_digest_lists_the_newest_bulletins_and_counts_the_older() -> None:
    items = [news_item(n, f"Report {n} of Kherson") for n in range(1, MAX_ENTRIES + 22)]
    contents = digest_renderer().render_digest(items, EN, NOW)
    texts = [accepted_text(content) for content in contents]
    assert texts[0].startswith(f"{MAX_ENTRIES + 21} reports")
    assert "… and 21 older reports" in texts[-1]
    assert sum(len(row) for content in contents for row in content.buttons) == MAX_ENTRIES


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("detail", Detail)
def test_telegram_accepts_digests_of_hostile_bulletins_in_every_language(
    code: str, detail: Detail
) -> None:
    """A split must not cut an HTML entity or an emoji."""
    options = RenderOptions(code, "Europe/Kyiv", detail)
    items = hostile()
    renderer = digest_renderer()
    summary = renderer.render_quiet_summary(items[:8], items[8:], options, NOW)
    assert summary.contents
    for content in (
        *renderer.render_digest(items, options, NOW),
        *summary.contents,
        renderer.render_empty(options),
    ):
        accepted_text(content)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=900)), max_size=30))
def test_any_digest_has_a_button_for_each_distinct_bulletin(
    bulletins: list[tuple[str, str]],
) -> None:
    items = [news_item(n, f"{n} {title}", text) for n, (title, text) in enumerate(bulletins, 1)]
    contents = digest_renderer().render_digest(items, RenderOptions("uk", None, Detail.FULL), NOW)
    data = []
    for content in contents:
        accepted_text(content)
        data += [button.data for row in content.buttons for button in row]
    assert sorted(map(str, data)) == sorted(f"m:{n}:0" for n in range(1, len(bulletins) + 1))


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("alerts", [0, 1, 2, 5, 21])
@pytest.mark.parametrize("reports", [0, 1, 2, 5, 21])
def test_a_quiet_summary_uses_the_right_plurals(code: str, alerts: int, reports: int) -> None:
    items = []
    for n in range(alerts):
        items += [alert(2 * n + 1, "Kherson"), alert(2 * n + 2, "Kherson", Phase.CLEAR)]
    items += [news_item(100 + n, f"Report {n}") for n in range(reports)]
    summary = digest_renderer().render_quiet_summary(
        items, (), RenderOptions(code, None, Detail.SHORT), NOW
    )
    if not items:
        assert summary.contents == []
        return
    head = accepted_text(summary.contents[0]).partition("\n")[0]
    forms = {
        ("en", 2): "2 alerts, all over",
        ("uk", 1): "1 тривога, уже відбій",
        ("uk", 2): "2 тривоги, усюди відбій",
        ("uk", 5): "5 тривог, усюди відбій",
        ("ru", 21): "21 тревога, уже отбой",
        ("it", 1): "un allarme, già cessato",
    }
    assert forms.get((code, alerts), "") in head
    assert (";" in head) == bool(alerts and reports)


def test_an_all_clear_for_a_region_ends_the_alerts_inside_it() -> None:
    items = [alert(1, "Kherson"), alert(2, "Kherson Oblast", Phase.CLEAR)]
    assert tally(items, NOW).active == ()


def test_an_all_clear_for_a_town_does_not_end_the_alert_around_it() -> None:
    items = [alert(1, "Kherson Oblast"), alert(2, "Kherson", Phase.CLEAR)]
    result = tally(items, NOW)
    assert (result.alert_count, len(result.active)) == (1, 1)


def test_a_repeated_active_alert_counts_once() -> None:
    items = [alert(1, "Kherson"), alert(2, "Kherson"), alert(3, "Lviv"), alert(4, "Kherson")]
    assert tally(items, NOW).alert_count == 2


def test_an_expired_alert_is_over_and_a_warning_is_no_alert() -> None:
    items = [
        alert(1, "Kherson", expires_at=NOW - timedelta(hours=1)),
        alert(2, "Lviv", Phase.WARNING),
    ]
    result = tally(items, NOW)
    assert (result.alert_count, result.active, len(result.news)) == (1, (), 1)


def test_only_the_first_of_many_places_are_named() -> None:
    places = ("Kherson", "Lviv", "Odesa", "Sumy", "Kharkiv", "Poltava", "Rivne")
    summary = digest_renderer().render_quiet_summary(
        [alert(n, p) for n, p in enumerate(places, 1)], (), EN, NOW
    )
    head = accepted_text(summary.contents[0]).partition("\n")[0]
    assert head.endswith("…")
    assert plain_text.utf16_length(head) < 200
    assert summary.is_urgent
