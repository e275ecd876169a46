"""A district with very many open tasks: rows written in bulk, sealed as the product seals them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text

from app.domain.ids import new_id
from app.models.cases import applicant, case, data_key, enquiry, requisition
from app.models.officers import posting
from app.models.offices import office
from app.models.releases import release
from app.models.workflow import queue_count, user_task
from app.services import keys

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection, Row

    from app.crypto import KeyRing
    from app.services.database import Database

_CHUNK = 5_000
_DAYS = 40  # due dates over which the tasks are spread, half of them past
ELEMENT, ROLE, LANE = "endorse_enquiry", "sho", "thana"
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

    Only what an inbox reads is there: no engine state, no answers. The counts of the queues are right.
    """
    engine = database.engine
    if database.is_sqlite:
        with (
            engine.connect() as connection
        ):  # pragmas hold outside a transaction only, and for one connection
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA synchronous=OFF")
            _fill(connection, database.keys, tasks, now)
            raw.execute("PRAGMA foreign_keys=ON")
            raw.execute("PRAGMA synchronous=FULL")
            connection.execute(text("ANALYZE"))
            connection.commit()
        return
    with engine.connect() as connection:
        _fill(connection, database.keys, tasks, now)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _fill(connection: Connection, ring: KeyRing, tasks: int, now: datetime) -> None:
    ground = _ground(connection, ring, now)
    counts: dict[tuple[UUID, Any], int] = {}
    for start in range(0, tasks, _CHUNK):
        rows = [_person(ground, ring, number, now) for number in range(start, min(tasks, start + _CHUNK))]
        for table in (data_key, case, applicant, enquiry, user_task):
            connection.execute(insert(table), [row[table.name] for row in rows])
        for row in rows:
            at = (row["user_task"]["office_id"], row["user_task"]["due_on"])
            counts[at] = counts.get(at, 0) + 1
        connection.commit()
    connection.execute(
        insert(queue_count),
        [
            {
                "district_id": ground.district_id,
                "office_id": office_id,
                "role": ROLE,
                "element_id": ELEMENT,
                "due_on": due_on,
                "open": count,
            }
            for (office_id, due_on), count in counts.items()
        ],
    )
    connection.commit()


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
            "purpose": "govt_service",
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
    entered = now - timedelta(days=30) + timedelta(milliseconds=number)
    key_id, case_id, applicant_id, enquiry_id, task_id = (new_id(entered) for _ in range(5))
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
            "number": f"CRD/2026/{task_id.hex[-12:]}",
            "purpose": "govt_service",
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
            "engine_task_id": task_id.hex,
            "element_id": ELEMENT,
            "element_path": f"handle_case/conduct_enquiries/{ELEMENT}",
            "iteration": 0,
            "lane": LANE,
            "office_id": thana,
            "role": ROLE,
            "form": ELEMENT,
            "enquiry_id": enquiry_id,
            "state": "open",
            "created_at": now,
            "due_on": due_at.date(),
            "due_at": due_at,
        },
    }
