"""What channels are called, and who sets them up."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("username", sa.String(64)),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber"),
    )
    op.create_index("channel_username", "channel", ["username"])
    op.create_table(
        "steward",
        sa.Column("person", _ROW_ID, nullable=False),
        sa.Column("channel", _ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["subscriber.number"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person", "channel"),
    )
    op.create_index("steward_channel", "steward", ["channel"])
