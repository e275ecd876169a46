"""What comes from the door of a house: visits that failed, and phones that wait for the line."""

from sqlalchemy import Column, Index, String

from app.models.tables.base import Encrypted, UtcDateTime, case_table, uuid_column

failed_visit = case_table(
    "failed_visit",
    uuid_column("case_id"),
    uuid_column("enquiry_id"),
    uuid_column("user_task_id"),
    uuid_column("officer_id"),
    uuid_column("sent_as"),  # given by the page or the phone: what comes again is there already
    Column("details", Encrypted, nullable=False),  # why, who was met, what was noted
    Column("visited_at", UtcDateTime, nullable=False),  # as the officer says
    Column("at", UtcDateTime, nullable=False),  # when it reached the server
    Index("ix_failed_visit_case", "district_id", "case_id"),
    Index("uq_failed_visit_sent_as", "district_id", "user_task_id", "sent_as", unique=True),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("enquiry_id", "enquiry"),
        ("user_task_id", "user_task"),
        ("officer_id", "officer"),
    ],
)

#: A phone that keeps what its officer typed while the line was gone. The key stays here: without it nobody reads it.
device = case_table(
    "device",
    uuid_column("officer_id"),
    uuid_column("data_key_id"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    Index("ix_device_officer", "district_id", "officer_id"),
    Index("ix_device_used", "district_id", "used_at"),
    scope="officer",
    parents=[("officer_id", "officer"), ("data_key_id", "data_key")],
)

#: What a phone sent and the server has: the same item sent again changes nothing.
received_item = case_table(
    "received_item",
    uuid_column("officer_id"),
    uuid_column("sent_as"),
    uuid_column("user_task_id"),
    Column("kind", String(8), nullable=False),  # draft | file | visit
    Column("version", String(32), nullable=False),  # of the draft as it was behind it
    Column("at", UtcDateTime, nullable=False),
    Index("ix_received_item_at", "district_id", "at"),
    scope="officer",
    parents=[("officer_id", "officer"), ("user_task_id", "user_task")],
    key=("district_id", "officer_id", "sent_as"),
)
