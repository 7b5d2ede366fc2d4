"""Alert properties: random services, clocks, outages and restarts against a plain model."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import Phase as HypothesisPhase
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from support.alert_pipeline import AlertPipeline, BroadcastView
from support.shared_resources import gazetteer

from bot.sources.adapters.ukraine.state_source import poll_batch
from bot.sources.core.state_diff import Alert, Snapshot, merge_alerts
from bot.sources.region_resolver import RegionResolver
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import NotificationReason
from storage.migrate import migrate
from storage.values.lanes import Lane

REGIONS = {"31": "м. Київ", "27": "Львівська область"}
SUBSCRIBERS = {"31": 1, "27": 2}  # number of the one subscriber of each region
MAX_AGE = timedelta(seconds=60)  # of an answer that can be believed
POLL_STEPS = 3  # a poll every 15 seconds, in steps of five

services = st.sampled_from(["siren", "alerts"])
regions = st.sampled_from(sorted(REGIONS))
starts = st.sampled_from([timedelta(), -timedelta(minutes=5), -timedelta(minutes=40)])
clock_errors = st.sampled_from([timedelta(), timedelta(minutes=10), timedelta(hours=3)])


@cache
def template() -> Path:
    """Return a migrated SQLite file to copy from."""
    path = Path(tempfile.mkdtemp(prefix="tocsin-properties-")) / "template.db"

    async def create() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(create())
    return path


@dataclass
class Service:
    """Model of a service: what it lists, and what its last good answer has shown."""

    is_up: bool = True
    alerts: dict[str, Alert] = field(default_factory=dict)
    answered_at: datetime | None = None
    shown: frozenset[str] = frozenset()

    def shows(self, uid: str, now: datetime) -> bool:
        """Return whether an answer that can be believed shows the region's alert."""
        is_recent = self.answered_at is not None and now - self.answered_at <= MAX_AGE
        return is_recent and uid in self.shown


@dataclass
class Belief:
    """Model of the state that the last notification of a region has left."""

    is_on: bool = False
    is_unknown: bool = False
    is_confirmed: bool = False  # an answer or a message has shown it since it became unknown


class AlertMachine(RuleBasedStateMachine):
    """Two state services, an official webhook and a channel of a third party."""

    @initialize()
    def start(self) -> None:
        """Start the pipeline with an empty database and a first poll of each service."""
        self.folder = tempfile.mkdtemp(prefix="tocsin-properties-")
        path = Path(self.folder) / "tocsin.db"
        shutil.copy(template(), path)
        self.runner = asyncio.Runner()
        self.database = Database(f"sqlite+aiosqlite:///{path}")
        self.services = {"siren": Service(), "alerts": Service()}
        self.beliefs = {uid: Belief() for uid in REGIONS}
        self.cleared_officially = ""
        self.steps = 0
        self.run(self.open())

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the machine's event loop."""
        self.runner.run(coroutine)

    async def open(self) -> None:
        """Build the pipeline with one subscriber for each region."""
        self.pipeline = AlertPipeline(self.database)
        self.resolver = RegionResolver(gazetteer(), self.database)
        for uid, number in SUBSCRIBERS.items():
            self.pipeline.subscribe(number, REGIONS[uid])
        for name in self.services:
            await self.poll(name)

    # --- rules ---

    @rule(name=services, uid=regions, start=starts, error=clock_errors)
    def service_raises(self, name: str, uid: str, start: timedelta, error: timedelta) -> None:
        since = self.pipeline.now + start + error
        alert = Alert(uid, REGIONS[uid], "air_raid", level="yellow", since=since)
        self.services[name].alerts.setdefault(uid, alert)

    @rule(name=services, uid=regions)
    def service_ends(self, name: str, uid: str) -> None:
        self.services[name].alerts.pop(uid, None)

    @rule(name=services)
    def service_loses_its_state(self, name: str) -> None:
        self.services[name].alerts = {}

    @rule(name=services)
    def service_fails(self, name: str) -> None:
        self.services[name].is_up = False

    @rule(name=services)
    def service_recovers(self, name: str) -> None:
        self.services[name].is_up = True

    @rule()
    def restart(self) -> None:
        self.pipeline.restart()

    @rule()
    def clock_goes_back(self) -> None:
        self.pipeline.now -= timedelta(minutes=3, seconds=1.7)

    @rule(
        source=st.sampled_from(["hook", "channel"]),
        uid=regions,
        phase=st.sampled_from([Phase.ACTIVE, Phase.UPDATE, Phase.CLEAR]),
        age=st.sampled_from([timedelta(), timedelta(minutes=2), -timedelta(hours=2)]),
    )
    def message_arrives(self, source: str, uid: str, phase: Phase, age: timedelta) -> None:
        self.run(self.receive(source, uid, phase, self.pipeline.now - age))

    @rule(seconds=st.sampled_from([5, 20, 45, 95]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.wait(seconds))

    # --- the program ---

    async def receive(self, source: str, uid: str, phase: Phase, time: datetime) -> None:
        """Ingest a message, and check what it notifies."""
        if phase is not Phase.CLEAR:
            self.beliefs[uid].is_confirmed = True
        elif source == "hook":
            self.cleared_officially = uid
        bulletin = self.pipeline.bulletin(source, REGIONS[uid], phase, published_at=time)
        await self.check_notifications(await self.pipeline.ingest(bulletin))
        self.cleared_officially = ""

    async def wait(self, seconds: int) -> None:
        """Let time pass: services are polled, and alerts reevaluated."""
        for _ in range(seconds // 5):
            self.pipeline.now += timedelta(seconds=5)
            self.steps += 1
            if self.steps % POLL_STEPS == 0:
                for name, service in self.services.items():
                    if service.is_up:
                        await self.poll(name)
            await self.pipeline.pipeline.tick_alerts()
            await self.check_notifications(await self.pipeline.new_broadcasts())

    async def poll(self, name: str) -> None:
        """Poll a service, as its source does."""
        service, now = self.services[name], self.pipeline.now
        async with self.database.read() as transaction:
            cursor = (await sources.get_state(transaction, name)).cursor
        snapshot = Snapshot(merge_alerts(service.alerts.values()), is_complete=True)
        batch = await self.resolver.resolve_batch(poll_batch(name, cursor, snapshot, {}, now))
        if not batch.is_unconfirmed:
            service.answered_at = now
            service.shown = frozenset(service.alerts)
            for uid in service.shown:
                self.beliefs[uid].is_confirmed = True
        await self.pipeline.pipeline.ingest(batch)
        await self.check_notifications(await self.pipeline.new_broadcasts())

    # --- the model ---

    async def check_notifications(self, views: Sequence[BroadcastView]) -> None:
        """Compare the new notifications with the model, and send them."""
        for view in views:
            is_missed = view.reason is NotificationReason.MISSED
            if view.lane is Lane.ALERT or is_missed:
                for uid, number in SUBSCRIBERS.items():
                    if number in view.recipients:
                        self.check_notification(uid, view.reason)
        if views:
            await self.pipeline.mark_sent()

    def check_notification(self, uid: str, reason: NotificationReason | None) -> None:
        """Check that a notification is true, and that it follows from those before it."""
        belief, now = self.beliefs[uid], self.pipeline.now
        match reason:
            case NotificationReason.OPENED | NotificationReason.MISSED:
                assert not belief.is_on, "an alert that is on opens again"
                self.beliefs[uid] = Belief(is_on=True)
            case NotificationReason.CLOSED:
                assert belief.is_on, "an all-clear without an alert"
                if self.cleared_officially != uid:
                    live = [name for name, s in self.services.items() if s.shows(uid, now)]
                    assert not live, f"an all-clear although {live} shows the alert"
                self.beliefs[uid] = Belief()
            case NotificationReason.BECAME_UNKNOWN:
                assert belief.is_on
                assert not belief.is_unknown, "unknown twice"
                belief.is_unknown, belief.is_confirmed = True, False
            case NotificationReason.KNOWN_AGAIN:
                assert belief.is_unknown, "known again without having been unknown"
                assert belief.is_confirmed, "known again without a good answer"
                belief.is_unknown = False
            case _:
                assert belief.is_on, f"{reason} without an alert"

    def teardown(self) -> None:
        """Let all services answer: what they show is on, and what nobody shows has ended."""
        if not hasattr(self, "runner"):
            return
        try:
            self.run(self.settle())
        finally:
            self.run(self.database.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    async def settle(self) -> None:
        """Check that nothing is stuck."""
        for service in self.services.values():
            service.is_up = True
        await self.wait(150)
        opened = {incident.region: incident for incident in await self.pipeline.open_incidents()}
        for uid, name in REGIONS.items():
            if any(uid in service.alerts for service in self.services.values()):
                (region, *_) = gazetteer().find(name)
                assert region.code in opened, "an alert that a live service shows is not on"
                assert opened[region.code].unknown_since is None
        for service in self.services.values():
            service.alerts = {}
        for uid in REGIONS:
            await self.receive("hook", uid, Phase.CLEAR, self.pipeline.now)
        await self.wait(90)
        assert await self.pipeline.open_incidents() == [], "an alert never ends"
        assert not any(belief.is_on for belief in self.beliefs.values()), (
            "an end was told to nobody"
        )


AlertMachine.TestCase.settings = settings(
    settings.get_profile("ci"),
    max_examples=12,
    stateful_step_count=20,
    phases=[HypothesisPhase.generate],  # shrinking would take minutes
    report_multiple_bugs=False,
)
TestAlertProperties = AlertMachine.TestCase
