"""CAP parts: an alert that announces several warnings becomes several bulletins."""

from datetime import UTC, datetime

import pytest
from support.cap_alerts import alert, info, reference_to

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.chains import ChainRoots
from bot.sources.adapters.cap.parser import parse_document
from storage.inbound.bulletins import Bulletin, Kind, Phase

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
WIND = info(event="Wind", severity="Moderate", headline="Yellow wind")
FLOOD = info(event="Flood", severity="Extreme", headline="Red flood", area="Poznan")


def publish(
    *bodies: bytes, language: str = "en", roots: ChainRoots | None = None
) -> list[Bulletin]:
    alerts = [item for body in bodies for item in parse_document(body).alerts]
    context = ConversionContext("met", language, NOW)
    return list(to_bulletins(alerts, roots or {}, context)[0])


def test_two_events_of_one_language_are_two_bulletins() -> None:
    wind, flood = publish(alert(infos=WIND + FLOOD))

    assert (wind.title, wind.level, wind.kind) == ("Yellow wind", "yellow", Kind.NEWS)
    assert (flood.title, flood.level, flood.phase) == ("Red flood", "red", Phase.ACTIVE)
    assert (wind.regions, flood.regions) == (("Gdansk",), ("Poznan",))
    assert wind.key != flood.key


def test_two_levels_of_one_event_and_area_are_two_alerts() -> None:
    orange, red = publish(
        alert(infos=info(severity="Severe") + info(severity="Extreme", headline="Red wind"))
    )

    assert [orange.level, red.level] == ["orange", "red"]
    assert orange.hazard != red.hazard


def test_one_event_in_two_areas_is_two_alerts_and_two_periods_are_one() -> None:
    later = info(expires="2026-03-06T20:00:00Z", description="Again tomorrow.")

    gdansk, sopot = publish(alert(infos=info() + info(area="Sopot") + later))

    assert (gdansk.regions, sopot.regions) == (("Gdansk",), ("Sopot",))
    assert gdansk.expires_at == datetime(2026, 3, 6, 20, 0, tzinfo=UTC)
    assert gdansk.text == "Strong.\n\nAgain tomorrow.\n\nStay inside."


def test_an_event_that_exists_in_another_language_only_is_published_too() -> None:
    polish = [
        info("pl-PL", event="Wiatr", severity="Moderate", headline="Wiatr"),
        info("pl-PL", event="Powódź", severity="Extreme", headline="Powódź", area="Poznań"),
    ]

    bulletins = publish(alert(infos=WIND + "".join(polish)))

    assert [item.title for item in bulletins] == ["Yellow wind", "Powódź"]


def test_languages_of_one_warning_stay_one_bulletin() -> None:
    polish = info("pl-PL", event="Wiatr", headline="Wiatr", area="Gdańsk")

    assert [item.title for item in publish(alert(infos=info() + polish))] == ["Orange wind warning"]
    assert [item.title for item in publish(alert(infos=info() + polish), language="pl")] == [
        "Wiatr"
    ]


def test_each_part_has_its_own_life() -> None:
    storm = info(event="Storm", headline="Storm")
    first = publish(alert(1, infos=storm + FLOOD))
    calm = info(event="Storm", headline="Calm", responseType="AllClear")
    second = publish(
        alert(1, infos=storm + FLOOD),
        alert(2, type_="Update", references=reference_to(1), infos=calm + FLOOD),
    )[2:]

    assert [item.phase for item in second] == [Phase.CLEAR, Phase.UPDATE]
    assert [item.hazard for item in second] == [item.hazard for item in first]


def test_a_cancellation_without_content_ends_all_parts() -> None:
    storm = info(event="Storm", headline="Storm")
    cancel = alert(2, type_="Cancel", references=reference_to(1), infos="<note>x</note>")

    *active, first_end, second_end = publish(alert(1, infos=storm + FLOOD), cancel)

    assert [first_end.phase, second_end.phase] == [Phase.CLEAR, Phase.CLEAR]
    ids = [(item.hazard or "").partition(":")[2] for item in (*active, first_end, second_end)]
    assert ids[:2] == ids[2:]


def test_a_chain_of_an_older_version_still_ends() -> None:
    _, roots = to_bulletins(
        parse_document(alert(1)).alerts, {}, ConversionContext("met", "en", NOW)
    )
    root = next(iter(roots.values())).partition("!")[0]
    key = next(key for key in roots if not key.startswith("~"))

    (clear,) = publish(
        alert(2, type_="Cancel", references=reference_to(1)), roots={key: f"{root}!"}
    )

    assert (clear.phase, clear.hazard) == (Phase.CLEAR, f"wind:{root}")


@pytest.mark.parametrize(
    "infos",
    [
        info(description="Stay inside.", instruction="Stay inside."),
        info(description="Stay inside.", instruction="Stay \n inside."),
        info(headline="Stay inside.", description="Stay inside.", instruction=""),
        info(description="Stay inside.", instruction="")
        + info(description="Stay\ninside.", instruction="", expires="2026-03-05T21:00:00Z"),
    ],
    ids=["instruction", "white space", "headline", "periods"],
)
def test_a_warning_says_the_same_words_once(infos: str) -> None:
    """A text that stood in two elements was shown twice."""
    (bulletin,) = publish(alert(1, infos=infos))

    assert f"{bulletin.title} {bulletin.text}".count("inside.") == 1


def test_instructions_of_their_own_follow_the_description() -> None:
    (bulletin,) = publish(alert(1, description="Strong.", instruction="Stay inside."))

    assert bulletin.text == "Strong.\n\nStay inside."
