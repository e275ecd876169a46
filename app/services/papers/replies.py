"""One reply to a requisition: a letter with the list of its persons by outcome, made by the worker in slices.

Each person's names lie in the list under the key of his own case: erased with it, in every reply that names him.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from app import papers
from app.domain import secrecy
from app.domain.errors import Conflict, NotAllowed, NotFound, Unavailable
from app.domain.ids import new_id
from app.domain.numbers import Outgoing, Series
from app.domain.offices import OfficeKind
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.intake import department_queries as departments
from app.models.intake import replies as table
from app.models.issuing import paper_queries as certificates
from app.models.scope import SystemReason, SystemScope
from app.services.access import officers
from app.services.casefile import sightings
from app.services.district import calendars, series
from app.services.papers import letterkinds, paperpeople, signers
from app.services.procedure import releases
from app.services.store import audit, documents, keys, scopes
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

log = structlog.get_logger(__name__)

TEMPLATE = "consolidated_reply"
_WIDTHS = (10, 31, 30, 27, 32, 42)  # of the list, in mm: numbers stay whole, an outcome takes two lines
_LEASE = timedelta(minutes=2)  # a worker that died lets go after this
_AT_ONCE = 50  # persons of a slice
ISSUED, FAILED = "issued", "failed"
#: A person on the list: case, key_id, who (names, sealed with that key), state, paper, day.
_Line = dict[str, str]
#: What the list says of a person, as words of the settings `reply_outcome` of the texts.
_WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class ReplyLine:
    """A reply to a letter, as a page names it. `listed` of `total` persons are on its list."""

    id: UUID
    state: str  # listing | issued | failed
    number: str
    total: int
    listed: int
    asked_at: datetime
    issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reply to a letter would say now, and the replies there are. `may_ask`: this officer, now."""

    answered: int
    waiting: int
    lines: list[ReplyLine]
    may_ask: bool

    @property
    def is_under_way(self) -> bool:
        """Whether one is being made now."""
        return any(line.state == table.LISTING for line in self.lines)


def standing(session: Session, actor: Actor, requisition_id: UUID) -> Standing:
    """How far the persons of a letter have come, and its replies. Raises NotAllowed."""
    actor.require(Permission.PAPER_SEE)
    rows = departments.cases(session, [requisition_id])
    waiting = sum(_state(row) == _WAITING for row in rows)
    lines = of_letter(session, requisition_id)
    is_free = all(line.state != table.LISTING for line in lines)
    return Standing(
        len(rows) - waiting,
        waiting,
        lines,
        may_ask=is_free and len(rows) > waiting and actor.may(Permission.PAPER_REPLY),
    )


def of_letter(session: Session, requisition_id: UUID) -> list[ReplyLine]:
    """The replies to a letter in this officer's sight, newest first."""
    return [
        ReplyLine(row.id, row.state, row.number or "", row.total, row.listed, row.asked_at, row.issued_at)
        for row in table.of_letter(session, requisition_id)
    ]


def _state(row: AnyRow) -> str:
    """What became of a person's case, as far as its row tells."""
    if row.status == "withdrawn":
        return "withdrawn"
    if row.paper_id is None:
        return _WAITING if row.status == "open" else "closed"
    return "papered" if row.paper_status == "issued" else str(row.paper_status)


def ask(database: Database, actor: Actor, requisition_id: UUID, now: datetime) -> UUID:
    """Have a reply made; its number is given when its list is whole. -> its id.

    Raises NotAllowed, NotFound, and Conflict while one is being made or where nobody has a result yet.
    """

    def work(session: Session) -> UUID:
        letter = cases.requisition_row(session, requisition_id)
        if letter is None:
            raise NotFound
        actor.require(Permission.PAPER_REPLY)
        found = standing(session, actor, requisition_id)
        if not found.may_ask:
            raise Conflict
        reply_id = new_id(session.recorded_at)
        key = keys.unlock(session, letter.data_key_id)
        table.insert_reply(
            session,
            {
                "id": reply_id,
                "requisition_id": requisition_id,
                "office_id": actor.post.office_id,
                "release_id": releases.active(session).id,
                "state": table.LISTING,
                "total": found.answered + found.waiting,
                "listed": 0,
                "rows": _sealed(key, reply_id, []),
                "asked_by": actor.officer_id,
                "posting_id": actor.post.posting_id,
                "asked_at": now,
            },
        )
        audit.record(session, "admin", "reply:ask", f"requisition:{requisition_id}", actor, now)
        return reply_id

    return database.write(work, actor_scope(actor))


def _sealed(key: bytes, reply_id: UUID, lines: list[_Line]) -> bytes:
    return keys.seal_json(key, f"reply|rows|{reply_id}", lines)


def _lines(session: Session, row: AnyRow) -> tuple[bytes, list[_Line]]:
    """The key of the letter, and the list so far."""
    letter = cases.requisition_row(session, row.requisition_id)
    if letter is None:
        raise NotFound
    key = keys.unlock(session, letter.data_key_id)
    found: list[_Line] = keys.open_json(key, f"reply|rows|{row.id}", row.rows)
    return key, found


def _place_of(reply_id: UUID, number: str) -> str:
    return f"reply|person|{reply_id}|{number}"


# -- made ----------------------------------------------------------------------------------------------------


def go_on(database: Database, now: datetime) -> bool:
    """List the next persons of whatever reply is being made; -> whether there was one.

    A worker that dies leaves its slice to the next; what fails stands still, and an officer asks anew.
    """
    row = database.read(lambda session: table.next_free(session, now), SystemScope(SystemReason.WORKER))
    if row is None:
        return False
    own = SystemScope(SystemReason.WORKER, row.district_id)
    if not database.write(lambda session: table.set_lease(session, row.id, now, now + _LEASE), own):
        return True
    try:
        actor = _asker(database, row, now)
        database.write(lambda session: _slice(session, actor, row, now), actor_scope(actor))
    except Unavailable:
        raise
    except Exception:
        log.exception("reply_failed", reply=str(row.id))
        database.write(lambda session: table.set_listed(session, row.id, row.listed, state=FAILED), own)
    database.write(lambda session: table.set_lease(session, row.id, now, None), own)
    return True


def _asker(database: Database, row: AnyRow, now: datetime) -> Actor:
    """The officer who asked for the reply, in the post in which he did. Raises NotAllowed when it is his no more."""
    door = scopes.door(row.district_id)
    actor = database.read(lambda rows: officers.in_post(rows, row.asked_by, row.posting_id, now), door)
    if actor is None or not actor.may(Permission.PAPER_REPLY):
        raise NotAllowed
    return actor


def _slice(session: Session, actor: Actor, row: AnyRow, now: datetime) -> None:
    """List some persons more, by case number; behind the last one the letter takes its number."""
    key, lines = _lines(session, row)
    people = departments.cases(session, [row.requisition_id])[: row.total]
    lines += [_line(session, row.id, each) for each in people[row.listed : row.listed + _AT_ONCE]]
    values: dict[str, Any] = {"rows": _sealed(key, row.id, lines), "listed": len(lines)}
    if len(lines) >= len(people):
        office = offices.find(session, row.office_id)
        if office is None:
            raise NotFound
        letter = series.Given(Outgoing.REPLY, calendars.day(now), requisition_id=row.requisition_id)
        number = series.take(session, (office.id, office.code), Series.MEMO, letter)
        values |= {"state": ISSUED, "number": number, "issued_at": now, "total": len(lines)}
    if not table.set_listed(session, row.id, row.listed, **values):
        raise Conflict
    if "number" in values:
        thing = f"requisition:{row.requisition_id}"
        audit.record(
            session, "admin", "reply:issue", thing, actor, now, number=values["number"], persons=len(lines)
        )


def _line(session: Session, reply_id: UUID, row: AnyRow) -> _Line:
    """A person on the list: case, outcome as a code, number and day of his own paper."""
    who = keys.open_name(session, row.data_key_id, row.applicant_id, row.name)
    try:
        sealed = keys.seal_json(keys.unlock(session, row.data_key_id), _place_of(reply_id, row.number), who)
    except keys.KeyDestroyed:
        sealed = b""
    state, number, day = _state(row), "", ""
    paper = certificates.find(session, row.paper_id) if row.paper_id is not None else None
    if paper is not None:
        number, day = paper.number, papers.dmy(calendars.day(paper.issued_at))
        state = _outcome(session, paper) if state == "papered" else state
    return {
        "case": row.number,
        "key_id": str(row.data_key_id),
        "who": b64encode(sealed).decode(),
        "state": state,
        "paper": number,
        "day": day,
    }


def _outcome(session: Session, paper: AnyRow) -> str:
    """What a paper that stands says, as far as a list may: of facts that were found it names the paper alone."""
    facts = keys.open_json(
        keys.unlock(session, paper.data_key_id), f"certificate|facts|{paper.id}", paper.facts
    )
    texts, template = releases.load(session, paper.release_id).texts, facts["template"]
    if template == texts.choose(paper.output, "no_adverse"):
        return "no_adverse"
    return "not_resident" if template == texts.choose(paper.output, "not_resident") else "separate"


# -- drawn ---------------------------------------------------------------------------------------------------


def draw(
    database: Database, actor: Actor, reply_id: UUID, now: datetime, language: papers.Spoken = "hi"
) -> documents.File:
    """An issued reply as PDF in this language or in both, the looking recorded first.

    Raises NotFound, NotAllowed, PaperRefused.
    """
    actor.require_one_of(Permission.PAPER_SEE, Permission.DEPARTMENT_PAPER)

    def read(session: Session) -> tuple[AnyRow, papers.Texts, papers.LetterFacts]:
        row = table.find(session, reply_id)
        if row is None or row.state != ISSUED:
            raise NotFound
        texts = releases.load(session, row.release_id).texts
        return row, texts, _facts(session, row, texts)

    row, texts, facts = database.read(read, actor_scope(actor))
    sightings.note(database, actor, f"requisition:{row.requisition_id}", "reply", {secrecy.SENSITIVE}, now)
    composed = papers.compose_letter(texts, replace(facts, language=language))
    data = papers.draw_paper(composed, row.issued_at, papers.Assets(fonts=database.fonts))
    name = f"{row.number.replace('/', '-')}.pdf"
    return documents.File(name, "application/pdf", data, f"letter.{TEMPLATE}", row.number)


def _facts(session: Session, row: AnyRow, texts: papers.Texts) -> papers.LetterFacts:
    key, lines = _lines(session, row)
    letter = cases.requisition_row(session, row.requisition_id)
    if letter is None:
        raise NotFound
    values: Mapping[str, Any] = keys.open_json(key, f"requisition|values|{letter.id}", letter.values)
    day = calendars.day(row.issued_at)
    waiting = sum(each["state"] == _WAITING for each in lines)
    head = texts.setting("reply_head")
    return papers.LetterFacts(
        template=TEMPLATE,
        signer=_signer(session, row, texts),
        district=letterkinds.district(session),
        issued_on=day,
        number=row.number,
        memo_no=row.number,
        words={"addressee": paperpeople.block(values)},
        plain={
            "n": str(len(lines)),
            "answered": str(len(lines) - waiting),
            "waiting": str(waiting or ""),
            "req_letter_no": letter.letter_no,
            "req_letter_date": papers.dmy(letter.letter_date),
        },
        annex_widths=_WIDTHS,
        annex=(
            tuple(map(papers.Words, head.hi.split("|"), head.en.split("|"))),
            *(_cells(session, texts, row.id, place, each) for place, each in enumerate(lines, 1)),
        ),
    )


def _cells(
    session: Session, texts: papers.Texts, reply_id: UUID, place: int, line: _Line
) -> tuple[papers.Words, ...]:
    name, parent = _person(session, texts, reply_id, line)
    said = texts.setting(f"reply_outcome.{line['state']}")
    paper = papers.Words(f"{line['paper']} {line['day']}".strip())
    return (papers.Words(str(place)), name, parent, papers.Words(line["case"]), said, paper)


def _person(
    session: Session, texts: papers.Texts, reply_id: UUID, line: _Line
) -> tuple[papers.Words, papers.Words]:
    """Name and parent; of a person whose case was destroyed, that it was."""
    try:
        key = keys.unlock(session, UUID(line["key_id"]))
    except keys.KeyDestroyed:
        return texts.setting("reply_erased") or papers.Words("—"), papers.Words()
    if not line["who"]:  # erased while the list was made
        return papers.Words("—"), papers.Words()
    who = keys.open_json(key, _place_of(reply_id, line["case"]), b64decode(line["who"]))
    return paperpeople.listed(texts, who)


def _signer(session: Session, row: AnyRow, texts: papers.Texts) -> papers.Signer:
    """The head of the office that replies, or by his own name whoever of it signs for him."""
    office = offices.find(session, row.office_id)
    side: signers.Side = "dm" if office is None or office.kind == OfficeKind.DM_OFFICE else "sp"
    return signers.of_office(session, texts, side, (row.asked_by, row.office_id), row.issued_at)
