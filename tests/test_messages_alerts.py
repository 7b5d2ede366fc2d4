"""Alert renderer: incidents as a person reads them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from support.conversation_driver import NOW
from support.shared_resources import catalog, gazetteer, reader
from support.telegram_html import parse_html

from alerts.classification import read_bulletin
from alerts.extraction import extract_observations
from alerts.observation import Authority
from handlers.messages.alert import AlertRenderer, IncidentView
from handlers.messages.bulletin import RenderOptions
from handlers.text.i18n import LANGUAGES
from storage.inbound.bulletins import Kind, Phase, StoredBulletin
from storage.inbound.incidents import Incident, NotificationReason, SourceReport
from storage.subscribers.subscribers import Detail

ENGLISH = RenderOptions("en", "Europe/Kyiv", Detail.FULL)
UKRAINIAN = ENGLISH._replace(language="uk")
RENDERER = AlertRenderer(catalog(), gazetteer())
OPENED_AT = NOW - timedelta(minutes=50)
THREATS = ("missile", "drone", "artillery")
ACTIVE_INCIDENT = Incident(
    id=7,
    region="UA80000000000093317",
    hazard="air_raid",
    opened_at=OPENED_AT,
    level="red",
    threats=("missile",),
    sources={
        "siren": SourceReport(is_active=True, reported_at=OPENED_AT, level="red"),
        "channel": SourceReport(is_active=True, reported_at=OPENED_AT + timedelta(minutes=1)),
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
    received_at=OPENED_AT,
)


def rendered_text(incident: Incident, options: RenderOptions = ENGLISH, **fields: object) -> str:
    values = {"reason": NotificationReason.OPENED, **fields}
    view = IncidentView(incident=incident, **values)  # type: ignore[arg-type]
    return parse_html(RENDERER.render([view], options, NOW).html).text


def test_an_alert_shows_place_level_threats_start_and_sources() -> None:
    assert rendered_text(ACTIVE_INCIDENT, bulletin=OFFICIAL) == (
        "🔴 Air raid alert: Kyiv\n\n"
        "On since 10:40\nLevel: red\nThreat: missiles\n\n"
        "Загрози: керовані авіабомби.\n\n"
        "siren · confirmed by channel"
    )


def test_a_reader_of_the_sources_language_gets_the_sources_words() -> None:
    text = rendered_text(ACTIVE_INCIDENT, UKRAINIAN, bulletin=OFFICIAL)
    assert text.startswith("🔴 Повітряна тривога: Київ\n\nТриває з 10:40\nРівень: червоний")
    assert "керовані авіабомби" in text
    assert text.count("Рівень: червоний") == 1


def test_a_warning_is_not_called_active() -> None:
    text = rendered_text(replace(ACTIVE_INCIDENT, level="warning", threats=()))
    assert "A warning since 10:40: it has not begun yet" in text
    assert "On since" not in text


def test_the_text_of_a_channel_is_shown_in_every_language() -> None:
    channel_post = replace(
        OFFICIAL, kind=None, phase=None, title="Fly, you fools", text="<b>Run</b>"
    )
    assert "Fly, you fools\n<b>Run</b>" in rendered_text(ACTIVE_INCIDENT, bulletin=channel_post)


def test_an_all_clear_shows_the_duration() -> None:
    text = rendered_text(
        replace(ACTIVE_INCIDENT, closed_at=NOW + timedelta(minutes=15)),
        reason=NotificationReason.CLOSED,
    )
    assert text == (
        "🟢 All clear. Air raid alert: Kyiv\n\nIt lasted 1 h 5 min: 10:40 – 11:45\n\nsiren"
    )


def test_an_unknown_state_is_no_all_clear() -> None:
    """Silence of the sources must not look like an all-clear."""
    text = rendered_text(
        replace(ACTIVE_INCIDENT, unknown_since=NOW), reason=NotificationReason.BECAME_UNKNOWN
    )
    assert text.startswith("⚪ Air raid alert: Kyiv\n\nSince 11:30 nobody can tell me")
    assert "no all-clear" in text
    assert "What was known last:\nOn since 10:40\nLevel: red" in text


def test_a_state_known_again_is_announced() -> None:
    assert "answer again, and the alert is still on" in rendered_text(
        ACTIVE_INCIDENT, reason=NotificationReason.KNOWN_AGAIN
    )


@pytest.mark.parametrize(("seconds", "late"), [(30, ""), (31, "31 s"), (600, "10 min")])
def test_a_late_alert_shows_its_delay(seconds: int, late: str) -> None:
    text = rendered_text(ACTIVE_INCIDENT, delay=timedelta(seconds=seconds))
    assert ("reached you after" in text) is bool(late)
    assert text.endswith(late)


def test_a_minor_alert_has_another_sign() -> None:
    assert rendered_text(replace(ACTIVE_INCIDENT, level="yellow")).startswith("🟡")


def test_any_number_of_missed_alerts_fits_one_message() -> None:
    over = replace(ACTIVE_INCIDENT, closed_at=NOW)
    views = [
        IncidentView(incident=incident, reason=NotificationReason.MISSED)
        for incident in (ACTIVE_INCIDENT, over)
    ]
    content = RENDERER.render_missed_summary(views * 40, UKRAINIAN, NOW)
    text = parse_html(content.html)
    assert text.utf16_length < 3_500
    assert "І ще 55." in text.text
    assert "🟢 Відбій. Повітряна тривога: Київ" in text.text


STORM = replace(
    ACTIVE_INCIDENT,
    region="PL",
    hazard="weather:7",
    level="orange",
    threats=(),
    sources={
        "met": SourceReport(
            is_active=True, reported_at=OPENED_AT, expires_at=NOW + timedelta(hours=3)
        )
    },
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


def test_a_warning_shows_its_sources_words_its_places_and_its_end() -> None:
    assert rendered_text(STORM, bulletin=WARNED) == (
        "🔴 Ostrzeżenie: silny wiatr — Gdańsk, Sopot\n\n"
        "Issued: 10:40\nIn force until: 14:30\nLevel: orange\n\n"
        "Porywy do 100 km/h.\n\n"
        "met · read on"
    )


def test_the_end_of_a_warning_is_no_all_clear() -> None:
    over = rendered_text(replace(STORM, closed_at=NOW), bulletin=WARNED)
    assert over.startswith(
        "🟢 No longer in force. Weather warning: Gdańsk, Sopot\n\nIn force for 50 min"
    )


def test_warnings_in_one_message_keep_their_names() -> None:
    views = [
        IncidentView(incident=STORM, reason=NotificationReason.OPENED, bulletin=WARNED),
        IncidentView(incident=ACTIVE_INCIDENT, reason=NotificationReason.OPENED, bulletin=OFFICIAL),
    ]
    text = parse_html(RENDERER.render(views, ENGLISH, NOW).html).text
    assert "🔴 Ostrzeżenie: silny wiatr — Gdańsk, Sopot" in text
    assert "🔴 Air raid alert: Kyiv" in text


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
@pytest.mark.parametrize("hazard", ["air_raid", "artillery_shelling", "chemical", "alert", "???"])
def test_every_hazard_has_words_in_every_language(language: str, hazard: str) -> None:
    unknown_incident = replace(
        ACTIVE_INCIDENT, hazard=hazard, region="nowhere", level="<odd>", sources={}
    )
    text = rendered_text(unknown_incident, ENGLISH._replace(language=language))
    assert "nowhere" in text
    assert "<odd>" not in text


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
@pytest.mark.parametrize("unknown_since", [None, NOW])
def test_alerts_in_all_oblasts_fit_one_message(code: str, unknown_since: datetime | None) -> None:
    """All alerts are active, or the state of all is unknown: long entries."""
    oblasts = [
        region.code
        for region in gazetteer().prominent_regions()
        if region.kind == "oblast" and region.is_home
    ]
    sources = {
        name: SourceReport(is_active=True, reported_at=NOW)
        for name in ("siren", "ukrainealarm", "alerts_in_ua")
    }
    incident = replace(
        ACTIVE_INCIDENT, threats=THREATS, sources=sources, unknown_since=unknown_since
    )
    views = [
        IncidentView(incident=replace(incident, region=region), reason=NotificationReason.MISSED)
        for region in oblasts
    ]
    text = parse_html(
        RENDERER.render_missed_summary(views, ENGLISH._replace(language=code), NOW).html
    ).text
    listed = sum(
        line.startswith("🔴" if unknown_since is None else "⚪") for line in text.split("\n")
    )
    counted = int("".join(filter(str.isdigit, text.split("\n\n")[-1])) or 1)
    assert listed + counted == len(oblasts)
    assert listed >= 12
    assert len(text.encode("utf-16-le")) // 2 < 3_900


LEAK = replace(
    OFFICIAL,
    source="press",
    title="Chemical leak at the port. Close windows and doors.",
    text="Stay indoors. Hotline 101.",
    lang="en",
    url="https://press.example/leak",
    regions=("Odesa",),
    hazard="chemical",
)
LEAKING = replace(ACTIVE_INCIDENT, hazard="chemical", level=None, threats=())


@pytest.mark.parametrize("language", ["en", "uk", "ru", "it"])
def test_a_declared_alert_keeps_the_sources_words_and_its_link(language: str) -> None:
    """The words, the headline and the link of an alert by webhook were left out."""
    content = RENDERER.render(
        [IncidentView(incident=LEAKING, reason=NotificationReason.OPENED, bulletin=LEAK)],
        ENGLISH._replace(language=language),
        NOW,
    )
    lines = parse_html(content.html).text.split("\n")
    assert "Chemical leak" not in lines[0]
    assert "Chemical leak at the port. Close windows and doors." in lines
    assert "Stay indoors. Hotline 101." in lines
    assert "https://press.example/leak" in content.html


def test_a_message_about_several_alerts_keeps_the_sources_words_once() -> None:
    views = [
        IncidentView(
            incident=replace(LEAKING, id=number, region=region),
            reason=NotificationReason.OPENED,
            bulletin=LEAK,
        )
        for number, region in enumerate(("UA80000000000093317", "UA63000000000041885"), start=1)
    ]
    html = RENDERER.render(views, UKRAINIAN, NOW).html
    assert html.count("Stay indoors. Hotline 101.") == 1
    assert html.count("https://press.example/leak") == 1


@pytest.mark.parametrize(
    ("urls", "links"),
    [
        (("https://met.example/1", "https://met.example/1"), 1),
        (("https://met.example/1", "https://met.example/2"), 2),
        ((None, None), 0),
    ],
)
def test_two_warnings_with_equal_words_show_them_once(
    urls: tuple[str | None, str | None], links: int
) -> None:
    """Two warnings of one message both said "Strong wind.", and it stood there twice."""
    views = [
        IncidentView(
            incident=replace(LEAKING, id=number, hazard=f"storm:{number}"),
            reason=NotificationReason.OPENED,
            bulletin=replace(
                LEAK, id=number, hazard=f"storm:{number}", text="Strong wind.", url=url
            ),
        )
        for number, url in enumerate(urls, start=1)
    ]
    html = RENDERER.render(views, ENGLISH, NOW).html
    assert html.count("Strong wind.") == 1
    assert html.count("https://met.example/") == links


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Загрози: балістичні ракети.", "Threat: ballistic missiles"),
        ("Загрози: керовані авіабомби.", "Threat: guided bombs"),
        ("Угроза: КАБы и крылатые ракеты", "Threats: cruise missiles, guided bombs"),
        ("Розвідувальний БпЛА", "Threat: reconnaissance drones"),
        ("Активність тактичної авіації, дрони", "Threats: drones, aircraft"),
    ],
)
def test_threats_are_named_in_the_readers_language(text: str, shown: str) -> None:
    """Ballistic missiles reached readers of English as missiles, and guided bombs as nothing."""
    bulletin = replace(OFFICIAL, text=text, hazard="air_raid")
    reading = read_bulletin(reader(), bulletin)
    (observation, *_) = extract_observations(bulletin, reading, Authority.POLLED)
    incident = replace(ACTIVE_INCIDENT, threats=observation.threats)
    rendered = rendered_text(incident, bulletin=bulletin)
    assert f"{shown}\n" in rendered
    assert text.rstrip(".") in rendered


def test_the_label_of_an_alert_service_is_not_repeated_in_its_own_language() -> None:
    region = replace(OFFICIAL, title="Повітряна тривога: Київ", text="Рівень: червоний.")
    assert "тривога" not in rendered_text(ACTIVE_INCIDENT, bulletin=region)
    assert rendered_text(ACTIVE_INCIDENT, UKRAINIAN, bulletin=OFFICIAL).count("тривога") == 1


@pytest.mark.parametrize("reason", [NotificationReason.CLOSED, NotificationReason.OPENED])
def test_the_end_of_an_alert_erases_nothing_of_an_earlier_message(
    reason: NotificationReason,
) -> None:
    """After an escalation all messages became the same all-clear, without the threats."""
    ended = replace(ACTIVE_INCIDENT, closed_at=NOW + timedelta(minutes=15))
    text = rendered_text(ended, reason=reason, bulletin=OFFICIAL, is_edit=True)
    assert text.startswith("🟢 Air raid alert: Kyiv\n\nIt lasted 1 h 5 min")
    assert "All clear" not in text
    assert "Threat: missiles" in text
    assert "керовані авіабомби" in text


@pytest.mark.parametrize("clearing", ["press", "state", "siren"])
def test_a_source_that_sent_an_all_clear_confirms_no_alert(clearing: str) -> None:
    """An alert that came back was "confirmed by" those who had reported its end."""
    ended = SourceReport(is_active=False, reported_at=OPENED_AT + timedelta(minutes=2))
    reports = {**ACTIVE_INCIDENT.sources, clearing: ended}
    text = rendered_text(replace(ACTIVE_INCIDENT, sources=reports))
    remaining = [name for name in ("siren", "channel") if name != clearing]
    assert text.endswith(" · confirmed by ".join(remaining))
    assert clearing not in text.splitlines()[-1]
    over = replace(ACTIVE_INCIDENT, sources=reports, closed_at=NOW)
    assert "confirmed" not in rendered_text(over, reason=NotificationReason.CLOSED)
