"""Properties of bulletins: place, magnitude, depth, certainty, urgency and picture."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; older bulletins have none of these properties."""
    op.add_column("bulletin", sa.Column("certainty", sa.String(16)))
    op.add_column("bulletin", sa.Column("urgency", sa.String(16)))
    op.add_column("bulletin", sa.Column("latitude", sa.Float))
    op.add_column("bulletin", sa.Column("longitude", sa.Float))
    op.add_column("bulletin", sa.Column("magnitude", sa.Float))
    op.add_column("bulletin", sa.Column("depth_km", sa.Float))
    op.add_column("bulletin", sa.Column("image", sa.Text))
