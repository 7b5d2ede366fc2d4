"""Export completeness: /export has every column of the database that belongs to a chat."""

import json
from datetime import timedelta
from typing import Any

import pytest
from support.conversation_driver import ANN, ConversationDriver
from support.telegram_html import parse_html

from storage import schema
from storage.engine.column_types import SubscriberSet
from storage.engine.database import Database
from storage.subscribers import alert_preferences, quiet_hours
from storage.subscribers.alert_preferences import AlertUpdates

EXPORTED = {
    "subscriber.chat_id": "chat.id",
    "subscriber.thread_id": "chat.topic",
    "subscriber.kind": "chat.kind",
    "subscriber.created_at": "chat.since",
    "subscriber.language": "settings.language",
    "subscriber.zone": "settings.zone",
    "subscriber.detail": "settings.detail",
    "subscriber.schedule": "settings.digest",
    "subscriber.wants_empty_digests": "settings.told_nothing",
    "channel.title": "chat.title",
    "channel.username": "chat.username",
    "channel_manager.channel": "chat.channels",
    "alert_preference.updates": "settings.alert_updates",
    "sound_mode.mode": "settings.sound",
    "quiet_state.hours": "settings.quiet",
    "quiet_state.alerts": "settings.quiet_alerts",
    "quiet_state.paused_until": "settings.paused_until",
    "saved_place.id": "places.id",
    "saved_place.name": "places.name",
    "saved_place.latitude": "places.latitude",
    "saved_place.longitude": "places.longitude",
    "saved_place.radius_km": "places.radius_km",
    "saved_place.region": "places.region",
    "shared_location.latitude": "location.latitude",
    "shared_location.longitude": "location.longitude",
    "shared_location.shared_at": "location.since",
    "subscription.query": "subscriptions.understood",
    "subscription.query_text": "subscriptions.written",
    "subscription.schedule": "subscriptions.when",
    "subscription.has_sound": "subscriptions.sound",
    "subscription.sound_from": "subscriptions.sound_from",
    "subscription.has_neighbours": "subscriptions.neighbours",
    "subscription.created_at": "subscriptions.since",
}

# Numbers of rows, positions in streams, and what follows from exported columns and the clock.
DERIVED = {
    "subscriber.number",
    "subscriber.suspended",
    "subscriber.not_found",
    "channel.subscriber",
    "channel_manager.person",
    "alert_preference.subscribers",
    "sound_mode.subscribers",
    "quiet_state.subscriber",
    "quiet_state.quiet_since",
    "quiet_state.next_transition_at",
    "quiet_state.after_bulletin",
    "quiet_state.summary_due_at",
    "saved_place.subscriber",
    "saved_place.name_key",
    "shared_location.subscriber",
    "shared_location.message_id",
    "subscription.id",
    "subscription.subscriber",
    "subscription.next_due_at",
    "subscription.last_bulletin",
    "subscription.due_at",
}

# Messages on their way to a chat, and a question to it: they are sent, not kept.
TRANSIENT_TABLES = {
    "broadcast",
    "delivery",
    "digest_carryover",
    "digest_entry",
    "incident_audience",
    "lost_topic",
    "missed_alert",
    "mute_snapshot",
    "place_draft",
    "progress",
    "quiet_entry",
}


def tables_of_chats() -> set[str]:
    """Return the tables that refer to subscribers, by a foreign key or a set of numbers."""
    return {
        table.name
        for table in schema.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SubscriberSet)
        or any(key.target_fullname == "subscriber.number" for key in column.foreign_keys)
    } | {"subscriber"}


async def export_document(driver: ConversationDriver) -> dict[str, Any]:
    text = "".join(
        parse_html(reply.html).text for reply in (await driver.send("/export")).replies[1:]
    )
    document: dict[str, Any] = json.loads(text)
    return document


def test_every_column_of_a_chat_is_exported_or_derived() -> None:
    """A column that was added to a table was left out of the export."""
    columns = {
        f"{name}.{column.name}"
        for name in tables_of_chats() - TRANSIENT_TABLES
        for column in schema.metadata.tables[name].columns
    }
    assert columns == EXPORTED.keys() | DERIVED


async def test_every_exported_column_has_its_place_in_the_document(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv")
    await driver.send("/places Mum = Kyiv")
    document = await export_document(driver)
    for path in EXPORTED.values():
        part, _, key = path.partition(".")
        parts = document[part] if part in ("subscriptions", "places") else [document[part]]
        assert all(key in item for item in parts), path


@pytest.mark.parametrize("updates", list(AlertUpdates))
async def test_the_updates_that_notify_survive_an_import(
    database: Database, updates: AlertUpdates
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/id")
    number = (await driver.get_subscriber()).number
    async with database.write() as transaction:
        await alert_preferences.set_preference(transaction, number, updates)
    await driver.send("/pause 2h")
    document = await export_document(driver)
    assert document["settings"]["alert_updates"] == updates
    assert document["chat"]["id"] == ANN
    async with database.write() as transaction:
        await alert_preferences.set_preference(transaction, number, AlertUpdates.ESCALATIONS)
    await driver.send("/resume")
    assert "/subscriptions" in (await driver.send(f"/import {json.dumps(document)}")).html
    async with database.read() as transaction:
        assert await alert_preferences.get(transaction, number) is updates
        restored = await quiet_hours.get(transaction, number)
    assert restored.paused_until == driver.now + timedelta(hours=2)


@pytest.mark.parametrize(
    ("key", "value"),
    [("alert_updates", "some"), ("paused_until", "soon"), ("paused_until", "2023-02-14T09:30")],
)
async def test_a_wrong_value_of_an_import_changes_nothing(
    sqlite: Database, key: str, value: str
) -> None:
    driver = ConversationDriver(sqlite)
    document = json.dumps({"tocsin": 1, "settings": {"language": "uk", key: value}})
    assert key in (await driver.send(f"/import {document}")).html
    assert (await driver.get_subscriber()).language == "en"
