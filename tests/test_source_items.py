"""A bulletin as JSON: read strictly, and what is wrong with it said by name."""

import json
from datetime import UTC, datetime

import pytest

from bot.sources.base.bulletin_json import ItemError, read_json, read_json_lines
from bot.sources.core.dedup_keys import is_of_content
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


def read(**item: object) -> Bulletin:
    return read_json(json.dumps(item).encode(), "press", NOW)[0]


def test_every_field_arrives() -> None:
    bulletin = read(
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
    assert read(**item).title or read(**item).text


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
        ("expires", {"title": "T", "expires": "0001-01-01T00:00:00+14:00"}),
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
    with pytest.raises(ItemError) as wrong:
        read(**item)

    assert wrong.value.field == field
    assert str(wrong.value).startswith(f"{field}: ")


def test_a_slip_of_the_pen_is_told_with_what_was_meant() -> None:
    with pytest.raises(ItemError, match=r"tittle: is unknown; did you mean title\?"):
        read(tittle="T")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"5", b'"text"', b"[5]"]
)
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ItemError):
        read_json(body, "press", NOW)


def test_half_an_emoji_and_hidden_characters_are_taken_out() -> None:
    """Cases 57 and 58 of the catalogue of failures."""
    body = rb'{"title": "Ky\u0000iv \ud83d \u202ealert\u200b"}'

    assert read_json(body, "press", NOW)[0].title == "Kyiv alert"


def test_a_family_stays_one_emoji() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert read(title=family).title == family


def test_of_a_list_the_place_of_the_mistake_is_told() -> None:
    body = json.dumps([{"title": "T"}, {"title": "T", "url": "x"}]).encode()

    with pytest.raises(ItemError) as wrong:
        read_json(body, "press", NOW)

    assert wrong.value.field == "[1].url"


def test_the_same_id_is_the_same_bulletin() -> None:
    assert read(id="17", title="One").key == read(id="17", title="Two").key == "17"


def test_an_alert_keeps_its_id_while_its_phase_and_words_change() -> None:
    said = [
        read(id="17", title="Alert", phase="active"),
        read(id="17", title="Alert", phase="active", level="red"),
        read(id="17", title="Alert, drones", phase="update"),
        read(id="17", title="Alert", phase="clear"),
    ]

    assert len({bulletin.key for bulletin in said}) == 4
    assert read(id="17", title="Alert", phase="clear").key == said[3].key


def test_without_an_id_the_words_decide() -> None:
    assert read(title="Air  Alert").key == read(title="air alert").key
    assert read(title="Air alert").key != read(title="", text="Air alert").key
    assert is_of_content(read(title="Air alert").key)


def test_the_same_words_of_another_time_or_place_are_another_bulletin() -> None:
    keys = {
        read(title="Alert").key,
        read(title="Alert", time="2026-03-05T08:00:00Z").key,
        read(title="Alert", time="2026-03-05T12:00:00Z").key,
        read(title="Alert", regions=["Kyiv"]).key,
        read(title="Alert", phase="clear").key,
    }

    assert len(keys) == 5


@pytest.mark.parametrize("given", ["sha256:abc", "id:sha256:abc", "long:abc"])
def test_no_id_of_a_sender_passes_for_one_of_ours(given: str) -> None:
    assert read(id=given, title="T").key == f"id:{given}"


def test_a_key_always_fits_the_database() -> None:
    keys = {read(id="x" * length, title="T", phase="active").key for length in (80, 81, 400, 500)}

    assert len(keys) == 4
    assert all(len(key) <= 128 for key in keys)


def test_json_lines_are_read_and_empty_ones_skipped() -> None:
    found = read_json_lines(b'{"title": "A"}\n\r\n{"text": "B"}', "press", NOW)

    assert [(one.title, one.text) for one in found] == [("A", ""), ("", "B")]


def test_a_mistake_in_json_lines_is_told_with_its_line_and_field() -> None:
    with pytest.raises(ItemError, match="^line 3: url: "):
        read_json_lines(b'{"title": "A"}\n\n{"title": "B", "url": "b"}', "press", NOW)
