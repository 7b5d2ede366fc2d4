"""What an incident's broadcasts still owe when it changes or ends, and what they have brought."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Row, and_, delete, insert, or_, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.inbound.incidents import Incident, Telling
from storage.outbox import broadcasts, receipts
from storage.values.lanes import Lane

_broadcast = schema.broadcast
_incident = schema.incident
_progress = schema.progress
_delivery = schema.delivery
_missed = schema.missed
_crowd = schema.crowd

NEAR = 64
"""So many broadcasts lie between two alerts at most that one message tells of."""

_LONGEST_WAVE = timedelta(days=1)
_STILL_ON = timedelta(minutes=1)
"""So long after its end one that polls do not show any more may still be taken to be on."""

_NUMBERS = 1 << 32


@dataclass(frozen=True)
class Missed:
    """One of the alerts that a summary tells of."""

    incident: int  # its id
    recipients: BitMap  # subscriber numbers of those whom it concerns


@dataclass(frozen=True)
class Message:
    """A message that tells somebody of incidents."""

    id: int  # Telegram's
    incidents: tuple[int, ...]  # ids of those it stands for, oldest first
    older: tuple["Message", ...] = ()  # that told them of the same, once all of it is over


async def cut(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Ends what still rings for an incident that is over; numbers of those who had none of it.

    What is under way goes on. The rows are locked: nobody is attempted meanwhile who locks them
    too before they record an attempt.
    """
    owed, had = BitMap(), BitMap()
    for row in await _of(transaction, incident, Lane.ALERT):
        begun = row.recipients if row.finished_at else _begun(row)
        if row.telling == Telling.OPENED:  # whoever is told more had that, or one it belongs with
            owed |= row.recipients
        had |= begun - await _drop_waiting(transaction, row)
        if row.finished_at is None:
            await transaction.execute(
                update(_broadcast).where(_broadcast.c.id == row.id).values(recipients=begun)
            )
            if not row.under_way:
                await broadcasts.finish(transaction, [row.id], now)
    return owed - had


async def supersede(transaction: Transaction, incident: int, now: datetime) -> BitMap:
    """Ends the edits of an incident that are not done: newer ones follow. Whom they still owed."""
    left = BitMap()
    for row in await _of(transaction, incident, Lane.EDIT):
        if row.finished_at is None:
            left |= row.recipients - _begun(row)
            await broadcasts.finish(transaction, [row.id], now)
    return left


async def sum_up(transaction: Transaction, broadcast: int, missed: Sequence[Missed]) -> None:
    """Stores what a summary tells of."""
    values = [
        {"broadcast": broadcast, "incident": one.incident, "recipients": one.recipients}
        for one in missed
    ]
    await transaction.execute(insert(_missed), values)


async def summed_up(transaction: Transaction, broadcast: int) -> list[Missed]:
    """What a summary tells of, the first first."""
    query = select(_missed).where(_missed.c.broadcast == broadcast).order_by(_missed.c.incident)
    return [Missed(row.incident, row.recipients) for row in await transaction.execute(query)]


async def last_summary(transaction: Transaction, number: int, until: datetime) -> list[int]:
    """Ids of the incidents, first first, in the newest summary that somebody was owed by then."""
    query = (
        select(_missed)
        .join(_broadcast, _broadcast.c.id == _missed.c.broadcast)
        .where(_broadcast.c.created_at <= until)
        .order_by(_missed.c.broadcast.desc(), _missed.c.incident)
    )
    found: list[int] = []
    newest = None
    for row in await transaction.execute(query):
        if number in row.recipients and newest in (None, row.broadcast):
            newest = row.broadcast
            found.append(row.incident)
    return found


async def beside(transaction: Transaction, incident: Incident, bulletin: int) -> dict[int, BitMap]:
    """Other incidents, still on, of which the same bulletin told: by id, whom each concerns."""
    query = (
        select(_incident.c.id, _crowd.c.owed)
        .join_from(_incident, _crowd, _crowd.c.incident == _incident.c.id)
        .where(
            or_(_incident.c.bulletin == bulletin, _incident.c.newest == bulletin),
            _incident.c.id != incident.id,
            _incident.c.closed_at.is_(None),
        )
        .order_by(_incident.c.id)
    )
    return {row.id: row.owed for row in await transaction.execute(query)}


async def messages(
    transaction: Transaction, incident: Incident, numbers: BitMap
) -> dict[int, Message]:
    """By subscriber number, the newest message in which each was told of an incident.

    Else that of another one it belongs with for them. Whoever has none is not in it. An all-clear
    is no such message.
    """
    if not numbers:
        return {}
    kin = await _kin(transaction, incident)
    if incident.id not in kin:  # nobody was told of it
        return {}
    told = {bulletin for one in kin.values() for bulletin in one.bulletins}
    arrived = await receipts.living(transaction, told, numbers)
    found = {}
    for number in numbers:
        own = arrived.get(number, {})
        if message := _message(number, incident.id, kin, own):
            found[number] = message
    return found


def _message(
    number: int, incident: int, kin: Mapping[int, "_Kin"], arrived: Mapping[int, list[int]]
) -> Message | None:
    """Of all that one subscriber has, by bulletin, the one to tell of an incident in."""
    had = {
        id_: ids
        for id_, one in kin.items()
        if number in one.owed and (ids := _ids(arrived, one.bulletins))
    }
    own = {id_: max(ids) for id_, ids in had.items()}
    linked = [
        id_
        for id_, one in kin.items()
        if one.is_of_wave
        and number in one.owed
        and (number in one.linked or number in kin[incident].linked)
    ]
    family = {incident, *linked}
    home = max((own[id_] for id_ in family if id_ in own), default=None)
    if (newest := own.get(incident) or home) is None:
        return None
    # Those without a message of their own are told of in the newest of those they belong with.
    homeless = {id_ for id_ in linked if id_ not in own}
    joined = homeless if newest == home else set()
    same = {id_ for id_, message_id in own.items() if message_id == newest}
    older: set[int] = set()
    if all(kin[id_].is_over for id_ in family):
        older = older.union(*(had.get(id_, ()) for id_ in family)) - {newest}
    return Message(
        newest,
        tuple(sorted({incident} | same | joined)),
        tuple(
            Message(one, tuple(sorted(id_ for id_, ids in had.items() if one in ids)))
            for one in sorted(older)
        ),
    )


@dataclass(frozen=True)
class _Kin:
    """An incident that may share messages with another one."""

    bulletins: list[int]  # ids of those that told of it
    owed: BitMap  # as in Crowd
    linked: BitMap  # as in Crowd
    is_of_wave: bool  # the same as the other one's
    is_over: bool


async def _kin(transaction: Transaction, incident: Incident) -> dict[int, _Kin]:
    """By id, itself among them."""
    of_wave = await _wave(transaction, incident)
    told = await _told(transaction, _broadcast.c.incident.in_(of_wave))
    near = [_broadcast.c.id.between(row.id - NEAR, row.id + NEAR) for row in told]
    told += await _told(transaction, or_(*near)) if near else []
    bulletins = {id_: [row.bulletin] if row.bulletin else [] for id_, row in of_wave.items()}
    for row in told:
        bulletins.setdefault(row.incident, []).append(row.bulletin)
    query = (
        select(_crowd, _incident.c.closed_at)
        .join_from(_crowd, _incident)
        .where(_crowd.c.incident.in_(bulletins))
    )
    return {
        row.incident: _Kin(
            bulletins[row.incident],
            row.owed,
            row.linked,
            is_of_wave=row.incident in of_wave,
            is_over=row.closed_at is not None,
        )
        for row in await transaction.execute(query)
    }


async def _wave(transaction: Transaction, incident: Incident) -> dict[int, Row[Any]]:
    """By id those it belongs with, itself among them.

    Of what went on without a break: one message may have lived through many, one after another.
    """
    same = (_incident.c.wave == incident.wave, _incident.c.hazard == incident.hazard)
    ended_after = incident.opened_at - _LONGEST_WAVE
    meanwhile = or_(_incident.c.closed_at.is_(None), _incident.c.closed_at >= ended_after)
    until = incident.closed_at + _STILL_ON if incident.closed_at else _incident.c.opened_at
    query = (
        select(_incident)
        .where(
            or_(
                _incident.c.id == incident.id,
                _incident.c.bulletin == incident.bulletin,
                and_(*same, meanwhile, _incident.c.opened_at <= until),
            )
        )
        .order_by(_incident.c.closed_at.desc())
    )
    found = (await transaction.execute(query)).all()
    since, of_wave = incident.opened_at, {}
    for row in sorted(found, key=lambda row: row.closed_at is not None):  # those that are on first
        if row.closed_at is None or row.closed_at >= since - _STILL_ON:
            since = min(since, row.opened_at)
        elif row.bulletin != incident.bulletin:
            continue
        of_wave[row.id] = row
    return of_wave


async def _told(transaction: Transaction, which: ColumnElement[bool]) -> list[Row[Any]]:
    """Broadcasts that rang for incidents, oldest first."""
    query = (
        select(_broadcast.c.id, _broadcast.c.incident, _broadcast.c.bulletin)
        .where(
            which,
            _broadcast.c.lane == Lane.ALERT,
            _broadcast.c.incident.is_not(None),
            _broadcast.c.telling != Telling.CLOSED,
        )
        .order_by(_broadcast.c.id)
    )
    return list(await transaction.execute(query))


def _ids(arrived: Mapping[int, list[int]], bulletins: Iterable[int]) -> set[int]:
    """Those of messages that carried one of the bulletins."""
    return {id_ for one in bulletins for id_ in arrived.get(one, ())}


async def _of(transaction: Transaction, incident: int, lane: Lane) -> Sequence[Row[Any]]:
    """All broadcasts of an incident in a lane, with how far they have come."""
    of = (_broadcast.c.incident == incident, _broadcast.c.lane == lane)
    # First locked and then read: how far they came while this waited for the lock counts.
    await transaction.execute(
        select(_broadcast.c.id).where(*of).order_by(_broadcast.c.id).with_for_update()
    )
    query = (
        select(_broadcast, _progress.c.attempted, _progress.c.under_way)
        .outerjoin_from(_broadcast, _progress)
        .where(*of)
        .order_by(_broadcast.c.id)
    )
    return (await transaction.execute(query)).all()


def _begun(row: Row[Any]) -> BitMap:
    """Those of its recipients who were attempted."""
    begun = BitMap(row.recipients)
    begun.remove_range(0 if row.attempted is None else row.attempted + 1, _NUMBERS)
    return begun


async def _drop_waiting(transaction: Transaction, row: Row[Any]) -> BitMap:
    """Drops what a broadcast has put off; numbers of those who had no try yet."""
    idle = (
        _delivery.c.bulletin == row.bulletin,  # by which it is found
        _delivery.c.broadcast == row.id,
        _delivery.c.attempted_at.is_(None),
        _delivery.c.failed_at.is_(None),
    )
    query = select(_delivery.c.subscriber).where(*idle, _delivery.c.attempts == 0)
    waiting = BitMap((await transaction.execute(query)).scalars())
    await transaction.execute(delete(_delivery).where(*idle))
    return waiting
