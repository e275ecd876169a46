"""The engine beneath a case: its state, steps, timers and jobs."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = ("engine_state", "job", "step", "timer")


def create() -> None:
    _engine_state()
    _job()
    _step()
    _timer()


def _engine_state() -> None:
    op.create_table(
        "engine_state",
        first.district(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("engine_version", sa.String(length=20), nullable=False),
        *first.refer("engine_state", case_id="case"),
        sa.PrimaryKeyConstraint("district_id", "case_id", name=op.f("pk_engine_state")),
        info={"scope": "case"},
    )


def _job() -> None:
    op.create_table(
        "job",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("run_at", first.MOMENT, nullable=False),
        sa.Column("lease_until", first.MOMENT, nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        *first.refer("job", case_id="case"),
        first.key("job"),
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


def _step() -> None:
    op.create_table(
        "step",
        first.district(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("element_path", sa.String(length=200), nullable=False),
        sa.Column("unit_office_id", first.ID, nullable=True),
        sa.Column("routing", sa.JSON(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("release_id", first.ID, nullable=False),
        sa.Column("at", first.MOMENT, nullable=False),
        sa.Column("recorded_at", first.MOMENT, nullable=False),
        *first.refer("step", case_id="case", release_id="release"),
        sa.PrimaryKeyConstraint("district_id", "case_id", "seq", name=op.f("pk_step")),
        info={"scope": "case"},
    )


def _timer() -> None:
    op.create_table(
        "timer",
        first.district(),
        first.identity(),
        sa.Column("case_id", first.ID, nullable=False),
        sa.Column("engine_task_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("due_at", first.MOMENT, nullable=False),
        *first.refer("timer", case_id="case"),
        first.key("timer"),
        sa.UniqueConstraint(
            "district_id", "engine_task_id", name=op.f("uq_timer_district_id_engine_task_id")
        ),
        info={"scope": "case"},
    )
    op.create_index("ix_timer_case", "timer", ["district_id", "case_id"], unique=False)
    op.create_index("ix_timer_due", "timer", ["due_at"], unique=False)
