"""Lists of cases whose records are destroyed, and orders that hold a case back; numbers and dates, nobody's name."""

from sqlalchemy import Column, Date, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text

from app.models.tables.base import UtcDateTime, case_table, uuid_column

destruction = case_table(
    "destruction",
    uuid_column("office_id"),  # whose officer proposed it: the series of its number
    Column("number", String(40), nullable=False),  # SRN/DM/DES/2026/0001
    Column("kind", String(12), nullable=False),  # of app.domain.retention
    Column("approver", String(24), nullable=False),  # the role that decides it: dm | sp
    Column("state", String(10), nullable=False),  # proposed | refused | approved | done
    Column("sha256", LargeBinary(32), nullable=False),  # of what is listed, as it was shown
    uuid_column("proposed_by"),
    Column("proposed_at", UtcDateTime, nullable=False),
    uuid_column("decided_by", nullable=True),
    Column("decided_at", UtcDateTime),
    Column("reason", String(300), nullable=False, default=""),  # of a refusal
    Column("finished_at", UtcDateTime),
    UniqueConstraint("district_id", "number"),
    Index("ix_destruction_state", "district_id", "state", "proposed_at"),
    scope="district",
    parents=[("office_id", "office"), ("proposed_by", "officer"), ("decided_by", "officer")],
)

destruction_case = case_table(
    "destruction_case",
    uuid_column("destruction_id"),
    uuid_column("case_id"),
    Column("number", String(40), nullable=False),  # of the case
    Column("closed_on", Date, nullable=False),
    Column("past_on", Date, nullable=False),  # the first day after its term
    Column("state", String(10), nullable=False),  # listed | destroyed | kept
    Column("why", String(16), nullable=False, default=""),  # it was kept
    Column("files", SmallInteger, nullable=False, default=0),  # that went with it
    Column("done_at", UtcDateTime),
    Index("ix_destruction_case_case", "district_id", "case_id"),
    scope="case",
    parents=[("destruction_id", "destruction"), ("case_id", "case")],
    key=("district_id", "destruction_id", "case_id"),
)

#: A listed entry of the crime register: no name and no number of a case, which its own sealed row has until it goes.
destruction_entry = case_table(
    "destruction_entry",
    uuid_column("destruction_id"),
    uuid_column("accused_id"),  # no foreign key: the list stays when the entry has gone
    uuid_column("office_id"),  # the thana that registered its case
    Column("year", SmallInteger, nullable=False),
    Column("closed_on", Date, nullable=False),  # the day from which its years are counted
    Column("past_on", Date, nullable=False),
    Column("state", String(10), nullable=False),  # listed | destroyed | kept
    Column("why", String(16), nullable=False, default=""),
    Column("done_at", UtcDateTime),
    Index("ix_destruction_entry_accused", "district_id", "accused_id"),
    scope="district",
    parents=[("destruction_id", "destruction"), ("office_id", "office")],
    key=("district_id", "destruction_id", "accused_id"),
)

case_hold = case_table(
    "case_hold",
    uuid_column("case_id"),
    Column("ground", String(24), nullable=False),  # of a closed list: a free text would name somebody
    Column("number", String(60), nullable=False),  # of the order that asks for it
    Column("dated_on", Date, nullable=False),
    uuid_column("placed_by"),
    Column("placed_at", UtcDateTime, nullable=False),
    uuid_column("lifted_by", nullable=True),
    Column("lifted_at", UtcDateTime),
    Column("lifted_number", String(60), nullable=False, default=""),  # of the order that ends it
    Index("ix_case_hold_case", "district_id", "case_id"),
    Index(
        "ix_case_hold_open",
        *("district_id", "placed_at"),
        sqlite_where=text("lifted_at is null"),
        postgresql_where=text("lifted_at is null"),
    ),
    scope="case",
    parents=[("case_id", "case"), ("placed_by", "officer"), ("lifted_by", "officer")],
)
