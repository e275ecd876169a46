"""Passkeys beside the authenticator, and what they are asked to sign.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("officer_id", _ID, nullable=False),
        sa.Column("credential", sa.LargeBinary(length=1023), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("used_at", _AT, nullable=True),
        sa.Column("doubted_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_passkey_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("district_id", "credential", name=op.f("uq_passkey_district_id_credential")),
    )
    op.create_index("ix_passkey_officer", "passkey", ["district_id", "officer_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("step_up_id", _ID, nullable=True),
        sa.Column("nonce", sa.LargeBinary(length=32), nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "step_up_id"],
            ["step_up.district_id", "step_up.id"],
            name=op.f("fk_passkey_challenge_district_id_step_up_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_passkey_challenge")),
    )
    op.create_index("ix_passkey_challenge_step_up", "passkey_challenge", ["district_id", "step_up_id"])


def downgrade() -> None:
    op.drop_table("passkey_challenge")
    op.drop_table("passkey")
