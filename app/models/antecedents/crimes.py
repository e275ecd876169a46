"""The crime register of the district: criminal cases, their accused, the keys of both, and what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Date,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    literal,
    select,
    text,
    union_all,
    update,
)

from app.models.scope import visible
from app.models.statements import inserting
from app.models.tables.base import Encrypted, UtcDateTime, case_table, insert_or, uuid_column
from app.models.tables.cases import data_key
from app.models.tables.officers import officer
from app.models.tables.offices import named, office

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

fir = case_table(
    "fir",
    uuid_column("data_key_id"),
    uuid_column("office_id"),  # the thana that registered it
    Column("year", SmallInteger, nullable=False),
    Column("reference", LargeBinary(8), nullable=False),  # thana, number and year, blind
    Column("facts", Encrypted, nullable=False),
    UniqueConstraint("district_id", "reference"),
    Index("ix_fir_office", "district_id", "office_id", "year"),
    Index(
        "ix_fir_key", "district_id", "data_key_id"
    ),  # what else was sealed under the key of an erased entry
    scope="register",
    parents=[("data_key_id", "data_key"), ("office_id", "office")],
)
accused = case_table(
    "accused",
    uuid_column("fir_id"),
    Column("person", LargeBinary(8), nullable=False),  # name and father by their sounds, blind
    Column("facts", Encrypted, nullable=False),  # under the key of its fir
    uuid_column("roster_id", nullable=True),  # the list that brought it; none: entered by hand
    Column("entered_at", UtcDateTime, nullable=False),
    uuid_column("entered_by"),
    Column("kind", String(12), nullable=False, server_default=""),  # of retention.EntryKind; "": it is kept
    Column("counts_from", Date),  # the day of that outcome; none where it is kept
    Column("withheld_at", UtcDateTime),  # since when no search finds it
    uuid_column("withheld_by", nullable=True),
    Column("withheld_why", String(12), nullable=False, server_default=""),  # of retention.Withheld
    Column("withheld_order", String(60), nullable=False, server_default=""),  # number of the order
    UniqueConstraint("district_id", "fir_id", "person"),
    Index(
        "ix_accused_kept",
        *("district_id", "kind", "counts_from", "id"),
        sqlite_where=text("counts_from is not null"),
        postgresql_where=text("counts_from is not null"),
    ),
    scope="register",
    parents=[("fir_id", "fir"), ("entered_by", "officer"), ("withheld_by", "officer")],
)
#: What an accused is found by; a digest tells its kind. Read by its key alone, so SQLite keeps it as one tree; no
#: foreign key: taking one entry out would look through all of it.
accused_key = case_table(
    "accused_key",
    Column("digest", LargeBinary(8), nullable=False),
    uuid_column("accused_id"),
    scope="register",
    key=("district_id", "digest", "accused_id"),
)
accused_key.dialect_options["sqlite"]["with_rowid"] = False
#: What an officer decided of one entry that may be the person of a case; the last one of a unit stands.
hit = case_table(
    "hit",
    uuid_column("case_id"),
    uuid_column("enquiry_id", nullable=True),
    uuid_column("office_id"),
    uuid_column("accused_id"),  # no foreign key: what was decided stays when an entry is corrected away
    Column("verdict", String(8), nullable=False),  # same | other | unsure
    Column(
        "facts", Encrypted, nullable=False
    ),  # basis, reason and the entry as it stood, under the case's key
    Column("role", String(20), nullable=False),
    uuid_column("decided_by"),
    Column("decided_at", UtcDateTime, nullable=False),
    Index("ix_hit_case", "district_id", "case_id", "decided_at"),
    Index("ix_hit_accused", "district_id", "accused_id"),
    scope="case",
    parents=[
        ("case_id", "case"),
        ("enquiry_id", "enquiry"),
        ("office_id", "office"),
        ("decided_by", "officer"),
    ],
)


# -- the register ---------------------------------------------------------------------------------------------


def insert_firs(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(fir).put(session, rows)


def insert_accused(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    inserting(accused).put(session, rows)


def insert_keys(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what entries are found by: each a mapping of `digest` and `accused_id`."""
    inserting(accused_key).put(session, rows)


def lock_firs_of(session: Session, references: Collection[bytes]) -> dict[bytes, AnyRow]:
    """Digest of thana, number and year -> the criminal case in the register, locked for who enters into it."""
    chosen = select(fir).where(visible(fir, session.scope), fir.c.reference.in_(tuple(references)))
    rows = session.connection.execute(chosen.order_by(fir.c.id).with_for_update())
    return {bytes(row.reference): row for row in rows}


def accused_of(session: Session, fir_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Everybody accused in these criminal cases, as the register has them, in the order of entry."""
    chosen = select(accused).where(visible(accused, session.scope), accused.c.fir_id.in_(tuple(fir_ids)))
    return session.connection.execute(chosen.order_by(accused.c.id)).all()


def set_fir(session: Session, fir_id: UUID, facts: bytes) -> None:
    session.connection.execute(
        update(fir).where(visible(fir, session.scope), fir.c.id == fir_id).values(facts=facts)
    )


def set_accused(session: Session, accused_id: UUID, **values: Any) -> None:
    session.connection.execute(
        update(accused).where(visible(accused, session.scope), accused.c.id == accused_id).values(**values)
    )


def delete_accused(session: Session, accused_id: UUID, digests: Collection[bytes]) -> None:
    """Take one entry out of the register, with these keys that it is found by."""
    delete_keys(session, accused_id, digests)
    session.connection.execute(
        delete(accused).where(visible(accused, session.scope), accused.c.id == accused_id)
    )


def delete_keys(session: Session, accused_id: UUID, digests: Collection[bytes]) -> None:
    session.connection.execute(
        delete(accused_key).where(
            visible(accused_key, session.scope),
            accused_key.c.digest.in_(tuple(digests)),
            accused_key.c.accused_id == accused_id,
        )
    )


def delete_fir(session: Session, fir_id: UUID) -> None:
    """Take a criminal case out in which nobody is accused any more."""
    session.connection.execute(delete(fir).where(visible(fir, session.scope), fir.c.id == fir_id))


def lock_firs(session: Session, fir_ids: Collection[UUID]) -> None:
    """Let nobody else write into these criminal cases, or seal them anew, until the transaction ends."""
    chosen = select(fir.c.id).where(visible(fir, session.scope), fir.c.id.in_(tuple(fir_ids)))
    session.connection.execute(chosen.order_by(fir.c.id).with_for_update()).all()


def lock_firs_under(session: Session, data_key_id: UUID) -> Sequence[AnyRow]:
    """The criminal cases that a key opens, locked as by `lock_firs`."""
    chosen = select(fir).where(visible(fir, session.scope), fir.c.data_key_id == data_key_id)
    return session.connection.execute(chosen.order_by(fir.c.id).with_for_update()).all()


def set_sealed_firs(session: Session, data_key_id: UUID, facts: Mapping[UUID, bytes]) -> None:
    """Keep what these criminal cases tell, sealed under another key."""
    _seal(session, fir, facts, {"data_key_id": data_key_id})


def set_sealed_accused(session: Session, facts: Mapping[UUID, bytes]) -> None:
    """Keep what these entries tell, sealed under the key that their criminal case has from now on."""
    _seal(session, accused, facts, {})


def _seal(session: Session, table: Any, facts: Mapping[UUID, bytes], more: Mapping[str, Any]) -> None:
    if facts:
        changed = update(table).where(visible(table, session.scope), table.c.id == bindparam("own_id"))
        rows = [{"own_id": row_id, "sealed": each} for row_id, each in facts.items()]
        session.connection.execute(changed.values(facts=bindparam("sealed"), **more), rows)


def add_keys(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what entries are found by, as far as it is not there: each a mapping of `digest` and `accused_id`."""
    if rows:
        own = [{"district_id": session.district_id, **row} for row in rows]
        session.connection.execute(insert_or(session.connection, accused_key).on_conflict_do_nothing(), own)


def ids_after(session: Session, after_id: UUID, limit: int) -> list[UUID]:
    """The next entries of the register, by id."""
    chosen = select(accused.c.id).where(visible(accused, session.scope), accused.c.id > after_id)
    return list(session.connection.execute(chosen.order_by(accused.c.id).limit(limit)).scalars())


def has_entries(session: Session) -> bool:
    """Whether anybody stands in the register at all."""
    chosen = select(accused.c.id).where(visible(accused, session.scope)).limit(1)
    return session.connection.execute(chosen).first() is not None


def search(session: Session, groups: Sequence[tuple[int, Collection[bytes]]], limit: int) -> Sequence[AnyRow]:
    """The entries that share the most of these keys, best first: (accused_id, weight).

    Each group is a weight and the digests that each add it.
    """
    parts = [
        select(accused_key.c.accused_id, literal(weight).label("weight")).where(
            visible(accused_key, session.scope), accused_key.c.digest.in_(tuple(digests))
        )
        for weight, digests in groups
        if digests
    ]
    if not parts:
        return ()
    shared = union_all(*parts).subquery()
    weight = func.sum(shared.c.weight).label("weight")
    chosen = select(shared.c.accused_id, weight).group_by(shared.c.accused_id)
    return session.connection.execute(chosen.order_by(weight.desc()).limit(limit)).all()


def entries(session: Session, accused_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """Entries with the criminal case and thana of each, and the wrapped key that opens both."""
    chosen = (
        select(
            accused,
            fir.c.facts.label("fir_facts"),
            fir.c.year,
            fir.c.office_id,
            fir.c.data_key_id,
            data_key.c.wrapped,
            *named(office, "office"),
        )
        .join(fir, and_(fir.c.district_id == accused.c.district_id, fir.c.id == accused.c.fir_id))
        .join(data_key, and_(data_key.c.district_id == fir.c.district_id, data_key.c.id == fir.c.data_key_id))
        .join(office, and_(office.c.district_id == fir.c.district_id, office.c.id == fir.c.office_id))
        .where(visible(accused, session.scope), accused.c.id.in_(tuple(accused_ids)))
    )
    return session.connection.execute(chosen).all()


# -- kept for years, and taken from search ---------------------------------------------------------------------


def withheld(session: Session, limit: int) -> Sequence[AnyRow]:
    """The entries that no search finds, the latest first, with who took each out of it."""
    chosen = (
        select(
            accused.c.id,
            accused.c.withheld_at,
            accused.c.withheld_why,
            accused.c.withheld_order,
            officer.c.name_hi.label("officer_hi"),
            officer.c.name_en.label("officer_en"),
        )
        .outerjoin(
            officer,
            and_(officer.c.district_id == accused.c.district_id, officer.c.id == accused.c.withheld_by),
        )
        .where(
            visible(accused, session.scope),
            accused.c.kind == "withheld",
            accused.c.counts_from.is_not(None),
        )
        .order_by(accused.c.counts_from.desc(), accused.c.id.desc())
        .limit(limit)
    )
    return session.connection.execute(chosen).all()


def withheld_of(session: Session, accused_ids: Collection[UUID]) -> set[UUID]:
    """Those of these entries that no search finds any more."""
    chosen = select(accused.c.id).where(
        visible(accused, session.scope),
        accused.c.id.in_(tuple(accused_ids)),
        accused.c.withheld_at.is_not(None),
    )
    return set(session.connection.execute(chosen).scalars())


# -- decisions ------------------------------------------------------------------------------------------------


def insert_hit(session: Session, row: Mapping[str, Any]) -> None:
    inserting(hit).put(session, [row])


def hits_of(session: Session, case_id: UUID) -> Sequence[AnyRow]:
    """What was decided of entries for the person of a case, oldest first, with who decided."""
    chosen = (
        select(hit, officer.c.name_hi.label("officer_hi"), officer.c.name_en.label("officer_en"))
        .outerjoin(
            officer,
            and_(officer.c.district_id == hit.c.district_id, officer.c.id == hit.c.decided_by),
        )
        .where(visible(hit, session.scope), hit.c.case_id == case_id)
        .order_by(hit.c.decided_at, hit.c.id)
    )
    return session.connection.execute(chosen).all()
