"""Where a case stands on the diagrams of its route: one picture of the whole, and one of each enquiry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app import engine
from app.domain.offices import UnitKind
from app.models import case_queries as cases
from app.services import units
from app.services.instances import VERIFICATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.casefile import CaseFile, Holder
    from app.services.record import Moved
    from app.services.releases import Loaded, Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """One element: `done`, `before`, `current`, `late`, `stuck` or `cancelled`, and who holds what is open in it."""

    state: str
    holders: list[Holder] = field(default_factory=list)


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


def pictures(session: Session, case: AnyRow, file: CaseFile, stuck: frozenset[str]) -> list[Picture]:
    """The route of the case, then the enquiry of each unit as it stands in its last round.

    `stuck`: the elements at which an incident holds the case up; it may not have come that far.
    """
    moves, loaded = file.record.moves, file.release
    found = [_picture(loaded, VERIFICATION, moves, _open(file), stuck)]
    for row in _last_rounds(session, case, file):
        own = [move for move in moves if move.enquiry_id == row.id]
        process = _process_of(loaded, own)
        if process is not None:
            drawn = _picture(loaded, process, own, _open(file, row.id), stuck)
            found.append(_of_unit(drawn, row, file))
    return found


def _last_rounds(session: Session, case: AnyRow, file: CaseFile) -> list[AnyRow]:
    """The enquiry of each unit in its last round; the SP's office writes to several districts, each a unit."""
    last: dict[tuple[object, ...], AnyRow] = {}
    for row in cases.enquiries_of(session, case.id):
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
    return Picture(plan, standing, trace.flows)


def ahead(loaded: Loaded, moves: Sequence[Moved], known: Mapping[str, object]) -> list[tuple[str, str]]:
    """The steps that the case will likely meet next, in order; nothing for a case in which nothing is open.

    `known`: what decisions have said, by which the route may already be settled.
    """
    here = _here(moves)
    following = engine.ahead(loaded.engine.diagrams, here, known) if here else []
    return [loaded.engine.label(each) for each in following if each in loaded.engine.user_tasks]


def _here(moves: Sequence[Moved]) -> frozenset[str]:
    """Every element that holds something open: tasks, jobs, and what they lie in."""
    open_at: dict[tuple[str, UUID | None], int] = {}
    for move in moves:
        change = {"opened": 1, "completed": -1, "cancelled": -1}.get(move.kind, 0)
        key = (move.path, move.enquiry_id)
        open_at[key] = max(0, open_at.get(key, 0) + change)
    return frozenset(element for (path, _), count in open_at.items() if count for element in path.split("/"))
