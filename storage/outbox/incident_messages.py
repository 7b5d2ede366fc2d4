"""Incident messages: find the live message that shows an incident to each subscriber."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Row, and_, or_, select

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.incidents import Incident, NotificationReason
from storage.outbox import receipts
from storage.values.lanes import Lane

_broadcast = schema.broadcast
_incident = schema.incident
_audience = schema.incident_audience

MAX_BROADCAST_DISTANCE = 64
"""Largest difference between the ids of two alert broadcasts that one message covers."""

_MAX_GROUP_AGE = timedelta(days=1)
_POLL_GRACE = timedelta(minutes=1)
"""Time after its end in which a polled incident still counts as active."""

_MessageIds = Mapping[int, Iterable[int]]
"""Message ids by bulletin id."""


@dataclass(frozen=True)
class LiveMessage:
    """A message that shows incidents to a subscriber and is edited as they change."""

    id: int  # Telegram's
    incidents: tuple[int, ...]  # ids of the incidents it shows, oldest first
    older: tuple["LiveMessage", ...] = ()  # earlier messages about them, once all are closed


async def find_sharing_bulletin(
    transaction: Transaction, incident: Incident, bulletin: int
) -> dict[int, BitMap]:
    """Return audiences, by id, of other open incidents that the same bulletin changed."""
    query = (
        select(_incident.c.id, _audience.c.notified)
        .join_from(_incident, _audience, _audience.c.incident == _incident.c.id)
        .where(
            or_(_incident.c.bulletin == bulletin, _incident.c.last_bulletin == bulletin),
            _incident.c.id != incident.id,
            _incident.c.closed_at.is_(None),
        )
        .order_by(_incident.c.id)
    )
    return {row.id: row.notified for row in await transaction.execute(query)}


async def find_messages(
    transaction: Transaction, incident: Incident, numbers: BitMap
) -> dict[int, LiveMessage]:
    """Return, by subscriber number, the last live message about an incident.

    Falls back to the message about a linked incident. Leaves out subscribers without a message.
    An all-clear is not a live message.
    """
    if not numbers:
        return {}
    related = await _find_related(transaction, incident)
    if incident.id not in related:  # it has no audience
        return {}
    bulletins = {id_ for candidate in related.values() for id_ in candidate.bulletins}
    live_messages = await receipts.find_live_messages(transaction, bulletins, numbers)
    messages = {}
    for number in numbers:
        received = live_messages.get(number, {})
        if message := _choose_message(number, incident.id, related, received):
            messages[number] = message
    return messages


def _choose_message(
    number: int,
    incident: int,
    related: Mapping[int, "_RelatedIncident"],
    received: _MessageIds,
) -> LiveMessage | None:
    """Choose, of the messages that a subscriber received, the one to show an incident in."""
    message_ids = {
        id_: ids
        for id_, candidate in related.items()
        if number in candidate.notified and (ids := _message_ids(received, candidate.bulletins))
    }
    last_ids = {id_: max(ids) for id_, ids in message_ids.items()}
    linked = [
        id_
        for id_, candidate in related.items()
        if candidate.is_in_group
        and number in candidate.notified
        and (number in candidate.linked or number in related[incident].linked)
    ]
    family = {incident, *linked}
    shared_message = max((last_ids[id_] for id_ in family if id_ in last_ids), default=None)
    if (last_message := last_ids.get(incident) or shared_message) is None:
        return None
    # Linked incidents without a message of their own are shown in the last message of the family.
    without_message = {id_ for id_ in linked if id_ not in last_ids}
    joined = without_message if last_message == shared_message else set()
    sharing = {id_ for id_, message_id in last_ids.items() if message_id == last_message}
    older: set[int] = set()
    if all(related[id_].is_closed for id_ in family):
        older = older.union(*(message_ids.get(id_, ()) for id_ in family)) - {last_message}
    return LiveMessage(
        last_message,
        tuple(sorted({incident} | sharing | joined)),
        tuple(
            LiveMessage(
                older_id, tuple(sorted(i for i, ids in message_ids.items() if older_id in ids))
            )
            for older_id in sorted(older)
        ),
    )


@dataclass(frozen=True)
class _RelatedIncident:
    """An incident that may share messages with another one."""

    bulletins: list[int]  # ids of the bulletins that notified about it
    notified: BitMap  # as in IncidentAudience
    linked: BitMap  # as in IncidentAudience
    is_in_group: bool  # belongs to the other incident's group
    is_closed: bool


async def _find_related(
    transaction: Transaction, incident: Incident
) -> dict[int, _RelatedIncident]:
    """Return incidents that may share messages with `incident`, by id, including itself."""
    group = await _find_group(transaction, incident)
    alert_broadcasts = await _find_alert_broadcasts(transaction, _broadcast.c.incident.in_(group))
    nearby = [
        _broadcast.c.id.between(row.id - MAX_BROADCAST_DISTANCE, row.id + MAX_BROADCAST_DISTANCE)
        for row in alert_broadcasts
    ]
    if nearby:
        alert_broadcasts += await _find_alert_broadcasts(transaction, or_(*nearby))
    bulletins = {id_: [row.bulletin] if row.bulletin else [] for id_, row in group.items()}
    for row in alert_broadcasts:
        bulletins.setdefault(row.incident, []).append(row.bulletin)
    query = (
        select(_audience, _incident.c.closed_at)
        .join_from(_audience, _incident)
        .where(_audience.c.incident.in_(bulletins))
    )
    return {
        row.incident: _RelatedIncident(
            bulletins[row.incident],
            row.notified,
            row.linked,
            is_in_group=row.incident in group,
            is_closed=row.closed_at is not None,
        )
        for row in await transaction.execute(query)
    }


async def _find_group(transaction: Transaction, incident: Incident) -> dict[int, Row[Any]]:
    """Return the incidents of the same group, by id, including `incident`.

    These are the incidents of one region group and hazard that followed each other without a gap:
    one message may have shown many of them in succession.
    """
    same_group = (
        _incident.c.group_region == incident.group_region,
        _incident.c.hazard == incident.hazard,
    )
    closed_after = incident.opened_at - _MAX_GROUP_AGE
    is_recent = or_(_incident.c.closed_at.is_(None), _incident.c.closed_at >= closed_after)
    until = incident.closed_at + _POLL_GRACE if incident.closed_at else _incident.c.opened_at
    query = (
        select(_incident)
        .where(
            or_(
                _incident.c.id == incident.id,
                _incident.c.bulletin == incident.bulletin,
                and_(*same_group, is_recent, _incident.c.opened_at <= until),
            )
        )
        .order_by(_incident.c.closed_at.desc())
    )
    rows = (await transaction.execute(query)).all()
    since, group = incident.opened_at, {}
    for row in sorted(rows, key=lambda row: row.closed_at is not None):  # open incidents first
        if row.closed_at is None or row.closed_at >= since - _POLL_GRACE:
            since = min(since, row.opened_at)
        elif row.bulletin != incident.bulletin:
            continue
        group[row.id] = row
    return group


async def _find_alert_broadcasts(
    transaction: Transaction, condition: ColumnElement[bool]
) -> list[Row[Any]]:
    """Return alert broadcasts of incidents, without all-clears, oldest first."""
    query = (
        select(_broadcast.c.id, _broadcast.c.incident, _broadcast.c.bulletin)
        .where(
            condition,
            _broadcast.c.lane == Lane.ALERT,
            _broadcast.c.incident.is_not(None),
            _broadcast.c.reason != NotificationReason.CLOSED,
        )
        .order_by(_broadcast.c.id)
    )
    return list(await transaction.execute(query))


def _message_ids(received: _MessageIds, bulletins: Iterable[int]) -> set[int]:
    """Return the ids of the messages that carried one of the bulletins."""
    return {id_ for bulletin in bulletins for id_ in received.get(bulletin, ())}
