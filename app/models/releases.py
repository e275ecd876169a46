"""Releases: diagrams, decisions, forms and paper texts under one hash; immutable once active."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, UniqueConstraint

from app.models.base import UtcDateTime, case_table, uuid_column

release = case_table(
    "release",
    Column("version", Integer, nullable=False),
    Column("status", String(12), nullable=False),  # draft | submitted | approved | active | retired | refused
    uuid_column("base_release_id", nullable=True),
    Column("revision", Integer, nullable=False, default=0),
    Column("sha256", LargeBinary(32), nullable=False),  # over the sorted names and hashes of its files
    Column("note", String(400), nullable=False, default=""),
    uuid_column("author", nullable=True),  # null: the first deployment, by the command line
    uuid_column("approved_by", nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active_from", UtcDateTime),
    UniqueConstraint("district_id", "version"),
    Index("ix_release_status", "district_id", "status"),
    scope="district",
    parents=[("base_release_id", "release"), ("author", "officer"), ("approved_by", "officer")],
)

release_file = case_table(
    "release_file",
    uuid_column("release_id"),
    Column("kind", String(10), nullable=False),  # process | decision | form | paper
    Column("key", String(80), nullable=False),  # file name: verification.bpmn, visit.form
    Column("bytes", LargeBinary, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    scope="district",
    parents=[("release_id", "release")],
    key=("district_id", "release_id", "kind", "key"),
)
