"""Officers, their posts with dates, sessions and factors; what they keep for themselves: drafts, days, filters."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

from app.models.tables.base import Encrypted, Id, Json, UtcDateTime, case_table, uuid_column

officer = case_table(
    "officer",
    Column("username", String(80), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("totp_secret", Encrypted),
    Column("totp_step", BigInteger),  # of the last code that was accepted: none works twice
    Column("name_hi", String(120), nullable=False),
    Column("name_en", String(120), nullable=False),
    Column("rank", String(24), nullable=False, default=""),
    Column("phone", String(20), nullable=False, default=""),
    Column("active", Boolean, nullable=False, default=True),
    Column("version", Integer, nullable=False, default=1),  # bumped by every change of rights or factors
    Column("language", String(2), nullable=False, default="hi"),
    Column("last_sign_in_at", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_at", UtcDateTime),
    Column("shut_at", UtcDateTime),  # of an account that is not active: when, since which day, why, by whom
    Column("shut_on", Date),
    Column("shut_why", String(12)),
    Column("shut_by", Id),
    UniqueConstraint("district_id", "username"),
    Index("ix_officer_username", "username"),
    scope="district",
)

posting = case_table(
    "posting",
    uuid_column("officer_id"),
    uuid_column("office_id"),
    Column("role", String(24), nullable=False),
    Column("kind", String(12), nullable=False, default="regular"),  # regular | charge | substitute | delegate
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("order_no", String(80), nullable=False, server_default=""),  # of the order on paper
    Index("ix_posting_officer", "district_id", "officer_id"),
    Index("ix_posting_office", "district_id", "office_id", "role"),
    scope="district",
    parents=[("officer_id", "officer"), ("office_id", "office")],
)

posting_order = case_table(
    "posting_order",  # that somebody is posted or relieved: confirmed by a code, and where it takes two, agreed to
    Column("act", String(8), nullable=False),  # "post" | "relieve"
    uuid_column("officer_id"),
    uuid_column("office_id"),
    Column("role", String(24), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("valid_from", Date, nullable=False),  # of the posting; or the first day without it
    Column("valid_to", Date),
    Column("moves", Boolean, nullable=False),  # his regular posts before end by it
    Column("order_no", String(80), nullable=False),
    uuid_column("posting_id", nullable=True),  # that ends
    Column("state", String(8), nullable=False),  # "asked" | "waiting" | "done" | "refused"
    uuid_column("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    uuid_column("settled_by", nullable=True),
    Column("settled_at", UtcDateTime),
    Column("reason", String(300), nullable=False, default=""),  # why it was refused
    Index("ix_posting_order_state", "district_id", "state", "asked_at"),
    scope="district",
    parents=[
        ("officer_id", "officer"),
        ("office_id", "office"),
        ("posting_id", "posting"),
        ("asked_by", "officer"),
        ("settled_by", "officer"),
    ],
)

login_session = case_table(
    "login_session",
    uuid_column("officer_id"),
    Column(
        "digest", LargeBinary(32), nullable=False
    ),  # of the cookie's token; the token itself is never stored
    uuid_column("posting_id", nullable=True),  # the post chosen in the header
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # "open", or what its officer has yet to set before he is let in: "first" | "password" | "factor"
    Column("stage", String(8), nullable=False, server_default="open"),
    Column(
        "device", String(8), nullable=False, server_default=""
    ),  # "phone" | "desk" | "": as it calls itself
    Index("ix_login_session_digest", "digest"),
    Index("ix_login_session_officer", "district_id", "officer_id"),
    scope="officer",
    parents=[("officer_id", "officer")],
)

sign_in_try = case_table(
    "sign_in_try",  # how often a name was tried in vain, from known devices each and from all others together
    Column("name", LargeBinary(8), nullable=False),  # blind: names that nobody has are counted alike
    Column("device", LargeBinary(32), nullable=False),  # digest; empty for all unknown devices
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    scope="system",
    key=("district_id", "name", "device"),
)

recovery_code = case_table(
    "recovery_code",
    uuid_column("officer_id"),
    Column("digest", LargeBinary(32), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_recovery_code_officer", "district_id", "officer_id"),
    scope="officer",
    parents=[("officer_id", "officer")],
)

passkey = case_table(
    "passkey",
    uuid_column("officer_id"),
    Column("credential", LargeBinary(1023), nullable=False),  # its id, as the browser knows it
    Column("public_key", Encrypted, nullable=False),  # sealed: a row put here by hand opens nothing
    Column("name", Encrypted, nullable=False),  # sealed: officers name things after people
    Column("counter", BigInteger, nullable=False),  # how often it had signed when it was used last
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("doubted_at", UtcDateTime),  # its counter went back: there may be a second one like it
    UniqueConstraint("district_id", "credential"),
    Index("ix_passkey_officer", "district_id", "officer_id"),
    scope="officer",
    parents=[("officer_id", "officer")],
)

passkey_challenge = case_table(
    "passkey_challenge",  # what a passkey is asked to sign, once
    Column("kind", String(8), nullable=False),  # "enter" | "confirm" | "add" | "own"
    uuid_column("step_up_id", nullable=True),  # null at the door, and for a change of one's own factors
    Column("nonce", LargeBinary(32), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_passkey_challenge_step_up", "district_id", "step_up_id"),
    scope="system",
    parents=[("step_up_id", "step_up")],
)

entry_code = case_table(
    "entry_code",  # by which an officer comes in to set what he has not, or has lost
    uuid_column("officer_id"),
    Column("kind", String(8), nullable=False),  # "first" | "password" | "factor"
    Column("digest", LargeBinary(32)),  # null until a second administrator has agreed
    Column("asked_by", Id),  # null: the command line of the machine
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),  # used, refused or replaced
    Index("ix_entry_code_officer", "district_id", "officer_id"),
    scope="officer",
    parents=[("officer_id", "officer")],
)

step_up = case_table(
    "step_up",  # a fresh factor for one act and the very content that was shown, once
    uuid_column("officer_id"),
    uuid_column("session_id"),
    Column("action", String(40), nullable=False),  # noun:verb
    Column("items", Json, nullable=False),  # [[thing, SHA-256 of its content], ...]: ids and digests alone
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("proven_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    scope="officer",
    parents=[("officer_id", "officer"), ("session_id", "login_session")],
)

draft = case_table(
    "draft",
    uuid_column("officer_id"),
    uuid_column("data_key_id"),
    uuid_column("user_task_id", nullable=True),
    uuid_column("requisition_id", nullable=True),
    Column("form", String(60), nullable=False),
    Column("values", Encrypted, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_draft_officer", "district_id", "officer_id", "form"),
    Index("ix_draft_task", "district_id", "user_task_id"),
    scope="officer",
    parents=[("officer_id", "officer"), ("data_key_id", "data_key")],
)

#: When an officer wants to look at an open task again: his own note, which moves no clock.
follow_up = case_table(
    "follow_up",
    uuid_column("officer_id"),
    uuid_column("user_task_id"),
    Column("look_on", Date, nullable=False),
    Column("note", Encrypted),  # sealed with the case's key
    Column("written_at", UtcDateTime, nullable=False),
    Index("ix_follow_up_task", "district_id", "user_task_id"),
    scope="officer",
    parents=[("officer_id", "officer"), ("user_task_id", "user_task")],
    key=("district_id", "officer_id", "user_task_id"),
)

#: A filter of the inbox under a name: an officer's own, or shared with everybody in his office.
saved_view = case_table(
    "saved_view",
    uuid_column("officer_id"),
    uuid_column("office_id"),
    Column("name", LargeBinary, nullable=False),  # sealed with the ring: officers name things after people
    Column("filters", Json, nullable=False),  # codes and ids, never a searched name
    Column("shared", Boolean, nullable=False, default=False),
    Column("list_kind", String(8), nullable=False, server_default="inbox"),  # inbox | cases
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_saved_view_office", "district_id", "office_id", "created_at"),
    scope="office",
    parents=[("officer_id", "officer"), ("office_id", "office")],
)
