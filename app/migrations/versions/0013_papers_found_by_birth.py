"""An issued paper is found by its number with the day of birth, and by its file.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificate", sa.Column("birth_digest", sa.LargeBinary(length=32), nullable=True))
    op.create_index("ix_certificate_birth", "certificate", ["birth_digest"])
    op.create_index("ix_certificate_file", "certificate", ["sha256"])


def downgrade() -> None:
    op.drop_index("ix_certificate_file", table_name="certificate")
    op.drop_index("ix_certificate_birth", table_name="certificate")
    op.drop_column("certificate", "birth_digest")
