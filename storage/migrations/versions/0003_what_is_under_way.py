"""What is under way apart from the broadcasts, receipts, and indexes for a million owed."""

import sqlalchemy as sa
from alembic import op
from pyroaring import BitMap

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_IDLE = sa.text("attempted_at IS NULL AND failed_at IS NULL")
_UNDER_WAY = sa.text("attempted_at IS NOT NULL")


def upgrade() -> None:
    unfinished = _progress_so_far(op.get_bind())
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_index("broadcast_finished")
        batch_op.drop_column("attempted")
        batch_op.drop_column("cursor")
        batch_op.create_index("broadcast_unfinished", ["finished_at", "lane", "id"], unique=False)
        batch_op.create_index("broadcast_of_bulletin", ["bulletin"], unique=False)
    progress = op.create_table(
        "progress",
        sa.Column("broadcast", _ROW_ID, nullable=False),
        sa.Column("attempted", sa.BigInteger(), nullable=False),
        sa.Column("under_way", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcast.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast"),
    )
    op.bulk_insert(progress, unfinished)
    op.create_table(
        "receipt",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("bulletin", _ROW_ID, nullable=False),
        sa.Column("lowest", sa.BigInteger(), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("receipt_of_bulletin", "receipt", ["bulletin", "lowest"])
    op.create_index("receipt_stored", "receipt", ["stored_at"])

    op.drop_index("delivery_due", "delivery")
    op.create_index(
        "delivery_due",
        "delivery",
        ["lane", "due_at", "id"],
        sqlite_where=_IDLE,
        postgresql_where=_IDLE,
    )
    op.create_index(
        "delivery_under_way",
        "delivery",
        ["attempted_at"],
        sqlite_where=_UNDER_WAY,
        postgresql_where=_UNDER_WAY,
    )
    op.create_index("delivery_of_bulletin", "delivery", ["bulletin"])

    op.add_column("arrival", sa.Column("urgent", sa.Boolean(), nullable=True))
    op.drop_index("arrival_open", "arrival")
    op.create_index("arrival_open", "arrival", ["taken_at", "urgent", "id"])


def _progress_so_far(connection: sa.Connection) -> list[dict[str, object]]:
    """Until now all between the cursor and the last attempt were in doubt after a crash."""
    rows = connection.execute(
        sa.text(
            "SELECT id, recipients, attempted, cursor FROM broadcast "
            "WHERE finished_at IS NULL AND attempted >= 0"
        )
    )
    return [
        {
            "broadcast": row.id,
            "attempted": row.attempted,
            "under_way": (
                BitMap.deserialize(row.recipients)
                & BitMap(range(row.cursor + 1, row.attempted + 1))
            ).serialize(),
        }
        for row in rows
    ]
