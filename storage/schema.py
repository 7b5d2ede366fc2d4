"""Database schema: the tables as SQLAlchemy metadata.

Every change here needs a migration in `storage/migrations/versions`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.engine.column_types import Instant, RowId, SubscriberSet

metadata = MetaData()

_IDLE = text("attempted_at IS NULL AND failed_at IS NULL")
_FAILED = text("failed_at IS NOT NULL")
_IN_FLIGHT = text("attempted_at IS NOT NULL")
_DUE = text("due_at IS NOT NULL")
_SUMMARY_DUE = text("summary_due_at IS NOT NULL")

subscriber = Table(
    "subscriber",
    metadata,
    Column("number", RowId, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("zone", String(64)),
    Column("detail", String(8), nullable=False),
    Column("schedule", String(32), nullable=False, server_default="now"),
    Column("wants_empty_digests", Boolean, nullable=False, server_default=false()),
    Column("suspended", String(16)),
    Column("not_found", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("chat_id", "thread_id"),
    sqlite_autoincrement=True,  # never reuse a number: old bitmaps may still contain it
)

# Separate from subscriber: fan-out reads that table for a million rows and never needs the names.
channel = Table(
    "channel",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("username", String(64)),
    Index("channel_username", "username"),
)

# People who manage a channel from their private chat. The bot asks Telegram for their rights
# each time.
channel_manager = Table(
    "channel_manager",
    metadata,
    Column("person", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("channel", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Index("channel_manager_channel", "channel"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), nullable=False),
    Column("query", Text, nullable=False),
    Column("query_text", Text, nullable=False),
    Column("schedule", String(32), nullable=False),
    Column("has_sound", Boolean, nullable=False),
    Column("sound_from", String(8)),
    Column("has_neighbours", Boolean, nullable=False, server_default=false()),
    Column("created_at", Instant, nullable=False),
    Column("next_due_at", Instant),
    Column("last_bulletin", BigInteger, nullable=False),
    Column("due_at", Instant),
    Index("subscription_of_subscriber", "subscriber"),
    Index("subscription_next_due_at", "next_due_at"),
    Index("subscription_due_at", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
    sqlite_autoincrement=True,
)

saved_place = Table(
    "saved_place",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("radius_km", Integer, nullable=False),
    Column("region", String(64)),
    UniqueConstraint("subscriber", "name_key"),
    sqlite_autoincrement=True,  # never reuse an id: stored queries contain it
)

# The location that a chat shared last, for a day; while it is live, Telegram sends its moves.
shared_location = Table(
    "shared_location",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("message_id", BigInteger),
    Column("shared_at", Instant, nullable=False),
    Index("shared_location_shared_at", "shared_at"),
)

# A location whose name the bot has asked for.
place_draft = Table(
    "place_draft",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("place_draft_expires_at", "expires_at"),
)

bulletin = Table(
    "bulletin",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text),
    Column("lang", String(16)),
    Column("kind", String(8)),
    Column("phase", String(8)),
    Column("level", String(16)),
    Column("hazard", String(64)),
    Column("certainty", String(16)),
    Column("urgency", String(16)),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("magnitude", Float),
    Column("depth_km", Float),
    Column("image", Text),
    Column("regions", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("published_at", Instant),
    Column("expires_at", Instant),
    Column("received_at", Instant, nullable=False),
    Index("bulletin_key", "source", "key"),
    Index("bulletin_received", "received_at"),
    sqlite_autoincrement=True,  # ids must stay above every subscription's `last_bulletin`
)

# Separate from bulletin: most statements about bulletins do not need it, and it is as large as
# the text.
reading = Table(
    "reading",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("version", String(16), nullable=False),
    Column("alert_state", String(8), nullable=False),
    Column("is_unplaced", Boolean, nullable=False),
    Column("packed", Text, nullable=False),
    Column("fingerprint", Text),
)

incident = Table(
    "incident",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("region", String(32), nullable=False),
    Column("hazard", String(64), nullable=False),
    Column("group_region", String(32), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("level", String(16)),
    Column("threats", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("bulletin", ForeignKey("bulletin.id", ondelete="SET NULL")),
    Column("last_bulletin", ForeignKey("bulletin.id", ondelete="SET NULL")),
    Column("clearing_since", Instant),
    Column("unknown_since", Instant),
    Column("closed_at", Instant),
    Column("is_end_declared", Boolean, nullable=False),
    Index("incident_closed", "closed_at"),
    Index("incident_of_region", "region", "opened_at"),
    Index("incident_of_group", "group_region", "opened_at"),
    Index("incident_bulletin", "bulletin"),
    Index("incident_last_bulletin", "last_bulletin"),
    sqlite_autoincrement=True,  # never reuse an id: broadcasts refer to it without a foreign key
)

# Separate from incident: every alert reads the open incidents, but seldom their audiences.
incident_audience = Table(
    "incident_audience",
    metadata,
    Column("incident", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("notified", SubscriberSet, nullable=False),
    Column("linked", SubscriberSet, nullable=False),
    Column("silent", SubscriberSet, nullable=False),
)

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bulletin", ForeignKey("bulletin.id"), nullable=False),
    Column("incident", BigInteger),  # no foreign key: the incident may be deleted first
    Column("reason", String(8)),
    Column("lane", Integer, nullable=False),
    Column("recipients", SubscriberSet, nullable=False),
    Column("silent", SubscriberSet, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index("broadcast_unfinished", "finished_at", "lane", "id"),
    Index("broadcast_of_bulletin", "bulletin"),
    Index("broadcast_of_incident", "incident"),
)

missed_alert = Table(
    "missed_alert",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("incident", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", SubscriberSet, nullable=False),
    Index("missed_alert_incident", "incident"),
)

# Keyed by preference, not by subscriber: one read covers a million subscribers of an alert.
alert_preference = Table(
    "alert_preference",
    metadata,
    Column("updates", String(16), primary_key=True),
    Column("subscribers", SubscriberSet, nullable=False),
)

# One bitmap for each mode but the default: see storage/subscribers/sound_modes.py.
sound_mode = Table(
    "sound_mode",
    metadata,
    Column("mode", String(16), primary_key=True),
    Column("subscribers", SubscriberSet, nullable=False),
)

# Separate from broadcast, so that a few finished calls do not rewrite the large bitmaps.
progress = Table(
    "progress",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("attempted", BigInteger, nullable=False),
    Column("in_flight", SubscriberSet, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), nullable=False),
    Column("lowest", BigInteger, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("is_live", Boolean, nullable=False, server_default=true()),
    Column("stored_at", Instant, nullable=False),
    Index("receipt_of_bulletin", "bulletin", "lowest"),
    Index("receipt_stored", "stored_at"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("bulletin", ForeignKey("bulletin.id")),
    Column("broadcast", BigInteger),  # no foreign key: deleted with its bulletin
    Column("message_id", BigInteger),
    Column("content", Text),
    Column("silent", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("maybe_sent", Integer, nullable=False, server_default="0"),
    Column("attempted_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("failed_at", Instant),
    Column("failure", Text),
    # Skips deliveries of other lanes and dead letters at no cost, even a million of them.
    Index("delivery_due", "lane", "due_at", "id", sqlite_where=_IDLE, postgresql_where=_IDLE),
    Index(
        "delivery_in_flight",
        "attempted_at",
        sqlite_where=_IN_FLIGHT,
        postgresql_where=_IN_FLIGHT,
    ),
    Index("delivery_failed", "failed_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
    Index("delivery_of_bulletin", "bulletin"),
    Index("delivery_of_subscriber", "subscriber"),
    sqlite_autoincrement=True,
)

digest_entry = Table(
    "digest_entry",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", SubscriberSet, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# Bulletins that wait for the end of quiet hours, or were sent silently during them.
quiet_entry = Table(
    "quiet_entry",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("is_sent", Boolean, primary_key=True),
    Column("recipients", SubscriberSet, nullable=False),
    Column("created_at", Instant, nullable=False),
)

quiet_state = Table(
    "quiet_state",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("hours", String(16)),
    Column("alerts", String(8), nullable=False),
    Column("paused_until", Instant),
    Column("quiet_since", Instant),
    Column("next_transition_at", Instant),
    Column("after_bulletin", BigInteger),
    Column("summary_due_at", Instant),
    Index("quiet_state_next_transition", "next_transition_at"),
    Index(
        "quiet_state_summary_due",
        "summary_due_at",
        sqlite_where=_SUMMARY_DUE,
        postgresql_where=_SUMMARY_DUE,
    ),
)

# One row: bitmaps of all muted subscribers, so that fan-out needs no look-up for each of them.
mute_snapshot = Table(
    "mute_snapshot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("muted_news", SubscriberSet, nullable=False),
    Column("silent_alerts", SubscriberSet, nullable=False),
    Column("muted_alerts", SubscriberSet, nullable=False),
)

digest_carryover = Table(
    "digest_carryover",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", SubscriberSet, nullable=False),
)

lost_topic = Table(
    "lost_topic",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("notified_at", Instant),
)

duplicate = Table(
    "duplicate",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("original", ForeignKey("bulletin.id", ondelete="CASCADE"), nullable=False),
    Column("reason", String(16), nullable=False),
    Index("duplicate_original", "original"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, nullable=False, server_default="0"),
    Column("payload", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("done_at", Instant),
    Index("inbox_open", "done_at", "update_id"),
)

arrival = Table(
    "arrival",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("is_urgent", Boolean),
    Column("created_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("is_duplicate", Boolean),
    Column("match_count", Integer),
    Index("arrival_open", "completed_at", "is_urgent", "id"),
    sqlite_autoincrement=True,
)

source = Table(
    "source",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("cursor", Text),
    Column("polled_at", Instant),
    Column("succeeded_at", Instant),
    Column("error", Text),
    Column("consecutive_errors", Integer, nullable=False),
    Column("kind", String(64)),
    Column("poll_interval", Float),
    Column("registered_at", Instant),
    Column("latency", Float),
    Column("next_poll_at", Instant),
    Column("outage_notified_at", Instant),
    Column("unknown_places", Text),
)

# Flood waits that must survive a restart: for one chat, or for all chats (chat_id 0).
flood_wait = Table(
    "flood_wait",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("until", Instant, nullable=False),
)

probe = Table(
    "probe",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
    Column("written_at", Instant, nullable=False),
)

# One row. Used on PostgreSQL only; on SQLite a file lock is the lease.
lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("token", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

# A row for each write transaction whose answer to COMMIT may be lost. Used on PostgreSQL only.
commit_marker = Table(
    "commit_marker",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", Instant, nullable=False),
)
