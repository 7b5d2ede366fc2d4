"""What a message of ukrainealarm.com changes of what is on."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.ukrainealarm_payloads import MESSAGE, TREE

from bot.sources.adapters.ukraine.ukrainealarm_parser import Place, apply, read_places
from bot.sources.base.anomaly_log import Oddities
from bot.sources.core.source import Unusable
from bot.sources.core.state_diff import Alert, joined

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
PLACES = {
    "54": Place("Бахмутський район"),
    "900": Place("Соледарська громада", "Бахмутський район"),
}


def on(uid: str) -> dict[str, Any]:
    alert = {"regionId": uid, "type": "AIR", "lastUpdate": "2026-03-05T07:54:07Z"}
    return {"regionId": uid, "regionName": "Бахмутський район", "activeAlerts": [alert]}


def changed(message: object, *before: Alert) -> dict[str, Alert]:
    body = json.dumps(message).encode()
    with capture_logs():
        return dict(apply(body, joined(before), PLACES, Oddities("alarm")))


def message(**fields: object) -> dict[str, object]:
    return {**json.loads(MESSAGE), **fields}


BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="red", since=NOW)


def test_what_is_left_of_the_levels_decides_whether_it_is_over() -> None:
    yellow = [{"alertLevel": "Yellow", "reason": "Дрони", "createdAt": "2026-03-05T08:01:00Z"}]

    left = changed(message(status="Deactivate", activeAlertLevels=yellow), BAKHMUT)

    assert [(one.level, one.threats) for one in left.values()] == [("yellow", ("Дрони",))]
    assert changed(message(status="Deactivate", activeAlertLevels=[]), BAKHMUT) == {}
    assert list(changed(message(status="Activate"))) == ["54:air_raid"]


def test_an_all_clear_of_an_earlier_alert_ends_no_later_one() -> None:
    """Case 50: messages overtake each other."""
    early = message(status="Deactivate", createdAt="2026-03-05T07:59:00Z")

    assert list(changed(early, BAKHMUT)) == ["54:air_raid"]


def test_a_region_is_called_as_in_the_services_tree() -> None:
    (hromada,) = changed(message(regionId=900)).values()

    assert (hromada.region, hromada.within) == ("Соледарська громада", "Бахмутський район")


def test_the_test_region_and_notices_change_nothing() -> None:
    """Case 54."""
    assert changed(message(regionId=0)) == {}
    assert changed(message(alarmType="INFO")) == {}


def test_a_list_tells_all_that_is_on_in_its_regions_and_nothing_of_others() -> None:
    kyiv = Alert("31", "м. Київ", "air_raid")
    ended = {"regionId": "54", "regionName": "Бахмутський район", "activeAlerts": []}

    assert list(changed([ended, on("39")], BAKHMUT, kyiv)) == ["31:air_raid", "39:air_raid"]


def test_the_tree_of_regions_says_in_what_raion_a_hromada_lies() -> None:
    assert read_places(json.dumps(TREE).encode()) == {
        "28": Place("Донецька область"),
        "54": Place("Бахмутський район"),
        "900": Place("Соледарська територіальна громада", "Бахмутський район"),
    }
    with pytest.raises(Unusable):
        read_places(b"[]")
