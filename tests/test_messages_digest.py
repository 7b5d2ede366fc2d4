"""Many reports in few messages: grouped, folded, newest first, and taken by Telegram."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.shared_resources import gazetteer, reader, topics, words
from support.telegram_html import read

from alerts.tally import Item, item, reckon
from handlers.messages.bulletin import Audience, Messages
from handlers.messages.digest import MOST, Roundup
from handlers.text import plain_text
from handlers.text.i18n import LANGUAGES
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import Content

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
EN = Audience("en", "UTC", Detail.SHORT)
HOSTILE = (
    "<b>Bold</b> & <script>alert(1)</script>",
    "\u202eright to left\u202c \u200b and hidden",
    "🇺🇦👨‍👩‍👧‍👦🏽" * 400,
    "word " * 20_000,
    "x" * 100_000,
    "",
)


def roundup() -> Roundup:
    return Roundup(words(), gazetteer(), topics(), Messages(words(), reader()))


def an_item(number: int, title: str, text: str = "", **fields: object) -> Item:
    values: dict[str, object] = {"received_at": NOW - timedelta(minutes=100 - number)}
    stored = StoredBulletin(
        id=number, source="blog", key=str(number), title=title, text=text, **(values | fields)  # type: ignore[arg-type]
    )  # fmt: skip
    return item(stored, reader(), gazetteer(), topics())


def alert(
    number: int, place: str, phase: Phase = Phase.ACTIVE, expires_at: datetime | None = None
) -> Item:
    titles = {Phase.ACTIVE: "Air alert", Phase.CLEAR: "All clear", Phase.WARNING: "Warning"}
    return an_item(
        number,
        titles[phase],
        kind=Kind.ALERT,
        phase=phase,
        regions=(place,),
        expires_at=expires_at,
    )


@cache
def hostile() -> list[Item]:
    pairs = zip(HOSTILE, (*HOSTILE[1:], HOSTILE[0]), strict=True)
    return [
        an_item(2 * n + bool(phase), title, text, phase=phase, regions=("Kherson", title[:80]))
        for n, (title, text) in enumerate(pairs, 1)
        for phase in (None, Phase.ACTIVE)
    ]


def acceptable(content: Content) -> str:
    """What is shown; core.telegram.org/bots/api#sendmessage."""
    whole = read(content.html)
    assert whole.units <= 4_096
    assert len(whole.marks) <= 100
    data = [button.data or "" for row in content.buttons for button in row]
    assert all(1 <= len(each.encode()) <= 64 for each in data)
    assert all(len(row) <= 8 for row in content.buttons)
    return whole.text


def test_reports_stand_under_their_place_and_topic_newest_first() -> None:
    (content,) = roundup().digest(
        [
            an_item(1, "Storm over Kherson"),
            an_item(2, "Trains to Lviv stand still"),
            an_item(3, "Storm sinks a ferry in Kherson"),
            an_item(4, "A recipe"),
        ],
        EN,
        NOW,
    )
    told = acceptable(content)
    assert told.startswith("4 reports")
    order = ["Other", "A recipe", "Kherson Oblast · Weather", "sinks", "Storm over", "Lviv Oblast"]
    assert [told.index(each) for each in order] == sorted(told.index(each) for each in order)
    assert told.count("Kherson Oblast") == 1
    assert [b.data for row in content.buttons for b in row] == ["m:4:0", "m:3:0", "m:1:0", "m:2:0"]


def test_the_same_words_again_are_told_once_with_how_often() -> None:
    items = [an_item(n, "Storm over Kherson") for n in range(1, 4)]
    (content,) = roundup().digest(items, EN, NOW)
    assert "×3" in acceptable(content)
    assert [b.data for row in content.buttons for b in row] == ["m:3:0"]


def test_alerts_stand_before_the_news() -> None:
    (content,) = roundup().digest([alert(1, "Kherson"), an_item(2, "Rain in Lviv")], EN, NOW)
    told = acceptable(content)
    assert told.index("Air alert") < told.index("Rain")


def test_a_digest_of_nothing_is_no_message_unless_somebody_wants_it() -> None:
    assert roundup().digest([], EN, NOW) == []
    assert roundup().nothing(EN).html == "Nothing new since the last time."


def test_of_very_many_only_the_newest_are_listed_and_the_others_counted() -> None:
    items = [an_item(n, f"Report {n} of Kherson") for n in range(1, MOST + 22)]
    contents = roundup().digest(items, EN, NOW)
    told = [acceptable(content) for content in contents]
    assert told[0].startswith(f"{MOST + 21} reports")
    assert "… and 21 older reports" in told[-1]
    assert sum(len(row) for content in contents for row in content.buttons) == MOST


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("detail", Detail)
def test_hostile_reports_make_messages_telegram_takes_in_every_language(
    code: str, detail: Detail
) -> None:
    """Case 60."""
    audience = Audience(code, "Europe/Kyiv", detail)
    items = hostile()
    drawing = roundup()
    whole = drawing.after_quiet(items[:8], items[8:], audience, NOW)
    assert whole.contents
    for content in (
        *drawing.digest(items, audience, NOW),
        *whole.contents,
        drawing.nothing(audience),
    ):
        acceptable(content)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=900)), max_size=30))
def test_any_digest_opens_each_report_that_is_told_apart(said: list[tuple[str, str]]) -> None:
    items = [an_item(n, f"{n} {title}", text) for n, (title, text) in enumerate(said, 1)]
    contents = roundup().digest(items, Audience("uk", None, Detail.FULL), NOW)
    data = []
    for content in contents:
        acceptable(content)
        data += [button.data for row in content.buttons for button in row]
    assert sorted(map(str, data)) == sorted(f"m:{n}:0" for n in range(1, len(said) + 1))


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("alerts", [0, 1, 2, 5, 21])
@pytest.mark.parametrize("reports", [0, 1, 2, 5, 21])
def test_a_night_is_summed_up_with_its_plurals(code: str, alerts: int, reports: int) -> None:
    items = []
    for at in range(alerts):
        items += [alert(2 * at + 1, "Kherson"), alert(2 * at + 2, "Kherson", Phase.CLEAR)]
    items += [an_item(100 + n, f"Report {n}") for n in range(reports)]
    back = roundup().after_quiet(items, (), Audience(code, None, Detail.SHORT), NOW)
    if not items:
        assert back.contents == []
        return
    told = acceptable(back.contents[0]).partition("\n")[0]
    forms = {
        ("en", 2): "2 alerts, all over",
        ("uk", 1): "1 тривога, уже відбій",
        ("uk", 2): "2 тривоги, усюди відбій",
        ("uk", 5): "5 тривог, усюди відбій",
        ("ru", 21): "21 тревога, уже отбой",
        ("it", 1): "un allarme, già cessato",
    }
    assert forms.get((code, alerts), "") in told
    assert (";" in told) == bool(alerts and reports)


def test_an_all_clear_for_a_region_ends_the_alerts_inside_it() -> None:
    items = [alert(1, "Kherson"), alert(2, "Kherson Oblast", Phase.CLEAR)]
    assert reckon(items, NOW).on == ()


def test_an_all_clear_for_a_town_does_not_end_the_alert_around_it() -> None:
    items = [alert(1, "Kherson Oblast"), alert(2, "Kherson", Phase.CLEAR)]
    reckoned = reckon(items, NOW)
    assert (reckoned.alerts, len(reckoned.on)) == (1, 1)


def test_an_alert_told_again_while_it_is_on_is_one() -> None:
    items = [alert(1, "Kherson"), alert(2, "Kherson"), alert(3, "Lviv"), alert(4, "Kherson")]
    assert reckon(items, NOW).alerts == 2


def test_an_alert_that_has_expired_is_over_and_a_warning_is_no_alert() -> None:
    items = [
        alert(1, "Kherson", expires_at=NOW - timedelta(hours=1)),
        alert(2, "Lviv", Phase.WARNING),
    ]
    reckoned = reckon(items, NOW)
    assert (reckoned.alerts, reckoned.on, len(reckoned.others)) == (1, (), 1)


def test_many_places_under_alert_are_named_in_short() -> None:
    places = ("Kherson", "Lviv", "Odesa", "Sumy", "Kharkiv", "Poltava", "Rivne")
    back = roundup().after_quiet([alert(n, p) for n, p in enumerate(places, 1)], (), EN, NOW)
    head = acceptable(back.contents[0]).partition("\n")[0]
    assert head.endswith("…")
    assert plain_text.units(head) < 200
    assert back.is_urgent
