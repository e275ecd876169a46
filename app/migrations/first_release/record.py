"""The record: audit rows by chain, their heads and checkpoints, and the keys that data lie under."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = ("audit", "audit_stream", "checkpoint", "data_key")


def create() -> None:
    _audit()
    _audit_stream()
    _checkpoint()
    _data_key()


def _audit() -> None:
    op.create_table(
        "audit",
        first.district(),
        sa.Column("stream", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("recorded_at", first.MOMENT, nullable=False),
        sa.Column("actor_id", first.ID, nullable=True),
        sa.Column("office_id", first.ID, nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "stream", "seq", name=op.f("pk_audit")),
        info={"scope": "audit"},
    )


def _audit_stream() -> None:
    op.create_table(
        "audit_stream",
        first.district(),
        sa.Column("stream", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "stream", name=op.f("pk_audit_stream")),
        info={"scope": "district"},
    )


def _checkpoint() -> None:
    op.create_table(
        "checkpoint",
        first.district(),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "seq", name=op.f("pk_checkpoint")),
        info={"scope": "system"},
    )


def _data_key() -> None:
    op.create_table(
        "data_key",
        first.district(),
        first.identity(),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", first.MOMENT, nullable=True),
        first.key("data_key"),
        info={"scope": "district"},
    )
