"""Sound: a level and neighbours for each subscription, a mode for each chat."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; everything that has sound keeps it."""
    op.add_column("subscription", sa.Column("sound_from", sa.String(8)))
    op.add_column(
        "subscription",
        sa.Column("has_neighbours", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "sound_mode",
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("subscribers", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("mode"),
    )
