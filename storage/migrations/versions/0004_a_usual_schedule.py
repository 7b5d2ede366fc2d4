"""A usual schedule of each subscriber, for what is subscribed to without one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "subscriber",
        sa.Column("schedule", sa.String(length=32), nullable=False, server_default="now"),
    )
