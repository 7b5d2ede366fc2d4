"""What may have arrived, what joins the next digest, lost topics, and who holds the database."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "carried",
        sa.Column("bulletin", _ROW_ID, nullable=False),
        sa.Column("recipients", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulletin"),
    )
    op.create_table(
        "astray",
        sa.Column("subscriber", _ROW_ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.number"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("subscriber"),
    )
    lease = op.create_table(
        "lease",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(lease, [{"id": 1, "token": 0, "until": 0}])
