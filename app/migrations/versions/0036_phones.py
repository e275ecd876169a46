"""Phones keep what was typed without a line under a key that stays on the server; what they send is known again.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def _parent(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        _parent("device", "officer_id", "officer"),
        _parent("device", "data_key_id", "data_key"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_device")),
    )
    op.create_index("ix_device_officer", "device", ["district_id", "officer_id"])
    op.create_index("ix_device_used", "device", ["district_id", "used_at"])
    op.create_table(
        "received_item",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("sent_as", ID, nullable=False),
        sa.Column("user_task_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _parent("received_item", "officer_id", "officer"),
        _parent("received_item", "user_task_id", "user_task"),
        sa.PrimaryKeyConstraint("district_id", "officer_id", "sent_as", name=op.f("pk_received_item")),
    )
    op.create_index("ix_received_item_at", "received_item", ["district_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_received_item_at", "received_item")
    op.drop_table("received_item")
    op.drop_index("ix_device_used", "device")
    op.drop_index("ix_device_officer", "device")
    op.drop_table("device")
