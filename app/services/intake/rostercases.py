"""The cases that candidates of a list become, some at a time, and which of them are taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.domain.errors import Conflict, FieldProblem, RouteStuck
from app.models.casefile import case_queries as cases
from app.models.execution import workflow_queries as workflow
from app.models.intake import rosters as table
from app.models.scope import CaseScope
from app.services.casefile import submissions
from app.services.casefile.facts import SCRUTINY
from app.services.intake import asked, listtexts, registration
from app.services.intake.requisitions import PERSON
from app.services.procedure import releases
from app.services.store import audit, documents, keys
from app.services.store.scopes import actor_scope
from app.services.workflow import incidents, instances

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

_AT_ONCE = 40  # rows of a slice: each about a quarter of a second


def make(database: Database, actor: Actor, row: AnyRow, now: datetime) -> bool:
    """Make the cases of the next good rows of a list; -> whether more may be left.

    Rows that were judged by a form of before are judged anew first.
    """
    good, active = database.read(
        lambda session: (table.rows_in(session, row.id, ["good"], _AT_ONCE), releases.active(session)),
        actor_scope(actor),
    )
    if good and active.id != row.release_id:
        database.write(lambda session: _judge_anew(session, row), actor_scope(actor))
        return True
    try:
        if good:
            database.write(partial(_open_some, actor=actor, row=row, rows=good, now=now), actor_scope(actor))
    except Conflict:
        return True  # what is left is found by the next slice
    except RouteStuck:
        _one_by_one(database, actor, row, good, now)
    return bool(good)


def _judge_anew(session: Session, row: AnyRow) -> None:
    """The form has changed since the rows were judged by it."""
    table.move_all(session, row.id, ["good", "bad", "double"], "waiting")
    table.change(session, row.id, ["taking"], state="checking", reason="release")


def _open_some(session: Session, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """Make the cases of some rows in this transaction, which have their texts from then on, under their own keys.

    Raises Conflict where another worker has taken one of them meanwhile.
    """
    if not table.take_rows(session, [each.id for each in rows]):
        raise Conflict
    letter, release = asked.of_roster(session, row, now), releases.load(session, row.release_id)
    key = keys.unlock(session, row.data_key_id)
    classes = {field.key: field.pii for field in release.form(PERSON).fields}
    session.is_bulk = True  # what one row becomes knows nothing of what another does
    found = []
    for serial, each in enumerate(rows, registration.reserve(session, letter, len(rows), now)):
        answers = listtexts.open_answers(key, each)
        found.append(registration.Candidate(each.id, _case_key(session, each), answers, serial))
    registration.open_cases(session, actor, letter, release, found, now)
    for each in rows:
        if each.data_key_id is not None:
            documents.attach(session, each.id, {"case_id": each.id}, classes, now)


def _case_key(session: Session, row: AnyRow) -> UUID:
    """The key of the case: that under which the person's files were sealed, where there are any."""
    if row.data_key_id is None:
        return keys.create(session, "case")
    keys.adopt(session, row.data_key_id, "case")
    found: UUID = row.data_key_id
    return found


def _one_by_one(database: Database, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """One of these rows stops all: each for itself then, and that one is told."""
    for each in rows:
        try:
            database.write(
                partial(_open_some, actor=actor, row=row, rows=[each], now=now), actor_scope(actor)
            )
        except RouteStuck as stuck:
            why = incidents.reason(stuck)
            database.write(partial(_set_aside, row=row, row_id=each.id, why=why, now=now), actor_scope(actor))


def _set_aside(session: Session, row: AnyRow, row_id: UUID, why: incidents.Stopped, now: datetime) -> None:
    key = keys.unlock(session, row.data_key_id)
    if table.move(
        session, row_id, "good", "bad", **listtexts.faulty(key, row_id, {"": FieldProblem("roster.stuck")})
    ):
        incidents.report_start(session, row.requisition_id, why, now)


def take_back(database: Database, actor: Actor, row: AnyRow, now: datetime) -> bool:
    """End the next cases of a list that nobody has forwarded yet; -> whether more may be left."""
    taken = database.read(
        lambda session: table.rows_in(session, row.id, ["taken"], _AT_ONCE), actor_scope(actor)
    )
    if taken:
        database.write(partial(_withdraw, actor=actor, row=row, rows=taken, now=now), actor_scope(actor))
    return bool(taken)


def _withdraw(session: Session, actor: Actor, row: AnyRow, rows: Sequence[AnyRow], now: datetime) -> None:
    """End the cases that nobody has forwarded yet; the others go on, and their rows say so."""
    key = keys.unlock(session, asked.of_roster(session, row, now).data_key_id)
    reason = listtexts.open_note(key, row)
    for each in rows:
        own = session.narrowed(CaseScope(actor.district_id, each.id))
        case = cases.lock(own, each.id)
        if case is None or not _is_untouched(own, case):
            table.move(session, each.id, "taken", "kept")
        elif table.move(session, each.id, "taken", "undone"):
            columns = submissions.act_columns(actor, "withdraw", now)
            submissions.keep(own, case, columns, {"reason": reason})
            instances.withdraw(own, case, releases.load(session, case.release_id), instances.Act(now, actor))
            audit.record(own, f"case:{case.id}", "case:withdraw", f"case:{case.id}", actor, now)


def _is_untouched(session: Session, case: AnyRow) -> bool:
    """Whether the case still waits for its first scrutiny."""
    tasks = workflow.tasks_of(session, case.id, states=("open", "done"))
    return case.status == "open" and [(each.state, each.form) for each in tasks] == [("open", SCRUTINY)]
