"""Visits of an enquiry officer at which nobody could be asked: the task stays open, and the record keeps them."""

from sqlalchemy import Column, Index

from app.models.base import Encrypted, UtcDateTime, case_table, uuid_column

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
