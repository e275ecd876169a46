"""Papers with a signature in them: the hash of the file before it, and whose certificate signed.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_NEW = ("unsigned_sha256", "signed_with")


def upgrade() -> None:
    for name in _NEW:
        op.add_column("certificate", sa.Column(name, sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    for name in _NEW:
        op.drop_column("certificate", name)
