"""Two districts of one installation that write to each other: what the tests of their letters stand on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import create_engine, select

from app.crypto import KeyRing
from app.domain.roles import Role
from app.models import neighbours as table
from app.models.cases import case
from app.services.installation import dbroles, setup
from app.services.intake import neighbourdesk
from app.services.store import scopes
from app.services.store.database import Database
from app.services.store.drafts import actor_scope
from tests.two_districts import BUXAR, SARAN, District

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Row, Table

ROLE = "esp_neighbours"
#: Where somebody of Saran has lived for a while.
STAY = {
    "village": "चरित्रवन",
    "state": "bihar",
    "district": str(BUXAR),
    "thana_other": "बक्सर नगर",
    "pin": "802101",
    "from": "2022-01",
    "to": "2023-06",
}
WHERE = "यह ग्राम आरा, भोजपुर में है।"


class Pair:
    """Saran and Buxar at work on one database; the letters of each test are its own."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.saran, self.buxar = (District(database, now, code) for code in (SARAN, BUXAR))
        self.reader = self.buxar.staff.holder(Role.SP_READER)

    def ask(self, **changes: Any) -> str:
        """Let a case of Saran wait for Buxar's answer, its letter handed over; -> its number."""
        number = self.saran.add(self.saran.register(), stays=[STAY], **changes)
        self.saran.go_on(number, until="record_reply")
        return number

    def rows(self, of: Table, district: int) -> list[Row[Any]]:
        statement = select(of).where(of.c.district_id == district)
        return self.database.read(lambda rows: list(rows.connection.execute(statement)), scopes.health())

    def case(self, number: str) -> Row[Any]:
        return next(row for code in (SARAN, BUXAR) for row in self.rows(case, code) if row.number == number)

    def letters(self, number: str) -> list[Row[Any]]:
        """The letters of a case of Saran, oldest first."""
        own = self.case(number).id
        return [row for row in self.rows(table.ask, SARAN) if row.case_id == own]

    def letter(self, number: str) -> Row[Any]:
        """The last letter of a case of Saran."""
        return self.letters(number)[-1]

    def received(self, number: str, district: int = BUXAR) -> Row[Any] | None:
        """The same letter as it lies before the other district."""
        wanted = self.letter(number).id
        return next((row for row in self.rows(table.request, district) if row.id == wanted), None)

    def accept(self, number: str) -> str:
        """Let Buxar make a case of the letter of a case of Saran; -> the number of its own."""
        made = neighbourdesk.accept(self.database, self.reader, self.letter(number).id, self.now)
        self.buxar.work()
        return made

    def give_back(self, number: str) -> None:
        neighbourdesk.give_back(self.database, self.reader, self.letter(number).id, WHERE, self.now)
        self.buxar.work()

    def seen_by(self, actor: Any, of: Table) -> list[Row[Any]]:
        """What a statement that names no district reaches in the transaction of an officer."""
        return self.database.read(lambda rows: list(rows.connection.execute(select(of))), actor_scope(actor))


def on_sqlite(demo: Path, folder: Path, now: datetime) -> Pair:
    shutil.copy(demo, folder / "satyapan.db")
    database = Database(
        f"sqlite:///{folder / 'satyapan.db'}", KeyRing.for_tests(), folder / "documents", clock_is_free=True
    )
    setup.add_demo(database, folder, now, BUXAR)
    return Pair(database, now)


def on_postgres(server: Any, demo: str, folder: Path, now: datetime) -> Pair:
    """The same as the servers reach it: under the role that owns nothing, behind the walls of the rows."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN")
    url = server.new_database(template=demo)
    owner = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    setup.add_demo(owner, folder, now, BUXAR)
    owner.close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    dbroles.grant(engine, ROLE)
    engine.dispose()
    role = url.replace("postgres@", f"{ROLE}@")
    return Pair(Database(role, KeyRing.for_tests(), folder / "documents", clock_is_free=True), now)
