"""Hazard tree: ancestors, names of senders, event codes, and the hazards that sources declare."""

from datetime import UTC, datetime
from typing import Any

import pytest
from support.cap_alerts import alert
from support.shared_resources import gazetteer, reader, topics

from alerts.classification import read_bulletin
from alerts.extraction import extract_observations
from alerts.observation import Authority
from bot.sources.adapters.cap.alert import Info
from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.hazards import find_hazards
from bot.sources.adapters.cap.parser import parse_document
from bot.sources.base.hazards import HAZARDS
from matching.index.index import Index, MatchMode
from matching.query import parser
from matching.query.ast import dump
from matching.query.evaluator import evaluate
from matching.topics.hazards import hazard_tree, parse
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
TREE = hazard_tree()
READER = reader()


def bulletin(**fields: Any) -> Bulletin:
    return Bulletin(source="press", key="k", received_at=NOW, **fields)


def topics_of(**fields: Any) -> set[str]:
    return set(read_bulletin(READER, bulletin(**fields)).topics)


@pytest.mark.parametrize(
    ("name", "ancestors"),
    [
        ("ballistic", ("missile", "air")),
        ("recon", ("drone", "air")),
        ("bombs", ("air",)),
        ("avalanche", ("weather",)),
        ("tsunami", ()),
    ],
)
def test_a_hazard_lies_below_its_ancestors(name: str, ancestors: tuple[str, ...]) -> None:
    assert TREE.ancestors(name) == ancestors
    assert TREE.close(frozenset((name,))) == {name, *ancestors}


def test_every_hazard_is_a_topic_with_titles_in_four_languages() -> None:
    for name in TREE.names:
        assert topics().get(name), name
        for language in ("en", "uk", "ru", "it"):
            assert topics().title(name, language) == TREE.title(name, language) != name


@pytest.mark.parametrize(
    ("written", "name"),
    [("quake", "earthquake"), ("Rocket", "missile"), ("air_raid", "air"), ("radiation", "nuclear")],
)
def test_other_names_of_a_hazard_are_known(written: str, name: str) -> None:
    assert TREE.find_name(written) == name
    assert TREE.find_name(f"{written}:17") == name
    assert written.lower() in HAZARDS


def test_a_tag_may_be_another_name_of_a_topic_but_never_hides_a_topic() -> None:
    assert topics().find_name("quake") == "earthquake"
    assert topics().find_name("air_alert") == "air_alert"


@pytest.mark.parametrize(
    "text",
    [
        '[[hazard]]\nname = "a"\nparent = "b"\ntitle.en = "A"',
        '[[hazard]]\nname = "a"\ntitle.en = "A"\nwords = "x"',
        '[[hazard]]\nname = "a"\ntitle.en = "A"\n[[hazard]]\nname = "a"\ntitle.en = "A"',
    ],
)
def test_a_file_that_is_no_tree_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hazards\.toml: 'a'"):
        parse(text)


# --- what a source declares ---


@pytest.mark.parametrize(
    ("hazard", "text", "expected"),
    [
        ("earthquake", "Earthquake, depth 35 km. See tsunami warnings.", {"earthquake"}),
        ("drone", "Drones over the bay. No missiles, no ballistic threat.", {"drone", "air"}),
        ("weather:7", "A flood warning is in force", {"weather", "flood"}),
        ("flood", "Strong wind and heavy snow are forecast, too", {"flood", "weather"}),
        ("quake", "Three people were killed", {"earthquake", "casualties"}),
        ("Radiation", "Stay indoors", {"nuclear"}),
        (None, "An earthquake, and a tsunami is expected", {"earthquake", "tsunami"}),
        ("urban_fights", "A drone fell", {"drone", "air"}),
    ],
)
def test_the_declared_hazard_decides_and_words_only_make_it_more_exact(
    hazard: str | None, text: str, expected: set[str]
) -> None:
    assert topics_of(title="Notice", text=text, hazard=hazard, kind=Kind.NEWS) == expected


def test_a_declared_air_hazard_is_an_air_alert_if_an_alert_is_declared() -> None:
    fields = {"title": "T", "hazard": "ballistic", "phase": Phase.ACTIVE}
    assert topics_of(**fields) == {"air", "missile", "ballistic", "air_alert"}
    assert topics_of(**fields | {"phase": Phase.CLEAR}) >= {"air_alert", "all_clear"}
    assert topics_of(title="T", hazard="ballistic", kind=Kind.NEWS) == {
        "air",
        "missile",
        "ballistic",
    }


def test_an_alarm_in_the_text_of_another_hazard_is_no_air_alert() -> None:
    fields = {"title": "Air raid sirens sound in Lviv", "hazard": "flood"}
    assert topics_of(**fields) == {"flood", "weather"}
    assert not READER.is_alert("Air raid sirens sound in Lviv", "", hazards=("flood",))


def test_threat_types_of_a_service_decide_over_its_words() -> None:
    """A remark about an aircraft does not add a threat to those that the service declares."""
    topics_ = topics_of(
        title="Повітряна тривога: м. Київ",
        text="Загрози: балістичні ракети.\nЗліт МіГ-31К",
        hazard="air_raid",
        topics=("air_alert", "ballistic"),
        phase=Phase.ACTIVE,
        regions=("м. Київ",),
    )
    assert topics_ == {"air_alert", "air", "missile", "ballistic"}


@pytest.mark.parametrize(
    ("hazard", "tracked"),
    [
        ("rocket", "air_raid"),
        ("bombs", "air_raid"),
        ("artillery", "artillery_shelling"),
        ("radiation", "nuclear"),
        ("hazmat", "chemical"),
        ("urban_fights", "urban_fights"),
        ("storm:7", "storm:7"),
    ],
)
def test_one_alert_has_one_name_whatever_its_source_calls_it(hazard: str, tracked: str) -> None:
    declared = bulletin(title="T", hazard=hazard, phase=Phase.ACTIVE, regions=("Odesa",))
    (observation,) = extract_observations(
        declared, read_bulletin(READER, declared), Authority.THIRD_PARTY
    )
    assert observation.hazard == tracked


def test_properties_and_the_point_of_a_bulletin_are_read() -> None:
    quake = bulletin(
        title="M 4.6", hazard="earthquake", level="orange", magnitude=4.61, depth_km=9.4,
        latitude=50.45, longitude=30.52,
    )  # fmt: skip
    reading = read_bulletin(READER, quake)
    assert reading.measures == {"level": 2, "magnitude": 4.6, "depth": 9}
    assert [(point.latitude, point.longitude) for point in reading.points] == [(50.45, 30.52)]
    assert "UA80000000000093317" in reading.regions  # no place is named: the nearest


# --- CAP ---


@pytest.mark.parametrize(
    ("event", "hazards"),
    [
        ("Winter Storm Warning", ("storm", "snow")),
        ("Wind Chill Advisory", ("cold",)),
        ("Red Flag Warning", ("fire",)),
        ("Storm Surge Warning", ("flood",)),
        ("Coastal Flood Statement", ("flood",)),
        ("Excessive Heat Warning", ("heat",)),
        ("Dense Fog Advisory", ("fog",)),
        ("Yellow thunderstorm warning", ("storm",)),
        ("Severe snow-ice warning", ("snow",)),
        ("Silny wiatr", ("wind",)),
        ("SCHWERES GEWITTER mit ORKANBÖEN", ("storm", "wind")),
        ("STRENGER FROST", ("cold",)),
        ("Vento forte", ("wind",)),
        ("大雪警報", ("snow",)),
        ("津波注意報", ("tsunami",)),
        ("Air Quality Alert", ()),
        ("Special announcement", ()),
    ],
)
def test_an_event_name_names_its_hazards(event: str, hazards: tuple[str, ...]) -> None:
    assert find_hazards(Info(event=event)) == hazards


@pytest.mark.parametrize(
    ("code", "hazards"),
    [
        (("SAME", "TOR"), ("storm",)),
        (("SAME", "BZW"), ("storm", "snow")),
        (("II", "59"), ("fog",)),
        (("GROUP", "wind"), ("wind",)),
        (("awareness_type", "8; forest-fire"), ("fire",)),
        (("awareness_type", "12; Flooding"), ("flood",)),
        (("profile:DE-BBK-EVENTCODE:01.00R", "BBK-EVC-077"), ("fire",)),
        (("SAME", "XYZ"), ("heat",)),
        (("other", "TOR"), ("heat",)),
    ],
)
def test_an_event_code_decides_over_the_event_name(
    code: tuple[str, str], hazards: tuple[str, ...]
) -> None:
    assert find_hazards(Info(event="Heat", event_codes=(code,))) == hazards


def test_the_headline_and_then_the_category_stand_in_for_an_event_that_says_nothing() -> None:
    info = Info(event="Gefahrenmitteilung", category="Fire", headline="Hochwasser am Rhein")
    assert find_hazards(info) == ("flood",)
    assert find_hazards(Info(event="Warnung", category="Fire", headline="Achtung")) == ("fire",)
    assert find_hazards(Info(event="Warnung", category="Geo")) == ()


def test_a_warning_in_cap_keeps_its_hazards_certainty_and_urgency() -> None:
    body = alert(event="Winter Storm Warning", urgency="Expected", certainty="Very Likely")
    alerts = parse_document(body).alerts
    ((warning,), _) = to_bulletins(alerts, {}, ConversionContext("met", "en", NOW))
    assert (warning.hazard or "").startswith("storm:")
    assert (warning.topics, warning.urgency) == (("snow",), "expected")
    assert warning.certainty == "likely"
    assert read_bulletin(READER, warning).topics >= {"storm", "snow", "weather"}


@pytest.mark.parametrize(
    "text",
    [
        "Air raid alert in Kyiv",
        "Повітряна тривога в Києві",
        "Воздушная тревога в Киеве",
        "Allarme aereo a Kiev",
        "Ballistic missile threat in Kyiv",
        "Drones over Kyiv",
    ],
)
def test_an_air_alert_without_a_declared_hazard_matches_the_topic_air(text: str) -> None:
    reading = reader().read("", text)

    assert evaluate(parser.parse("#air Kyiv", gazetteer(), topics()).query, reading)


@pytest.mark.parametrize("text", ["Shelling of Kyiv", "Flood in Kyiv", "Trains to Kyiv"])
def test_other_dangers_do_not_match_the_topic_air(text: str) -> None:
    reading = reader().read("", text)

    assert not evaluate(parser.parse("#air Kyiv", gazetteer(), topics()).query, reading)


@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_the_index_finds_the_topic_air_by_an_alarm(*, is_rebuilt: bool) -> None:
    reading = reader().read("", "Air raid alert in Kyiv")
    texts = ("#air", "#air Lviv", "#missile", "-#air Kyiv", "#air_alert")
    queries = [parser.parse(text, gazetteer(), topics()).query for text in texts]
    index = Index()
    if is_rebuilt:
        index.load([(n, n, dump(query), MatchMode.AUDIBLE) for n, query in enumerate(queries)])
    else:
        for number, query in enumerate(queries):
            index.add(number, number, query, MatchMode.AUDIBLE)

    assert sorted(index.match(reading).audible) == [0, 4]
