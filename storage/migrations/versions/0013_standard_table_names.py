"""Standard names for tables, columns, indexes and constraints. No data changes."""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = {
    "astray": "lost_topic",
    "carried": "digest_carryover",
    "crowd": "incident_audience",
    "fold": "duplicate",
    "held": "digest_entry",
    "hold": "flood_wait",
    "hush": "mute_snapshot",
    "hushed": "quiet_entry",
    "missed": "missed_alert",
    "quiet": "quiet_state",
    "steward": "channel_manager",
    "wish": "alert_preference",
}

# By the new name of their table.
_COLUMNS = {
    "alert_preference": {"changes": "updates"},
    "arrival": {
        "matched": "match_count",
        "repeated": "is_duplicate",
        "taken_at": "completed_at",
        "urgent": "is_urgent",
    },
    "broadcast": {"telling": "reason"},
    "delivery": {"doubts": "maybe_sent", "message": "message_id"},
    "digest_entry": {"held_at": "created_at"},
    "duplicate": {"into": "original", "why": "reason"},
    "incident": {
        "declared": "is_end_declared",
        "newest": "last_bulletin",
        "wave": "group_region",
    },
    "incident_audience": {"owed": "notified"},
    "lost_topic": {"told_at": "notified_at"},
    "mute_snapshot": {"alerts": "muted_alerts", "news": "muted_news", "silent": "silent_alerts"},
    "progress": {"under_way": "in_flight"},
    "quiet_entry": {"held_at": "created_at", "told": "is_sent"},
    "quiet_state": {
        "after": "after_bulletin",
        "owed_at": "summary_due_at",
        "since": "quiet_since",
        "turns_at": "next_transition_at",
    },
    "receipt": {"living": "is_live"},
    "source": {
        "errors": "consecutive_errors",
        "every": "poll_interval",
        "next_at": "next_poll_at",
        "paged_at": "outage_notified_at",
        "unknown": "unknown_places",
        "watched_at": "registered_at",
    },
    "subscriber": {"told_nothing": "wants_empty_digests"},
    "subscription": {
        "digested": "last_bulletin",
        "owed_at": "due_at",
        "sound": "has_sound",
        "written": "query_text",
    },
}

# Old name, new name, table, columns, condition.
_INDEXES = (
    ("delivery_under_way", "delivery_in_flight", "delivery", ["attempted_at"], "attempted_at"),
    ("fold_into", "duplicate_original", "duplicate", ["original"], None),
    ("incident_newest", "incident_last_bulletin", "incident", ["last_bulletin"], None),
    ("incident_of_wave", "incident_of_group", "incident", ["group_region", "opened_at"], None),
    ("missed_incident", "missed_alert_incident", "missed_alert", ["incident"], None),
    (
        "quiet_owed",
        "quiet_state_summary_due",
        "quiet_state",
        ["summary_due_at"],
        "summary_due_at",
    ),
    (
        "quiet_turns",
        "quiet_state_next_transition",
        "quiet_state",
        ["next_transition_at"],
        None,
    ),
    ("steward_channel", "channel_manager_channel", "channel_manager", ["channel"], None),
    ("subscription_due", "subscription_next_due_at", "subscription", ["next_due_at"], None),
    ("subscription_owed", "subscription_due_at", "subscription", ["due_at"], "due_at"),
)

# PostgreSQL's own names of constraints, by their kind; of a primary key without the columns.
_SUFFIXES = {"f": "fkey", "n": "not_null", "p": "pkey", "u": "key"}
_CONSTRAINTS = sa.text(
    """
    SELECT con.conname, con.contype::text AS kind, rel.relname,
        (SELECT array_agg(att.attname::text ORDER BY key.position)
         FROM unnest(con.conkey) WITH ORDINALITY AS key (number, position)
         JOIN pg_attribute AS att ON att.attrelid = rel.oid AND att.attnum = key.number) AS columns
    FROM pg_constraint AS con
    JOIN pg_class AS rel ON rel.oid = con.conrelid
    WHERE rel.relnamespace = current_schema()::regnamespace
    """
)


def upgrade() -> None:
    for old, new in TABLES.items():
        op.rename_table(old, new)
    for table, columns in _COLUMNS.items():
        for old, new in columns.items():
            op.execute(f'ALTER TABLE {table} RENAME COLUMN "{old}" TO {new}')
    if op.get_bind().dialect.name == "postgresql":
        for old, new, *_ in _INDEXES:
            op.execute(f"ALTER INDEX {old} RENAME TO {new}")
        _rename_constraints()
        return
    for old, new, table, indexed, condition in _INDEXES:  # SQLite cannot rename an index
        op.drop_index(old, table)
        where = sa.text(f"{condition} IS NOT NULL") if condition else None
        op.create_index(new, table, indexed, sqlite_where=where)


def _rename_constraints() -> None:
    old_tables = {new: old for old, new in TABLES.items()}
    for name, kind, table, columns in op.get_bind().execute(_CONSTRAINTS).all():
        if kind not in _SUFFIXES:
            continue
        old_columns = {new: old for old, new in _COLUMNS.get(table, {}).items()}
        old = _constraint_name(old_tables.get(table, table), kind, columns, old_columns)
        new = _constraint_name(table, kind, columns, {})
        if name == old != new:
            op.execute(f'ALTER TABLE {table} RENAME CONSTRAINT "{old}" TO "{new}"')


def _constraint_name(
    table: str, kind: str, columns: list[str], old_columns: Mapping[str, str]
) -> str:
    names = [] if kind == "p" else [old_columns.get(column, column) for column in columns]
    return "_".join([table, *names, _SUFFIXES[kind]])
