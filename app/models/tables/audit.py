"""The record that cannot be altered unseen: chained rows per stream, and signed checkpoints over all chains."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, text

from app.models.tables.base import Counter, Json, UtcDateTime, case_table, uuid_column

#: The rows that tell of a look at a thing. Text, not parameters: only so does SQLite know that the index serves.
LOOKS = text("action in ('case:see', 'document:see', 'record:see')")
ANNOTATIONS = text("action = 'record:annotate'")

audit = case_table(
    "audit",
    Column("stream", String(48), nullable=False),  # "case:<id>" | "access" | "admin"
    Column("seq", Integer, nullable=False),
    Column("prev", LargeBinary(32), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    uuid_column("actor_id", nullable=True),  # null: the system (worker, command line)
    uuid_column("office_id", nullable=True),
    Column("role", String(24), nullable=False),
    Column("action", String(40), nullable=False),  # noun:verb
    Column("object", String(120), nullable=False),
    Column("detail", Json, nullable=False),  # ids, codes, digests, sealed texts; never a name or a clear text
    Index(
        "ix_audit_looks",  # who has looked at a thing
        *("district_id", "object", "seq"),
        sqlite_where=LOOKS,
        postgresql_where=LOOKS,
    ),
    Index(
        "ix_audit_annotations",  # what was said later about a row of a chain
        *("district_id", "stream", "object"),
        sqlite_where=ANNOTATIONS,
        postgresql_where=ANNOTATIONS,
    ),
    scope="audit",
    key=("district_id", "stream", "seq"),
)

audit_stream = case_table(
    "audit_stream",  # heads of the streams that are not cases; a case's head lies on its own row
    Column("stream", String(48), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    scope="district",
    key=("district_id", "stream"),
)

checkpoint = case_table(
    "checkpoint",
    Column("seq", Counter, nullable=False),
    Column("rows", Counter, nullable=False),  # audit rows it covers
    Column("root", LargeBinary(32), nullable=False),  # over its heads and the root before
    Column("note", String(2000), nullable=False),  # signed text; copies leave the database
    Column("at", UtcDateTime, nullable=False),
    scope="system",
    key=("district_id", "seq"),
)

checkpoint_head = case_table(
    "checkpoint_head",  # where each chain ended that had grown since the checkpoint before
    Column("seq", Counter, nullable=False),  # the checkpoint
    Column("stream", String(48), nullable=False),
    Column("row_seq", Integer, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    Index("ix_checkpoint_head_stream", "district_id", "stream", "row_seq"),
    scope="system",
    key=("district_id", "seq", "stream"),
)
