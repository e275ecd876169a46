"""Two districts at work, and somebody in every post: whose each thing is, for tests of who gets which answer.

Things are `near` (a case of the first thana, and what belongs to it), `far` (of a thana under another subdivision) or
`other` (of the other district, or of one officer alone). What a request writes is taken back at once: none changes
what the next one finds.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select

from app import create_app
from app.config import Settings
from app.crypto import KeyRing
from app.domain.ids import new_id
from app.domain.numbers import in_address
from app.domain.roles import DISTRICT_WIDE, IN_PERSON, OVER_THANAS, Role
from app.models.intake.neighbours import request
from app.models.tables.cases import case, document, enquiry
from app.models.tables.officers import officer, posting
from app.models.tables.offices import office
from app.models.tables.workflow import user_task
from app.services.access import officers, stepup, tokens
from app.services.deployment import release_proposals as proposals
from app.services.desk import desk
from app.services.installation import setup
from app.services.intake import rosters
from app.services.procedure import procedures
from app.services.staff import postings
from app.services.store import scopes
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests import lodging
from tests.journey import Journey

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Flask
    from sqlalchemy import Connection, Row

    from app.domain.roles import Actor

BUXAR, SARAN = 194, 218
OPEN_AT = ("visit", "search_records")
#: The role that nobody holds in the demo, and the kind of office where somebody gets them here.
FURTHER = {Role.SUPERVISOR_VIEW: "dm_office"}


class Unwritten(Database):
    """A database whose writes answer as ever, and are taken back."""

    def _run_one(self, connection: Connection, item: Any) -> Any:
        connection.exec_driver_sql("SAVEPOINT unwritten")
        try:
            return super()._run_one(connection, item)
        finally:
            connection.exec_driver_sql("ROLLBACK TO unwritten")
            connection.exec_driver_sql("RELEASE unwritten")


class District(Journey):
    """The officers of one of the two districts."""

    def __init__(self, database: Database, now: datetime, code: int) -> None:
        super().__init__(database, now)
        posted = select(posting.c.officer_id).where(posting.c.district_id == code)
        own = database.read(lambda rows: set(rows.connection.execute(posted).scalars()), scopes.health())
        self.staff._posts = [post for post in self.staff._posts if post.officer_id in own]


@dataclass
class World:
    """The application over both districts, who acts in it, and what there is: thing -> where -> its id."""

    app: Flask
    things: dict[str, dict[str, Any]]
    actors: dict[Role, Actor]
    tokens: dict[Role, str]
    places: dict[str, set[UUID]]  # near, far -> offices that have an enquiry in its case, and those above
    tasks: dict[str, Row[Any]] = field(default_factory=dict)

    def sees(self, role: Role, where: str) -> bool:
        """Whether a post that opens cases may know of what is there."""
        if where == "other":
            return False
        return role in DISTRICT_WIDE or self.actors[role].post.office_id in self.places[where]


def build(demo: Path, folder: Path, now: datetime) -> World:
    """Make both districts on a copy of the demo database."""
    shutil.copy(demo, folder / "satyapan.db")
    url, keys = f"sqlite:///{folder / 'satyapan.db'}", KeyRing.for_tests()
    database = Database(url, keys, folder / "documents", clock_is_free=True)
    setup.add_demo(database, folder, now, BUXAR)
    _post_further(database, now)
    saran, buxar = District(database, now, SARAN), District(database, now, BUXAR)
    thanas = _two_thanas(database, saran)
    cases = {
        where: _two_cases(district, thana)
        for where, district, thana in (
            ("near", saran, thanas[0]),
            ("far", saran, thanas[1]),
            ("other", buxar, next(iter(buxar.staff.offices(Role.SHO)))),
        )
    }
    things, tasks, places = _things(database, cases)
    things["roster"] = {
        where: _roster(saran if where == "near" else buxar, letter, now)
        for where, letter in things["letter"].items()
        if where != "far"
    }
    things["token"] = {"near": _token(saran, now)}
    things["neighbour"] = {"near": _letter_to_saran(buxar)}
    things["lodgement"] = {"near": _lodgement(saran, now)}
    things["sent"] = {"near": _lodgement(saran, now, sent=True)}
    things["proposal"] = {"near": _proposal(saran, now), "other": _proposal(buxar, now)}
    things["version"] = {"near": 1}
    things |= _posts(database, saran, thanas, buxar, now)
    things |= _of_a_colleague(
        saran.staff.holder(Role.SHO, saran.staff.offices(Role.SHO)[thanas[1]]), database, now
    )
    actors = _actors(saran, thanas[0], tasks["near"])
    tokens = {role: officers.enter_as(database, each.officer_id, now).token for role, each in actors.items()}
    database.close()
    settings = Settings(folder, url, demo=True, testing=True)
    unwritten = Unwritten(
        url, keys, folder / "documents", public_address=settings.public_address, clock_is_free=True
    )
    app = create_app(settings, unwritten, clock=lambda: now)
    return World(app, things, actors, tokens, places, tasks)


def _post_further(database: Database, now: datetime) -> None:
    """Post somebody in the roles that the demo leaves empty."""
    with database.engine.execution_options(writing=True).begin() as connection:
        account = connection.execute(select(officer).where(officer.c.district_id == SARAN)).first()
        assert account is not None
        offices = dict(
            connection.execute(select(office.c.kind, office.c.id).where(office.c.district_id == SARAN)).all()
        )
        for role, kind in FURTHER.items():
            officer_id = new_id(now)
            own = {**account._mapping, "id": officer_id, "username": f"test.{role}"}
            connection.execute(insert(officer).values(own))
            post = {"id": new_id(now), "district_id": SARAN, "officer_id": officer_id, "role": role}
            since = {"office_id": offices[kind], "kind": "regular", "valid_from": now.date()}
            connection.execute(insert(posting).values(post | since))


def _two_thanas(database: Database, district: District) -> tuple[str, str]:
    """Two thanas under different subdivisions."""
    own = district.staff.offices(Role.SHO)
    with database.engine.connect() as connection:
        parents = dict(connection.execute(select(office.c.id, office.c.parent_id)).all())
    first = next(iter(own))
    return first, next(key for key in own if parents[own[key]] != parents[own[first]])


def _two_cases(district: District, thana: str) -> tuple[str, str]:
    """An open case of a thana, and one whose paper has left."""
    letter = district.register(letter_no=f"पत्र-{thana}"[:25], candidate_count=2)
    done, still = district.add(letter, [thana]), district.add(letter, [thana])
    district.go_on(done)
    district.go_on(still, *OPEN_AT)
    return still, done


def _things(database: Database, cases: dict[str, tuple[str, str]]) -> tuple[Any, Any, Any]:
    things: dict[str, dict[str, Any]] = {name: {} for name in ("case", "letter", "document", "task", "gift")}
    tasks, places = {}, {}
    with database.engine.connect() as connection:
        parents = dict(connection.execute(select(office.c.id, office.c.parent_id)).all())
        for where, (still, done) in cases.items():
            row = connection.execute(select(case).where(case.c.number == still)).one()
            paper = select(document.c.id).join(case, case.c.id == document.c.case_id)
            task = select(user_task).where(user_task.c.case_id == row.id, user_task.c.element_id == "visit")
            tasks[where] = connection.execute(task).one()
            things["case"][where] = in_address(still)
            things["letter"][where] = row.requisition_id
            things["task"][where] = things["gift"][where] = tasks[where].id
            things["document"][where] = connection.execute(
                paper.where(case.c.number == done, document.c.field == "issued_paper")
            ).scalar_one()
            units = connection.execute(select(enquiry.c.office_id).where(enquiry.c.case_id == row.id))
            offices = set(units.scalars())
            places[where] = offices | {parents[each] for each in offices}
    return things, tasks, places


def _roster(district: District, letter: UUID, now: datetime) -> UUID:
    """Hand in a list whose columns nobody has explained yet."""
    actor = district.staff.holder(Role.DM_ASSISTANT)
    return rosters.CANDIDATES.upload(
        district.database, actor, "नाम (हिन्दी),लिंग\nराम,पुरुष\n".encode(), now, letter
    )


def _letter_to_saran(buxar: District) -> UUID:
    """Ask Saran about somebody of Buxar who has lived there."""
    stay = {"village": "रामपुर", "state": "bihar", "district": str(SARAN), "thana_other": "मुफस्सिल"}
    months = {"from": "2022-01", "to": "2023-06"}
    buxar.go_on(buxar.add(buxar.register(), stays=[stay | months]), until="record_reply")
    asked = select(request.c.id).where(request.c.district_id == SARAN)
    return buxar.database.read(lambda rows: rows.connection.execute(asked).scalar_one(), scopes.health())


def _lodgement(district: District, now: datetime, *, sent: bool = False) -> UUID:
    """Write a letter in the account of a department, and send it with a list of one person."""
    actor = district.staff.holder(Role.REQUESTER)
    return lodging.sent(district, actor, now) if sent else lodging.written(district, actor, now)


def _token(district: District, now: datetime) -> UUID:
    """Ask for the token of a program, in the name of a department."""
    actor = district.staff.holder(Role.REQUESTER)
    asked = district.database.write(
        lambda rows: tokens.to_make(rows, actor, "वेतन", ["read"], 30, now), actor_scope(actor)
    )
    wanted = district.database.read(lambda rows: stepup.see(rows, actor, asked, now), actor_scope(actor))
    return UUID(wanted.items[0].thing.partition(":")[2])


def _proposal(district: District, now: datetime) -> UUID:
    actor = district.staff.holder(Role.PROCESS_ADMIN)

    def begin(rows: Any) -> UUID:
        return proposals.begin(rows, actor, procedures.release(rows, 1).row.id, "समय घटाना", now)

    return district.database.write(begin, actor_scope(actor))


def _posts(
    database: Database, saran: District, thanas: tuple[str, str], buxar: District, now: datetime
) -> dict[str, dict[str, Any]]:
    """The thanas, the posting of a munshi in each, and an order that waits for a second person."""
    own = saran.staff.offices(Role.SHO)
    offices = {"near": own[thanas[0]], "far": own[thanas[1]], "other": buxar.staff.offices(Role.SHO)}
    offices["other"] = next(iter(offices["other"].values()))
    with database.engine.connect() as connection:
        held = {
            where: connection.execute(
                select(posting.c.id).where(
                    posting.c.office_id == office_id, posting.c.role == Role.THANA_MUNSHI
                )
            ).scalar_one()
            for where, office_id in offices.items()
        }
    admin = saran.staff.holder(Role.USER_ADMIN)
    typed = postings.Typed(
        "", "circle_inspector", "charge", now.date(), now.date(), has_end=True, order_no="1", moves=False
    )

    def ask(rows: Any) -> Any:
        where = next(each for each in postings.places(rows, admin, now) if each.office_kind == "sdpo")
        return postings.to_post(rows, admin, where, replace(typed, username=_somebody(rows, admin)), now)

    asked = database.write(ask, actor_scope(admin))
    saran.confirm(admin, asked)
    wanted = database.read(lambda rows: stepup.see(rows, admin, asked, now), actor_scope(admin))
    assert postings.confirm(database, admin, wanted, now).state == postings.WAITING
    order = UUID(wanted.items[0].thing.partition(":")[2])
    people = {
        "near": saran.staff.holder(Role.SHO, own[thanas[0]]).officer_id,
        "far": saran.staff.holder(Role.SHO, own[thanas[1]]).officer_id,
        "other": buxar.staff.holder(Role.SHO, offices["other"]).officer_id,
    }
    return {"office": offices, "posting": held, "order": {"near": order}, "officer": people}


def _somebody(rows: Any, admin: Actor) -> str:
    """Name an officer of a thana."""
    return next(each.username for each in postings.proposed(rows, admin) if each.username.startswith("eo2."))


def _of_a_colleague(sho: Actor, database: Database, now: datetime) -> dict[str, dict[str, Any]]:
    """What belongs to one officer alone, here the SHO of the other thana: nobody else may know of it."""

    def keep(rows: Any) -> UUID:
        desk.save_view(rows, sho, "अपना", {"band": "late"}, now, shared=False)
        return desk.views(rows, sho)[0].id

    view = database.write(keep, actor_scope(sho))
    asked = database.write(
        lambda rows: stepup.begin(rows, sho, "task:sign", [stepup.item("task:1", {})], now), actor_scope(sho)
    )
    return {"session": {"other": sho.session_id}, "view": {"other": view}, "step_up": {"other": asked}}


def _actors(district: District, thana: str, task: Row[Any]) -> dict[Role, Actor]:
    """Somebody in every role: of the first thana, of the offices above it, of the district."""
    own = district.staff.offices(Role.SHO)[thana]
    with district.database.engine.connect() as connection:
        parent = connection.execute(select(office.c.parent_id).where(office.c.id == own)).scalar_one()
    found = {}
    for role in Role:
        place = {Role.SHO: own, Role.THANA_MUNSHI: own}.get(role, parent if role in OVER_THANAS else None)
        found[role] = (
            district.staff.officer(task.assigned_to)
            if role in IN_PERSON
            else district.staff.holder(role, place)
        )
    return found


def unknown(thing: str) -> Any:
    """An id of a thing that never was."""
    return {"case": "SRN-2026-99999", "version": 4711}.get(thing) or uuid4()
