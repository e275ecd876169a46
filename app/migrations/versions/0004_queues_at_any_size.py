"""Inboxes that do not know how much there is: counts of what is in nobody's name, indexes of open tasks alone.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_CLAIMED = sa.text("state = 'open' and claimed_by is not null")
_READ_WITH_IT = ["element_id", "purpose", "claimed_by", "case_id"]


def upgrade() -> None:
    op.add_column("user_task", sa.Column("purpose", sa.String(length=40), nullable=False, server_default=""))
    op.execute(
        'UPDATE user_task SET purpose = (SELECT purpose FROM "case" '
        'WHERE "case".district_id = user_task.district_id AND "case".id = user_task.case_id)'
    )
    op.drop_index("ix_user_task_inbox", table_name="user_task")
    for name, by in (("ix_user_task_inbox", "due_at"), ("ix_user_task_received", "created_at")):
        columns = ["district_id", "office_id", "role", by, "id", *_READ_WITH_IT]
        op.create_index(name, "user_task", columns, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index(
        "ix_user_task_claimed",
        "user_task",
        ["district_id", "claimed_by", "office_id", "role", "due_at", "id"],
        sqlite_where=_CLAIMED,
        postgresql_where=_CLAIMED,
    )
    op.add_column("queue_count", sa.Column("free", sa.Integer(), nullable=False, server_default="0"))
    op.execute("DELETE FROM queue_count WHERE open = 0")
    op.execute(
        "UPDATE queue_count SET free = (SELECT count(*) FROM user_task "
        "WHERE user_task.district_id = queue_count.district_id AND user_task.office_id = queue_count.office_id "
        "AND user_task.role = queue_count.role AND user_task.element_id = queue_count.element_id "
        "AND user_task.due_on = queue_count.due_on AND user_task.state = 'open' "
        "AND user_task.claimed_by IS NULL AND user_task.assigned_to IS NULL)"
    )
    _posts_make_versions()


def _posts_make_versions() -> None:
    """Whoever changes a posting, by whatever way: what is remembered of the officer is void from then on."""
    change = (
        "UPDATE officer SET version = version + 1 "
        "WHERE district_id = {row}.district_id AND id = {row}.officer_id;"
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb, rows in (("insert", ["NEW"]), ("update", ["NEW", "OLD"]), ("delete", ["OLD"])):
            changes = " ".join(change.format(row=row) for row in rows)
            op.execute(f"CREATE TRIGGER posting_{verb} AFTER {verb} ON posting BEGIN {changes} END")
        return
    new, old = change.format(row="NEW"), change.format(row="OLD")
    op.execute(
        "CREATE FUNCTION posting_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'DELETE' THEN {new} END IF; IF TG_OP <> 'INSERT' THEN {old} END IF; "
        "RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER posting_changed AFTER INSERT OR UPDATE OR DELETE ON posting "
        "FOR EACH ROW EXECUTE FUNCTION posting_changed()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER posting_changed ON posting")
        op.execute("DROP FUNCTION posting_changed()")
    else:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER posting_{verb}")
    op.drop_column("queue_count", "free")
    for name in ("claimed", "received", "inbox"):
        op.drop_index(f"ix_user_task_{name}", table_name="user_task")
    op.create_index(
        "ix_user_task_inbox", "user_task", ["district_id", "office_id", "role", "state", "due_at", "id"]
    )
    op.drop_column("user_task", "purpose")
