"""Source outage notices: notify operators when a source goes down and when it is back."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from handlers.commands import sources as sources_command
from handlers.text.html import Html
from handlers.text.i18n import Catalog, Translator
from storage.engine.database import Database, Transaction
from storage.inbound import sources
from storage.inbound.sources import SourceHealth
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import MessageContent

log = structlog.get_logger(__name__)


class SourceOutageNotices:
    """Job that compares the health of the sources with the notices sent so far.

    The database records each notice, so a restart repeats none. Telegram does not let a bot write
    first: an operator who has never written to it gets no notice, and only the log has it.
    """

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        operators: Sequence[int],  # Telegram user ids
        notify: Callable[[], None],  # wakes the delivery worker
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._operators = operators
        self._notify = notify
        self._clock = clock

    async def tick(self) -> None:
        """Enqueue notices for the sources that went down or came back since the last run."""
        now = self._clock()
        async with self._database.read() as transaction:
            health = await sources.get_health(transaction)
        if not any(_has_changed(source, now) for source in health):
            return
        async with self._database.write() as transaction:
            operators = await self._reachable_operators(transaction)
            # The health may have changed since the read above.
            changed = [
                source
                for source in await sources.get_health(transaction)
                if _has_changed(source, now)
            ]
            for source in changed:
                await self._record(transaction, source, now)
            notices = [
                notice for operator in operators for notice in self._notices(operator, changed, now)
            ]
            await deliveries.enqueue(transaction, notices, now)
        self._notify()

    async def _record(self, transaction: Transaction, health: SourceHealth, now: datetime) -> None:
        is_dead = health.is_down(now)
        await sources.set_outage_notified(transaction, health.name, now if is_dead else None)
        if is_dead:
            log.error("source_down", source=health.name, error=health.error)
        else:
            log.info("source_back", source=health.name)

    def _notices(
        self, operator: Subscriber, changed: Sequence[SourceHealth], now: datetime
    ) -> list[NewDelivery]:
        """Return one message for all: when the network fails, every source is down."""
        translator = self._catalog.translator(operator.language)
        messages = sources_command.pack_into_messages(
            [_line(health, operator, translator, now) for health in changed]
        )
        return [
            NewDelivery(
                subscriber=operator.number,
                lane=Lane.REPLY,
                content=MessageContent(html),
                due_at=now,
            )
            for html in messages
        ]

    async def _reachable_operators(self, transaction: Transaction) -> list[Subscriber]:
        operators = [
            await subscribers.find(transaction, Target(user_id)) for user_id in self._operators
        ]
        return [operator for operator in operators if operator and not operator.suspended]


def _has_changed(health: SourceHealth, now: datetime) -> bool:
    if health.outage_notified_at is None:
        return health.is_down(now)
    return health.succeeded_at is not None and health.succeeded_at > health.outage_notified_at


def _line(
    health: SourceHealth, operator: Subscriber, translator: Translator, now: datetime
) -> Html:
    if health.is_down(now):
        return sources_command.render_outage_notice(health, now, operator.zone, translator)
    return sources_command.render_recovery_notice(health, now, translator)
