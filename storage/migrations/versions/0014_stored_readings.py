"""Stored readings: the table for what the reader found in each bulletin, empty at first."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column(
            "bulletin",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("bulletin.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("alert_state", sa.String(8), nullable=False),
        sa.Column("is_unplaced", sa.Boolean, nullable=False),
        sa.Column("packed", sa.Text, nullable=False),
    )
