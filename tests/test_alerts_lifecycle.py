"""Alert lifecycle: transitions of one incident by observations and by the passing of time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.evidence import REPORT_TTL
from alerts.lifecycle import (
    CLEAR_DELAY,
    UNKNOWN_TIMEOUT,
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    Expired,
    KnownAgain,
    Opened,
    Unchanged,
    apply_observation,
    reevaluate,
)
from alerts.observation import Authority, Liveness, Observation, SourceLiveness
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
STATE_SOURCES = frozenset(("siren", "alerts"))


class IncidentDriver:
    """Incident of one region with two polled state sources, a webhook and a text channel."""

    def __init__(self) -> None:
        self.now = NOW
        self.incident: Incident | None = None
        self.last_closed: Incident | None = None
        self._succeeded_at = dict.fromkeys(STATE_SOURCES, NOW)
        self.unreachable: set[str] = set()

    @property
    def liveness(self) -> Liveness:
        return {
            name: SourceLiveness(timedelta(seconds=15), time)
            for name, time in self._succeeded_at.items()
        }

    def report(self, source: str, level: str | None = None, *threats: str) -> Effect | None:
        is_known = self.incident is not None and source in self.incident.sources
        return self.observe(source, Phase.UPDATE if is_known else Phase.ACTIVE, level, *threats)

    def clear(self, source: str) -> Effect | None:
        return self.observe(source, Phase.CLEAR)

    def observe(
        self,
        source: str,
        phase: Phase,
        level: str | None = None,
        *threats: str,
        reported_at: datetime | None = None,
    ) -> Effect | None:
        authority = {"hook": Authority.DECLARED, "channel": Authority.STATED}
        observation = Observation(
            source=source,
            region="UA",
            hazard="air_raid",
            phase=phase,
            level=level,
            threats=threats,
            authority=authority.get(source, Authority.POLLED),
            reported_at=reported_at or self.now,
        )
        return self._store(
            apply_observation(self.incident, self.last_closed, observation, self.liveness, self.now)
        )

    def wait(self, **units: float) -> list[Effect]:
        """Advance the clock in steps of five seconds. Polls succeed but for unreachable sources."""
        until = self.now + timedelta(**units)
        effects: list[Effect] = []
        while self.now < until:
            self.now += timedelta(seconds=5)
            self._succeeded_at |= dict.fromkeys(STATE_SOURCES - self.unreachable, self.now)
            if self.incident:
                effect = self._store(reevaluate(self.incident, self.liveness, self.now))
                if effect and not isinstance(effect, Unchanged):
                    effects.append(effect)
        return effects

    def _store(self, effect: Effect | None) -> Effect | None:
        if effect is None:
            return None
        self.incident = effect.incident
        if effect.incident.closed_at:
            self.incident, self.last_closed = None, effect.incident
        return effect


@pytest.fixture
def driver() -> IncidentDriver:
    return IncidentDriver()


def effect_types(effects: list[Effect]) -> list[type]:
    return [type(effect) for effect in effects]


def test_the_first_source_opens_an_incident_and_others_confirm_it(driver: IncidentDriver) -> None:
    """Case 47."""
    assert isinstance(driver.report("siren", "red"), Opened)
    confirmed = driver.report("alerts", "red")
    assert isinstance(confirmed, Confirmed)
    assert confirmed.source == "alerts"
    assert isinstance(driver.report("channel"), Confirmed)
    assert driver.incident
    assert tuple(driver.incident.sources) == ("siren", "alerts", "channel")
    assert isinstance(driver.report("channel"), Unchanged)


def test_a_declared_all_clear_closes_an_incident_at_once(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.report("alerts")
    driver.now += timedelta(minutes=20)
    closed = driver.clear("hook")
    assert isinstance(closed, Closed)
    assert closed.incident.closed_at == closed.incident.opened_at + timedelta(minutes=20)


def test_polls_close_an_incident_when_all_sources_stop_showing_it_for_the_delay(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.report("alerts")
    assert isinstance(driver.clear("siren"), Unchanged)
    assert driver.wait(minutes=5) == []
    driver.clear("alerts")
    ended_at = driver.now
    effects = driver.wait(seconds=CLEAR_DELAY.total_seconds() + 10)
    assert effect_types(effects) == [Closed]
    assert effects[0].incident.closed_at == ended_at


def test_a_flapping_alert_neither_closes_nor_opens_again(driver: IncidentDriver) -> None:
    """Case 45."""
    driver.report("siren")
    for _ in range(5):
        driver.wait(seconds=15)
        driver.clear("siren")
        assert driver.wait(seconds=15) == []
        assert isinstance(driver.observe("siren", Phase.ACTIVE), Unchanged)
    assert driver.wait(minutes=2) == []


def test_a_text_does_not_end_an_alert_that_a_state_source_still_shows(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    assert isinstance(driver.clear("channel"), Unchanged)
    assert driver.wait(minutes=2) == []
    assert driver.incident


def test_a_text_ends_an_alert_that_only_texts_reported(driver: IncidentDriver) -> None:
    driver.report("channel")
    driver.now += timedelta(minutes=3)
    assert isinstance(driver.clear("channel"), Closed)


@pytest.mark.parametrize(
    ("before", "after", "is_escalation"),
    [
        (("yellow",), ("red",), True),
        (("red",), ("yellow",), False),
        (("yellow", "drone"), ("yellow", "drone", "missile"), True),
        (("red",), ("red", "missile"), False),
        (("red", "missile"), ("red", "missile", "nuclear"), True),
        ((None,), ("yellow",), False),
        ((None,), ("red",), False),
        (("warning",), (None,), True),
    ],
)
def test_only_a_more_severe_level_or_threat_is_an_escalation(
    driver: IncidentDriver, before: tuple[Any, ...], after: tuple[Any, ...], *, is_escalation: bool
) -> None:
    driver.report("siren", *before)
    driver.now += timedelta(seconds=30)
    effect = driver.report("siren", *after)
    assert isinstance(effect, Changed)
    assert effect.is_escalation is is_escalation


def test_a_less_severe_level_of_another_source_changes_nothing(driver: IncidentDriver) -> None:
    driver.report("siren", "red")
    assert isinstance(driver.report("alerts", "yellow"), Confirmed)
    assert driver.incident
    assert driver.incident.level == "red"


def test_an_incident_becomes_unknown_once_when_no_state_source_answers(
    driver: IncidentDriver,
) -> None:
    """Case 43."""
    driver.report("siren")
    driver.report("alerts")
    driver.unreachable = {"siren"}
    assert driver.wait(minutes=5) == []
    unreachable_since = driver.now
    driver.unreachable = {"siren", "alerts"}
    effects = driver.wait(minutes=30)
    assert effect_types(effects) == [BecameUnknown]
    assert effects[0].incident.unknown_since == unreachable_since
    driver.unreachable = set()
    assert effect_types(driver.wait(minutes=5)) == [KnownAgain]


def test_an_incident_does_not_become_unknown_before_its_sources_are_stale(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    assert driver.wait(seconds=60) == []
    assert effect_types(driver.wait(seconds=10)) == [BecameUnknown]


def test_an_unknown_incident_closes_when_a_poll_shows_its_end(driver: IncidentDriver) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    driver.wait(minutes=3)
    driver.clear("siren")
    driver.unreachable = set()
    assert effect_types(driver.wait(minutes=3)) == [Closed]


def test_a_live_source_closes_an_incident_whose_first_source_is_unreachable(
    driver: IncidentDriver,
) -> None:
    """Case 52."""
    driver.report("siren")
    driver.report("alerts")
    driver.unreachable = {"siren"}
    driver.wait(minutes=3)
    driver.clear("alerts")
    assert effect_types(driver.wait(minutes=1)) == [Closed]


def test_a_message_newer_than_the_last_poll_makes_an_unknown_incident_known(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.unreachable = set(STATE_SOURCES)
    driver.wait(minutes=3)
    assert isinstance(driver.report("channel"), KnownAgain)
    assert driver.wait(minutes=30) == []


def test_a_message_without_an_all_clear_becomes_unknown_and_then_expires(
    driver: IncidentDriver,
) -> None:
    """Case 49."""
    driver.report("channel")
    assert driver.wait(seconds=REPORT_TTL.total_seconds() - 60) == []
    assert effect_types(driver.wait(minutes=3)) == [BecameUnknown]
    assert effect_types(driver.wait(seconds=UNKNOWN_TIMEOUT.total_seconds() + 60)) == [Expired]
    assert driver.incident is None


def test_an_alert_that_a_state_source_still_shows_never_expires(driver: IncidentDriver) -> None:
    driver.report("siren")
    assert driver.wait(days=2) == []
    assert driver.incident


def test_an_alert_whose_all_clear_came_first_does_not_open(driver: IncidentDriver) -> None:
    """Case 50."""
    began = driver.now
    driver.now += timedelta(minutes=10)
    assert isinstance(driver.clear("hook"), Closed)
    assert driver.observe("channel", Phase.ACTIVE, reported_at=began) is None
    driver.now += timedelta(seconds=1)
    assert isinstance(driver.report("channel"), Opened)


def test_an_all_clear_older_than_the_alert_does_not_end_it(driver: IncidentDriver) -> None:
    """Case 50."""
    before = driver.now
    driver.now += timedelta(minutes=1)
    driver.report("channel")
    assert driver.observe("hook", Phase.CLEAR, reported_at=before) is None


def test_a_source_that_still_shows_a_declared_end_does_not_open_the_alert_again(
    driver: IncidentDriver,
) -> None:
    began = driver.now
    driver.report("siren")
    driver.now += timedelta(minutes=9)
    driver.clear("hook")
    driver.now += timedelta(seconds=5)
    assert driver.observe("alerts", Phase.ACTIVE, reported_at=began) is None
    assert driver.observe("siren", Phase.UPDATE, "red") is None


def test_an_alert_that_returns_after_polls_closed_it_opens_again(driver: IncidentDriver) -> None:
    began = driver.now
    driver.report("siren")
    driver.clear("siren")
    assert effect_types(driver.wait(minutes=1)) == [Closed]
    assert isinstance(driver.observe("siren", Phase.ACTIVE, reported_at=began), Opened)


def test_a_source_that_fails_after_it_saw_the_end_does_not_keep_the_alert_active(
    driver: IncidentDriver,
) -> None:
    driver.report("siren")
    driver.clear("siren")
    driver.unreachable = set(STATE_SOURCES)
    assert effect_types(driver.wait(minutes=2)) == [Closed]


def test_messages_of_one_source_out_of_order_are_ignored(driver: IncidentDriver) -> None:
    driver.report("channel", "red")
    earlier = driver.incident
    assert (
        driver.observe("channel", Phase.UPDATE, "yellow", reported_at=NOW - timedelta(minutes=1))
        is None
    )
    assert driver.incident == earlier
