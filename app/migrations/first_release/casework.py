"""Requisitions and their cases: persons, addresses, drafts, notes, notices, what happened and when."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = (
    "draft",
    "requisition",
    "case",
    "address",
    "applicant",
    "clock_event",
    "event",
    "note",
    "notification",
    "search_key",
)


def create() -> None:
    _draft()
    _requisition()
    _case()
    _address()
    _applicant()
    _clock_event()
    _event()
    _note()
    _notification()
    _search_key()


def _draft() -> None:
    op.create_table(
        "draft",
        first.district(),
        first.identity(),
        sa.Column("officer_id", first.ID, nullable=False),
        sa.Column("data_key_id", first.ID, nullable=False),
        sa.Column("user_task_id", first.ID, nullable=True),
        sa.Column("requisition_id", first.ID, nullable=True),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", first.MOMENT, nullable=False),
        *first.refer("draft", data_key_id="data_key", officer_id="officer"),
        first.key("draft"),
        info={"scope": "officer"},
    )
    op.create_index("ix_draft_officer", "draft", ["district_id", "officer_id", "form"], unique=False)
    op.create_index("ix_draft_task", "draft", ["district_id", "user_task_id"], unique=False)


def _requisition() -> None:
    op.create_table(
        "requisition",
        first.district(),
        first.identity(),
        sa.Column("data_key_id", first.ID, nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("requester_hi", sa.String(length=200), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("candidate_count", sa.Integer(), nullable=False),
        sa.Column("routing", sa.JSON(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("release_id", first.ID, nullable=False),
        sa.Column("created_at", first.MOMENT, nullable=False),
        sa.Column("created_by", first.ID, nullable=False),
        *first.refer(
            "requisition",
            created_by="officer",
            data_key_id="data_key",
            office_id="office",
            release_id="release",
        ),
        first.key("requisition"),
        sa.UniqueConstraint(
            "district_id", "office_id", "number", name=op.f("uq_requisition_district_id_office_id_number")
        ),
        info={"scope": "letter"},
    )
    op.create_index("ix_requisition_received", "requisition", ["district_id", "received_on"], unique=False)


def _case() -> None:
    op.create_table(
        "case",
        first.district(),
        first.identity(),
        sa.Column("requisition_id", first.ID, nullable=False),
        sa.Column("data_key_id", first.ID, nullable=False),
        sa.Column("release_id", first.ID, nullable=False),
        sa.Column("sdpo_office_id", first.ID, nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sample", sa.SmallInteger(), nullable=False),
        sa.Column("rounds", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", first.MOMENT, nullable=False),
        sa.Column("closed_at", first.MOMENT, nullable=True),
        sa.Column("step_seq", sa.Integer(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.LargeBinary(length=32), nullable=False),
        *first.refer(
            "case",
            data_key_id="data_key",
            release_id="release",
            requisition_id="requisition",
            sdpo_office_id="office",
        ),
        first.key("case"),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_case_district_id_number")),
        info={"scope": "case"},
    )
    op.create_index("ix_case_requisition", "case", ["district_id", "requisition_id"], unique=False)
    op.create_index("ix_case_status", "case", ["district_id", "status", "due_on"], unique=False)


def _address() -> None:
    op.create_table(
        "address",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("office_id", first.ID, nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        *first.refer("address", case_id="case", office_id="office"),
        first.key("address"),
        info={"scope": "case"},
    )
    op.create_index("ix_address_case", "address", ["district_id", "case_id"], unique=False)


def _applicant() -> None:
    op.create_table(
        "applicant",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        *first.refer("applicant", case_id="case"),
        first.key("applicant"),
        info={"scope": "case"},
    )
    op.create_index("ix_applicant_case", "applicant", ["district_id", "case_id"], unique=False)


def _clock_event() -> None:
    op.create_table(
        "clock_event",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        *first.refer("clock_event", case_id="case", office_id="office"),
        first.key("clock_event"),
        info={"scope": "case"},
    )
    op.create_index("ix_clock_event_case", "clock_event", ["district_id", "case_id", "at"], unique=False)


def _event() -> None:
    op.create_table(
        "event",
        first.district(),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("case_id", first.ID, nullable=True),
        sa.Column("office_id", first.ID, nullable=True),
        sa.Column("at", first.MOMENT, nullable=False),
        *first.refer("event", case_id="case", office_id="office"),
        sa.PrimaryKeyConstraint("district_id", "seq", name=op.f("pk_event")),
        info={"scope": "office"},
    )


def _note() -> None:
    op.create_table(
        "note",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("from_office_id", first.ID, nullable=False),
        sa.Column("to_office_id", first.ID, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("answers_id", first.ID, nullable=True),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("written_by", first.ID, nullable=False),
        *first.refer(
            "note",
            answers_id="note",
            case_id="case",
            from_office_id="office",
            to_office_id="office",
            written_by="officer",
        ),
        first.key("note"),
        info={"scope": "case"},
    )
    op.create_index("ix_note_case", "note", ["district_id", "case_id"], unique=False)


def _notification() -> None:
    op.create_table(
        "notification",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=True),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("read_at", first.MOMENT, nullable=True),
        *first.refer("notification", case_id="case", office_id="office"),
        first.key("notification"),
        info={"scope": "office"},
    )
    op.create_index(
        "ix_notification_office", "notification", ["district_id", "office_id", "read_at"], unique=False
    )


def _search_key() -> None:
    op.create_table(
        "search_key",
        first.district(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=8), nullable=False),
        *first.refer("search_key", case_id="case"),
        sa.PrimaryKeyConstraint("district_id", "case_id", "kind", "digest", name=op.f("pk_search_key")),
        info={"scope": "case"},
    )
    op.create_index("ix_search_key_digest", "search_key", ["district_id", "kind", "digest"], unique=False)
