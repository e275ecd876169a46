"""A district with very many open tasks: rows written in bulk, sealed as the product seals them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select, text

from app.domain.ids import new_id
from app.models.deployment.releases import release
from app.models.tables.cases import applicant, case, data_key, enquiry, requisition
from app.models.tables.officers import posting
from app.models.tables.offices import office
from app.models.tables.workflow import user_task
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from app.crypto import KeyRing
    from app.services.store.database import Database

_BLOCK = 20_000
_CHUNK = 5_000
_DAYS = 40  # due dates over which the tasks are spread, half of them past
_TABLES = (data_key, case, applicant, enquiry, user_task)
_FIRST_BLOCK = (
    0x19AAD0000000  # an instant of 2025 in milliseconds: what the ids of the first block begin with
)

#: How each column of a copy is made from the same column of the first block.
_SQLITE = {
    **dict.fromkeys(
        ("id", "case_id", "data_key_id", "enquiry_id"), "cast(:prefix || substr({0}, 7) as blob)"
    ),
    **dict.fromkeys(("number", "engine_task_id"), "{0} || :block"),
    "due_on": "date({0}, '+3 days')",
    "due_at": "strftime('%Y-%m-%d %H:%M:%f000', {0}, '+3 days')",
    "own": "substr(id, 1, 6) = :first",
    "other": "{0}",
}
_POSTGRES = {
    **dict.fromkeys(
        ("id", "case_id", "data_key_id", "enquiry_id"),
        "cast(overlay(cast({0} as text) placing :prefix from 1 for 13) as uuid)",
    ),
    **dict.fromkeys(("number", "engine_task_id"), "{0} || :block"),
    "due_on": "{0} + 3",
    "due_at": "{0} + interval '3 days'",
    "own": "starts_with(cast(id as text), :first)",
    "other": "{0}",
}
_COUNT = """
insert into queue_count (district_id, office_id, role, element_id, due_on, open, free)
select district_id, office_id, role, element_id, due_on, count(*), count(*) from user_task where state = 'open'
group by district_id, office_id, role, element_id, due_on
"""
ELEMENT, ROLE, LANE, PURPOSE = "endorse_enquiry", "sho", "thana", "govt_service"
_NAMES = {
    "name_hi": "राकेश कुमार सिंह",
    "name_en": "Rakesh Kumar Singh",
    "father_hi": "महेश सिंह",
    "father_en": "Mahesh Singh",
    "relation": "father",
    "gender": "male",
}


@dataclass(frozen=True)
class _Ground:
    """What every row of the crowd hangs on."""

    district_id: int
    thanas: list[UUID]
    release_id: UUID
    requisition_id: UUID


def fill(database: Database, tasks: int, now: datetime) -> None:
    """Add so many open tasks, one a case, spread evenly over the thanas and over past and coming days.

    Only what an inbox reads is there: no engine state, no answers. The first block is sealed as the product
    seals; further blocks are copies made by the database, due later, so that no first page opens one.
    """
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # outside a transaction, and for this connection only
            raw.execute("PRAGMA synchronous=OFF")
        ground = _ground(connection, database.keys, now)
        _first_block(connection, ground, database.keys, min(tasks, _BLOCK), now)
        with _without_indexes(connection, needed=tasks <= _BLOCK):
            for number in range(1, tasks // _BLOCK):
                _copy_block(connection, number)
        connection.execute(text(_COUNT))
        connection.commit()
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys=ON")
            raw.execute("PRAGMA synchronous=FULL")
            raw.execute("ANALYZE")
            return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _first_block(connection: Connection, ground: _Ground, ring: KeyRing, tasks: int, now: datetime) -> None:
    for start in range(0, tasks, _CHUNK):
        rows = [_person(ground, ring, number, now) for number in range(start, min(tasks, start + _CHUNK))]
        for table in _TABLES:
            connection.execute(insert(table), [row[table.name] for row in rows])
    connection.commit()


@contextmanager
def _without_indexes(connection: Connection, *, needed: bool) -> Iterator[None]:
    """Build the indexes anew after the block: sorting once is cheaper than keeping them in order."""
    if needed or connection.dialect.name != "sqlite":
        yield
        return
    listed = text("select name, sql from sqlite_master where type = 'index' and sql is not null")
    indexes = list(connection.execute(listed))
    for index in indexes:
        connection.execute(text(f'drop index "{index.name}"'))
    yield
    for index in indexes:
        connection.execute(text(index.sql))
    connection.commit()


def _copy_block(connection: Connection, number: int) -> None:
    """Copy the first block, one statement a table: new ids, new numbers, due some days later."""
    words = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    at = _FIRST_BLOCK + number
    for table in _TABLES:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        copied = ", ".join(
            words.get(column.name, words["other"]).format(f'"{column.name}"') for column in table.columns
        )
        source = f'"{table.name}" where {words["own"]}'
        connection.execute(
            text(f'insert into "{table.name}" ({columns}) select {copied} from {source}'),  # noqa: S608
            {"first": _prefix(words, _FIRST_BLOCK), "prefix": _prefix(words, at), "block": f"-{number}"},
        )
    connection.commit()


def _prefix(words: dict[str, str], block: int) -> bytes | str:
    """Write the first six bytes of a block's ids as the database keeps them."""
    whole = block.to_bytes(6, "big")
    return whole if words is _SQLITE else f"{whole.hex()[:8]}-{whole.hex()[8:]}"


def _ground(connection: Connection, ring: KeyRing, now: datetime) -> _Ground:
    """Find the manned thanas and the release; enter one letter for all."""
    manned = (
        select(office.c.district_id, office.c.id)
        .join(posting, posting.c.office_id == office.c.id)
        .where(office.c.kind == "thana", posting.c.role == ROLE)
        .order_by(office.c.key)
    )
    thanas: list[Row[Any]] = list(connection.execute(manned))
    district_id = thanas[0].district_id
    release_id = connection.execute(select(release.c.id).where(release.c.status == "active")).scalar_one()
    dm_office = connection.execute(select(office.c.id).where(office.c.kind == "dm_office")).scalar_one()
    author = connection.execute(
        select(posting.c.officer_id).where(posting.c.office_id == dm_office)
    ).scalars()
    key_id, letter_id = new_id(now), new_id(now)
    connection.execute(insert(data_key), [_key_row(ring, district_id, key_id, "requisition")[0]])
    connection.execute(
        insert(requisition),
        {
            "district_id": district_id,
            "id": letter_id,
            "data_key_id": key_id,
            "office_id": dm_office,
            "number": f"crowd/{letter_id.hex[-8:]}",
            "purpose": PURPOSE,
            "requester_hi": "शिक्षा विभाग",
            "letter_no": "1",
            "letter_date": now.date(),
            "received_on": now.date(),
            "candidate_count": 1,
            "routing": {},
            "values": b"",
            "release_id": release_id,
            "created_at": now,
            "created_by": author.first(),
        },
    )
    return _Ground(district_id, [row.id for row in thanas], release_id, letter_id)


def _key_row(ring: KeyRing, district_id: int, key_id: UUID, kind: str) -> tuple[dict[str, Any], bytes]:
    clear = key_id.bytes * 2  # a random one would only cost time here
    wrapped = ring.wrap(clear, f"data_key|wrapped|{key_id}")
    return {"district_id": district_id, "id": key_id, "kind": kind, "wrapped": wrapped}, clear


def _person(ground: _Ground, ring: KeyRing, number: int, now: datetime) -> dict[str, dict[str, Any]]:
    """All rows of one case that waits for its thana's endorsement, by table."""
    key_id, case_id, applicant_id, enquiry_id, task_id = (_id(kind, number) for kind in range(5))
    key, clear = _key_row(ring, ground.district_id, key_id, "case")
    own = {"district_id": ground.district_id, "case_id": case_id}
    thana = ground.thanas[number % len(ground.thanas)]
    due_at = now + timedelta(days=(number // len(ground.thanas)) % _DAYS - _DAYS // 2, seconds=number % 997)
    return {
        "data_key": key,
        "case": {
            "district_id": ground.district_id,
            "id": case_id,
            "requisition_id": ground.requisition_id,
            "data_key_id": key_id,
            "release_id": ground.release_id,
            "number": f"CRD/2026/{number}",
            "purpose": PURPOSE,
            "status": "open",
            "revision": 1,
            "received_on": now.date(),
            "due_on": due_at.date(),
            "sample": number % 100,
            "rounds": 0,
            "opened_at": now,
            "step_seq": 1,
            "audit_seq": 1,
            "audit_head": b"\0" * 32,
        },
        "applicant": {
            **own,
            "id": applicant_id,
            "kind": "person",
            "name": keys.seal_name(clear, applicant_id, _NAMES),
            "details": b"",
        },
        "enquiry": {
            **own,
            "id": enquiry_id,
            "unit_kind": "thana",
            "office_id": thana,
            "round": 0,
            "state": "open",
            "received_at": now,
            "facts": b"",
        },
        "user_task": {
            **own,
            "id": task_id,
            "engine_task_id": f"crowd-{number}",
            "element_id": ELEMENT,
            "element_path": f"handle_case/conduct_enquiries/{ELEMENT}",
            "iteration": 0,
            "lane": LANE,
            "office_id": thana,
            "role": ROLE,
            "form": ELEMENT,
            "purpose": PURPOSE,
            "enquiry_id": enquiry_id,
            "state": "open",
            "created_at": now,
            "due_on": due_at.date(),
            "due_at": due_at,
        },
    }


def _id(kind: int, number: int) -> UUID:
    """Make the id of the first block's so-many-th row of one kind: a UUIDv7 that copies can be made of."""
    return UUID(int=_FIRST_BLOCK << 80 | 0x7 << 76 | 0b10 << 62 | kind << 40 | number)
