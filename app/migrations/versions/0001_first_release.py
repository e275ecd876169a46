"""Every table of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("office_id", ID, nullable=True),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "stream", "seq", name=op.f("pk_audit")),
        info={"scope": "audit"},
    )
    op.create_table(
        "audit_stream",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(length=48), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "stream", name=op.f("pk_audit_stream")),
        info={"scope": "district"},
    )
    op.create_table(
        "checkpoint",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "seq", name=op.f("pk_checkpoint")),
        info={"scope": "system"},
    )
    op.create_table(
        "data_key",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_data_key")),
        info={"scope": "district"},
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name_hi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("key", name=op.f("uq_district_key")),
        info={"scope": "district"},
    )
    op.create_table(
        "holiday",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_hi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "day", name=op.f("pk_holiday")),
        info={"scope": "district"},
    )
    op.create_table(
        "office",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("parent_id", ID, nullable=True),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name_hi", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("lgd_code", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "parent_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_office_district_id_parent_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_office")),
        sa.UniqueConstraint("district_id", "key", name=op.f("uq_office_district_id_key")),
        info={"scope": "district"},
    )
    op.create_index("ix_office_kind", "office", ["district_id", "kind"], unique=False)
    op.create_table(
        "officer",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("name_hi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("rank", sa.String(length=24), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_officer")),
        sa.UniqueConstraint("district_id", "username", name=op.f("uq_officer_district_id_username")),
        info={"scope": "district"},
    )
    op.create_index("ix_officer_username", "officer", ["username"], unique=False)
    op.create_table(
        "setting",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "key", name=op.f("pk_setting")),
        info={"scope": "district"},
    )
    op.create_table(
        "worker",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "name", name=op.f("pk_worker")),
        info={"scope": "system"},
    )
    op.create_table(
        "draft",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("user_task_id", ID, nullable=True),
        sa.Column("requisition_id", ID, nullable=True),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "data_key_id"],
            ["data_key.district_id", "data_key.id"],
            name=op.f("fk_draft_district_id_data_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_draft_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_draft")),
        info={"scope": "officer"},
    )
    op.create_index("ix_draft_officer", "draft", ["district_id", "officer_id", "form"], unique=False)
    op.create_index("ix_draft_task", "draft", ["district_id", "user_task_id"], unique=False)
    op.create_table(
        "jurisdiction",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("area_kind", sa.String(length=16), nullable=False),
        sa.Column("area_code", sa.String(length=60), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_jurisdiction_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_jurisdiction")),
        info={"scope": "district"},
    )
    op.create_index(
        "ix_jurisdiction_area", "jurisdiction", ["district_id", "area_kind", "area_code"], unique=False
    )
    op.create_table(
        "login_session",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("posting_id", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_login_session_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_login_session")),
        info={"scope": "officer"},
    )
    op.create_index("ix_login_session_digest", "login_session", ["digest"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_number_series_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "office_id", "kind", "year", name=op.f("pk_number_series")),
        info={"scope": "office"},
    )
    op.create_table(
        "posting",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_posting_district_id_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_posting_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_posting")),
        info={"scope": "district"},
    )
    op.create_index("ix_posting_office", "posting", ["district_id", "office_id", "role"], unique=False)
    op.create_index("ix_posting_officer", "posting", ["district_id", "officer_id"], unique=False)
    op.create_table(
        "queue_count",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_queue_count_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint(
            "district_id", "office_id", "role", "element_id", "due_on", name=op.f("pk_queue_count")
        ),
        info={"scope": "office"},
    )
    op.create_table(
        "release",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("base_release_id", ID, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("author", ID, nullable=True),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "approved_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_release_district_id_approved_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "author"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_release_district_id_author"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "base_release_id"],
            ["release.district_id", "release.id"],
            name=op.f("fk_release_district_id_base_release_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_release")),
        sa.UniqueConstraint("district_id", "version", name=op.f("uq_release_district_id_version")),
        info={"scope": "district"},
    )
    op.create_index("ix_release_status", "release", ["district_id", "status"], unique=False)
    op.create_table(
        "release_file",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("release_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "release_id"],
            ["release.district_id", "release.id"],
            name=op.f("fk_release_file_district_id_release_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "release_id", "kind", "key", name=op.f("pk_release_file")),
        info={"scope": "district"},
    )
    op.create_table(
        "requisition",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("requester_hi", sa.String(length=200), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("candidate_count", sa.Integer(), nullable=False),
        sa.Column("routing", sa.JSON(), nullable=False),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("release_id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "created_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_requisition_district_id_created_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "data_key_id"],
            ["data_key.district_id", "data_key.id"],
            name=op.f("fk_requisition_district_id_data_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_requisition_district_id_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "release_id"],
            ["release.district_id", "release.id"],
            name=op.f("fk_requisition_district_id_release_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_requisition")),
        sa.UniqueConstraint(
            "district_id", "office_id", "number", name=op.f("uq_requisition_district_id_office_id_number")
        ),
        info={"scope": "letter"},
    )
    op.create_index("ix_requisition_received", "requisition", ["district_id", "received_on"], unique=False)
    op.create_table(
        "case",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("requisition_id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("release_id", ID, nullable=False),
        sa.Column("sdpo_office_id", ID, nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("sample", sa.SmallInteger(), nullable=False),
        sa.Column("rounds", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("step_seq", sa.Integer(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.Column("audit_head", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "data_key_id"],
            ["data_key.district_id", "data_key.id"],
            name=op.f("fk_case_district_id_data_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "release_id"],
            ["release.district_id", "release.id"],
            name=op.f("fk_case_district_id_release_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "requisition_id"],
            ["requisition.district_id", "requisition.id"],
            name=op.f("fk_case_district_id_requisition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "sdpo_office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_case_district_id_sdpo_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_case")),
        sa.UniqueConstraint("district_id", "number", name=op.f("uq_case_district_id_number")),
        info={"scope": "case"},
    )
    op.create_index("ix_case_requisition", "case", ["district_id", "requisition_id"], unique=False)
    op.create_index("ix_case_status", "case", ["district_id", "status", "due_on"], unique=False)
    op.create_table(
        "address",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("office_id", ID, nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_address_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_address_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_address")),
        info={"scope": "case"},
    )
    op.create_index("ix_address_case", "address", ["district_id", "case_id"], unique=False)
    op.create_table(
        "applicant",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_applicant_district_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_applicant")),
        info={"scope": "case"},
    )
    op.create_index("ix_applicant_case", "applicant", ["district_id", "case_id"], unique=False)
    op.create_table(
        "clock_event",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_clock_event_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_clock_event_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_clock_event")),
        info={"scope": "case"},
    )
    op.create_index("ix_clock_event_case", "clock_event", ["district_id", "case_id", "at"], unique=False)
    op.create_table(
        "document",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("data_key_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("requisition_id", ID, nullable=True),
        sa.Column("draft_id", ID, nullable=True),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("path", sa.String(length=120), nullable=False),
        sa.Column("pii", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_document_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "data_key_id"],
            ["data_key.district_id", "data_key.id"],
            name=op.f("fk_document_district_id_data_key_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "requisition_id"],
            ["requisition.district_id", "requisition.id"],
            name=op.f("fk_document_district_id_requisition_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_document")),
        info={"scope": "case"},
    )
    op.create_index("ix_document_case", "document", ["district_id", "case_id"], unique=False)
    op.create_index("ix_document_draft", "document", ["district_id", "draft_id"], unique=False)
    op.create_index("ix_document_requisition", "document", ["district_id", "requisition_id"], unique=False)
    op.create_table(
        "engine_state",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("engine_version", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_engine_state_district_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "case_id", name=op.f("pk_engine_state")),
        info={"scope": "case"},
    )
    op.create_table(
        "enquiry",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("unit_kind", sa.String(length=24), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("officer_id", ID, nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_enquiry_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_enquiry_district_id_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "officer_id"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_enquiry_district_id_officer_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_enquiry")),
        info={"scope": "case"},
    )
    op.create_index("ix_enquiry_case", "enquiry", ["district_id", "case_id"], unique=False)
    op.create_index("ix_enquiry_office", "enquiry", ["district_id", "office_id", "case_id"], unique=False)
    op.create_index("ix_enquiry_officer", "enquiry", ["district_id", "officer_id", "case_id"], unique=False)
    op.create_table(
        "event",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("office_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_event_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_event_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "seq", name=op.f("pk_event")),
        info={"scope": "office"},
    )
    op.create_table(
        "job",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_job_district_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_job")),
        sa.UniqueConstraint("district_id", "engine_task_id", name=op.f("uq_job_district_id_engine_task_id")),
        info={"scope": "case"},
    )
    op.create_index("ix_job_case", "job", ["district_id", "case_id"], unique=False)
    op.create_index(
        "ix_job_due",
        "job",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state in ('queued', 'running')"),
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.create_table(
        "note",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("from_office_id", ID, nullable=False),
        sa.Column("to_office_id", ID, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("answers_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "answers_id"],
            ["note.district_id", "note.id"],
            name=op.f("fk_note_district_id_answers_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_note_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "from_office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_note_district_id_from_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "to_office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_note_district_id_to_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "written_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_note_district_id_written_by"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_note")),
        info={"scope": "case"},
    )
    op.create_index("ix_note_case", "note", ["district_id", "case_id"], unique=False)
    op.create_table(
        "notification",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_notification_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_notification_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_notification")),
        info={"scope": "office"},
    )
    op.create_index(
        "ix_notification_office", "notification", ["district_id", "office_id", "read_at"], unique=False
    )
    op.create_table(
        "search_key",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_search_key_district_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "case_id", "kind", "digest", name=op.f("pk_search_key")),
        info={"scope": "case"},
    )
    op.create_index("ix_search_key_digest", "search_key", ["district_id", "kind", "digest"], unique=False)
    op.create_table(
        "step",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("unit_office_id", ID, nullable=True),
        sa.Column("routing", sa.JSON(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("release_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_step_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "release_id"],
            ["release.district_id", "release.id"],
            name=op.f("fk_step_district_id_release_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "case_id", "seq", name=op.f("pk_step")),
        info={"scope": "case"},
    )
    op.create_table(
        "timer",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_timer_district_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_timer")),
        sa.UniqueConstraint(
            "district_id", "engine_task_id", name=op.f("uq_timer_district_id_engine_task_id")
        ),
        info={"scope": "case"},
    )
    op.create_index("ix_timer_case", "timer", ["district_id", "case_id"], unique=False)
    op.create_index("ix_timer_due", "timer", ["due_at"], unique=False)
    op.create_table(
        "answer",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("user_task_id", ID, nullable=True),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("enquiry_id", ID, nullable=True),
        sa.Column("values", sa.LargeBinary(), nullable=False),
        sa.Column("supersedes_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "answered_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_answer_district_id_answered_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_answer_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "enquiry_id"],
            ["enquiry.district_id", "enquiry.id"],
            name=op.f("fk_answer_district_id_enquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "supersedes_id"],
            ["answer.district_id", "answer.id"],
            name=op.f("fk_answer_district_id_supersedes_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_answer")),
        info={"scope": "case"},
    )
    op.create_index("ix_answer_case", "answer", ["district_id", "case_id", "element_id"], unique=False)
    op.create_table(
        "certificate",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("memo_number", sa.String(length=60), nullable=False),
        sa.Column("output", sa.String(length=12), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document_id", ID, nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("allotted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_till", sa.Date(), nullable=True),
        sa.Column("signed_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_certificate_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "document_id"],
            ["document.district_id", "document.id"],
            name=op.f("fk_certificate_district_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_certificate_district_id_office_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "signed_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_certificate_district_id_signed_by"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_certificate")),
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
    op.create_table(
        "user_task",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("iteration", sa.SmallInteger(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("office_id", ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("enquiry_id", ID, nullable=True),
        sa.Column("assigned_to", ID, nullable=True),
        sa.Column("claimed_by", ID, nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "assigned_to"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_user_task_district_id_assigned_to"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_user_task_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "claimed_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_user_task_district_id_claimed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "done_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_user_task_district_id_done_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "enquiry_id"],
            ["enquiry.district_id", "enquiry.id"],
            name=op.f("fk_user_task_district_id_enquiry_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "office_id"],
            ["office.district_id", "office.id"],
            name=op.f("fk_user_task_district_id_office_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_user_task")),
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
    op.create_table(
        "finding",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("enquiry_id", ID, nullable=True),
        sa.Column("answer_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id", "answer_id"],
            ["answer.district_id", "answer.id"],
            name=op.f("fk_finding_district_id_answer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_finding_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "enquiry_id"],
            ["enquiry.district_id", "enquiry.id"],
            name=op.f("fk_finding_district_id_enquiry_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_finding")),
        info={"scope": "case"},
    )
    op.create_index("ix_finding_case", "finding", ["district_id", "case_id"], unique=False)
    op.create_table(
        "incident",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("user_task_id", ID, nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["district_id", "case_id"],
            ["case.district_id", "case.id"],
            name=op.f("fk_incident_district_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "closed_by"],
            ["officer.district_id", "officer.id"],
            name=op.f("fk_incident_district_id_closed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "job_id"],
            ["job.district_id", "job.id"],
            name=op.f("fk_incident_district_id_job_id"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id", "user_task_id"],
            ["user_task.district_id", "user_task.id"],
            name=op.f("fk_incident_district_id_user_task_id"),
        ),
        sa.PrimaryKeyConstraint("district_id", "id", name=op.f("pk_incident")),
        info={"scope": "district"},
    )
    op.create_index("ix_incident_case", "incident", ["district_id", "case_id"], unique=False)
    op.create_index("ix_incident_open", "incident", ["district_id", "closed_at"], unique=False)
    _append_only()


def _append_only() -> None:
    """The record takes new rows and nothing else; what the database refuses, no fault of ours can do."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
        "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_no_change ON audit")
        op.execute("DROP FUNCTION audit_append_only()")
    op.drop_index("ix_incident_open", table_name="incident")
    op.drop_index("ix_incident_case", table_name="incident")
    op.drop_table("incident")
    op.drop_index("ix_finding_case", table_name="finding")
    op.drop_table("finding")
    op.drop_index("ix_user_task_person", table_name="user_task")
    op.drop_index("ix_user_task_inbox", table_name="user_task")
    op.drop_index("ix_user_task_case", table_name="user_task")
    op.drop_table("user_task")
    op.drop_index("ix_certificate_token", table_name="certificate")
    op.drop_index("ix_certificate_issued", table_name="certificate")
    op.drop_index("ix_certificate_case", table_name="certificate")
    op.drop_table("certificate")
    op.drop_index("ix_answer_case", table_name="answer")
    op.drop_table("answer")
    op.drop_index("ix_timer_due", table_name="timer")
    op.drop_index("ix_timer_case", table_name="timer")
    op.drop_table("timer")
    op.drop_table("step")
    op.drop_index("ix_search_key_digest", table_name="search_key")
    op.drop_table("search_key")
    op.drop_index("ix_notification_office", table_name="notification")
    op.drop_table("notification")
    op.drop_index("ix_note_case", table_name="note")
    op.drop_table("note")
    op.drop_index(
        "ix_job_due",
        table_name="job",
        sqlite_where=sa.text("state in ('queued', 'running')"),
        postgresql_where=sa.text("state in ('queued', 'running')"),
    )
    op.drop_index("ix_job_case", table_name="job")
    op.drop_table("job")
    op.drop_table("event")
    op.drop_index("ix_enquiry_officer", table_name="enquiry")
    op.drop_index("ix_enquiry_office", table_name="enquiry")
    op.drop_index("ix_enquiry_case", table_name="enquiry")
    op.drop_table("enquiry")
    op.drop_table("engine_state")
    op.drop_index("ix_document_requisition", table_name="document")
    op.drop_index("ix_document_draft", table_name="document")
    op.drop_index("ix_document_case", table_name="document")
    op.drop_table("document")
    op.drop_index("ix_clock_event_case", table_name="clock_event")
    op.drop_table("clock_event")
    op.drop_index("ix_applicant_case", table_name="applicant")
    op.drop_table("applicant")
    op.drop_index("ix_address_case", table_name="address")
    op.drop_table("address")
    op.drop_index("ix_case_status", table_name="case")
    op.drop_index("ix_case_requisition", table_name="case")
    op.drop_table("case")
    op.drop_index("ix_requisition_received", table_name="requisition")
    op.drop_table("requisition")
    op.drop_table("release_file")
    op.drop_index("ix_release_status", table_name="release")
    op.drop_table("release")
    op.drop_table("queue_count")
    op.drop_index("ix_posting_officer", table_name="posting")
    op.drop_index("ix_posting_office", table_name="posting")
    op.drop_table("posting")
    op.drop_table("number_series")
    op.drop_index("ix_login_session_digest", table_name="login_session")
    op.drop_table("login_session")
    op.drop_index("ix_jurisdiction_area", table_name="jurisdiction")
    op.drop_table("jurisdiction")
    op.drop_index("ix_draft_task", table_name="draft")
    op.drop_index("ix_draft_officer", table_name="draft")
    op.drop_table("draft")
    op.drop_table("worker")
    op.drop_table("setting")
    op.drop_index("ix_officer_username", table_name="officer")
    op.drop_table("officer")
    op.drop_index("ix_office_kind", table_name="office")
    op.drop_table("office")
    op.drop_table("holiday")
    op.drop_table("district")
    op.drop_table("data_key")
    op.drop_table("checkpoint")
    op.drop_table("audit_stream")
    op.drop_table("audit")
