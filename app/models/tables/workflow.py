"""What the engine left behind, as rows: state, steps, user tasks, timers, jobs, incidents, counts by queue."""

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    func,
    literal_column,
    text,
)

from app.domain.roles import Role
from app.models.tables.base import Counter, Encrypted, Json, UtcDateTime, case_table, uuid_column

engine_state = case_table(
    "engine_state",
    uuid_column("case_id"),
    Column("revision", Integer, nullable=False),
    Column("blob", Encrypted, nullable=False),
    Column("engine_version", String(20), nullable=False),
    Column("moved_from", Integer),  # version of the release that the case was moved away from
    Column("moved_revision", Integer),  # what the move made of it: one that is no more has gone on since
    Column("before", Encrypted),  # the state before the move, with the ids of its tasks and timers
    scope="case",
    parents=[("case_id", "case")],
    key=("district_id", "case_id"),
)

step = case_table(
    "step",
    uuid_column("case_id"),
    Column("seq", Integer, nullable=False),
    Column(
        "kind", String(12), nullable=False
    ),  # started | opened | completed | decided | fired | cancelled | ended
    Column("element_id", String(80), nullable=False),
    Column("element_path", String(200), nullable=False),
    uuid_column("unit_office_id", nullable=True),
    Column("routing", Json, nullable=False),
    Column("facts", Encrypted),
    uuid_column("release_id"),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    scope="case",
    parents=[("case_id", "case"), ("release_id", "release")],
    key=("district_id", "case_id", "seq"),
)

#: What filters ask of an open task stands in the index beside its place, so that passing a task over reads no row.
_READ_WITH_IT = ("element_id", "purpose", "claimed_by", "case_id")


def _of_open_tasks(name: str, *columns: str, where: str = "") -> Index:
    """An index without what is done: an inbox costs the same after ten years."""
    condition = text(f"state = 'open'{where}")
    return Index(name, "district_id", *columns, sqlite_where=condition, postgresql_where=condition)


user_task = case_table(
    "user_task",
    uuid_column("case_id"),
    Column("engine_task_id", String(40), nullable=False),
    Column("element_id", String(80), nullable=False),
    Column("element_path", String(200), nullable=False),
    Column("iteration", SmallInteger, nullable=False, default=0),
    Column("lane", String(40), nullable=False),
    uuid_column("office_id"),
    Column("role", String(24), nullable=False),
    Column("form", String(60), nullable=False),
    Column("purpose", String(40), nullable=False),  # of the case, which never changes: inboxes filter by it
    uuid_column("enquiry_id", nullable=True),
    uuid_column(
        "assigned_to", nullable=True
    ),  # the officer named for it (enquiry officer); null: whole office
    uuid_column("claimed_by", nullable=True),
    Column("claimed_at", UtcDateTime),
    Column("claim_until", UtcDateTime),  # when the claim runs out; null: not before it is given back
    Column("state", String(10), nullable=False),  # open | done | cancelled
    Column("created_at", UtcDateTime, nullable=False),
    Column("days", String(12)),  # working days that the step has, a decimal; null: from before they were kept
    Column("due_on", Date, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    uuid_column("done_by", nullable=True),
    UniqueConstraint("district_id", "engine_task_id"),
    _of_open_tasks("ix_user_task_inbox", "office_id", "role", "due_at", "id", *_READ_WITH_IT),
    _of_open_tasks("ix_user_task_received", "office_id", "role", "created_at", "id", *_READ_WITH_IT),
    _of_open_tasks(
        "ix_user_task_claimed",
        *("claimed_by", "office_id", "role", "due_at", "id"),
        where=" and claimed_by is not null",
    ),
    _of_open_tasks("ix_user_task_by_case", "office_id", "role", "case_id", "id", *_READ_WITH_IT[:-1]),
    _of_open_tasks("ix_user_task_step", "element_id", "due_at", "id", "office_id", "case_id"),
    Index(
        "ix_user_task_claim_until",
        "claim_until",
        sqlite_where=text("state = 'open' and claim_until is not null"),
        postgresql_where=text("state = 'open' and claim_until is not null"),
    ),
    Index("ix_user_task_person", "district_id", "assigned_to", "state", "due_at", "id"),
    Index("ix_user_task_case", "district_id", "case_id", "state"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("office_id", "office"),
        ("enquiry_id", "enquiry"),
        ("assigned_to", "officer"),
        ("claimed_by", "officer"),
        ("done_by", "officer"),
    ],
)

#: Said as a word, not as a parameter: only then does a database see that the indexes of open tasks serve.
is_open = user_task.c.state == literal_column("'open'")
#: Of what is done in person, that which nobody has. Who has it is asked in one expression, so that no index of
#: persons is read for it: nearly all open tasks are in no person's name.
is_to_give = and_(
    is_open,
    user_task.c.role == literal_column(f"'{Role.ENQUIRY_OFFICER}'"),
    func.coalesce(user_task.c.assigned_to, user_task.c.claimed_by).is_(None),
)

#: A task that went from one officer's name to another's, or back to the office, other than by his own hand.
handover = case_table(
    "handover",
    uuid_column("case_id"),
    uuid_column("user_task_id"),
    uuid_column("office_id"),
    Column("kind", String(12), nullable=False),  # take_over | reassign | expire
    Column("reason", String(24), nullable=False),  # of a closed list: a free text would name somebody
    uuid_column("from_officer_id", nullable=True),
    uuid_column("to_officer_id", nullable=True),
    uuid_column("by_officer_id", nullable=True),  # null: the system, when a claim ran out
    Column("at", UtcDateTime, nullable=False),
    Index("ix_handover_case", "district_id", "case_id", "at"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("user_task_id", "user_task"),
        ("office_id", "office"),
        ("from_officer_id", "officer"),
        ("to_officer_id", "officer"),
        ("by_officer_id", "officer"),
    ],
)

timer = case_table(
    "timer",
    uuid_column("case_id"),
    Column("engine_task_id", String(40), nullable=False),
    Column("element_id", String(80), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    UniqueConstraint("district_id", "engine_task_id"),
    Index("ix_timer_due", "due_at"),
    Index("ix_timer_case", "district_id", "case_id"),
    scope="case",
    parents=[("case_id", "case")],
)

job = case_table(
    "job",
    uuid_column("case_id"),
    Column("engine_task_id", String(40), nullable=False),
    Column("element_id", String(80), nullable=False),
    Column("element_path", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("params", Json, nullable=False),
    Column("state", String(10), nullable=False),  # queued | running | done | failed | cancelled
    Column("attempts", SmallInteger, nullable=False, default=0),
    Column("at", UtcDateTime, nullable=False),  # the act's time: handlers use it, not the machine clock
    Column("run_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("error", String(200), nullable=False, default=""),
    UniqueConstraint("district_id", "engine_task_id"),
    Index(
        "ix_job_due",
        "run_at",
        sqlite_where=text("state in ('queued', 'running')"),
        postgresql_where=text("state in ('queued', 'running')"),
    ),
    Index("ix_job_case", "district_id", "case_id"),
    scope="case",
    parents=[("case_id", "case")],
)

incident = case_table(
    "incident",
    uuid_column("case_id", nullable=True),
    uuid_column("job_id", nullable=True),
    uuid_column("user_task_id", nullable=True),
    Column(
        "code", String(40), nullable=False
    ),  # why it stopped: condition_null | no_office | storage | count_differs | ...
    Column("element_id", String(80), nullable=False, default=""),
    Column("detail", Json, nullable=False),  # codes and ids only, never a name or a free text
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    uuid_column("closed_by", nullable=True),
    Index("ix_incident_open", "district_id", "closed_at"),
    Index("ix_incident_case", "district_id", "case_id"),
    scope="district",
    parents=[("case_id", "case"), ("job_id", "job"), ("user_task_id", "user_task"), ("closed_by", "officer")],
)

queue_count = case_table(
    "queue_count",
    uuid_column("office_id"),
    Column("role", String(24), nullable=False),
    Column("element_id", String(80), nullable=False),
    Column("due_on", Date, nullable=False),
    Column("open", Integer, nullable=False),
    Column("free", Integer, nullable=False),  # of them, in nobody's name
    scope="office",
    parents=[("office_id", "office")],
    key=("district_id", "office_id", "role", "element_id", "due_on"),
)

event = case_table(
    "event",
    Column("seq", Counter, nullable=False),  # feed for live updates; a gap is a rolled-back transaction
    Column("kind", String(24), nullable=False),
    uuid_column("case_id", nullable=True),
    uuid_column("office_id", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    scope="office",
    parents=[("case_id", "case"), ("office_id", "office")],
    key=("district_id", "seq"),
)

notification = case_table(
    "notification",
    uuid_column("case_id", nullable=True),
    uuid_column("office_id"),
    Column("role", String(24), nullable=False, default=""),
    Column("kind", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Index("ix_notification_office", "district_id", "office_id", "read_at"),
    scope="office",
    parents=[("case_id", "case"), ("office_id", "office")],
)

clock_event = case_table(
    "clock_event",
    uuid_column("case_id"),
    uuid_column("office_id"),
    Column("kind", String(8), nullable=False),  # start | pause | resume | stop
    Column("reason", String(40), nullable=False),
    Column("element_id", String(80), nullable=False, default=""),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_clock_event_case", "district_id", "case_id", "at"),
    scope="case",
    parents=[("case_id", "case"), ("office_id", "office")],
)

worker = case_table(
    "worker",
    Column("name", String(80), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    scope="system",
    key=("district_id", "name"),  # district 0: a worker serves every district
)
