"""Messages of ukrainealarm.com: how they change the state."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.ukrainealarm_payloads import MESSAGE, TREE

from bot.sources.adapters.ukraine.ukrainealarm_parser import (
    ServiceRegion,
    apply_message,
    parse_regions,
)
from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.core.errors import Unusable
from bot.sources.core.state_diff import Alert, merge_alerts

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
REGIONS = {
    "54": ServiceRegion("Бахмутський район"),
    "900": ServiceRegion("Соледарська громада", "Бахмутський район"),
}


def active_region(uid: str) -> dict[str, Any]:
    alert = {"regionId": uid, "type": "AIR", "lastUpdate": "2026-03-05T07:54:07Z"}
    return {"regionId": uid, "regionName": "Бахмутський район", "activeAlerts": [alert]}


def apply(message: object, *before: Alert) -> dict[str, Alert]:
    body = json.dumps(message).encode()
    with capture_logs():
        return dict(apply_message(body, merge_alerts(before), REGIONS, AnomalyLog("alarm")))


def message(**fields: object) -> dict[str, object]:
    return {**json.loads(MESSAGE), **fields}


BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="red", since=NOW)


def test_a_deactivation_with_remaining_levels_is_an_update() -> None:
    yellow = [{"alertLevel": "Yellow", "reason": "Дрони", "createdAt": "2026-03-05T08:01:00Z"}]

    remaining = apply(message(status="Deactivate", activeAlertLevels=yellow), BAKHMUT)

    assert [(alert.level, alert.threats) for alert in remaining.values()] == [
        ("yellow", ("Дрони",))
    ]
    assert apply(message(status="Deactivate", activeAlertLevels=[]), BAKHMUT) == {}
    assert list(apply(message(status="Activate"))) == ["54:air_raid"]


def test_an_all_clear_of_an_earlier_alert_does_not_end_a_later_one() -> None:
    """Messages can overtake each other."""
    early = message(status="Deactivate", createdAt="2026-03-05T07:59:00Z")

    assert list(apply(early, BAKHMUT)) == ["54:air_raid"]


@pytest.mark.parametrize("status", ["Deactivate", "DEACTIVATE", "deactivated"])
def test_an_all_clear_in_any_spelling_ends_an_alert(status: str) -> None:
    assert apply(message(status=status), BAKHMUT) == {}


@pytest.mark.parametrize("status", ["Paused", "End", "clear"])
def test_an_unknown_status_starts_no_alert(status: str) -> None:
    with pytest.raises(Unusable):
        apply(message(status=status))


def test_an_all_clear_within_seconds_of_a_clamped_start_counts() -> None:
    """A start in the future became our time of its receipt; the end had whole seconds."""
    started_at = datetime(2026, 3, 5, 8, 0, 0, 700_000, tzinfo=UTC)
    clamped = replace(BAKHMUT, since=started_at)
    assert apply(message(status="Deactivate", createdAt="2026-03-05T08:00:00Z"), clamped) == {}


def test_a_region_has_its_name_from_the_services_tree() -> None:
    (hromada,) = apply(message(regionId=900)).values()

    assert (hromada.region, hromada.within) == ("Соледарська громада", "Бахмутський район")


def test_the_test_region_and_notices_change_nothing() -> None:
    """Region 0 is for tests, and type INFO marks a notice."""
    assert apply(message(regionId=0)) == {}
    assert apply(message(alarmType="INFO")) == {}


def test_a_list_replaces_the_alerts_of_its_regions_only() -> None:
    kyiv = Alert("31", "м. Київ", "air_raid")
    ended = {"regionId": "54", "regionName": "Бахмутський район", "activeAlerts": []}

    assert list(apply([ended, active_region("39")], BAKHMUT, kyiv)) == [
        "31:air_raid",
        "39:air_raid",
    ]


def test_the_tree_of_regions_gives_the_raion_of_a_hromada() -> None:
    assert parse_regions(json.dumps(TREE).encode()) == {
        "28": ServiceRegion("Донецька область"),
        "54": ServiceRegion("Бахмутський район"),
        "900": ServiceRegion("Соледарська територіальна громада", "Бахмутський район"),
    }
    with pytest.raises(Unusable):
        parse_regions(b"[]")
