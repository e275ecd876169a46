"""Where a case stands on the diagrams of its route, now or at a past moment: the whole, and each enquiry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app import engine
from app.domain.offices import UnitKind
from app.models.casefile import case_queries as cases
from app.services.casefile import units
from app.services.workflow import forecast
from app.services.workflow.instances import VERIFICATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casefile import CaseFile, Holder
    from app.services.casefile.record import Moved
    from app.services.procedure.releases import Loaded, Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """One element: `done`, `before`, `current`, `late`, `stuck`, `cancelled` or `ahead`.

    `holders` have what is open in it; `on` is the day by which it will likely be done, where it is still ahead.
    """

    state: str
    holders: list[Holder] = field(default_factory=list)
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """One diagram with the case in it; of an enquiry with its unit, its round and its own state."""

    plan: Plan
    standing: Mapping[str, Standing]
    way: frozenset[str]
    unit_kind: str = ""
    unit_hi: str = ""
    unit_en: str = ""
    round: int = 0
    state: str = ""


def pictures(
    session: Session, case: AnyRow, file: CaseFile, stuck: frozenset[str], *, is_past: bool = False
) -> list[Picture]:
    """The route of the case, then the enquiry of each unit as it stands in its last round.

    `stuck`: the elements at which an incident holds the case up; it may not have come that far. A file as it was
    (`CaseFile.behind`) shows no expectations: what came then is known.
    """
    moves, loaded = file.record.retold, file.release
    expected = {} if is_past else forecast.days(case, file)
    found = [_picture(loaded, VERIFICATION, moves, _open(file), stuck, expected)]
    for row in _last_rounds(session, case, file):
        own = [move for move in moves if move.enquiry_id == row.id]
        process = _process_of(loaded, own)
        if process is not None:
            expected = {} if is_past else forecast.days(case, file, process, row.id)
            drawn = _picture(loaded, process, own, _open(file, row.id), stuck, expected)
            found.append(_of_unit(drawn, row, file))
    return found


def _last_rounds(session: Session, case: AnyRow, file: CaseFile) -> list[AnyRow]:
    """The enquiry of each unit in its last round; the SP's office writes to several districts, each a unit."""
    last: dict[tuple[object, ...], AnyRow] = {}
    begun = {move.enquiry_id for move in file.record.moves}
    for row in cases.enquiries_of(session, case.id):
        if row.id not in begun:
            continue
        is_letter = row.unit_kind == UnitKind.OTHER_DISTRICT
        last[row.office_id, file.facts.asked_of(row).get("district") if is_letter else None] = row
    return list(last.values())


def _of_unit(picture: Picture, row: AnyRow, file: CaseFile) -> Picture:
    states = {standing.state for standing in picture.standing.values()}
    state = next((each for each in ("stuck", "late", "current", "cancelled") if each in states), "done")
    kind, hindi, english = row.office_kind, row.office_hi, row.office_en
    if row.unit_kind == UnitKind.OTHER_DISTRICT:
        kind, (hindi, english) = row.unit_kind, units.name(file.facts, row)
    return replace(
        picture,
        unit_kind=kind,
        unit_hi=hindi,
        unit_en=english,
        round=row.round,
        state=state,
    )


def _open(file: CaseFile, enquiry_id: UUID | None = None) -> list[tuple[str, Holder]]:
    """What is open now: element path -> who holds it; of one enquiry, or of the whole case."""
    return [
        (task.element_path, file.holder(task))
        for task in file.record.tasks
        if task.state == "open" and enquiry_id in (None, task.enquiry_id)
    ]


def _process_of(loaded: Loaded, moves: Sequence[Moved]) -> str | None:
    """The called process in which these moves took place."""
    touched = {move.element_id for move in moves}
    return next((each for each in loaded.engine.processes if touched & loaded.engine.elements(each)), None)


def _picture(
    loaded: Loaded,
    process: str,
    moves: Sequence[Moved],
    still: Iterable[tuple[str, Holder]],
    stuck: frozenset[str],
    expected: Mapping[str, date],
) -> Picture:
    plan = loaded.plan(process)
    trace = engine.retrace(plan.xml, [engine.Happening(move.kind, move.path) for move in moves])
    standing = {element: Standing(state) for element, state in trace.states.items()}
    holders: dict[str, list[Holder]] = {}
    for path, holder in still:
        for element in path.split("/"):
            holders.setdefault(element, []).append(holder)
    for element in standing.keys() & holders.keys():
        late = any(holder.age.kind == "late" for holder in holders[element])
        standing[element] = Standing("late" if late else "current", holders[element])
    for element in loaded.engine.elements(process) & stuck:
        standing[element] = Standing("stuck", holders.get(element, []))
    for element in expected.keys() & loaded.engine.elements(process) - standing.keys():
        standing[element] = Standing("ahead", on=expected[element])
    return Picture(plan, standing, trace.flows)
