"""Stored subscriptions: people who have subscribed before the process starts."""

from collections.abc import Iterable
from datetime import datetime

from matching.query.ast import dump
from matching.query.parser import parse
from storage.engine.database import Database
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.schedules import IMMEDIATE
from support.shared_resources import gazetteer, topics


async def store_subscriptions(
    database: Database, chat_ids: Iterable[int], query: str, now: datetime
) -> None:
    """Subscribe each private chat to a query, as /subscribe does."""
    parsed = parse(query, gazetteer(), topics()).query
    async with database.write() as transaction:
        for chat_id in chat_ids:
            subscriber = await subscribers.get_or_create(
                transaction, Target(chat_id), ChatKind.PRIVATE, "en", now
            )
            await subscriptions.add(
                transaction,
                subscriber.number,
                query=dump(parsed),
                query_text=query,
                schedule=IMMEDIATE,
                next_due_at=None,
                now=now,
            )
