"""Bulletins that told the same."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fold",
        sa.Column("bulletin", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("into", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["into"], ["bulletin.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulletin"),
    )
    with op.batch_alter_table("fold", schema=None) as batch_op:
        batch_op.create_index("fold_into", ["into"], unique=False)
