"""How each source is doing, and what it named that nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("kind", sa.String(length=64), nullable=True))
    op.add_column("source", sa.Column("every", sa.Float(), nullable=True))
    op.add_column("source", sa.Column("watched_at", sa.BigInteger(), nullable=True))
    op.add_column("source", sa.Column("latency", sa.Float(), nullable=True))
    op.add_column("source", sa.Column("next_at", sa.BigInteger(), nullable=True))
    op.add_column("source", sa.Column("paged_at", sa.BigInteger(), nullable=True))
    op.add_column("source", sa.Column("unknown", sa.Text(), nullable=True))
