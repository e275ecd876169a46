"""What a checkpoint covers is kept with it, so that it can be proven later; checkpoints take no change.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("checkpoint", "checkpoint_head")


def upgrade() -> None:
    # A checkpoint of 0001 said how long the record was and kept no heads: nothing could be compared with it once the
    # record had grown. They were made by hand only; the first day makes a new one.
    op.execute("DELETE FROM checkpoint")
    op.create_table(
        "checkpoint_head",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=48), nullable=False),
        sa.Column("row_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "seq", "stream", name=op.f("pk_checkpoint_head")),
        info={"scope": "system"},
    )
    op.create_index(
        "ix_checkpoint_head_stream", "checkpoint_head", ["district_id", "stream", "row_seq"], unique=False
    )
    for table in _TABLES:
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )


def downgrade() -> None:
    for table in _TABLES:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
        else:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
    op.drop_index("ix_checkpoint_head_stream", table_name="checkpoint_head")
    op.drop_table("checkpoint_head")
