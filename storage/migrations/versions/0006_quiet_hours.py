"""Quiet hours, what waits for their end, and digests that are owed before they are made."""

import sqlalchemy as sa
from alembic import op
from pyroaring import BitMap

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OWED = sa.text("owed_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("told_nothing", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("subscription", sa.Column("owed_at", sa.BigInteger()))
    op.create_index(
        "subscription_owed",
        "subscription",
        ["owed_at"],
        sqlite_where=_OWED,
        postgresql_where=_OWED,
    )
    op.create_table(
        "hushed",
        sa.Column("bulletin", _ROW_ID, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulletin", "told"),
    )
    op.create_table(
        "quiet",
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("hours", sa.String(length=16)),
        sa.Column("alerts", sa.String(length=8), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.Column("since", sa.BigInteger()),
        sa.Column("turns_at", sa.BigInteger()),
        sa.Column("after", sa.BigInteger()),
        sa.Column("owed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber"),
    )
    op.create_index("quiet_turns", "quiet", ["turns_at"])
    op.create_index("quiet_owed", "quiet", ["owed_at"], sqlite_where=_OWED, postgresql_where=_OWED)
    hush = op.create_table(
        "hush",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("news", sa.LargeBinary(), nullable=False),
        sa.Column("silent", sa.LargeBinary(), nullable=False),
        sa.Column("alerts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    nobody = BitMap().serialize()
    op.bulk_insert(hush, [{"id": 1, "news": nobody, "silent": nobody, "alerts": nobody}])
