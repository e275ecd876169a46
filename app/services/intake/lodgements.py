"""Letters that a department writes in its account: begun, changed, sent with their list, taken back, put away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain.errors import DomainError, FormInvalid, NotFound
from app.domain.ids import new_id
from app.domain.offices import OfficeKind
from app.domain.roles import Permission, Role
from app.models.casefile import document_queries as filed
from app.models.desk import notification_queries as notifications
from app.models.district import office_queries as offices
from app.models.intake import lodgements as table
from app.models.intake import rosters as lists
from app.models.scope import SystemReason, SystemScope
from app.services.casefile.facts import LetterFacts
from app.services.casefile.options import choices, purposes_taken
from app.services.district import calendars
from app.services.intake import rosters
from app.services.intake.asked import Sent
from app.services.intake.requisitions import LETTER
from app.services.procedure import releases
from app.services.store import audit, documents, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.formjs import Posted
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: What the account, the list and the day of acceptance say, and no department types.
NOT_ASKED = frozenset({"requesting_dept", "receipt_mode", "received_date", "candidate_count"})
NOTICE = "lodgement"
_SHOWN = 100
_KEPT_FOR, _AT_ONCE = timedelta(days=30), 100


class NotReady(DomainError):
    """A letter goes out with a checked list in which nothing is wrong (422)."""

    key = "lodgement.not_ready"


@dataclass(frozen=True, slots=True)
class Line:
    """A letter as the lists show it."""

    id: UUID
    state: str
    requester_hi: str
    letter_no: str
    letter_date: date
    purpose_hi: str
    purpose_en: str
    candidates: int
    changed_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filled:
    """The form of the letter with what stands in it."""

    form: formjs.Form
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """A letter as its department sees it: its answers in words, its list, why it was returned."""

    line: Line
    rows: list[tuple[str, str]]
    roster_id: UUID | None
    roster_state: str
    counts: Mapping[str, int]
    note: str

    @property
    def is_open(self) -> bool:
        return self.line.state in table.OPEN

    @property
    def is_ready(self) -> bool:
        return self.is_open and _is_ready(self.roster_state, self.counts)

    @property
    def bad(self) -> int:
        return self.counts.get("bad", 0)

    @property
    def persons(self) -> int:
        return sum(self.counts.values())


def _is_ready(state: str, counts: Mapping[str, int]) -> bool:
    return state == "checked" and bool(counts) and not counts.keys() & {"bad", "waiting"}


def listing(session: Session, actor: Actor) -> list[Line]:
    """What the department has begun, sent or got back, the newest change first. Raises NotAllowed."""
    actor.require(Permission.DEPARTMENT_LODGE)
    loaded = releases.active(session)
    return [line(row, loaded) for row in table.unaccepted(session, _SHOWN)]


def line(row: AnyRow, loaded: releases.Loaded) -> Line:
    names = loaded.purpose_names(row.purpose)
    return Line(
        row.id,
        row.state,
        row.requester_hi,
        row.letter_no,
        row.letter_date,
        *names,
        row.candidate_count,
        row.changed_at,
        row.sent_at,
    )


def view(session: Session, actor: Actor, lodgement_id: UUID) -> View:
    """One letter with the state of its list. Raises NotAllowed; NotFound once it is received or put away."""
    row = _row(session, actor, lodgement_id)
    loaded = releases.active(session)
    form = loaded.form(LETTER)
    values = opened(session, row)
    values.pop("candidate_count", None)  # nobody has written it: the list tells it, once it is sent
    if row.sent_at is not None:
        values["candidate_count"] = row.candidate_count
    roster = current_list(session, row.id)
    key = keys.unlock(session, row.data_key_id)
    note = keys.open_sealed(key, f"lodgement|note|{row.id}", row.note).decode() if row.note else ""
    return View(
        line(row, loaded),
        formjs.show(
            form, values, choices(session, form, loaded, None), actor.language, set(formjs.PII_CLASSES)
        ),
        roster.id if roster is not None else None,
        roster.state if roster is not None else "",
        lists.counts(session, roster.id) if roster is not None else {},
        note,
    )


def opened(session: Session, row: AnyRow) -> dict[str, Any]:
    """The answers of a letter that was not received yet, with the files enclosed so far."""
    key = keys.unlock(session, row.data_key_id)
    found = keys.open_json(key, f"lodgement|values|{row.id}", row.values)
    staged = documents.references(session, filed.of_draft(session, row.id))
    return formjs.with_files(releases.active(session).form(LETTER), found, staged)


def current_list(session: Session, lodgement_id: UUID) -> AnyRow | None:
    """The list that was handed in last."""
    return next(iter(lists.of_lodgement(session, lodgement_id)), None)


def form(
    session: Session, actor: Actor, lodgement_id: UUID | None, now: datetime, posted: Posted | None = None
) -> Filled:
    """The form of a new letter or of one begun, with what was typed where a check failed.

    Raises NotAllowed, NotFound, Sent.
    """
    actor.require(Permission.DEPARTMENT_LODGE)
    row = _open(session, actor, lodgement_id) if lodgement_id is not None else None
    empty = rules(session, releases.active(session), now)
    if posted is not None:
        values = formjs.read(empty.form, posted.values, {}, options=empty.options)
    else:
        values = {**empty.values, **(opened(session, row) if row is not None else {})}
    return replace(empty, values=values)


def rules(session: Session, loaded: releases.Loaded, now: datetime) -> Filled:
    """The form of a letter as it is first offered."""
    made = loaded.form(LETTER)
    facts = LetterFacts(session, None, loaded, now).for_form()
    options = choices(session, made, loaded, None)
    return Filled(made, formjs.initial(made, facts, options), facts, options)


def write(database: Database, actor: Actor, lodgement_id: UUID | None, posted: Posted, now: datetime) -> UUID:
    """Keep a new letter, or what was changed of one; -> its id.

    The same filled form sent again (`posted.sent_as`) makes no second letter. Raises FormInvalid, NotAllowed,
    NotFound, Sent.
    """
    actor.require(Permission.DEPARTMENT_LODGE)
    scope = actor_scope(actor)
    filled = database.read(lambda session: form(session, actor, lodgement_id, now, posted), scope)
    answers = checked(filled, filled.values, actor.post.office_hi, 1, now)

    def put(session: Session) -> UUID:
        known = lodgement_id or posted.sent_as
        row = table.find(session, known) if known is not None else None
        if row is None and lodgement_id is not None:
            raise NotFound
        return keep(session, actor, row, known or new_id(session.recorded_at), (filled, answers), now)

    return database.write(put, scope)


def checked(
    filled: Filled, values: Mapping[str, Any], department: str, count: int, now: datetime
) -> dict[str, Any]:
    """The answers of a letter as it would be received today; `count` is that of its persons. Raises FormInvalid."""
    whole = {
        **values,
        "requesting_dept": department,
        "receipt_mode": "portal",
        "received_date": calendars.day(now).isoformat(),
        "candidate_count": count,
    }
    judged = formjs.judge(filled.form, whole, filled.facts, filled.options, now)
    if judged.problems:
        raise FormInvalid(whole, judged.problems)
    return judged.kept()


def public_keys(made: formjs.Form) -> set[str]:
    """The fields of the letter that the route may read."""
    return {field.key for field in made.fields if field.pii == "P0"}


def keep(
    session: Session,
    actor: Actor,
    row: AnyRow | None,
    lodgement_id: UUID,
    written: tuple[Filled, dict[str, Any]],
    now: datetime,
) -> UUID:
    """Write a letter down, in the transaction of the caller: a new one, or the one of this row. Raises Sent."""
    filled, answers = written
    key_id = row.data_key_id if row is not None else keys.create(session, "lodgement")
    public = public_keys(filled.form)
    values = {
        "purpose": answers["purpose"],
        "requester_hi": answers["requesting_dept"],
        "letter_no": answers["letter_no"],
        "letter_date": date.fromisoformat(answers["letter_date"]),
        "routing": {name: value for name, value in answers.items() if name in public},
        "values": keys.seal_json(keys.unlock(session, key_id), f"lodgement|values|{lodgement_id}", answers),
        "written_by": actor.officer_id,
        "changed_at": now,
    }
    if row is not None:
        if not table.change(session, row.id, table.OPEN, **values):
            raise Sent
        if row.purpose != values["purpose"] or row.routing != values["routing"]:
            _judge_anew(session, row.id)
        return lodgement_id
    own = {"id": lodgement_id, "office_id": actor.post.office_id, "data_key_id": key_id, "state": "draft"}
    table.insert_lodgement(session, values | own)
    audit.record(session, "admin", "lodgement:begin", f"lodgement:{lodgement_id}", actor, now)
    return lodgement_id


def _judge_anew(session: Session, lodgement_id: UUID) -> None:
    """What the form asks of a person hangs on the letter's purpose: a checked list is checked again."""
    roster = current_list(session, lodgement_id)
    if roster is not None and lists.change(session, roster.id, ["checked"], state="checking", reason=""):
        lists.move_all(session, roster.id, ["good", "bad", "double"], "waiting")


def send(database: Database, actor: Actor, lodgement_id: UUID, now: datetime) -> None:
    """Hand the letter with its list to the DM's office, which accepts or returns it. Harmless when pressed twice.

    Raises NotReady, NotAllowed, NotFound.
    """
    actor.require(Permission.DEPARTMENT_LODGE)

    def put(session: Session) -> None:
        row = _row(session, actor, lodgement_id)
        if row.state == "sent":
            return
        roster = current_list(session, row.id)
        counts = lists.counts(session, roster.id) if roster is not None else {}
        if roster is None or not _is_ready(roster.state, counts):
            raise NotReady
        loaded = releases.active(session)
        checked(rules(session, loaded, now), opened(session, row), row.requester_hi, roster.total, now)
        hand_in(session, actor, row.id, roster.total, now)

    database.write(put, actor_scope(actor))


def hand_in(session: Session, actor: Actor, lodgement_id: UUID, count: int, now: datetime) -> None:
    """Lay a checked letter before the DM's office, in the transaction of the caller; `count` persons are in its list.

    Raises DomainError for a purpose that is not taken here.
    """
    row = _row(session, actor, lodgement_id)
    if row.purpose not in purposes_taken(session, releases.active(session)):
        raise DomainError("error.purpose_disabled")
    values = {"candidate_count": count, "sent_at": now, "changed_at": now, "note": None}
    table.change(session, row.id, table.OPEN, state="sent", **values)
    _tell(session, now)
    audit.record(session, "admin", "lodgement:send", f"lodgement:{row.id}", actor, now, rows=count)


def _tell(session: Session, now: datetime) -> None:
    """A notice for the DM's assistant, who is told by mail where he wants to be."""
    office_id = offices.only_of_kind(session, OfficeKind.DM_OFFICE, calendars.day(now))
    if office_id is not None:
        notifications.add_once(session, office_id, Role.DM_ASSISTANT, None, NOTICE, now)


def take_back(database: Database, actor: Actor, lodgement_id: UUID, now: datetime) -> None:
    """Take a letter back that nobody has accepted yet. Raises NotAllowed, NotFound, Sent."""
    actor.require(Permission.DEPARTMENT_LODGE)

    def put(session: Session) -> None:
        row = _row(session, actor, lodgement_id)
        if not table.change(session, row.id, ["sent"], state="draft", sent_at=None, changed_at=now):
            return
        audit.record(session, "admin", "lodgement:take_back", f"lodgement:{row.id}", actor, now)

    database.write(put, actor_scope(actor))


def drop(database: Database, actor: Actor, lodgement_id: UUID, now: datetime) -> None:
    """Put a letter away that was not sent: texts and list are destroyed. Raises NotAllowed, NotFound, Sent."""
    actor.require(Permission.DEPARTMENT_LODGE)

    def put(session: Session) -> None:
        row = _open(session, actor, lodgement_id)
        _forget(session, row, actor, now)

    database.write(put, actor_scope(actor))


def _forget(session: Session, row: AnyRow, actor: Actor | None, now: datetime) -> None:
    rosters.drop_all(session, row.id, now)
    for file in filed.of_draft(session, row.id):
        filed.set_document(session, file.id, destroyed_at=now)
    empty = {"values": None, "note": None, "changed_at": now}
    if table.change(session, row.id, table.OPEN, state="dropped", **empty):
        keys.destroy(session, row.data_key_id, now)
        audit.record(session, "admin", "lodgement:destroy", f"lodgement:{row.id}", actor, now)


def destroy_old(database: Database, now: datetime) -> int:
    """Destroy letters that their department has not touched for thirty days, nor sent; -> how many."""
    everywhere = SystemScope(SystemReason.WORKER)
    rows = database.read(lambda session: table.idle(session, now - _KEPT_FOR, _AT_ONCE), everywhere)
    for row in rows:
        database.write(
            lambda session, row=row: _forget(session, row, None, now),  # type: ignore[misc]
            SystemScope(SystemReason.WORKER, row.district_id),
        )
    return len(rows)


def _open(session: Session, actor: Actor, lodgement_id: UUID) -> AnyRow:
    row = _row(session, actor, lodgement_id)
    if row.state not in table.OPEN:
        raise Sent
    return row


def _row(session: Session, actor: Actor, lodgement_id: UUID) -> AnyRow:
    actor.require(Permission.DEPARTMENT_LODGE)
    row = table.find(session, lodgement_id)
    if row is None or row.state in ("accepted", "dropped"):
        raise NotFound
    return row
