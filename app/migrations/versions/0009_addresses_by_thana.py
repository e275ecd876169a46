"""Cases are found by the thana of their addresses.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_address_office", "address", ["district_id", "office_id"])


def downgrade() -> None:
    op.drop_index("ix_address_office", table_name="address")
