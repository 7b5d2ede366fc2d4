"""Incidents, who is told of them, and how often people want to be rung while one is on."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("region", sa.String(length=32), nullable=False),
        sa.Column("hazard", sa.String(length=64), nullable=False),
        sa.Column("wave", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=True),
        sa.Column("threats", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("bulletin", _ROW_ID, nullable=True),
        sa.Column("newest", _ROW_ID, nullable=True),
        sa.Column("clearing_since", sa.BigInteger(), nullable=True),
        sa.Column("unknown_since", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bulletin"], ["bulletin.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["newest"], ["bulletin.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("incident_closed", "incident", ["closed_at"])
    op.create_index("incident_of_region", "incident", ["region", "opened_at"])
    op.create_index("incident_of_wave", "incident", ["wave", "opened_at"])
    op.create_index("incident_bulletin", "incident", ["bulletin"])
    op.create_index("incident_newest", "incident", ["newest"])
    op.create_table(
        "crowd",
        sa.Column("incident", _ROW_ID, nullable=False),
        sa.Column("owed", sa.LargeBinary(), nullable=False),
        sa.Column("linked", sa.LargeBinary(), nullable=False),
        sa.Column("silent", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident"),
    )
    # No foreign key: for one SQLite would need the table made anew, which drops who is under way.
    op.add_column("broadcast", sa.Column("incident", sa.BigInteger(), nullable=True))
    op.add_column("broadcast", sa.Column("telling", sa.String(length=8), nullable=True))
    op.create_index("broadcast_of_incident", "broadcast", ["incident"])
    op.create_table(
        "missed",
        sa.Column("broadcast", _ROW_ID, nullable=False),
        sa.Column("incident", _ROW_ID, nullable=False),
        sa.Column("recipients", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcast.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast", "incident"),
    )
    op.create_index("missed_incident", "missed", ["incident"])
    op.create_table(
        "wish",
        sa.Column("changes", sa.String(length=16), nullable=False),
        sa.Column("subscribers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("changes"),
    )
