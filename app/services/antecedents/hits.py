"""Entries of the crime register beside the person of a case: sought, decided one by one, offered to the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import antecedents
from app.domain.antecedents import BASES, DOUBTFUL, Someone, Verdict
from app.domain.errors import BoxRefused, NotFound
from app.domain.ids import new_id
from app.domain.records import day_of
from app.domain.roles import Permission, Role
from app.domain.text import tidy, words_refused
from app.models.antecedents import crimes as table
from app.models.casefile import case_queries as cases
from app.models.scope import CaseScope
from app.services.access import standins
from app.services.antecedents import crimebook, crimesearch
from app.services.casefile.facts import CaseFacts
from app.services.desk import sheets
from app.services.store import audit, drafts, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.antecedents import Match
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.access.standins import StandIn
    from app.services.antecedents.crimebook import Entry
    from app.services.casefile.facts import Particulars
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database

_SHORTEST, _LONGEST = 5, 300  # signs of a reason


class Refused(BoxRefused):
    """A decision that cannot be kept as it was typed (422); `box`: verdict, basis or reason."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an officer said of an entry, with the entry as it stood then."""

    accused_id: UUID
    verdict: str
    basis: str
    reason: str
    facts: dict[str, Any]
    officer_hi: str
    officer_en: str
    role: str
    at: datetime
    is_withheld: bool  # the entry was taken from search since: it goes into no form
    acting: StandIn | None = None  # for whom the officer acted

    @property
    def is_prepared(self) -> bool:
        """Whether a munshi said so, whose word the SHO makes his own."""
        return self.role == Role.THANA_MUNSHI


@dataclass(frozen=True, slots=True)
class Line:
    """An entry beside the person of the case: why it is shown, and what was decided of it, if anything."""

    entry: Entry
    match: Match
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Beside:
    """The page of a case's person and the register: whom the case is about, and who may be him."""

    task_id: UUID
    case_id: UUID
    step_hi: str
    step_en: str
    number: str
    name: Mapping[str, str]  # hi, en, father_hi, father_en, relation, gender
    particulars: Particulars
    person: Someone
    lines: Sequence[Line]
    gone: Sequence[Decision]  # of entries that the register does not hold, or does not find, any more
    is_more: bool
    is_empty: bool  # the register itself
    may_decide: bool
    may_offer: bool
    waiting: int  # confirmed or doubtful entries that the form does not hold yet


def see(database: Database, actor: Actor, task_id: UUID, now: datetime) -> Beside:
    """Look for the person of a task's case in the register, and record the search first.

    Raises NotAllowed, NotFound, TaskAlreadyDone as the task's own page does.
    """

    def look(session: Session) -> Beside:
        desk = _Desk(session, actor, task_id, now)
        found = crimesearch.matching(session, desk.person)
        crimesearch.record(session, actor, desk.person, found, now, desk.sheet.case.id)
        return desk.page(found)

    return database.write(look, actor_scope(actor))


def see_one(
    database: Database, actor: Actor, task_id: UUID, accused_id: UUID, now: datetime
) -> tuple[Beside, Line]:
    """One entry beside the person, its view recorded first. Raises as `see`; NotFound for one unlike him."""

    def look(session: Session) -> tuple[Beside, Line]:
        desk = _Desk(session, actor, task_id, now)
        line = desk.line(accused_id)
        return desk.page(crimesearch.Found([], is_more=False, is_empty=False, person=desk.person)), line

    page, line = database.read(look, actor_scope(actor))
    crimesearch.opened(database, actor, accused_id, now, page.case_id)
    return page, line


def decide(
    session: Session,
    actor: Actor,
    task_id: UUID,
    accused_id: UUID,
    typed: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what the officer says of an entry: whether it is the person, by what he knows it, and why.

    The last word of an office stands; those before it stay in the record. Raises Refused, NotAllowed, NotFound.
    """
    actor.require(Permission.CRIME_DECIDE)
    desk = _Desk(session, actor, task_id, now)
    line = desk.line(accused_id)
    verdict, basis, reason = _judged(typed)
    task, case = desk.sheet.task, desk.sheet.case
    own = session.narrowed(CaseScope(actor.district_id, case.id))
    cases.lock(own, case.id)
    hit_id = new_id(session.recorded_at)
    facts = {"basis": basis, "reason": reason, "entry": line.entry.facts, "score": round(line.match.score, 3)}
    table.insert_hit(
        own,
        {
            "id": hit_id,
            "case_id": case.id,
            "enquiry_id": task.enquiry_id,
            "office_id": actor.post.office_id,
            "accused_id": accused_id,
            "verdict": verdict,
            "facts": keys.seal_json(desk.known.key, f"hit|facts|{hit_id}", facts),
            "role": actor.post.role.value,
            "decided_by": actor.officer_id,
            "decided_at": now,
        },
    )
    about = {"entry": str(accused_id), "verdict": verdict, "basis": basis, "element": task.element_id}
    audit.record(own, f"case:{case.id}", "crime:decide", f"case:{case.id}", actor, now, **about)


def _judged(typed: Mapping[str, str]) -> tuple[str, str, str]:
    """Verdict, basis and reason as they are kept. Raises Refused."""
    verdict, basis, reason = typed.get("verdict", ""), typed.get("basis", ""), tidy(typed.get("reason", ""))
    if verdict not in set(Verdict):
        raise Refused("verdict", "crimes.no_verdict")
    if verdict == Verdict.SAME and basis not in BASES:
        raise Refused("basis", "crimes.no_basis")
    if len(reason) < _SHORTEST or len(reason) > _LONGEST:
        raise Refused("reason", "crimes.no_reason")
    if fault := words_refused(reason):
        raise Refused("reason", fault)
    return (
        verdict,
        basis if verdict == Verdict.SAME else DOUBTFUL if verdict == Verdict.UNSURE else "",
        reason,
    )


class _Desk:
    """An open task whose officer looks into the register: its case, its person, what was decided so far."""

    def __init__(self, session: Session, actor: Actor, task_id: UUID, now: datetime) -> None:
        actor.require(Permission.CRIME_MATCH)
        self._session, self._actor, self._now = session, actor, now
        self.sheet: Sheet = sheets.read(session, actor, task_id, now)
        self.known = CaseFacts(session, self.sheet.case, now, enquiry_id=self.sheet.task.enquiry_id)
        self.person = _someone(self.known.intake)
        self._decided = _decisions(session, actor, self.sheet.case)

    def line(self, accused_id: UUID) -> Line:
        """One entry, if it is like the person at all, or was decided before. Raises NotFound."""
        entry = crimebook.find(self._session, [accused_id]).get(accused_id)
        if entry is None:
            raise NotFound
        match, decision = antecedents.compare(self.person, entry.someone), self._decided.get(accused_id)
        if decision is None and not antecedents.is_shown(match):
            raise NotFound
        return Line(entry, match, decision)

    def page(self, found: crimesearch.Found) -> Beside:
        sheet = self.sheet
        shown = {hit.entry.id for hit in found.hits}
        step_hi, step_en = sheet.release.engine.label(sheet.task.element_id)
        return Beside(
            sheet.task.id,
            sheet.case.id,
            step_hi,
            step_en,
            sheet.case.number,
            self.known.person(),
            replace(self.known.particulars(), mobile=""),  # it tells nobody from his namesake
            self.person,
            [Line(hit.entry, hit.match, self._decided.get(hit.entry.id)) for hit in found.hits],
            [each for key, each in self._decided.items() if key not in shown],
            found.is_more,
            found.is_empty,
            self._actor.may(Permission.CRIME_DECIDE),
            sheet.task.form in _OPENED_BY,
            len(self.unoffered()),
        )

    def unoffered(self) -> list[Decision]:
        """What was said to be the person, or may be, and does not stand in the form yet."""
        return _unoffered(self.sheet.task.form, self._decided.values(), self.values())

    def values(self) -> dict[str, Any]:
        return self.sheet.kept() or self.sheet.initial()


def _decisions(session: Session, actor: Actor, case: AnyRow) -> dict[UUID, Decision]:
    """What was decided of each entry as far as this officer reads it; of several words, his own office's last."""
    mine: dict[UUID, Decision] = {}
    others: dict[UUID, Decision] = {}
    rows = table.hits_of(session, case.id)
    withheld = table.withheld_of(session, {row.accused_id for row in rows}) if rows else set()
    acting = standins.find(session, map(_act, rows))
    for row in rows:
        kept = mine if row.office_id == actor.post.office_id else others
        key = keys.unlock(session, case.data_key_id)
        said = _opened(key, row, is_withheld=row.accused_id in withheld)
        kept[row.accused_id] = replace(said, acting=acting.get(_act(row)))
    return {**others, **mine}


def _act(row: AnyRow) -> standins.Act | None:
    return standins.act(row.decided_by, row.office_id, row.decided_at, row.role)


def _opened(key: bytes, row: AnyRow, *, is_withheld: bool) -> Decision:
    facts = keys.open_json(key, f"hit|facts|{row.id}", row.facts)
    return Decision(
        row.accused_id,
        row.verdict,
        facts["basis"],
        facts["reason"],
        facts["entry"],
        row.officer_hi or "",
        row.officer_en or "",
        row.role,
        row.decided_at,
        is_withheld,
    )


def _someone(intake: Mapping[str, Any]) -> Someone:
    """The person of a case in every spelling that its form holds."""
    spelt = antecedents.spellings
    stays = [stay.get("village") for stay in intake.get("stays") or () if isinstance(stay, dict)]
    dob = day_of(intake.get("dob"))
    return Someone(
        spelt(*(intake.get(key) for key in ("name_hi", "name_en", "alias", "former_name"))),
        spelt(*(intake.get(key) for key in ("father_hi", "father_en", "spouse_name"))),
        spelt(intake.get("perm_village"), intake.get("pres_village"), *stays),
        dob.year if dob is not None else 0,
    )


# -- the form -------------------------------------------------------------------------------------------------

_ROWS = "cases"
#: The forms that take accused rows of the register, each with the answers that open its list.
_OPENED_BY: dict[str, dict[str, Any]] = {
    "search_records": {"all_clear": False, "result": "record_found"},
    "check_registers": {"all_clear": False, "chk_fir_index": "found"},
}
_DOUBTFUL_RESULT = {"result": "possible_match"}


def takes_rows(form: str) -> bool:
    """Whether a form takes accused rows of the register."""
    return form in _OPENED_BY


def unoffered(session: Session, actor: Actor, case_id: UUID, form: str, values: Mapping[str, Any]) -> int:
    """How many entries were said to be the person, or in doubt, and do not stand in these values of the form."""
    case = cases.find(session, case_id)
    return 0 if case is None else len(_unoffered(form, _decisions(session, actor, case).values(), values))


def _unoffered(form: str, decided: Iterable[Decision], values: Mapping[str, Any]) -> list[Decision]:
    if not takes_rows(form):
        return []
    held = {_reference(row) for row in values.get(_ROWS) or ()}
    told = (each for each in decided if each.verdict != Verdict.OTHER and not each.is_withheld)
    return [each for each in told if _reference(each.facts) not in held]


def offer(session: Session, actor: Actor, task_id: UUID, now: datetime) -> int:
    """Write what was said to be the person into the officer's draft, below what he typed; -> how many rows.

    He looks at each row, completes it and sends the form himself. Raises NotAllowed, NotFound, TaskAlreadyDone.
    """
    desk = _Desk(session, actor, task_id, now)
    found = desk.unoffered()
    if not found:
        return 0
    sheet, values = desk.sheet, desk.values()
    blank = formjs.initial(sheet.form, sheet.facts, sheet.options)[_ROWS][0]
    held = [row for row in values.get(_ROWS) or () if row.get("fir_no")]
    rows = [_row(blank, each, sheet, actor.district_id) for each in found]
    opened = _OPENED_BY[sheet.task.form]
    if "result" in opened and all(row["identity_basis"] == DOUBTFUL for row in (*held, *rows)):
        opened = _DOUBTFUL_RESULT
    drafts.save(session, actor, sheet.place, {**values, **opened, _ROWS: [*held, *rows]}, now)
    own = session.narrowed(CaseScope(actor.district_id, sheet.case.id))
    cases.lock(own, sheet.case.id)
    for each in found:
        about = {"entry": str(each.accused_id), "element": sheet.task.element_id}
        audit.record(
            own, f"case:{sheet.case.id}", "crime:offer", f"case:{sheet.case.id}", actor, now, **about
        )
    return len(rows)


def _row(blank: Mapping[str, Any], told: Decision, sheet: Sheet, district_id: int) -> dict[str, Any]:
    """A row of the form as far as the register tells it; what it does not tell the officer completes."""
    known = {key: told.facts[key] for key in blank if key in told.facts}
    if known.get("thana") not in {each["value"] for each in sheet.options.get("thanas", ())}:
        known.pop("thana", None)
    return {**blank, **known, "district": str(district_id), "identity_basis": told.basis}


def _reference(row: Mapping[str, Any]) -> tuple[str, str]:
    """Year and number of a row, for telling whether the form holds it; its thana may be left to the officer."""
    return str(row.get("fir_year") or ""), str(row.get("fir_no") or "").lstrip("0")
