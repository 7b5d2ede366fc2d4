"""Stored fingerprints: the deduplicator's part of a stored reading."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; the deduplicator computes what is missing."""
    op.add_column("reading", sa.Column("fingerprint", sa.Text))
