"""Which broadcast a delivery was put off from, and which messages live with their alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "receipt", sa.Column("living", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("delivery", sa.Column("broadcast", sa.BigInteger()))
    # What waits meanwhile goes on as it would have: by the newest that may be meant.
    op.execute(
        """
        UPDATE delivery SET broadcast = (
            SELECT max(broadcast.id) FROM broadcast
            WHERE broadcast.bulletin = delivery.bulletin AND broadcast.lane = delivery.lane
        )
        """
    )
