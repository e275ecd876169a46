"""Issued papers and the number series they draw from."""

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, SmallInteger, String, UniqueConstraint

from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column

certificate = case_table(
    "certificate",
    uuid_column("case_id"),
    Column("engine_task_id", String(40), nullable=False),
    uuid_column("office_id"),  # the office that issues: DM or SP
    Column("number", String(40), nullable=False),  # SRN/CAV/2026/000123/NN
    Column("memo_number", String(60), nullable=False),  # पत्रांक of the letter
    Column("copy_memo_number", String(60)),  # ज्ञापांक of its copies; null where none go
    Column("output", String(12), nullable=False),  # REPORT | CERTIFICATE
    Column("status", String(12), nullable=False),  # allotted | issued | superseded | revoked
    Column("facts", Encrypted, nullable=False),  # template key and what the public page may say
    Column("token_digest", LargeBinary(32), nullable=False),  # of the code in the QR
    Column("birth_digest", LargeBinary(32)),  # of number and day of birth; null for a firm's
    uuid_column("document_id", nullable=True),
    Column("sha256", LargeBinary(32)),
    Column("allotted_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    Column("valid_till", Date),
    Column("status_on", Date),  # from which day it is revoked or superseded
    uuid_column("signed_by", nullable=True),
    Column(
        "unsigned_sha256", LargeBinary(32)
    ),  # of the sealed file before its signature; null: signed in ink
    Column("signed_with", LargeBinary(32)),  # SHA-256 of the certificate
    UniqueConstraint("district_id", "number"),
    UniqueConstraint("district_id", "engine_task_id"),
    UniqueConstraint("district_id", "office_id", "memo_number"),
    Index("ix_certificate_token", "token_digest"),
    Index("ix_certificate_birth", "birth_digest"),
    Index("ix_certificate_file", "sha256"),
    Index("ix_certificate_case", "district_id", "case_id"),
    Index("ix_certificate_issued", "district_id", "office_id", "issued_at"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("office_id", "office"),
        ("document_id", "document"),
        ("signed_by", "officer"),
    ],
)

paper_act = case_table(
    "paper_act",  # what became of an issued paper: printed again, revoked
    uuid_column("case_id"),
    uuid_column("certificate_id"),
    uuid_column("office_id"),  # the office that did it
    Column("kind", String(12), nullable=False),  # duplicate | revoke
    Column("number", String(60)),  # of the order; or which duplicate it is
    Column("facts", Encrypted, nullable=False),  # reasons and texts, as they were given
    Column("asked_at", UtcDateTime, nullable=False),
    Column("at", UtcDateTime),  # null: asked for, and not confirmed by the code yet
    uuid_column("done_by"),
    Index("ix_paper_act_certificate", "district_id", "certificate_id"),
    Index("ix_paper_act_register", "district_id", "kind", "at"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("certificate_id", "certificate"),
        ("office_id", "office"),
        ("done_by", "officer"),
    ],
)

delivery = case_table(
    "delivery",  # an issued paper in the inbox of the department that asked for it
    uuid_column("case_id"),
    uuid_column("certificate_id"),
    uuid_column("office_id"),  # the department
    Column("delivered_at", UtcDateTime, nullable=False),
    uuid_column("delivered_by"),
    Column("opened_at", UtcDateTime),  # the first time; null: not yet
    uuid_column("opened_by", nullable=True),
    UniqueConstraint("district_id", "certificate_id", "office_id"),
    Index("ix_delivery_inbox", "district_id", "office_id", "delivered_at", "id"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("certificate_id", "certificate"),
        ("office_id", "office"),
        ("delivered_by", "officer"),
        ("opened_by", "officer"),
    ],
)

number_series = case_table(
    "number_series",
    uuid_column("office_id"),
    Column("kind", String(16), nullable=False),  # case | diary | memo | certificate
    Column("year", SmallInteger, nullable=False),  # calendar year in IST
    Column("last", Integer, nullable=False),
    Column("prefix", String(24)),  # what was set for this year; null: what the office's code says
    Column("first", Integer),  # the first number of the year, where it was set; null: 1
    scope="office",
    parents=[("office_id", "office")],
    key=("district_id", "office_id", "kind", "year"),
)
