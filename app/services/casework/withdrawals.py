"""A case, or a whole letter, withdrawn on the department's letter: the form of the act, its draft, its scan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from app import formjs
from app.config import ROOT
from app.domain import numbers
from app.domain.errors import FormInvalid, NotFound, RouteStuck
from app.domain.roles import Permission
from app.models.casefile import case_queries as table
from app.services.casework import cases
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import documents, drafts
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.store.documents import Upload

FORM = "withdraw"
_WHOLE = "requisition"
LONGEST_REASON = 300  # letters, as the form asks


@dataclass(frozen=True, slots=True)
class WithdrawalView:
    """The form of the act as it stands: for which case, with what was typed and staged so far."""

    number: str
    form: formjs.Form
    values: dict[str, Any]
    facts: dict[str, Any]
    options: dict[str, Any]
    draft_saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    case: AnyRow
    form: formjs.Form
    facts: dict[str, Any]
    draft: drafts.Draft | None

    @property
    def place(self) -> drafts.Place:
        """A draft of this case alone: what was begun for another one is not shown here."""
        return place_of(self.case.id, self.case.data_key_id)

    def typed(self, posted: Posted) -> dict[str, Any]:
        staged = self.draft.staged if self.draft is not None else {}
        return formjs.read(self.form, posted.values, staged, op=posted.op)


def place_of(case_id: UUID, data_key_id: UUID) -> drafts.Place:
    """Where an officer's draft of the withdrawal of a case lies."""
    return drafts.Place(f"{FORM}:{case_id.hex}", data_key_id=data_key_id)


def view(
    session: Session, actor: Actor, number: str, now: datetime, typed: Posted | None = None
) -> WithdrawalView:
    """The form, with the officer's own draft, or with what was `typed`. Raises NotFound, NotAllowed."""
    sheet = _sheet(session, actor, number, now)
    if typed is not None:
        values = sheet.typed(typed)
    elif sheet.draft is not None:
        values = formjs.with_files(sheet.form, sheet.draft.values, sheet.draft.staged)
    else:
        values = {**formjs.initial(sheet.form, sheet.facts, {}), "scope": "case"}
    at = sheet.draft.updated_at if sheet.draft is not None else None
    return WithdrawalView(sheet.case.number, sheet.form, values, sheet.facts, {}, at)


def save_draft(
    database: Database, actor: Actor, number: str, posted: Posted, uploads: Sequence[Upload], now: datetime
) -> None:
    """Keep what was typed. Raises FormInvalid for a refused file."""
    scope = actor_scope(actor)
    sheet = database.read(lambda s: _sheet(s, actor, number, now), scope)
    dropped = drafts.dropped(posted.op)
    if dropped is not None:
        database.write(lambda s: drafts.drop_file(s, actor, sheet.place, dropped, now), scope)
    values = sheet.typed(posted)
    draft, problems = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
    if problems:
        raise FormInvalid({**values, **draft.staged}, problems)


def withdraw(
    database: Database, actor: Actor, number: str, posted: Posted, uploads: Sequence[Upload], now: datetime
) -> list[str]:
    """End the case, or every open case of its letter, each in a transaction of its own; -> their numbers.

    Raises FormInvalid (what was typed is kept as a draft), NotFound for a case that is over, NotAllowed; RouteStuck
    where this very case cannot end: an incident is open then, and the draft stays.
    """
    scope = actor_scope(actor)
    sheet = database.read(lambda s: _sheet(s, actor, number, now), scope)
    values = sheet.typed(posted)
    draft, refused = drafts.stage(database, actor, sheet.place, sheet.form, values, uploads, now)
    values = formjs.with_files(sheet.form, values, draft.staged)
    judged = formjs.judge(sheet.form, values, sheet.facts, {}, now)
    if problems := {**judged.problems, **refused}:
        raise FormInvalid(values, problems)
    answers = judged.kept()

    def take_scan(session: Session, case: AnyRow) -> None:
        pii = {field.key: field.pii for field in sheet.form.fields}
        documents.attach(session, draft.id, {"case_id": case.id}, pii, now)
        drafts.delete(session, draft.id)

    cases.withdraw(database, actor, number, answers, now, take_scan)
    others = _others(database, actor, sheet.case) if answers.get("scope") == _WHOLE else []
    return [number, *_end(database, actor, others, {**answers, "letter_scan": []}, now)]


def _end(
    database: Database, actor: Actor, found: list[str], answers: dict[str, Any], now: datetime
) -> list[str]:
    """End the other cases of the letter; one that cannot end has its incident, and keeps no other from ending."""
    ended = []
    for number in found:
        try:
            cases.withdraw(database, actor, number, answers, now)
        except (RouteStuck, NotFound):
            continue
        ended.append(number)
    return ended


def _others(database: Database, actor: Actor, case: AnyRow) -> list[str]:
    def look(session: Session) -> list[str]:
        rows = table.cases_of_requisition(session, case.requisition_id)
        return sorted(row.number for row in rows if row.status == "open" and row.id != case.id)

    return database.read(look, actor_scope(actor))


def _sheet(session: Session, actor: Actor, number: str, now: datetime) -> _Sheet:
    known = numbers.parse_case_number(number)
    case = table.find_number(session, known) if known is not None else None
    if case is None or case.status != "open":
        raise NotFound
    actor.require(Permission.CASE_WITHDRAW)
    rows = table.cases_of_requisition(session, case.requisition_id)
    facts = {
        "today": calendars.day(now),
        "now": calendars.local(now),
        "letter_cases": sum(row.status == "open" for row in rows),
    }
    sheet = _Sheet(case, _form(session), facts, None)
    return _Sheet(case, sheet.form, facts, drafts.find(session, actor, sheet.place))


def _form(session: Session) -> formjs.Form:
    """The form of the release in force; of one made before the act had a form, the product's own."""
    return releases.active(session).forms.get(FORM) or _shipped()


@cache
def _shipped() -> formjs.Form:
    return formjs.load((ROOT / "forms" / f"{FORM}.form").read_bytes())
