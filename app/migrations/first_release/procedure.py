"""The procedure: releases and the files of each."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = ("release", "release_file")


def create() -> None:
    _release()
    _release_file()


def _release() -> None:
    op.create_table(
        "release",
        first.district(),
        first.identity(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("base_release_id", first.ID, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("author", first.ID, nullable=True),
        sa.Column("approved_by", first.ID, nullable=True),
        sa.Column("created_at", first.MOMENT, nullable=False),
        sa.Column("active_from", first.MOMENT, nullable=True),
        *first.refer("release", approved_by="officer", author="officer", base_release_id="release"),
        first.key("release"),
        sa.UniqueConstraint("district_id", "version", name=op.f("uq_release_district_id_version")),
        info={"scope": "district"},
    )
    op.create_index("ix_release_status", "release", ["district_id", "status"], unique=False)


def _release_file() -> None:
    op.create_table(
        "release_file",
        first.district(),
        sa.Column("release_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        *first.refer("release_file", release_id="release"),
        sa.PrimaryKeyConstraint("district_id", "release_id", "kind", "key", name=op.f("pk_release_file")),
        info={"scope": "district"},
    )
