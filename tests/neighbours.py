"""Two districts of one installation that write to each other: what the tests of their letters stand on."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, insert, select, update

from app.crypto import KeyRing
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.intake import neighbours as table
from app.models.scope import SystemReason, SystemScope, visible
from app.models.tables.audit import audit
from app.models.tables.cases import answer, case, document, enquiry
from app.models.tables.officers import posting
from app.models.tables.workflow import notification
from app.services.installation import dbroles, setup
from app.services.intake import neighbourdesk
from app.services.store import scopes
from app.services.store.database import Database
from app.services.store.scopes import actor_scope
from tests.two_districts import BUXAR, SARAN, District

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy import Row, Table

    from app.domain.roles import Actor

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

    def request(self, letter_id: UUID) -> Row[Any]:
        return next(row for row in self.rows(table.request, BUXAR) if row.id == letter_id)

    def visible_to(self, actor: Actor, of: Table) -> list[Row[Any]]:
        """What an officer reaches of a table by his row scope, in a transaction of his own."""
        scope = actor_scope(actor)
        return self.database.read(
            lambda rows: list(rows.connection.execute(select(of).where(visible(of, scope)))), scope
        )

    def count(self, *numbers: str) -> dict[str, int]:
        """How many rows of each kind the cases have, their chains among them."""
        ids = {self.case(number).id for number in numbers}
        streams = {f"case:{each}" for each in ids}
        found = {
            of.name: sum(row.case_id in ids for code in (SARAN, BUXAR) for row in self.rows(of, code))
            for of in (answer, document, enquiry, notification)
        }
        told = sum(row.stream in streams for code in (SARAN, BUXAR) for row in self.rows(audit, code))
        return {**found, "audit": told}

    def do_again(self, letter_id: UUID) -> None:
        """Let every errand of a letter be done once more, as after a crash before it was marked."""
        self._change(update(table.errand).where(table.errand.c.letter_id == letter_id).values(done_at=None))
        self.saran.work()

    def forge(self, district: int, letter_id: UUID, what: str) -> None:
        """Put an errand into the outbox of a district, about a letter of Saran."""
        row = {"district_id": district, "id": new_id(self.now), "letter_id": letter_id, "to_district": SARAN}
        when = {"at": self.now, "run_at": self.now, "attempts": 0}
        self._change(insert(table.errand).values(**row, **when, what=what))

    def drop_errands(self) -> None:
        self._change(update(table.errand).where(table.errand.c.done_at.is_(None)).values(done_at=self.now))

    @contextmanager
    def relieved(self, district: int) -> Iterator[None]:
        """Nobody holds a post at the SP's office of the district meanwhile."""
        held = (posting.c.district_id == district) & posting.c.role.in_((Role.SP, Role.SP_READER))
        before = self.now.date() - timedelta(days=1)
        self._change(update(posting).where(held).values(valid_to=before))
        try:
            yield
        finally:
            self._change(update(posting).where(held).values(valid_to=None))

    def _change(self, statement: Any) -> None:
        self.database.write(lambda rows: rows.connection.execute(statement), SystemScope(SystemReason.WORKER))


def on_sqlite(demo: Path, folder: Path, now: datetime) -> Pair:
    shutil.copy(demo, folder / "satyapan.db")
    database = Database(
        f"sqlite:///{folder / 'satyapan.db'}", KeyRing.for_tests(), folder / "documents", clock_is_free=True
    )
    setup.add_demo(database, folder, now, BUXAR)
    return Pair(database, now)


def on_postgres(server: Any, demo: str, folder: Path, now: datetime) -> Pair:
    """The same as the servers reach it: under the role that owns nothing, behind the walls of the rows."""
    server.let_in(ROLE)
    url = server.new_database(template=demo)
    owner = Database(url, KeyRing.for_tests(), folder / "documents", clock_is_free=True)
    setup.add_demo(owner, folder, now, BUXAR)
    owner.close()
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    dbroles.grant(engine, ROLE)
    engine.dispose()
    role = url.replace("postgres@", f"{ROLE}@")
    return Pair(Database(role, KeyRing.for_tests(), folder / "documents", clock_is_free=True), now)
