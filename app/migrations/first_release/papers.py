"""Documents and the papers issued."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = ("document", "certificate")


def create() -> None:
    _document()
    _certificate()


def _document() -> None:
    op.create_table(
        "document",
        first.district(),
        first.identity(),
        sa.Column("data_key_id", first.ID, nullable=False),
        sa.Column("case_id", first.ID, nullable=True),
        sa.Column("requisition_id", first.ID, nullable=True),
        sa.Column("draft_id", first.ID, nullable=True),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("pii", sa.String(length=2), nullable=False),
        sa.Column("created_at", first.MOMENT, nullable=False),
        sa.Column("created_by", first.ID, nullable=True),
        sa.Column("destroyed_at", first.MOMENT, nullable=True),
        *first.refer("document", case_id="case", data_key_id="data_key", requisition_id="requisition"),
        first.key("document"),
        info={"scope": "case"},
    )
    op.create_index("ix_document_case", "document", ["district_id", "case_id"], unique=False)
    op.create_index("ix_document_draft", "document", ["district_id", "draft_id"], unique=False)
    op.create_index("ix_document_requisition", "document", ["district_id", "requisition_id"], unique=False)


def _certificate() -> None:
    op.create_table(
        "certificate",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("memo_number", sa.String(length=60), nullable=False),
        sa.Column("output", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document_id", first.ID, nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("allotted_at", first.MOMENT, nullable=False),
        sa.Column("issued_at", first.MOMENT, nullable=True),
        sa.Column("valid_till", sa.Date(), nullable=True),
        sa.Column("signed_by", first.ID, nullable=True),
        *first.refer(
            "certificate", case_id="case", document_id="document", office_id="office", signed_by="officer"
        ),
        first.key("certificate"),
        sa.UniqueConstraint(
            "district_id", "engine_task_id", name=op.f("uq_certificate_district_id_engine_task_id")
        ),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_certificate_district_id_number")),
        sa.UniqueConstraint(
            "district_id",
            "office_id",
            "memo_number",
            name=op.f("uq_certificate_district_id_office_id_memo_number"),
        ),
        info={"scope": "case"},
    )
    op.create_index("ix_certificate_case", "certificate", ["district_id", "case_id"], unique=False)
    op.create_index(
        "ix_certificate_issued", "certificate", ["district_id", "office_id", "issued_at"], unique=False
    )
    op.create_index("ix_certificate_token", "certificate", ["token_digest"], unique=False)
