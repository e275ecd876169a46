"""Messages to officers by e-mail and SMS: what each wants, and the outbox.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mobile", sa.String(length=10), nullable=False),
        sa.Column("is_digest", sa.Boolean(), nullable=False),
        sa.Column("digested_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _belongs("contact", "officer_id", "officer"),
        sa.PrimaryKeyConstraint("district_id", "officer_id", name=op.f("pk_contact")),
        info={"scope": "officer"},
    )
    op.create_table(
        "message",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("notification_id", ID, nullable=True),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("error", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        _belongs("message", "officer_id", "officer"),
        _belongs("message", "notification_id", "notification"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "district_id",
            "officer_id",
            "notification_id",
            "channel",
            name=op.f("uq_message_district_id_officer_id_notification_id_channel"),
        ),
        info={"scope": "officer"},
    )
    op.create_index("ix_message_due", "message", ["state", "run_at"], unique=False)
    op.create_index("ix_message_officer", "message", ["district_id", "officer_id", "at"], unique=False)


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("message")
    op.drop_table("contact")
