"""Addresses at which departments are told that a letter has moved, and what each was told.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", ID, nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("seen_seq", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", _AT, nullable=True),
        _belongs("webhook", "office_id", "office"),
        _belongs("webhook", "data_key_id", "data_key"),
        _belongs("webhook", "made_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_office", "webhook", ["district_id", "office_id", "made_at"])
    op.create_table(
        "webhook_call",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=40), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("run_at", _AT, nullable=False),
        sa.Column("sent_at", _AT, nullable=True),
        _belongs("webhook_call", "webhook_id", "webhook"),
        _belongs("webhook_call", "office_id", "office"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_webhook_call")),
    )
    op.create_index("ix_webhook_call_due", "webhook_call", ["state", "run_at"])
    own = ["district_id", "webhook_id", "requisition_id", "at"]
    op.create_index("ix_webhook_call_letter", "webhook_call", own)


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("webhook_call")
    op.drop_table("webhook")
