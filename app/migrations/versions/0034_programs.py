"""Programs of departments: their tokens, and the keys under which they lodge.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("posting_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.String(length=60), nullable=False),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("used_at", _AT, nullable=True),
        sa.Column("revoked_at", _AT, nullable=True),
        sa.Column("revoked_by", ID, nullable=True),
        _belongs("api_token", "office_id", "office"),
        _belongs("api_token", "officer_id", "officer"),
        _belongs("api_token", "revoked_by", "officer"),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_api_token")),
    )
    op.create_index("ix_api_token_digest", "api_token", ["digest"])
    op.create_index("ix_api_token_office", "api_token", ["district_id", "office_id", "made_at"])
    op.create_table(
        "api_request",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(length=32), nullable=False),
        sa.Column("lodgement_id", ID, nullable=False),
        sa.Column("at", _AT, nullable=False),
        _belongs("api_request", "office_id", "office"),
        _belongs("api_request", "lodgement_id", "lodgement"),
        sa.PrimaryKeyConstraint("district_id", "office_id", "digest", name=op.f("pk_api_request")),
    )
    op.create_index("ix_api_request_at", "api_request", ["at"])


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["district_id", column],
        [f"{parent}.district_id", f"{parent}.id"],
        name=op.f(f"fk_{table}_district_id_{column}"),
    )


def downgrade() -> None:
    op.drop_table("api_request")
    op.drop_table("api_token")
