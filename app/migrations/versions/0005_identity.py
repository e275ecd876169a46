"""Two factors at the door: steps and recovery codes, codes to come in by, tries counted by device, step-ups.

Revision ID: 0005
Revises: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("officer", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column(
        "login_session", sa.Column("stage", sa.String(length=8), nullable=False, server_default="open")
    )
    op.add_column(
        "login_session", sa.Column("device", sa.String(length=8), nullable=False, server_default="")
    )
    op.create_index("ix_login_session_officer", "login_session", ["district_id", "officer_id"])
    op.create_table(
        "sign_in_try",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(length=8), nullable=False),
        sa.Column("device", sa.LargeBinary(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", _AT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "name", "device", name=op.f("pk_sign_in_try")),
    )
    _of_officer(
        "recovery_code",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("used_at", _AT, nullable=True),
    )
    op.create_index("ix_recovery_code_officer", "recovery_code", ["district_id", "officer_id"])
    _of_officer(
        "entry_code",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("asked_by", _ID, nullable=True),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("closed_at", _AT, nullable=True),
    )
    op.create_index("ix_entry_code_officer", "entry_code", ["district_id", "officer_id"])
    _of_officer(
        "step_up",
        sa.Column("session_id", _ID, nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("proven_at", _AT, nullable=True),
        sa.Column("used_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "session_id"],
            ["login_session.district_id", "login_session.id"],
            name=op.f("fk_step_up_district_id_session_id"),
        ),
    )


def _of_officer(name: str, *columns: Any) -> None:
    op.create_table(
        name,
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("officer_id", _ID, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f(f"fk_{name}_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    for name in ("step_up", "entry_code", "recovery_code", "sign_in_try"):
        op.drop_table(name)
    op.drop_index("ix_login_session_officer", table_name="login_session")
    for name in ("device", "stage"):
        op.drop_column("login_session", name)
    op.drop_column("officer", "totp_step")
