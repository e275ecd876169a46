"""Enquiries, what was answered and found, the tasks of officers and what went wrong."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = ("enquiry", "answer", "user_task", "finding", "incident")


def create() -> None:
    _enquiry()
    _answer()
    _user_task()
    _finding()
    _incident()


def _enquiry() -> None:
    op.create_table(
        "enquiry",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("unit_kind", sa.String(length=24), nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("officer_id", first.ID, nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", first.MOMENT, nullable=False),
        sa.Column("assigned_at", first.MOMENT, nullable=True),
        sa.Column("reported_at", first.MOMENT, nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        *first.refer("enquiry", case_id="case", office_id="office", officer_id="officer"),
        first.key("enquiry"),
        info={"scope": "case"},
    )
    op.create_index("ix_enquiry_case", "enquiry", ["district_id", "case_id"], unique=False)
    op.create_index("ix_enquiry_office", "enquiry", ["district_id", "office_id", "case_id"], unique=False)
    op.create_index("ix_enquiry_officer", "enquiry", ["district_id", "officer_id", "case_id"], unique=False)


def _answer() -> None:
    op.create_table(
        "answer",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("user_task_id", first.ID, nullable=True),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("enquiry_id", first.ID, nullable=True),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("supersedes_id", first.ID, nullable=True),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("answered_by", first.ID, nullable=True),
        *first.refer(
            "answer", answered_by="officer", case_id="case", enquiry_id="enquiry", supersedes_id="answer"
        ),
        first.key("answer"),
        info={"scope": "case"},
    )
    op.create_index("ix_answer_case", "answer", ["district_id", "case_id", "element_id"], unique=False)


def _user_task() -> None:
    op.create_table(
        "user_task",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("iteration", sa.SmallInteger(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("enquiry_id", first.ID, nullable=True),
        sa.Column("assigned_to", first.ID, nullable=True),
        sa.Column("claimed_by", first.ID, nullable=True),
        sa.Column("claimed_at", first.MOMENT, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", first.MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", first.MOMENT, nullable=False),
        sa.Column("done_at", first.MOMENT, nullable=True),
        sa.Column("done_by", first.ID, nullable=True),
        *first.refer(
            "user_task",
            assigned_to="officer",
            case_id="case",
            claimed_by="officer",
            done_by="officer",
            enquiry_id="enquiry",
            office_id="office",
        ),
        first.key("user_task"),
        sa.UniqueConstraint(
            "district_id", "engine_task_id", name=op.f("uq_user_task_district_id_engine_task_id")
        ),
        info={"scope": "case"},
    )
    op.create_index("ix_user_task_case", "user_task", ["district_id", "case_id", "state"], unique=False)
    op.create_index(
        "ix_user_task_inbox",
        "user_task",
        ["district_id", "office_id", "role", "state", "due_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_user_task_person",
        "user_task",
        ["district_id", "assigned_to", "state", "due_at", "id"],
        unique=False,
    )


def _finding() -> None:
    op.create_table(
        "finding",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("enquiry_id", first.ID, nullable=True),
        sa.Column("answer_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        *first.refer("finding", answer_id="answer", case_id="case", enquiry_id="enquiry"),
        first.key("finding"),
        info={"scope": "case"},
    )
    op.create_index("ix_finding_case", "finding", ["district_id", "case_id"], unique=False)


def _incident() -> None:
    op.create_table(
        "incident",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=True),
        sa.Column("job_id", first.ID, nullable=True),
        sa.Column("user_task_id", first.ID, nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("opened_at", first.MOMENT, nullable=False),
        sa.Column("closed_at", first.MOMENT, nullable=True),
        sa.Column("closed_by", first.ID, nullable=True),
        *first.refer("incident", case_id="case", closed_by="officer", job_id="job", user_task_id="user_task"),
        first.key("incident"),
        info={"scope": "district"},
    )
    op.create_index("ix_incident_case", "incident", ["district_id", "case_id"], unique=False)
    op.create_index("ix_incident_open", "incident", ["district_id", "closed_at"], unique=False)
