"""Saved places, shared locations, and locations that wait for a name."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables, empty."""
    op.create_table(
        "saved_place",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("radius_km", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(64)),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subscriber", "name_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "shared_location",
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("shared_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber"),
    )
    op.create_index("shared_location_shared_at", "shared_location", ["shared_at"])
    op.create_table(
        "place_draft",
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber"),
    )
    op.create_index("place_draft_expires_at", "place_draft", ["expires_at"])
