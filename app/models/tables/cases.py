"""Requisitions, cases and the facts about people in them; every value that names a person is encrypted."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)

from app.models.tables.base import Encrypted, Json, UtcDateTime, case_table, uuid_column

data_key = case_table(
    "data_key",
    Column("kind", String(12), nullable=False),  # draft | case | requisition | office | device | bundle
    Column("wrapped", LargeBinary),  # null once destroyed: what it locked is gone for good
    Column("destroyed_at", UtcDateTime),
    scope="district",
)

requisition = case_table(
    "requisition",
    uuid_column("data_key_id"),
    uuid_column("office_id"),  # the DM office's section that received it
    Column("number", String(40), nullable=False),  # diary number <year>/<serial>
    Column("purpose", String(40), nullable=False),
    Column("requester_hi", String(200), nullable=False),
    Column("letter_no", String(60), nullable=False),
    Column("letter_date", Date, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("candidate_count", Integer, nullable=False),
    Column("routing", Json, nullable=False),  # the routing values of F00, class P0 only
    Column("values", Encrypted, nullable=False),  # all answers of the letter's form
    uuid_column("release_id"),
    Column("created_at", UtcDateTime, nullable=False),
    uuid_column("created_by"),
    UniqueConstraint("district_id", "office_id", "number"),
    Index("ix_requisition_received", "district_id", "received_on"),
    scope="letter",
    parents=[
        ("data_key_id", "data_key"),
        ("office_id", "office"),
        ("release_id", "release"),
        ("created_by", "officer"),
    ],
)

letter_department = case_table(
    "letter_department",  # whose account the letter of a department belongs to, where it has one
    uuid_column("requisition_id"),
    uuid_column("office_id"),
    Column("linked_at", UtcDateTime, nullable=False),
    uuid_column("linked_by"),
    Index("ix_letter_department_office", "district_id", "office_id"),
    scope="letter",
    parents=[("requisition_id", "requisition"), ("office_id", "office"), ("linked_by", "officer")],
    key=("district_id", "requisition_id"),
)

case = case_table(
    "case",
    uuid_column("requisition_id"),
    uuid_column("data_key_id"),
    uuid_column("release_id"),
    uuid_column("sdpo_office_id", nullable=True),
    Column("number", String(40), nullable=False),  # SRN/2026/00001
    Column("purpose", String(40), nullable=False),
    Column("status", String(16), nullable=False),  # open | issued | closed | withdrawn
    Column("revision", Integer, nullable=False, default=0),
    Column("received_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("sample", SmallInteger, nullable=False),  # 0-99, HMAC of the id: "a random 5 %" that replays
    Column("rounds", SmallInteger, nullable=False, default=0),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("step_seq", Integer, nullable=False, default=0),
    Column("audit_seq", Integer, nullable=False, default=0),
    Column("audit_head", LargeBinary(32), nullable=False),
    UniqueConstraint("district_id", "number"),
    Index("ix_case_requisition", "district_id", "requisition_id"),
    Index("ix_case_status", "district_id", "status", "due_on"),
    scope="case",
    parents=[
        ("requisition_id", "requisition"),
        ("data_key_id", "data_key"),
        ("release_id", "release"),
        ("sdpo_office_id", "office"),
    ],
)

applicant = case_table(
    "applicant",
    uuid_column("case_id"),
    Column("kind", String(8), nullable=False),  # person | firm
    Column("name", Encrypted, nullable=False),  # {"hi", "en", "father_hi", "father_en"}: what a list shows
    Column("details", Encrypted, nullable=False),
    Index("ix_applicant_case", "district_id", "case_id"),
    scope="case",
    parents=[("case_id", "case")],
)

address = case_table(
    "address",
    uuid_column("case_id"),
    Column("kind", String(12), nullable=False),  # permanent | present | stay | firm
    uuid_column("office_id", nullable=True),  # the thana that was written, or marked later
    Column("details", Encrypted, nullable=False),
    Index("ix_address_case", "district_id", "case_id"),
    Index("ix_address_office", "district_id", "office_id"),
    scope="case",
    parents=[("case_id", "case"), ("office_id", "office")],
)

answer = case_table(
    "answer",
    uuid_column("case_id"),
    uuid_column("user_task_id", nullable=True),  # null: the form of the start event
    Column("element_id", String(80), nullable=False),
    Column("element_path", String(200), nullable=False),
    Column("form", String(60), nullable=False),
    uuid_column("enquiry_id", nullable=True),
    Column("values", Encrypted, nullable=False),
    uuid_column("supersedes_id", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    uuid_column("answered_by", nullable=True),
    Index("ix_answer_case", "district_id", "case_id", "element_id"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("enquiry_id", "enquiry"),
        ("supersedes_id", "answer"),
        ("answered_by", "officer"),
    ],
)

enquiry = case_table(
    "enquiry",
    uuid_column("case_id"),
    Column("unit_kind", String(24), nullable=False),  # office kind of the unit: thana, dcrb, ...
    uuid_column("office_id"),  # rewritten by a bounce: the old thana loses sight of the case
    uuid_column("officer_id", nullable=True),  # enquiry officer
    Column("round", SmallInteger, nullable=False, default=0),
    Column("state", String(12), nullable=False),  # open | reported | no_reply | cancelled
    Column("received_at", UtcDateTime, nullable=False),
    Column("assigned_at", UtcDateTime),
    Column("reported_at", UtcDateTime),
    Column("facts", Encrypted, nullable=False),
    Index("ix_enquiry_case", "district_id", "case_id"),
    Index("ix_enquiry_office", "district_id", "office_id", "case_id"),
    Index("ix_enquiry_officer", "district_id", "officer_id", "case_id"),
    scope="case",
    parents=[("case_id", "case"), ("office_id", "office"), ("officer_id", "officer")],
)

finding = case_table(
    "finding",
    uuid_column("case_id"),
    uuid_column("enquiry_id", nullable=True),
    uuid_column("answer_id"),
    Column("kind", String(12), nullable=False),  # fir | entry: a criminal case, or an entry of a register
    Column("seq", SmallInteger, nullable=False),
    Column("facts", Encrypted, nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    Index("ix_finding_case", "district_id", "case_id"),
    scope="case",
    parents=[("case_id", "case"), ("enquiry_id", "enquiry"), ("answer_id", "answer")],
)

document = case_table(
    "document",
    uuid_column("data_key_id"),
    uuid_column("case_id", nullable=True),
    uuid_column("requisition_id", nullable=True),
    uuid_column("draft_id", nullable=True),  # staged; no foreign key: the draft goes when it is submitted
    Column("field", String(80), nullable=False),
    Column("name", Encrypted, nullable=False),
    Column("media_type", String(60), nullable=False),
    Column("size", Integer, nullable=False),  # bytes of the clear file
    Column("sha256", LargeBinary(32), nullable=False),  # of the clear file
    Column("path", String(120), nullable=False),  # random, below instance/documents
    Column("pii", String(2), nullable=False, default="P2"),
    Column("created_at", UtcDateTime, nullable=False),
    uuid_column("created_by", nullable=True),
    Column("destroyed_at", UtcDateTime),
    Index("ix_document_case", "district_id", "case_id"),
    Index("ix_document_requisition", "district_id", "requisition_id"),
    Index("ix_document_draft", "district_id", "draft_id"),
    scope="case",
    parents=[("data_key_id", "data_key"), ("case_id", "case"), ("requisition_id", "requisition")],
)

search_key = case_table(
    "search_key",
    uuid_column("case_id"),
    Column("kind", String(16), nullable=False),
    Column("digest", LargeBinary(8), nullable=False),
    Index("ix_search_key_digest", "district_id", "kind", "digest"),
    scope="case",
    parents=[("case_id", "case")],
    key=("district_id", "case_id", "kind", "digest"),
)

#: Queries and answers between two offices about a case; no paper and no decision ever reads them.
note = case_table(
    "note",
    uuid_column("case_id"),
    uuid_column("from_office_id"),
    uuid_column("to_office_id"),
    Column("text", Encrypted, nullable=False),
    uuid_column("answers_id", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    uuid_column("written_by"),
    Column("due_on", Date),  # the day by which an answer is wanted
    Column(
        "pauses_for", String(24)
    ),  # the listed reason for which the asking office's clock stands; null: it runs
    Column("resumed_at", UtcDateTime),  # when that clock went on
    Column("closed_at", UtcDateTime),  # answered, or seen by an officer of the office it went to
    uuid_column("closed_by", nullable=True),
    Index("ix_note_case", "district_id", "case_id"),
    Index(
        "ix_note_pausing",
        *("district_id", "due_on"),
        sqlite_where=text("pauses_for is not null and resumed_at is null"),
        postgresql_where=text("pauses_for is not null and resumed_at is null"),
    ),
    Index(
        "ix_note_waiting",
        *("district_id", "to_office_id", "at"),
        sqlite_where=text("closed_at is null"),
        postgresql_where=text("closed_at is null"),
    ),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("from_office_id", "office"),
        ("to_office_id", "office"),
        ("answers_id", "note"),
        ("written_by", "officer"),
        ("closed_by", "officer"),
    ],
)

#: That an address lies in another thana than the one it was marked to; approved, it becomes a row of `jurisdiction`.
area_proposal = case_table(
    "area_proposal",
    uuid_column("case_id"),
    uuid_column("address_id"),
    uuid_column("from_office_id"),
    uuid_column("to_office_id"),
    uuid_column("proposed_by"),
    uuid_column("decided_by", nullable=True),
    Column("state", String(10), nullable=False),  # proposed | approved | refused
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Index("ix_area_proposal_state", "district_id", "state", "proposed_at"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("address_id", "address"),
        ("from_office_id", "office"),
        ("to_office_id", "office"),
        ("proposed_by", "officer"),
        ("decided_by", "officer"),
    ],
)
