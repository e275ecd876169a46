"""Posts given and taken: an order is confirmed by a fresh code and, where the matrix says so, agreed to by a second.

What an order changes counts from the next request of its officer on; rights follow from posts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app.domain import posts as rules
from app.domain.errors import BoxesRefused, DomainError, NotAllowed, NotFound
from app.domain.ids import new_id
from app.domain.roles import Permission, Role
from app.domain.text import tidy, words_refused
from app.models.staff import login_queries as accounts
from app.models.staff import posting_queries as table
from app.services.access import stepup
from app.services.desk import leaving
from app.services.district import calendars
from app.services.store import audit
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

ORDER, AGREE = "posting:order", "posting:agree"  # acts that take a fresh factor
POST, RELIEVE = "post", "relieve"
ASKED, WAITING, DONE, REFUSED = "asked", "waiting", "done", "refused"
LONGEST_ORDER = 80
_REASON = (5, 300)  # signs of a refusal's reason
_TOLD_FOR = timedelta(days=30)  # a refusal, to whoever had asked
_BACK = timedelta(
    days=31
)  # how far in the past a posting may begin: an order is entered late, not a year late


class Refused(BoxesRefused):
    """An order that cannot be. Nothing changed."""


class OwnPost(DomainError):
    """Nobody gives or takes a post of his own, nor agrees to an order that he asked for himself."""

    key = "error.own_post"


@dataclass(frozen=True, slots=True)
class Typed:
    """What an order's form holds; days are None where nothing readable was typed."""

    username: str
    role: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    has_end: bool
    order_no: str
    moves: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An office in which an officer may post others."""

    id: UUID
    office_kind: str
    office_hi: str
    office_en: str
    has_cases: bool  # whether verifications come to it


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A posting of an office, as its head reads it."""

    posting_id: UUID
    username: str
    name_hi: str
    name_en: str
    rank: str
    role: str
    kind: str
    valid_from: date
    valid_to: date | None
    is_future: bool
    may_relieve: bool


def places(session: Session, actor: Actor, now: datetime) -> list[Place]:
    """The offices in which this officer posts others: his own, those of his line, or all of the district."""
    actor.require(Permission.POSTING_CHANGE)
    kinds = {kind for role in rules.roles_below(actor) for kind in rules.SEATS[role]}
    found = [
        Place(
            row.id,
            row.office_kind,
            row.office_hi,
            row.office_en,
            bool(row.facts.get("receives_verification", True)),
        )
        for row in table.offices(session, sorted(kinds), calendars.day(now))
    ]
    return [each for each in found if roles_for(actor, each)]


def place(session: Session, actor: Actor, office_id: UUID, now: datetime) -> Place:
    """One of them. Raises NotFound for any other."""
    found = next((each for each in places(session, actor, now) if each.id == office_id), None)
    if found is None:
        raise NotFound
    return found


def roles_for(actor: Actor, where: Place) -> list[Role]:
    """The roles that this officer may give in an office, in their order."""
    return [
        role
        for role in Role
        if any(rules.may_post(actor, role, where.id, where.office_kind, kind) for kind in rules.KINDS)
    ]


def kinds_for(actor: Actor, where: Place) -> list[str]:
    """The kinds of posting that he may give there."""
    return [
        kind
        for kind in rules.KINDS
        if any(rules.may_post(actor, role, where.id, where.office_kind, kind) for role in Role)
    ]


def staff(session: Session, actor: Actor, where: Place, now: datetime) -> list[StaffLine]:
    """Who holds which post in an office, now or from a later day on."""
    today = calendars.day(now)
    return [
        StaffLine(
            row.id,
            row.username,
            row.name_hi,
            row.name_en,
            row.rank,
            row.role,
            row.kind,
            row.valid_from,
            row.valid_to,
            row.valid_from > today,
            row.officer_id != actor.officer_id
            and rules.may_post(actor, Role(row.role), where.id, where.office_kind, row.kind),
        )
        for row in table.of_office(session, where.id, today)
    ]


def proposed(session: Session, actor: Actor) -> Sequence[AnyRow]:
    """The accounts of the district, to choose from while a user name is typed."""
    actor.require(Permission.POSTING_CHANGE)
    return table.accounts(session)


def posted(session: Session, actor: Actor, posting_id: UUID) -> AnyRow:
    """A posting that this officer may end. Raises NotFound, OwnPost."""
    actor.require(Permission.POSTING_CHANGE)
    row = table.find(session, posting_id)
    if row is None or not rules.may_post(actor, Role(row.role), row.office_id, row.office_kind, row.kind):
        raise NotFound
    if row.officer_id == actor.officer_id:
        raise OwnPost
    return row


def to_post(session: Session, actor: Actor, where: Place, typed: Typed, now: datetime) -> UUID:
    """Ask for a fresh factor before an officer is posted; -> the step-up. Raises Refused, NotAllowed."""
    problems, officer = _problems(session, actor, where, typed, now)
    if problems or officer is None or typed.valid_from is None:
        raise Refused(problems)
    return _asked(
        session,
        actor,
        {
            "act": POST,
            "officer_id": officer.id,
            "office_id": where.id,
            "role": typed.role,
            "kind": typed.kind,
            "valid_from": typed.valid_from,
            "valid_to": typed.valid_to,
            "moves": typed.moves,
            "order_no": tidy(typed.order_no),
            "posting_id": None,
        },
        now,
    )


def to_relieve(
    session: Session, actor: Actor, posting_id: UUID, free_from: date | None, order_no: str, now: datetime
) -> UUID:
    """Ask for a fresh factor before a posting ends; `free_from` is the first day without it."""
    row, today = posted(session, actor, posting_id), calendars.day(now)
    problems = problems_of_order(order_no)
    if free_from is None or free_from < max(row.valid_from, today - _BACK):
        problems["valid_from"] = "posting.problem.free_from"
    if problems or free_from is None:
        raise Refused(problems)
    order = {name: getattr(row, name) for name in ("officer_id", "office_id", "role", "kind")}
    more = {"valid_to": None, "moves": False, "order_no": tidy(order_no), "posting_id": row.id}
    return _asked(session, actor, {"act": RELIEVE, **order, "valid_from": free_from, **more}, now)


def order_of(session: Session, item: stepup.Item) -> AnyRow:
    """The order that a step-up is about. Raises NotFound."""
    return _order(session, item.id)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an order: its state; the tasks (office_id, role) that are in nobody's name by it."""

    state: str
    freed: Sequence[AnyRow] = ()


def confirm(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> Settled:
    """Carry out an order, or hand it to a second person where it takes two."""

    def work(session: Session) -> tuple[str, AnyRow]:
        row = _order(session, wanted.items[0].id)
        stepup.use(session, actor, wanted.id, ORDER, [_item(row)], now)
        role, kind = Role(row.role), row.kind
        if not rules.may_post(actor, role, row.office_id, row.office_kind, kind):
            raise NotAllowed
        if not rules.takes_two(actor, role, kind):
            return _carry_out(session, actor, row, ASKED, now), row
        if not table.settle_order(session, row.id, ASKED, {"state": WAITING}):
            raise NotFound
        detail = {"act": row.act, "role": row.role, "kind": kind, "office": str(row.office_id)}
        audit.record(session, "admin", "posting:ask", f"officer:{row.officer_id}", actor, now, **detail)
        return WAITING, row

    state, row = database.write(work, actor_scope(actor))
    return _settled(database, actor, row, state, now)


def waiting(session: Session, actor: Actor) -> list[tuple[AnyRow, bool]]:
    """Orders that wait for a second person, each with whether this officer may agree; none for who never may."""
    if not rules.may_agree(actor):
        return []
    return [
        (row, actor.officer_id not in (row.asked_by, row.officer_id)) for row in table.waiting_orders(session)
    ]


def refused(session: Session, actor: Actor, now: datetime) -> Sequence[AnyRow]:
    """What was refused of this officer's orders in the last weeks, with the reason."""
    return table.refused_orders(session, actor.officer_id, now - _TOLD_FOR)


def to_agree(session: Session, actor: Actor, order_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor before a second person agrees. Raises OwnPost, NotFound."""
    return stepup.begin(session, actor, AGREE, [_item(_foreign(session, actor, order_id))], now)


def agree(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> Settled:
    """Agree to what another has asked for: it takes effect. Raises OwnPost, NotFound when settled."""

    def work(session: Session) -> tuple[str, AnyRow]:
        row = _foreign(session, actor, wanted.items[0].id)
        stepup.use(session, actor, wanted.id, AGREE, [_item(row)], now)
        return _carry_out(session, actor, row, WAITING, now), row

    state, row = database.write(work, actor_scope(actor))
    return _settled(database, actor, row, state, now)


def refuse(session: Session, actor: Actor, order_id: UUID, reason: str, now: datetime) -> None:
    """Turn an order down with a reason that whoever asked can read. Raises Refused, OwnPost, NotFound."""
    row, reason = _foreign(session, actor, order_id), tidy(reason)
    if fault := words_refused(reason):
        raise Refused({"reason": fault})
    if not _REASON[0] <= len(reason) <= _REASON[1]:
        raise Refused({"reason": "posting.problem.reason"})
    settled = {"state": REFUSED, "settled_by": actor.officer_id, "settled_at": now, "reason": reason}
    if not table.settle_order(session, row.id, WAITING, settled):
        raise NotFound
    detail = {"role": row.role, "kind": row.kind, "office": str(row.office_id)}
    audit.record(session, "admin", "posting:refuse", f"officer:{row.officer_id}", actor, now, **detail)


# -- one order -------------------------------------------------------------------------------------------


def _asked(session: Session, actor: Actor, order: dict[str, Any], now: datetime) -> UUID:
    row = {"id": new_id(session.recorded_at), **order, "state": ASKED, "reason": ""}
    table.insert_order(session, {**row, "asked_by": actor.officer_id, "asked_at": now})
    return stepup.begin(session, actor, ORDER, [_item(_order(session, row["id"]))], now)


def _carry_out(session: Session, actor: Actor, row: AnyRow, before: str, now: datetime) -> str:
    """Change the posts; the database itself makes what is remembered of the officer void (migration 0004)."""
    settled = {"state": DONE, "settled_by": actor.officer_id, "settled_at": now}
    if not table.settle_order(session, row.id, before, settled):
        raise NotFound
    if row.act == RELIEVE:
        _end(session, actor, table.find(session, row.posting_id), row, now)
    else:
        held = table.of_officer(session, row.officer_id, row.valid_from)
        ending = [each for each in held if row.moves and each.kind == rules.REGULAR]
        staying = [each for each in held if each not in ending]
        if not rules.go_together([Role(row.role), *(Role(each.role) for each in staying)]):
            raise Refused({"role": "posting.problem.together"})
        for each in ending:
            _end(session, actor, each, row, now)
        _add(session, actor, row, now)
    return DONE


def _add(session: Session, actor: Actor, row: AnyRow, now: datetime) -> None:
    posting = {name: getattr(row, name) for name in ("officer_id", "office_id", "role", "kind", "order_no")}
    days = {"valid_from": row.valid_from, "valid_to": row.valid_to}
    table.insert_posting(session, {"id": new_id(session.recorded_at), **posting, **days})
    until = {} if row.valid_to is None else {"until": row.valid_to.isoformat()}
    detail = {"role": row.role, "kind": row.kind, "office": str(row.office_id), "order": str(row.id)}
    since = row.valid_from.isoformat()
    thing = f"officer:{row.officer_id}"
    audit.record(session, "admin", "posting:add", thing, actor, now, **detail, since=since, **until)


def _end(session: Session, actor: Actor, posting: AnyRow | None, row: AnyRow, now: datetime) -> None:
    if posting is None:
        raise NotFound
    table.set_end(session, posting.id, row.valid_from - timedelta(days=1))
    detail = {"role": posting.role, "kind": posting.kind, "office": str(posting.office_id)}
    since, thing = row.valid_from.isoformat(), f"officer:{posting.officer_id}"
    audit.record(session, "admin", "posting:end", thing, actor, now, **detail, since=since, order=str(row.id))


def _settled(database: Database, actor: Actor, row: AnyRow, state: str, now: datetime) -> Settled:
    """What the officer had in his name in a post that he holds no more goes back to its office."""
    if state != DONE:
        return Settled(state)
    return Settled(state, leaving.give_back(database, actor.district_id, row.officer_id, now))


def _problems(
    session: Session, actor: Actor, where: Place, typed: Typed, now: datetime
) -> tuple[dict[str, str], AnyRow | None]:
    """What is wrong with an order, by its box; and whom it is about, where that is known."""
    problems = problems_of_order(typed.order_no)
    found = accounts.accounts(session, typed.username.strip())
    officer = found[0] if found and found[0].active else None
    if officer is None:
        problems["username"] = "posting.problem.username"
    elif officer.id == actor.officer_id:
        problems["username"] = "error.own_post"
    if typed.role not in roles_for(actor, where) or not rules.may_post(
        actor, Role(typed.role), where.id, where.office_kind, typed.kind
    ):
        problems["role"] = "posting.problem.role"
    problems |= _problems_of_days(typed, calendars.day(now))
    if officer is not None and typed.valid_from is not None and not problems:
        problems |= _problems_of_posts(
            actor, typed, table.of_officer(session, officer.id, typed.valid_from), where
        )
    return problems, officer


def problems_of_order(order_no: str) -> dict[str, str]:
    """What is wrong with the number of an order, by its box."""
    text = tidy(order_no)
    fault = words_refused(text) or ("" if 0 < len(text) <= LONGEST_ORDER else "posting.problem.order_no")
    return {"order_no": fault} if fault else {}


def _problems_of_days(typed: Typed, today: date) -> dict[str, str]:
    problems = {}
    if typed.valid_from is None or typed.valid_from < today - _BACK:
        problems["valid_from"] = "posting.problem.valid_from"
    must_end = typed.kind in (rules.CHARGE, rules.SUBSTITUTE)
    if (typed.valid_to is None and (must_end or typed.has_end)) or (
        typed.valid_to is not None and typed.valid_from is not None and typed.valid_to < typed.valid_from
    ):
        problems["valid_to"] = "posting.problem.valid_to"
    return problems


def _problems_of_posts(actor: Actor, typed: Typed, held: Sequence[AnyRow], where: Place) -> dict[str, str]:
    """What speaks against the posts that the officer holds already."""
    ending = [each for each in held if typed.moves and each.kind == rules.REGULAR]
    if any(
        not rules.may_post(actor, Role(each.role), each.office_id, each.office_kind, each.kind)
        for each in ending
    ):
        return {"moves": "posting.problem.moves"}
    staying = [each for each in held if each not in ending]
    if any((each.office_id, each.role, each.kind) == (where.id, typed.role, typed.kind) for each in staying):
        return {"role": "posting.problem.has_it"}
    if not rules.go_together([Role(typed.role), *(Role(each.role) for each in staying)]):
        return {"role": "posting.problem.together"}
    return {}


def _order(session: Session, order_id: UUID) -> AnyRow:
    row = table.order(session, order_id)
    if row is None:
        raise NotFound
    return row


def _foreign(session: Session, actor: Actor, order_id: UUID) -> AnyRow:
    """An order that waits, and that this officer may settle; NotFound for whoever settles none."""
    if not rules.may_agree(actor):
        raise NotFound
    row = _order(session, order_id)
    if row.state != WAITING:
        raise NotFound
    if actor.officer_id in (row.asked_by, row.officer_id):
        raise OwnPost
    return row


def _item(row: AnyRow) -> stepup.Item:
    names = ("act", "role", "kind", "order_no", "moves")
    ids = ("officer_id", "office_id", "posting_id", "valid_from", "valid_to")
    content = {name: getattr(row, name) for name in names} | {name: str(getattr(row, name)) for name in ids}
    return stepup.item(f"order:{row.id}", content)
