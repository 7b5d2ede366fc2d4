"""An alert with a life as a person reads it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from support.conversation_driver import NOW
from support.shared_resources import gazetteer, topics, words
from support.telegram_html import read

from handlers.messages.alert import IncidentMessages, IncidentView
from handlers.messages.bulletin import Audience
from handlers.text.i18n import LANGUAGES
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.inbound.incidents import Incident, Telling, Word
from storage.subscribers.subscribers import Detail

ENGLISH = Audience("en", "Europe/Kyiv", Detail.FULL)
UKRAINIAN = ENGLISH._replace(language="uk")
MESSAGES = IncidentMessages(words(), gazetteer(), topics())
BEGAN = NOW - timedelta(minutes=50)
THREATS = ("missile", "drone", "artillery")
ON = Incident(
    id=7,
    region="UA80000000000093317",
    hazard="air_raid",
    opened_at=BEGAN,
    level="red",
    threats=("missile",),
    sources={
        "siren": Word(on=True, at=BEGAN, level="red"),
        "channel": Word(on=True, at=BEGAN + timedelta(minutes=1)),
    },
)
OFFICIAL = StoredBulletin(
    id=1,
    source="siren",
    key="k",
    title="Повітряна тривога: м. Київ",
    text="Рівень: червоний.\nЗагрози: керовані авіабомби.",
    lang="uk",
    kind=Kind.ALERT,
    phase=Phase.ACTIVE,
    received_at=BEGAN,
)


def shown(incident: Incident, audience: Audience = ENGLISH, **more: object) -> str:
    values = {"telling": Telling.OPENED, **more}
    view = IncidentView(incident=incident, **values)  # type: ignore[arg-type]
    return read(MESSAGES.draw([view], audience, NOW).html).text


def test_an_alert_shows_place_level_threats_beginning_and_sources() -> None:
    assert shown(ON, bulletin=OFFICIAL) == (
        "🔴 Air raid alert: Kyiv\n\n"
        "On since 10:40\nLevel: red\nThreats: Missiles\n\n"
        "siren · confirmed by channel"
    )


def test_a_reader_of_the_sources_language_has_its_own_words_too() -> None:
    text = shown(ON, UKRAINIAN, bulletin=OFFICIAL)
    assert text.startswith("🔴 Повітряна тривога: Київ\n\nТриває з 10:40\nРівень: червоний")
    assert "керовані авіабомби" in text
    assert text.count("Рівень: червоний") == 1


def test_a_warning_does_not_say_that_it_is_on() -> None:
    text = shown(replace(ON, level="warning", threats=()))
    assert "A warning since 10:40: it has not begun yet" in text
    assert "On since" not in text


def test_what_a_channel_wrote_is_shown_to_everybody() -> None:
    plain = replace(OFFICIAL, kind=None, phase=None, title="Fly, you fools", text="<b>Run</b>")
    assert "Fly, you fools\n<b>Run</b>" in shown(ON, bulletin=plain)


def test_an_all_clear_tells_how_long_it_lasted() -> None:
    text = shown(replace(ON, closed_at=NOW + timedelta(minutes=15)), telling=Telling.CLOSED)
    assert text == (
        "🟢 All clear. Air raid alert: Kyiv\n\nIt lasted 1 h 5 min: 10:40 – 11:45\n\nsiren"
    )


def test_what_nobody_knows_is_no_all_clear() -> None:
    """Case 43."""
    text = shown(replace(ON, unknown_since=NOW), telling=Telling.UNKNOWN)
    assert text.startswith("⚪ Air raid alert: Kyiv\n\nSince 11:30 nobody can tell me")
    assert "no all-clear" in text
    assert "What was known last:\nOn since 10:40\nLevel: red" in text


def test_what_is_known_again_is_said() -> None:
    assert "answer again, and the alert is still on" in shown(ON, telling=Telling.KNOWN)


@pytest.mark.parametrize(("seconds", "late"), [(30, ""), (31, "31 s"), (600, "10 min")])
def test_an_alert_that_came_late_says_so(seconds: int, late: str) -> None:
    text = shown(ON, delay=timedelta(seconds=seconds))
    assert ("reached you after" in text) is bool(late)
    assert text.endswith(late)


def test_a_lesser_alert_has_another_sign() -> None:
    assert shown(replace(ON, level="yellow")).startswith("🟡")


def test_what_was_missed_is_one_message_however_much_it_is() -> None:
    over = replace(ON, closed_at=NOW)
    views = [IncidentView(incident=one, telling=Telling.MISSED) for one in (ON, over)]
    content = MESSAGES.summary(views * 40, UKRAINIAN, NOW)
    text = read(content.html)
    assert text.units < 3_500
    assert "І ще 55." in text.text
    assert "🟢 Відбій. Повітряна тривога: Київ" in text.text


STORM = replace(
    ON,
    region="PL",
    hazard="weather:7",
    level="orange",
    threats=(),
    sources={"met": Word(on=True, at=BEGAN, expires_at=NOW + timedelta(hours=3))},
)
WARNED = replace(
    OFFICIAL,
    source="met",
    title="Ostrzeżenie: silny wiatr",
    text="Porywy do 100 km/h.",
    url="https://met.example/7",
    lang="pl",
    hazard="weather:7",
    regions=("Gdańsk", "Sopot"),
)


def test_a_warning_is_told_in_its_sources_words_with_its_places_and_its_end() -> None:
    assert shown(STORM, bulletin=WARNED) == (
        "🔴 Ostrzeżenie: silny wiatr — Gdańsk, Sopot\n\n"
        "Issued: 10:40\nIn force until: 14:30\nLevel: orange\n\n"
        "Porywy do 100 km/h.\n\n"
        "met · read on"
    )


def test_the_end_of_a_warning_is_no_all_clear() -> None:
    over = shown(replace(STORM, closed_at=NOW), bulletin=WARNED)
    assert over.startswith(
        "🟢 No longer in force. Weather warning: Gdańsk, Sopot\n\nIn force for 50 min"
    )


def test_warnings_of_one_moment_keep_their_names() -> None:
    views = [
        IncidentView(incident=STORM, telling=Telling.OPENED, bulletin=WARNED),
        IncidentView(incident=ON, telling=Telling.OPENED, bulletin=OFFICIAL),
    ]
    text = read(MESSAGES.draw(views, ENGLISH, NOW).html).text
    assert "🔴 Ostrzeżenie: silny wiatr — Gdańsk, Sopot" in text
    assert "🔴 Air raid alert: Kyiv" in text


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
@pytest.mark.parametrize("hazard", ["air_raid", "artillery_shelling", "chemical", "alert", "???"])
def test_every_hazard_has_words_in_every_language(language: str, hazard: str) -> None:
    strange = replace(ON, hazard=hazard, region="nowhere", level="<odd>", sources={})
    text = shown(strange, ENGLISH._replace(language=language))
    assert "nowhere" in text
    assert "<odd>" not in text


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("unknown_since", [None, NOW])
def test_a_whole_country_of_alerts_fits_one_message(
    code: str, unknown_since: datetime | None
) -> None:
    """Nobody can tell how it stands, and of each there is much to say."""
    oblasts = [each.code for each in gazetteer().known() if each.kind == "oblast" and each.at_home]
    sources = {name: Word(on=True, at=NOW) for name in ("siren", "ukrainealarm", "alerts_in_ua")}
    on = replace(ON, threats=THREATS, sources=sources, unknown_since=unknown_since)
    lives = [
        IncidentView(incident=replace(on, region=region), telling=Telling.MISSED)
        for region in oblasts
    ]
    text = read(MESSAGES.summary(lives, ENGLISH._replace(language=code), NOW).html).text
    told = sum(
        line.startswith("🔴" if unknown_since is None else "⚪") for line in text.split("\n")
    )
    left = int("".join(filter(str.isdigit, text.split("\n\n")[-1])) or 1)
    assert told + left == len(oblasts)
    assert told >= 12
    assert len(text.encode("utf-16-le")) // 2 < 3_900
