"""Bulletin JSON: strict parsing, errors with the name of the field, dedup keys."""

import json
from datetime import UTC, datetime

import pytest

from bot.sources.base.bulletin_json import BulletinJsonError, parse_bulletin_lines, parse_bulletins
from bot.sources.core.dedup_keys import is_content_key
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def parse(**item: object) -> Bulletin:
    return parse_bulletins(json.dumps(item).encode(), "press", NOW)[0]


def test_every_field_is_read() -> None:
    bulletin = parse(
        id="17",
        title=" Air  raid\nalert ",
        text="One.\r\n\r\n\r\n\r\nTwo.",
        url="https://example.org/17?a=b",
        lang="uk",
        time="2026-03-05T09:58:00+02:00",
        regions=["Харківська область", "UA-63"],
        topics=["air_alert"],
        phase="active",
        kind="alert",
        level="red",
        hazard="air_raid",
        expires="2026-03-05T12:00:00Z",
    )

    assert bulletin == Bulletin(
        source="press",
        key=bulletin.key,
        title="Air raid alert",
        text="One.\n\nTwo.",
        url="https://example.org/17?a=b",
        lang="uk",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        level="red",
        hazard="air_raid",
        regions=("Харківська область", "UA-63"),
        topics=("air_alert",),
        published_at=datetime(2026, 3, 5, 7, 58, tzinfo=UTC),
        expires_at=datetime(2026, 3, 5, 12, 0, tzinfo=UTC),
        received_at=NOW,
    )


@pytest.mark.parametrize("item", [{"title": "T"}, {"text": "T"}, {"title": "T", "url": None}])
def test_a_title_or_a_text_is_enough(item: dict[str, object]) -> None:
    assert parse(**item).title or parse(**item).text


@pytest.mark.parametrize(
    ("field", "item"),
    [
        ("title", {}),
        ("title", {"title": "", "text": " \u200b"}),
        ("title", {"title": 5}),
        ("title", {"title": "x" * 1001}),
        ("text", {"text": ["x"]}),
        ("id", {"title": "T", "id": 17}),
        ("id", {"title": "T", "id": ""}),
        ("url", {"title": "T", "url": "javascript:alert(1)"}),
        ("url", {"title": "T", "url": "https://"}),
        ("url", {"title": "T", "url": "https://a b"}),
        ("url", {"title": "T", "url": "https://example.org:99999/"}),
        ("url", {"title": "T", "url": "https://example.org/" + "x" * 3000}),
        ("time", {"title": "T", "time": "yesterday"}),
        ("time", {"title": "T", "time": 1772697600}),
        ("time", {"title": "T", "time": "2026-03-05T08:00:00"}),
        ("expires", {"title": "T", "expires": "0001-01-01T00:00:00"}),
        ("regions", {"title": "T", "regions": "Kyiv"}),
        ("regions[1]", {"title": "T", "regions": ["Kyiv", 5]}),
        ("topics[0]", {"title": "T", "topics": [""]}),
        ("phase", {"title": "T", "phase": "started"}),
        ("kind", {"title": "T", "kind": "alert_start"}),
        ("level", {"title": "T", "level": "purple"}),
        ("lang", {"title": "T", "lang": "x" * 17}),
        ("tittle", {"title": "T", "tittle": "U"}),
    ],
)
def test_a_wrong_field_is_named(field: str, item: dict[str, object]) -> None:
    with pytest.raises(BulletinJsonError) as error:
        parse(**item)

    assert error.value.field == field
    assert str(error.value).startswith(f"{field}: ")


def test_a_misspelt_field_gets_a_suggestion() -> None:
    with pytest.raises(BulletinJsonError, match=r"tittle: is unknown; did you mean title\?"):
        parse(tittle="T")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"5", b'"text"', b"[5]"]
)
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BulletinJsonError):
        parse_bulletins(body, "press", NOW)


def test_half_an_emoji_and_hidden_characters_are_taken_out() -> None:
    """JSON escapes can carry lone surrogates, NUL and invisible characters."""
    body = rb'{"title": "Ky\u0000iv \ud83d \u202ealert\u200b"}'

    assert parse_bulletins(body, "press", NOW)[0].title == "Kyiv alert"


def test_a_family_stays_one_emoji() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert parse(title=family).title == family


def test_an_error_in_a_list_has_its_position() -> None:
    body = json.dumps([{"title": "T"}, {"title": "T", "url": "x"}]).encode()

    with pytest.raises(BulletinJsonError) as error:
        parse_bulletins(body, "press", NOW)

    assert error.value.field == "[1].url"


def test_the_same_id_is_the_same_bulletin() -> None:
    assert parse(id="17", title="One").key == parse(id="17", title="Two").key == "17"


def test_an_alert_keeps_its_id_while_its_phase_and_words_change() -> None:
    versions = [
        parse(id="17", title="Alert", phase="active"),
        parse(id="17", title="Alert", phase="active", level="red"),
        parse(id="17", title="Alert, drones", phase="update"),
        parse(id="17", title="Alert", phase="clear"),
    ]

    assert len({bulletin.key for bulletin in versions}) == 4
    assert parse(id="17", title="Alert", phase="clear").key == versions[3].key


def test_a_bulletin_without_an_id_has_a_key_of_its_words() -> None:
    assert parse(title="Air  Alert").key == parse(title="air alert").key
    assert parse(title="Air alert").key != parse(title="", text="Air alert").key
    assert is_content_key(parse(title="Air alert").key)


def test_the_same_words_at_another_time_or_place_have_another_key() -> None:
    keys = {
        parse(title="Alert").key,
        parse(title="Alert", time="2026-03-05T08:00:00Z").key,
        parse(title="Alert", time="2026-03-05T12:00:00Z").key,
        parse(title="Alert", regions=["Kyiv"]).key,
        parse(title="Alert", phase="clear").key,
    }

    assert len(keys) == 5


@pytest.mark.parametrize("given", ["sha256:abc", "id:sha256:abc", "long:abc"])
def test_an_id_with_a_reserved_prefix_is_escaped(given: str) -> None:
    assert parse(id=given, title="T").key == f"id:{given}"


def test_a_key_always_fits_the_database() -> None:
    keys = {parse(id="x" * length, title="T", phase="active").key for length in (80, 81, 400, 500)}

    assert len(keys) == 4
    assert all(len(key) <= 128 for key in keys)


def test_json_lines_are_read_and_empty_ones_skipped() -> None:
    bulletins = parse_bulletin_lines(b'{"title": "A"}\n\r\n{"text": "B"}', "press", NOW)

    assert [(item.title, item.text) for item in bulletins] == [("A", ""), ("", "B")]


def test_an_error_in_json_lines_has_its_line_and_field() -> None:
    with pytest.raises(BulletinJsonError, match="^line 3: url: "):
        parse_bulletin_lines(b'{"title": "A"}\n\n{"title": "B", "url": "b"}', "press", NOW)


@pytest.mark.parametrize("level", ["green", "yellow", "orange", "red", "Orange", "RED"])
def test_every_level_that_is_shown_is_accepted(level: str) -> None:
    assert parse(title="T", level=level).level == level.lower()


@pytest.mark.parametrize(
    ("written", "hazard"),
    [
        ("air_raid", "air_raid"),
        ("Air_Raid", "air_raid"),
        ("weather:2026-17", "weather:2026-17"),
        ("STORM:Ab 7", "storm:Ab 7"),
        ("ballistic", "ballistic"),
    ],
)
def test_a_hazard_of_the_table_is_accepted_in_any_letter_case(written: str, hazard: str) -> None:
    assert parse(title="T", hazard=written).hazard == hazard


@pytest.mark.parametrize(
    ("field", "value", "nearest", "allowed"),
    [
        ("hazard", "air raid", "air_raid", "air_raid, air_alert"),
        ("hazard", "Air-Raid:7", "air_raid", "evacuation, all_clear, alert"),
        ("hazard", "balistic", "ballistic", "missile, ballistic, cruise"),
        ("hazard", "weather:", "weather", "weather, storm"),
        ("level", "oragne", "orange", "green, yellow, orange, red"),
        ("phase", "activ", "active", "warning, active, update, clear"),
        ("kind", "alerts", "alert", "news, alert"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_and_all_allowed_ones(
    field: str, value: str, nearest: str, allowed: str
) -> None:
    with pytest.raises(BulletinJsonError) as error:
        parse(title="T", **{field: value})

    assert error.value.field == field
    assert allowed in str(error.value)
    assert str(error.value).endswith(f"did you mean {nearest}?")


@pytest.mark.parametrize(
    "expires",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1899-12-30T00:00:00Z",
        "9999-12-31T23:59:59.999-10:00",
    ],
)
def test_an_end_that_is_a_zero_value_counts_as_absent(expires: str) -> None:
    assert parse(title="T", expires=expires).expires_at is None
    assert parse(title="T", time="2026-03-05T08:00:00Z", expires=expires).expires_at is None


def test_a_time_that_is_a_zero_value_counts_as_absent() -> None:
    bulletin = parse(title="T", time="0001-01-01T00:00:00Z", expires="2026-03-05T07:00:00Z")

    assert bulletin.published_at is None
    assert bulletin.expires_at == datetime(2026, 3, 5, 7, tzinfo=UTC)  # in the past, and kept


def test_an_end_in_the_past_is_kept() -> None:
    assert parse(title="T", expires="1999-01-01T00:00:00Z").expires_at is not None


@pytest.mark.parametrize("length", [20_001, 100_000])
def test_a_text_that_would_take_too_long_to_read_is_refused(length: int) -> None:
    """A text of 100,000 letters stopped the event loop for more than a second."""
    body = json.dumps({"title": "t", "text": ("Kyiv " * length)[:length]}).encode()
    with pytest.raises(BulletinJsonError, match="20000") as error:
        parse_bulletins(body, "press", NOW)
    assert error.value.field == "text"


@pytest.mark.parametrize(
    ("written", "second"),
    [
        ("2026-03-05t07:15:00z", 0),
        ("2026-03-05T09:15:00.123456789+02:00", 0),
        ("2026-03-05T07:15:60Z", 59),
        ("2026-03-05 09:15:60+02:00", 59),
        ("2026-03-05T07:15:60.5z", 59),
    ],
)
def test_all_times_of_rfc_3339_are_accepted(written: str, second: int) -> None:
    """A lower-case t and z and a leap second were refused."""
    time = parse(title="T", time=written).published_at
    assert time
    assert time.replace(microsecond=0) == datetime(2026, 3, 5, 7, 15, second, tzinfo=UTC)


@pytest.mark.parametrize("written", ["now", "2026-03-05T07:15:61Z", "2026-03-05", "07:15:60Z"])
def test_what_is_no_time_with_a_zone_is_refused_with_the_form(written: str) -> None:
    with pytest.raises(BulletinJsonError, match="a time with its zone"):
        parse(title="T", time=written)


def test_the_place_and_the_measures_of_a_quake_are_read() -> None:
    bulletin = parse(
        title="T",
        point=[50.45, 30.5],
        magnitude=4,
        depth_km=-0.5,
        image="https://a.example/map.png",
        hazard="quake",
        level="orange",
    )
    assert (bulletin.latitude, bulletin.longitude) == (50.45, 30.5)
    assert (bulletin.magnitude, bulletin.depth_km) == (4.0, -0.5)
    assert (bulletin.image, bulletin.hazard) == ("https://a.example/map.png", "quake")
    assert parse(title="T", point=None, magnitude=None).latitude is None


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("point", "50.45, 30.52", "[latitude, longitude]"),
        ("point", [50.45], "[latitude, longitude]"),
        ("point", [91, 0], "[latitude, longitude]"),
        ("point", [0, 180.5], "[latitude, longitude]"),
        ("point", [50, None], "[latitude, longitude]"),
        ("point", {"lat": 50, "lon": 30}, "[latitude, longitude]"),
        ("point", [float("nan"), 0], "[latitude, longitude]"),
        ("magnitude", "4.5", "a number from -3 to 11"),
        ("magnitude", True, "a number from -3 to 11"),
        ("magnitude", float("inf"), "a number from -3 to 11"),
        ("depth_km", 10**400, "a number from -10 to 1000 km"),
        ("depth_km", [5], "a number from -10 to 1000 km"),
        ("image", "map.png", "http"),
        ("image", "javascript:alert(1)", "http"),
    ],
)
def test_a_wrong_measure_is_refused_with_what_was_expected(
    field: str, value: object, expected: str
) -> None:
    with pytest.raises(BulletinJsonError) as error:
        parse(title="T", **{field: value})

    assert error.value.field == field
    assert expected in str(error.value)


def test_quakes_with_the_same_words_and_other_measures_are_different() -> None:
    keys = {
        parse(title="Earthquake").key,
        parse(title="Earthquake", magnitude=4.5).key,
        parse(title="Earthquake", magnitude=4.6).key,
        parse(title="Earthquake", point=[50, 30]).key,
    }

    assert len(keys) == 4
