"""The tables. A change here comes with a migration in `storage/migrations/versions`."""

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

from storage.engine.column_types import Instant, Numbers, RowId

metadata = MetaData()

_IDLE = text("attempted_at IS NULL AND failed_at IS NULL")
_FAILED = text("failed_at IS NOT NULL")
_UNDER_WAY = text("attempted_at IS NOT NULL")
_OWED = text("owed_at IS NOT NULL")

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
    Column("told_nothing", Boolean, nullable=False, server_default=false()),
    Column("suspended", String(16)),
    Column("not_found", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("chat_id", "thread_id"),
    sqlite_autoincrement=True,  # a number is never used again: old bitmaps may still hold it
)

# Apart from the subscribers: a bulletin for a million reads those, and never what one is called.
channel = Table(
    "channel",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("username", String(64)),
    Index("channel_username", "username"),
)

# Who sets up a channel from their private chat; whether they may, Telegram is asked each time.
steward = Table(
    "steward",
    metadata,
    Column("person", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("channel", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Index("steward_channel", "channel"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), nullable=False),
    Column("query", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("schedule", String(32), nullable=False),
    Column("sound", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_due_at", Instant),
    Column("digested", BigInteger, nullable=False),
    Column("owed_at", Instant),
    Index("subscription_of_subscriber", "subscriber"),
    Index("subscription_due", "next_due_at"),
    Index("subscription_owed", "owed_at", sqlite_where=_OWED, postgresql_where=_OWED),
    sqlite_autoincrement=True,
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
    Column("regions", Text, nullable=False),
    Column("topics", Text, nullable=False),
    Column("published_at", Instant),
    Column("expires_at", Instant),
    Column("received_at", Instant, nullable=False),
    Index("bulletin_key", "source", "key"),
    Index("bulletin_received", "received_at"),
    sqlite_autoincrement=True,  # a subscription's `digested` must stay behind what comes
)

incident = Table(
    "incident",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("region", String(32), nullable=False),
    Column("hazard", String(64), nullable=False),
    Column("wave", String(32), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("level", String(16)),
    Column("threats", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("bulletin", ForeignKey("bulletin.id", ondelete="SET NULL")),
    Column("newest", ForeignKey("bulletin.id", ondelete="SET NULL")),
    Column("clearing_since", Instant),
    Column("unknown_since", Instant),
    Column("closed_at", Instant),
    Column("declared", Boolean, nullable=False),
    Index("incident_closed", "closed_at"),
    Index("incident_of_region", "region", "opened_at"),
    Index("incident_of_wave", "wave", "opened_at"),
    Index("incident_bulletin", "bulletin"),
    Index("incident_newest", "newest"),
    sqlite_autoincrement=True,  # a broadcast must never tell of another one
)

# Apart from the incidents: what is on is read with every alert, who was told only when needed.
crowd = Table(
    "crowd",
    metadata,
    Column("incident", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("owed", Numbers, nullable=False),
    Column("linked", Numbers, nullable=False),
    Column("silent", Numbers, nullable=False),
)

broadcast = Table(
    "broadcast",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bulletin", ForeignKey("bulletin.id"), nullable=False),
    Column("incident", BigInteger),  # no foreign key: an incident may be forgotten before it
    Column("telling", String(8)),
    Column("lane", Integer, nullable=False),
    Column("recipients", Numbers, nullable=False),
    Column("silent", Numbers, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index("broadcast_unfinished", "finished_at", "lane", "id"),
    Index("broadcast_of_bulletin", "bulletin"),
    Index("broadcast_of_incident", "incident"),
)

missed = Table(
    "missed",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("incident", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", Numbers, nullable=False),
    Index("missed_incident", "incident"),
)

# By what they wish, not by who wishes: an alert that changes is looked up for a million at once.
wish = Table(
    "wish",
    metadata,
    Column("changes", String(16), primary_key=True),
    Column("subscribers", Numbers, nullable=False),
)

# Apart from the bitmaps: they are not written again whenever a few calls have ended.
progress = Table(
    "progress",
    metadata,
    Column("broadcast", ForeignKey("broadcast.id", ondelete="CASCADE"), primary_key=True),
    Column("attempted", BigInteger, nullable=False),
    Column("under_way", Numbers, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), nullable=False),
    Column("lowest", BigInteger, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("living", Boolean, nullable=False, server_default=true()),
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
    Column("broadcast", BigInteger),  # no foreign key: it goes with its bulletin, and that stays
    Column("message", BigInteger),
    Column("content", Text),
    Column("silent", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("attempted_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("failed_at", Instant),
    Column("failure", Text),
    # What a million others wait for in another lane, or are given up, costs nothing to pass over.
    Index("delivery_due", "lane", "due_at", "id", sqlite_where=_IDLE, postgresql_where=_IDLE),
    Index(
        "delivery_under_way",
        "attempted_at",
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    ),
    Index("delivery_failed", "failed_at", sqlite_where=_FAILED, postgresql_where=_FAILED),
    Index("delivery_of_bulletin", "bulletin"),
    Index("delivery_of_subscriber", "subscriber"),
    sqlite_autoincrement=True,
)

held = Table(
    "held",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", Numbers, nullable=False),
    Column("held_at", Instant, nullable=False),
)

# What waits until somebody's quiet is over, or was told to them without a sound meanwhile.
hushed = Table(
    "hushed",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("told", Boolean, primary_key=True),
    Column("recipients", Numbers, nullable=False),
    Column("held_at", Instant, nullable=False),
)

quiet = Table(
    "quiet",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("hours", String(16)),
    Column("alerts", String(8), nullable=False),
    Column("paused_until", Instant),
    Column("since", Instant),
    Column("turns_at", Instant),
    Column("after", BigInteger),
    Column("owed_at", Instant),
    Index("quiet_turns", "turns_at"),
    Index("quiet_owed", "owed_at", sqlite_where=_OWED, postgresql_where=_OWED),
)

# One row: who is quiet now, so that a bulletin for many need not ask for each of them.
hush = Table(
    "hush",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("news", Numbers, nullable=False),
    Column("silent", Numbers, nullable=False),
    Column("alerts", Numbers, nullable=False),
)

carried = Table(
    "carried",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("recipients", Numbers, nullable=False),
)

astray = Table(
    "astray",
    metadata,
    Column("subscriber", ForeignKey("subscriber.number", ondelete="CASCADE"), primary_key=True),
    Column("since", Instant, nullable=False),
    Column("told_at", Instant),
)

fold = Table(
    "fold",
    metadata,
    Column("bulletin", ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True),
    Column("into", ForeignKey("bulletin.id", ondelete="CASCADE"), nullable=False),
    Column("why", String(16), nullable=False),
    Index("fold_into", "into"),
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
    Column("urgent", Boolean),
    Column("created_at", Instant, nullable=False),
    Column("taken_at", Instant),
    Column("repeated", Boolean),
    Column("matched", Integer),
    Index("arrival_open", "taken_at", "urgent", "id"),
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
    Column("errors", Integer, nullable=False),
    Column("kind", String(64)),
    Column("every", Float),
    Column("watched_at", Instant),
    Column("latency", Float),
    Column("next_at", Instant),
    Column("paged_at", Instant),
    Column("unknown", Text),
)

# Flood waits long enough to outlive a process: of a chat, or with 0 of all of them.
hold = Table(
    "hold",
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

# One row. On SQLite a lock on a file does its work.
lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("token", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)
