"""Every list from a sheet, whatever its rows are about: handed in, explained, looked at, given back, put away.

A kind of list is a `Lists`: it says what a list belongs to, who may come to it, how its rows are judged, kept and
taken back. The acts of officers that all kinds share are here; what the worker does with a list is in `rosterwork`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.models.casefile import case_queries as cases
from app.models.intake import rosters as table
from app.services.access import officers
from app.services.casefile import sightings
from app.services.intake import listfaults, listtexts, sheetcolumns
from app.services.store import audit, keys, scopes
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app import formjs
    from app.domain.roles import Actor, Permission
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.intake.rosterrows import RowJudge
    from app.services.store.database import Database

_JUDGED = frozenset({"checked", "sent", "taken"})  # states in which its rows are told
_NAMES = frozenset({"name_hi", "name_en", "name"})
_DOUBLES = 1_000  # of a page: who leaves the first ones unticked has to come to the last
_SHOWN = 20  # lists of a register, newest first
LONGEST_REASON = 300  # for which a list is taken back, or given back
ERRORS = ("त्रुटि", "Error")  # headings of the columns that a list given back has beside its own

Of = TypeVar("Of")  # what a list belongs to: a letter; None for a list of a register


class Aim(Enum):
    """What somebody comes to a list for."""

    SEE = auto()
    FILL = auto()  # to fill its template in, or to mend what is wrong in it
    CHANGE = auto()


class StandsStill(Exception):
    """The work on a list cannot go on; its page tells the `reason`, and an officer decides."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Judging:
    """Who judges the rows of a list, what tells that two of them are about one person, and by which release."""

    judge: RowJudge
    person: Callable[[Session, Mapping[str, Any]], bytes | None]
    release_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Double:
    """A row whose person stands above, or has a case: its name as written, and where the other one is."""

    number: int
    name: str
    twin_row: int | None
    twin_case: str


@dataclass(frozen=True, slots=True)
class ListView(Generic[Of]):
    """A list as its page shows it, whatever its state; what the state has none of is empty."""

    of: Of
    row: AnyRow
    note: str  # with which it was given back
    counts: Mapping[str, int]
    heads: list[str]
    samples: list[list[str]]
    columns: Sequence[formjs.Column]
    chosen: Mapping[int, str]
    told: listfaults.Told
    doubles: list[Double]
    days_read: int  # numbers of Excel that were read as the days they stand for

    @property
    def is_under_way(self) -> bool:
        return self.row.state in table.UNDER_WAY

    @property
    def done(self) -> int:
        """How many rows the work under way has left behind."""
        before = {"checking": "waiting", "taking": "good", "undoing": "taken"}.get(self.row.state, "")
        return int(self.row.total) - self.counts.get(before, 0)

    def count(self, state: str) -> int:
        return self.counts.get(state, 0)

    @property
    def tells_cells(self) -> bool:
        """Whether the page shows what stands in cells: that is looked at by somebody."""
        return bool(self.told.is_any or self.doubles or self.samples)

    @property
    def has_texts(self) -> bool:
        """Whether its rows are still there to be given back."""
        return self.row.head is not None and self.row.total > 0


class Lists(ABC, Generic[Of]):
    """One kind of list. Its acts raise NotAllowed and NotFound, besides what they name, as `place` does."""

    subject: ClassVar[str]  # what its rows are about
    goes_away: ClassVar[frozenset[str]]  # states from which it is put away
    is_of_persons: ClassVar[bool] = True  # who sees what stands in its cells is recorded
    beside: ClassVar[frozenset[str]] = frozenset()  # fields that the column of another may hold

    # -- what a kind says of itself ---------------------------------------------------------------------------

    @abstractmethod
    def place(self, session: Session, actor: Actor, letter_id: UUID | None, now: datetime, aim: Aim) -> Of:
        """What the lists of a letter, or of none, belong to, for who may come. Raises NotAllowed, NotFound."""

    @abstractmethod
    def listed(self, session: Session, of: Of) -> Sequence[AnyRow]:
        """The lists that belong to it, newest first."""

    @abstractmethod
    def judge(self, session: Session, of: Of, now: datetime) -> RowJudge:
        """Who knows the columns of a list, and judges its rows."""

    @abstractmethod
    def judging(self, session: Session, row: AnyRow, now: datetime) -> Judging:
        """The same for the worker, behind the rows that were judged before."""

    @abstractmethod
    def take(self, database: Database, row: AnyRow, now: datetime) -> bool:
        """Keep the next good rows as what they are about; -> whether more may be left. Raises StandsStill."""

    def undo(self, database: Database, row: AnyRow, now: datetime) -> bool:
        """Take the next rows back that were taken; -> whether more may be left. Raises StandsStill.

        Only a kind that is taken back has it.
        """
        raise NotImplementedError

    @abstractmethod
    def owner(self, of: Of) -> str:
        """Whose columns are remembered from list to list."""

    @abstractmethod
    def thing(self, of: Of) -> str:
        """What it belongs to, in the record of acts."""

    @abstractmethod
    def record(
        self, session: Session, actor: Actor, of: Of, roster_id: UUID, act: str, now: datetime, **detail: Any
    ) -> None:
        """Record an act on a list: upload, drop, or one of the kind's own."""

    def begun(self, _session: Session, _of: Of, _now: datetime) -> dict[str, UUID]:
        """Make room for a new list; -> the columns that tie it to its letter."""
        return {}

    def mends(self, _of: Of) -> Collection[str]:
        """The states of rows that are given back to be mended."""
        return ["bad"]

    def note(self, _session: Session, _row: AnyRow) -> str:
        """With which words the list was given back, if it was."""
        return ""

    # -- the acts of every kind -------------------------------------------------------------------------------

    def lines(
        self, session: Session, actor: Actor, now: datetime, letter_id: UUID | None = None
    ) -> tuple[Of, Sequence[AnyRow]]:
        """What the lists belong to, and they, newest first."""
        of = self.place(session, actor, letter_id, now, Aim.SEE)
        return of, self.listed(session, of)

    def columns(
        self, session: Session, actor: Actor, now: datetime, letter_id: UUID | None = None
    ) -> list[formjs.Column]:
        """What a list may hold, for its template."""
        of = self.place(session, actor, letter_id, now, Aim.FILL)
        return self.judge(session, of, now).columns

    def upload(
        self, database: Database, actor: Actor, data: bytes, now: datetime, letter_id: UUID | None = None
    ) -> UUID:
        """Keep a list, sealed, until its columns are explained; -> its id. Raises sheetcolumns.SheetRefused."""
        scope = actor_scope(actor)
        known = database.read(lambda session: self.columns(session, actor, now, letter_id), scope)
        if refused := database.scanner.refusal(data):
            raise sheetcolumns.SheetRefused(refused)
        head = sheetcolumns.read_head(data, known)

        def put(session: Session) -> UUID:
            of = self.place(session, actor, letter_id, now, Aim.CHANGE)
            roster_id = self._keep(session, actor, data, head, now, **self.begun(session, of, now))
            self.record(session, actor, of, roster_id, "upload", now)
            return roster_id

        return database.write(put, scope)

    def _keep(
        self,
        session: Session,
        actor: Actor,
        data: bytes,
        head: Mapping[str, Any],
        now: datetime,
        **letter: UUID,
    ) -> UUID:
        """Keep a list, sealed under a key of its own; -> its id."""
        roster_id, key_id = new_id(session.recorded_at), keys.create(session, "roster")
        key = keys.unlock(session, key_id)
        table.insert_roster(
            session,
            {
                "id": roster_id,
                "requisition_id": None,
                "lodgement_id": None,
                **letter,
                "subject": self.subject,
                "data_key_id": key_id,
                "state": "columns",
                "file": keys.seal_file(key, f"roster|file|{roster_id}", data),
                "head": listtexts.seal_head(key, roster_id, head),
                "mapping": [],
                "asked_by": actor.officer_id,
                "posting_id": actor.post.posting_id,
                "asked_at": now,
            },
        )
        return roster_id

    def find(
        self, session: Session, actor: Actor, roster_id: UUID, now: datetime, aim: Aim
    ) -> tuple[AnyRow, Of]:
        """A list of this kind, and what it belongs to, for who may come to it. Raises NotAllowed, NotFound."""
        row = table.find(session, roster_id)
        if row is None or row.subject != self.subject:
            self.place(session, actor, None, now, aim)
            raise NotFound
        letter_id = row.requisition_id or row.lodgement_id
        return row, self.place(session, actor, letter_id, now, aim)

    def view(
        self, database: Database, actor: Actor, roster_id: UUID, now: datetime, after: int = 0
    ) -> ListView[Of]:
        """The page of a list, its faulty rows behind a number; recorded where it shows cells of persons."""

        def look(session: Session) -> ListView[Of]:
            row, of = self.find(session, actor, roster_id, now, Aim.SEE)
            return self._seen(session, row, of, now, after)

        found = database.read(look, actor_scope(actor))
        if self.is_of_persons and found.tells_cells:
            sightings.note(database, actor, self.thing(found.of), "roster", {"P2", "P3"}, now)
        return found

    def _seen(self, session: Session, row: AnyRow, of: Of, now: datetime, after: int) -> ListView[Of]:
        head, columns = listtexts.open_head(session, row), self.judge(session, of, now).columns
        heads, is_judged = head.get("heads", []), bool(head) and row.state in _JUDGED
        owner = self._owner_digest(session, of)
        return ListView(
            of=of,
            row=row,
            note=self.note(session, row),
            counts=table.counts(session, row.id),
            heads=heads,
            samples=head.get("samples", []),
            columns=columns,
            chosen=sheetcolumns.chosen(session, row, owner, columns, heads),
            told=listfaults.told(session, row, columns, after) if is_judged else listfaults.Told(),
            doubles=_doubles(session, row) if is_judged else [],
            days_read=head.get("days_read", 0),
        )

    def _owner_digest(self, session: Session, of: Of) -> bytes:
        return session.keys.blind("department", self.owner(of))

    def explain(
        self, database: Database, actor: Actor, roster_id: UUID, chosen: Mapping[int, str], now: datetime
    ) -> None:
        """Say what each column means (place -> field), remember it for the next list, let the rows be judged.

        Raises sheetcolumns.ColumnsWrong.
        """

        def put(session: Session) -> None:
            row, of = self.find(session, actor, roster_id, now, Aim.CHANGE)
            owner, known = self._owner_digest(session, of), self.judge(session, of, now).columns
            sheetcolumns.explain(session, row, owner, known, chosen, self.beside)

        database.write(put, actor_scope(actor))

    def drop(self, database: Database, actor: Actor, roster_id: UUID, now: datetime) -> None:
        """Put a list away: what is under way stops, its texts are destroyed; what was made of it stays."""

        def put(session: Session) -> None:
            row, of = self.find(session, actor, roster_id, now, Aim.CHANGE)
            state = "taken" if table.counts(session, row.id).get("taken") else "dropped"
            is_ended = table.change(session, row.id, self.goes_away, state=state, ended_at=now, reason="")
            if is_ended and row.head is not None:
                listtexts.forget(session, row, now)
                self.record(session, actor, of, row.id, "drop", now)

        database.write(put, actor_scope(actor))

    def to_mend(
        self, session: Session, actor: Actor, roster_id: UUID, now: datetime
    ) -> tuple[list[str], list[listfaults.Mended]]:
        """The headings of a list, and the rows to be mended with what is wrong. NotFound once its texts are gone."""
        row, of = self.find(session, actor, roster_id, now, Aim.FILL)
        head = listtexts.open_head(session, row)
        if not head or not row.total:
            raise NotFound
        columns = self.judge(session, of, now).columns
        return head["heads"], listfaults.mended(session, row, columns, self.mends(of))


class RegisterLists(Lists[None]):
    """A kind of list that belongs to no letter: its rows go into a register of the district."""

    deed: ClassVar[str]  # of every act on one, in the record
    owner_name: ClassVar[str]
    sees: ClassVar[Permission]  # of who may look at one
    keeps: ClassVar[Permission]  # of who hands one in, and changes it

    def place(
        self, _session: Session, actor: Actor, _letter_id: UUID | None, _now: datetime, aim: Aim
    ) -> None:
        actor.require(self.sees if aim is Aim.SEE else self.keeps)

    def listed(self, session: Session, _of: None) -> Sequence[AnyRow]:
        return table.of_register(session, self.subject, _SHOWN)

    def owner(self, _of: None) -> str:
        return self.owner_name

    def thing(self, _of: None) -> str:
        return self.subject

    def record(
        self,
        session: Session,
        actor: Actor,
        of: None,
        roster_id: UUID,
        act: str,
        now: datetime,
        **detail: Any,
    ) -> None:
        about = {"roster": str(roster_id), "act": act, **detail}
        audit.record(session, "admin", self.deed, self.thing(of), actor, now, **about)


def asker(database: Database, row: AnyRow, permission: Permission, now: datetime) -> Actor:
    """Who had the rows taken, or taken back, in the post in which he did. Raises StandsStill once he left it."""
    actor = database.read(
        lambda session: officers.in_post(session, row.asked_by, row.posting_id, now),
        scopes.door(row.district_id),
    )
    if actor is None or not actor.may(permission):
        raise StandsStill("transferred")
    return actor


def _doubles(session: Session, row: AnyRow) -> list[Double]:
    key = keys.unlock(session, row.data_key_id)
    place = next((place for place, field in row.mapping if field in _NAMES), 0)
    found = []
    for each in table.rows_in(session, row.id, ["double"], _DOUBLES):
        texts = listtexts.open_cells(key, each)
        case = cases.find(session, each.twin_case_id) if each.twin_case_id is not None else None
        name = texts[place] if place < len(texts) else ""
        found.append(Double(each.number, name, each.twin_row, case.number if case is not None else ""))
    return found
