"""Tokens by which a department's own program comes in, and what it has lodged under which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, LargeBinary, String, select

from app.models import guarded
from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import UtcDateTime, case_table, insert_or, uuid_column
from app.models.tables.officers import officer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

api_token = case_table(
    "api_token",
    uuid_column("office_id"),  # the department
    uuid_column("officer_id"),  # who made it; it lives no longer than his post
    uuid_column("posting_id"),
    Column("digest", LargeBinary(32)),  # of the token, which is never stored; null until a code has proven it
    Column("name", String(60), nullable=False),  # what the department calls it
    Column("scopes", String(60), nullable=False),  # words of app.services.access.tokens.SCOPES
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    uuid_column("revoked_by", nullable=True),
    Index("ix_api_token_digest", "digest"),
    Index("ix_api_token_office", "district_id", "office_id", "made_at"),
    scope="office",
    parents=[("office_id", "office"), ("officer_id", "officer"), ("revoked_by", "officer")],
)
#: A program that lost the answer sends again under the same key, and gets the same letter.
api_request = case_table(
    "api_request",
    uuid_column("office_id"),
    Column("digest", LargeBinary(32), nullable=False),  # of the key
    Column("body", LargeBinary(32), nullable=False),  # digest of what was sent under it
    uuid_column("lodgement_id"),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_api_request_at", "at"),
    scope="office",
    parents=[("office_id", "office"), ("lodgement_id", "lodgement")],
    key=("district_id", "office_id", "digest"),
)


def insert_token(session: Session, row: Mapping[str, Any]) -> None:
    inserting(api_token).put(session, [row])


def find(session: Session, token_id: UUID) -> AnyRow | None:
    chosen = select(api_token).where(visible(api_token, session.scope), api_token.c.id == token_id)
    return session.connection.execute(chosen).one_or_none()


def by_digest(session: Session, digest: bytes) -> AnyRow | None:
    """The token with this digest, of whatever district."""
    chosen = select(api_token).where(visible(api_token, session.scope), api_token.c.digest == digest)
    return session.connection.execute(chosen).one_or_none()


def tokens(session: Session) -> Sequence[AnyRow]:
    """The tokens that were proven, the newest first, with who made each."""
    maker = officer.c
    chosen = (
        select(api_token, maker.name_hi.label("maker_hi"), maker.name_en.label("maker_en"))
        .join(officer, (maker.district_id == api_token.c.district_id) & (maker.id == api_token.c.officer_id))
        .where(visible(api_token, session.scope), api_token.c.digest.is_not(None))
    )
    newest = (api_token.c.made_at.desc(), api_token.c.id.desc())
    return session.connection.execute(chosen.order_by(*newest).limit(200)).all()


def set_token(session: Session, token_id: UUID, **values: Any) -> bool:
    """Change a token that was not revoked; -> whether there was one."""
    return guarded.change(
        session, api_token, api_token.c.id == token_id, api_token.c.revoked_at.is_(None), **values
    )


def request_of(session: Session, digest: bytes) -> AnyRow | None:
    """What the department has lodged under a key."""
    chosen = select(api_request).where(visible(api_request, session.scope), api_request.c.digest == digest)
    return session.connection.execute(chosen).one_or_none()


def insert_request(session: Session, row: Mapping[str, Any]) -> bool:
    """Note what is lodged under a key; -> whether the key was new."""
    put = insert_or(session.connection, api_request).values(district_id=session.district_id, **row)
    done = session.connection.execute(put.on_conflict_do_nothing().returning(api_request.c.digest))
    return done.first() is not None


def delete_requests(session: Session, before: datetime) -> None:
    """Forget keys of long ago."""
    session.connection.execute(
        api_request.delete().where(visible(api_request, session.scope), api_request.c.at < before)
    )
