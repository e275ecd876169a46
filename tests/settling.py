"""A third district beside the demo's: what the tests of setting one up stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app import create_app
from app.config import Settings
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.district import setup_queries
from app.models.scope import SystemReason, SystemScope
from app.models.tables.offices import office
from app.services.installation import lacks, setup
from tests.two_districts import District
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Row

#: Bhojpur: of its police the gazetteer knows nothing.
BHOJPUR = 195
SDPO = {
    "kind": "sdpo",
    "name_hi": "अनुमंडल पुलिस कार्यालय, आरा",
    "name_en": "Sub-divisional police office, Ara",
    "code": "SDPO-1",
}
THANA = {
    "kind": "thana",
    "name_hi": "आरा नगर",
    "name_en": "Ara Town",
    "code": "PS-ARA",
    "superior": "SDPO-1",
    "spellings": "Arrah Town, टाउन आरा",
    "pin": "802301",
    "villages": "महाजन टोली 802301\nनवादा, 802301",
}
#: Who sits where: kind of office -> roles, some of them twice.
SEATS: dict[str, tuple[Role, ...]] = {
    "dm_office": (Role.DM, Role.DM_SECTION_HEAD, Role.DM_ASSISTANT),
    "sp_office": (Role.SP, Role.SP_READER),
    "dcrb": (Role.DCRB,),
    "special_branch": (Role.SPECIAL_BRANCH,),
    "sdpo": (Role.SDPO, Role.CIRCLE_INSPECTOR),
    "thana": (Role.SHO, Role.THANA_MUNSHI, Role.ENQUIRY_OFFICER),
    "administration": (Role.USER_ADMIN, Role.USER_ADMIN),
}


@dataclass
class Settling:
    """The application over the demo district and a bare third one, with a process administrator of the latter."""

    url: str
    folder: Path
    now: datetime

    def __post_init__(self) -> None:
        settings = Settings(self.folder, self.url, demo=True, testing=True)
        self.app = create_app(settings, clock=lambda: self.now)
        self.database = self.app.extensions["database"]
        if setup.add_district(self.database, BHOJPUR, self.now, is_demo=True):
            self.post([("administration", Role.PROCESS_ADMIN)])

    def admin(self) -> Visitor:
        return Visitor(self.app).enter(self.district().staff.holder(Role.PROCESS_ADMIN).officer_id, self.now)

    def add(self, visitor: Visitor, **answers: str) -> Any:
        """Send the form of an office; its day is today unless told."""
        visitor.get("/admin/offices/new")
        day = {"valid_from-d": "23", "valid_from-m": "11", "valid_from-y": "2026"}
        return visitor.post("/admin/offices/new", {"_op": "submit", **day, **answers})

    def offices(self, kind: str = "") -> list[Row[Any]]:
        chosen = select(office).where(office.c.district_id == BHOJPUR).order_by(office.c.key)
        with self.database.engine.connect() as connection:
            return [row for row in connection.execute(chosen) if kind in ("", row.kind)]

    def post(self, seats: Iterable[tuple[str, Role]]) -> list[UUID]:
        """Post somebody new in each seat of every office of the kind; -> the officers."""
        officers: list[dict[str, Any]] = []
        postings: list[dict[str, Any]] = []
        for kind, role in seats:
            for place in self.offices(kind):
                officer_id, number = new_id(self.now), len(officers)
                names = {"name_hi": "सुनील राय", "name_en": "Sunil Rai", "rank": "पु०नि०"}
                account = {"username": f"{role}.{place.code.lower()}.{number}", "password_hash": "x"}
                officers.append({"id": officer_id, **account, **names})
                post = {"officer_id": officer_id, "office_id": place.id, "role": role.value}
                since = {"valid_from": self.now.date(), "valid_to": None}
                postings.append({"id": new_id(self.now), "kind": "regular", **post, **since})

        def put(session: Any) -> None:
            setup_queries.insert_officers(session, officers)
            setup_queries.insert_postings(session, postings)

        self.database.write(put, SystemScope(SystemReason.SETUP, BHOJPUR))
        return [each["id"] for each in officers]

    def fill_seats(self) -> None:
        self.post([(kind, role) for kind, roles in SEATS.items() for role in roles])

    def points(self) -> dict[str, lacks.Point]:
        """What the district lacks: key of the point, with its role where it has one -> the point."""
        found = setup.lacking(self.database, BHOJPUR, self.now)
        return {each.key + (f":{each.role}" if each.role else ""): each for each in found}

    def lacking(self) -> set[str]:
        return {key for key, each in self.points().items() if each.state is lacks.State.LACKS}

    def district(self) -> District:
        return District(self.database, self.now, BHOJPUR)
