"""A district at work: offices and what they cover, officers and their posts, days off, series of numbers, queues."""

import sqlalchemy as sa
from alembic import op

from app.migrations.first_release import columns as first

TABLES = (
    "district",
    "holiday",
    "office",
    "officer",
    "setting",
    "worker",
    "jurisdiction",
    "login_session",
    "number_series",
    "posting",
    "queue_count",
)


def create() -> None:
    _district()
    _holiday()
    _office()
    _officer()
    _setting()
    _worker()
    _jurisdiction()
    _login_session()
    _number_series()
    _posting()
    _queue_count()


def _district() -> None:
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


def _holiday() -> None:
    op.create_table(
        "holiday",
        first.district(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_hi", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "day", name=op.f("pk_holiday")),
        info={"scope": "district"},
    )


def _office() -> None:
    op.create_table(
        "office",
        first.district(),
        first.identity(),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("parent_id", first.ID, nullable=True),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name_hi", sa.String(length=160), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("lgd_code", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *first.refer("office", parent_id="office"),
        first.key("office"),
        sa.UniqueConstraint("district_id", "key", name=op.f("uq_office_district_id_key")),
        info={"scope": "district"},
    )
    op.create_index("ix_office_kind", "office", ["district_id", "kind"], unique=False)


def _officer() -> None:
    op.create_table(
        "officer",
        first.district(),
        first.identity(),
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
        sa.Column("last_sign_in_at", first.MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", first.MOMENT, nullable=True),
        first.key("officer"),
        sa.UniqueConstraint("district_id", "username", name=op.f("uq_officer_district_id_username")),
        info={"scope": "district"},
    )
    op.create_index("ix_officer_username", "officer", ["username"], unique=False)


def _setting() -> None:
    op.create_table(
        "setting",
        first.district(),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("district_id", "key", name=op.f("pk_setting")),
        info={"scope": "district"},
    )


def _worker() -> None:
    op.create_table(
        "worker",
        first.district(),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("seen_at", first.MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("district_id", "name", name=op.f("pk_worker")),
        info={"scope": "system"},
    )


def _jurisdiction() -> None:
    op.create_table(
        "jurisdiction",
        first.district(),
        first.identity(),
        sa.Column("area_kind", sa.String(length=16), nullable=False),
        sa.Column("area_code", sa.String(length=60), nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *first.refer("jurisdiction", office_id="office"),
        first.key("jurisdiction"),
        info={"scope": "district"},
    )
    op.create_index(
        "ix_jurisdiction_area", "jurisdiction", ["district_id", "area_kind", "area_code"], unique=False
    )


def _login_session() -> None:
    op.create_table(
        "login_session",
        first.district(),
        first.identity(),
        sa.Column("officer_id", first.ID, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("posting_id", first.ID, nullable=True),
        sa.Column("created_at", first.MOMENT, nullable=False),
        sa.Column("last_seen_at", first.MOMENT, nullable=False),
        sa.Column("expires_at", first.MOMENT, nullable=False),
        sa.Column("ended_at", first.MOMENT, nullable=True),
        *first.refer("login_session", officer_id="officer"),
        first.key("login_session"),
        info={"scope": "officer"},
    )
    op.create_index("ix_login_session_digest", "login_session", ["digest"], unique=False)


def _number_series() -> None:
    op.create_table(
        "number_series",
        first.district(),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        *first.refer("number_series", office_id="office"),
        sa.PrimaryKeyConstraint("district_id", "office_id", "kind", "year", name=op.f("pk_number_series")),
        info={"scope": "office"},
    )


def _posting() -> None:
    op.create_table(
        "posting",
        first.district(),
        first.identity(),
        sa.Column("officer_id", first.ID, nullable=False),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *first.refer("posting", office_id="office", officer_id="officer"),
        first.key("posting"),
        info={"scope": "district"},
    )
    op.create_index("ix_posting_office", "posting", ["district_id", "office_id", "role"], unique=False)
    op.create_index("ix_posting_officer", "posting", ["district_id", "officer_id"], unique=False)


def _queue_count() -> None:
    op.create_table(
        "queue_count",
        first.district(),
        sa.Column("office_id", first.ID, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("element_id", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        *first.refer("queue_count", office_id="office"),
        sa.PrimaryKeyConstraint(
            "district_id", "office_id", "role", "element_id", "due_on", name=op.f("pk_queue_count")
        ),
        info={"scope": "office"},
    )
