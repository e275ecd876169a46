"""The life of an issued paper on its page: printed again with a reason, revoked by an order, replaced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from app import papers
from app.domain import clock
from app.domain.errors import Conflict, NotAllowed, NotFound
from app.domain.numbers import Outgoing, Series
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries as table
from app.models.scope import CaseScope
from app.services.access import stepup
from app.services.casefile import departments, paperproof
from app.services.casefile.facts import CaseFacts
from app.services.district import calendars, series
from app.services.papers import corrections, letterkinds, paperacts, paperpeople, signers, superseding, wayout
from app.services.procedure import releases
from app.services.store import audit, documents
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

REASONS = ("lost", "damaged", "printing_fault", "office_copy")
GROUNDS = ("new_fact", "false_statement", "clerical_error", "court_order")
REVOKE = "paper:revoke"
_ORDER = (50, 4000)  # letters of a speaking order, at least and at most
_TEMPLATE = "revocation"
#: What became of a paper that does not hold, as its duplicates say it.
_NOT_VALID = {"revoked": ("रद्द", "REVOKED"), "superseded": ("प्रतिस्थापित", "SUPERSEDED")}


@dataclass(frozen=True, slots=True)
class PaperView:
    """An issued paper as its own page shows it to one officer."""

    id: UUID
    number: str
    memo_number: str
    case_number: str
    output: str
    status: str
    issued_at: datetime
    valid_till: date | None
    status_on: date | None
    is_over: bool  # issued, and its months of validity have run out
    document_id: UUID
    acts: list[paperacts.ActLine]
    replaced_by: tuple[UUID, str] | None  # the paper in its place, by id and number
    replaces: tuple[UUID, str] | None
    deliveries: list[departments.Delivery]
    way_out: wayout.WayOut | None
    may_reprint: bool
    may_revoke: bool
    may_correct: bool
    proposal: corrections.Proposal | None
    signature: paperproof.SignatureView | None = None  # None: signed in ink


@dataclass(frozen=True, slots=True)
class Order:
    """What revokes a paper, as it was typed."""

    ground: str
    effective: date | None
    text: str


def see(session: Session, actor: Actor, certificate_id: UUID, now: datetime) -> PaperView:
    """The page of an issued paper. Raises NotFound for one that this officer may not open."""
    row, document = paperacts.opened(session, actor, certificate_id, now)
    acts = paperacts.lines(session, [each for each in table.acts_of(session, row.id) if each.number])
    gave_way = next((each.number for each in acts if each.kind == paperacts.SUPERSEDED), "")
    made = table.act_that_made(session, paperacts.SUPERSEDED, row.number)
    return PaperView(
        row.id,
        row.number,
        row.memo_number,
        row.case_number,
        row.output,
        row.status,
        row.issued_at,
        row.valid_till,
        row.status_on,
        row.status == "issued" and row.valid_till is not None and row.valid_till < calendars.day(now),
        row.document_id,
        acts=[each for each in acts if each.kind != paperacts.SUPERSEDED],
        replaced_by=_named(session, gave_way),
        replaces=(made.certificate_id, made.paper_number) if made is not None else None,
        deliveries=departments.of_paper(session, row.id),
        way_out=wayout.of_paper(session, row, now),
        may_reprint=paperacts.may(actor, row, Permission.PAPER_REPRINT),
        may_revoke=paperacts.may(actor, row, Permission.PAPER_REVOKE)
        and row.status == "issued"
        and not paperacts.is_giving_way(session, row.id),
        may_correct=corrections.may_correct(session, actor, row, now),
        proposal=corrections.proposal(session, actor, row.id, now),
        signature=paperproof.of_paper(session, row, document),
    )


def _named(session: Session, number: str) -> tuple[UUID, str] | None:
    found = table.by_number(session, number) if number else None
    return (found.id, found.number) if found is not None else None


# -- printed again -----------------------------------------------------------------------------------------


def reprint(database: Database, actor: Actor, certificate_id: UUID, reason: str, now: datetime) -> UUID:
    """Take a duplicate of the paper for a listed reason; -> the act, whose paper can then be fetched.

    Raises Refused without a reason, NotFound, NotAllowed.
    """
    if reason not in REASONS:
        raise paperacts.Refused("papers.life.problem.reason")

    def work(session: Session) -> UUID:
        row, _ = paperacts.opened(session, actor, certificate_id, now)
        if not paperacts.may(actor, row, Permission.PAPER_REPRINT):
            raise NotAllowed
        own = session.narrowed(CaseScope(actor.district_id, row.case_id))
        cases.lock(own, row.case_id)
        count = sum(each.kind == paperacts.DUPLICATE for each in table.acts_of(own, row.id)) + 1
        act_id = paperacts.insert(
            own, actor.officer_id, row, (paperacts.DUPLICATE, str(count)), {"reason": reason}, now, at=now
        )
        audit.record(
            own,
            f"case:{row.case_id}",
            "paper:reprint",
            f"certificate:{row.id}",
            actor,
            now,
            number=row.number,
            copy=count,
            reason=reason,
        )
        return act_id

    return database.write(work, actor_scope(actor))


# -- revoked -----------------------------------------------------------------------------------------------


def ask_to_revoke(
    database: Database, actor: Actor, certificate_id: UUID, order: Order, now: datetime
) -> UUID:
    """Keep the order, sealed and without effect, and ask for a fresh factor for it; -> the id of the request.

    Raises Refused naming what is missing, NotFound, NotAllowed, Conflict for a paper that is not valid any more.
    """
    text = tidy(order.text)
    if order.ground not in GROUNDS:
        raise paperacts.Refused("papers.life.problem.ground")
    if fault := words_refused(text):
        raise paperacts.Refused(fault)
    if not _ORDER[0] <= len(text) <= _ORDER[1]:
        raise paperacts.Refused("papers.life.problem.order")

    def work(session: Session) -> UUID:
        row, _ = paperacts.opened(session, actor, certificate_id, now)
        _check_revocable(session, actor, row)
        if order.effective is None or not calendars.day(row.issued_at) <= order.effective <= calendars.day(
            now
        ):
            raise paperacts.Refused("papers.life.problem.effective")
        facts = {"ground": order.ground, "effective": order.effective.isoformat(), "text": text}
        own = session.narrowed(CaseScope(actor.district_id, row.case_id))
        act_id = paperacts.insert(own, actor.officer_id, row, (paperacts.REVOKED, None), facts, now, at=None)
        return stepup.begin(session, actor, REVOKE, [_item(row, act_id, facts)], now)

    return database.write(work, actor_scope(actor))


def asked(session: Session, item: stepup.Item) -> tuple[str, UUID, Order]:
    """(number of the paper, its id, the order that waits for its code). Raises NotFound."""
    act = table.act(session, item.id)
    if act is None:
        raise NotFound
    facts = paperacts.facts_of(session, act)
    order = Order(facts["ground"], date.fromisoformat(facts["effective"]), facts["text"])
    return act.paper_number, act.certificate_id, order


def revoke(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> UUID:
    """Revoke the paper by the order that was proven: it takes its number now; -> the paper.

    Raises stepup.StepUpOver, stepup.ContentChanged, Conflict when somebody was faster, NotFound, NotAllowed.
    """

    def work(session: Session) -> UUID:
        act = table.act(session, wanted.items[0].id)
        if act is None:
            raise NotFound
        own = session.narrowed(CaseScope(actor.district_id, act.case_id))
        cases.lock(own, act.case_id)
        row = table.find(own, act.certificate_id)
        if row is None:
            raise NotFound
        _check_revocable(own, actor, row)
        facts = paperacts.facts_of(own, act)
        stepup.use(session, actor, wanted.id, REVOKE, [_item(row, act.id, facts)], now)
        _take_effect(own, actor, row, act.id, facts, now, step_up=str(wanted.id))
        return row.id  # type: ignore[no-any-return]

    return database.write(work, actor_scope(actor))


def revoke_as_loader(
    database: Database, actor: Actor, certificate_id: UUID, order: Order, now: datetime
) -> None:
    """Revoke a paper in times gone by, for the loader of a demo: no officer sits there to prove himself by a code.

    Raises NotAllowed for everybody else, and as `ask_to_revoke`.
    """
    if not database.loader or order.effective is None:
        raise NotAllowed
    facts = {"ground": order.ground, "effective": order.effective.isoformat(), "text": tidy(order.text)}

    def work(session: Session) -> None:
        row, _ = paperacts.opened(session, actor, certificate_id, now)
        _check_revocable(session, actor, row)
        own = session.narrowed(CaseScope(actor.district_id, row.case_id))
        act_id = paperacts.insert(own, actor.officer_id, row, (paperacts.REVOKED, None), facts, now, at=None)
        _take_effect(own, actor, row, act_id, facts, now)

    database.write(work, actor_scope(actor))


def _take_effect(
    own: Session,
    actor: Actor,
    row: AnyRow,
    act_id: UUID,
    facts: Mapping[str, Any],
    now: datetime,
    **proof: str,
) -> None:
    """The order takes its number, and the paper is worth nothing from its day on. Raises Conflict, NotFound."""
    office = offices.find(own, row.office_id)
    if office is None:
        raise NotFound
    given = series.Given(Outgoing.REVOCATION, calendars.day(now), row.case_id)
    order_no = series.take(own, (office.id, office.code), Series.MEMO, given)
    if not table.set_act(own, act_id, at=now, number=order_no):
        raise Conflict
    effective = date.fromisoformat(facts["effective"])
    table.set_certificate(own, row.id, status="revoked", status_on=effective)
    audit.record(
        own,
        f"case:{row.case_id}",
        "paper:revoke",
        f"certificate:{row.id}",
        actor,
        now,
        number=row.number,
        order=order_no,
        ground=facts["ground"],
        **proof,
    )


def _check_revocable(session: Session, actor: Actor, row: AnyRow) -> None:
    if not paperacts.may(actor, row, Permission.PAPER_REVOKE):
        raise NotAllowed
    if row.status != "issued" or paperacts.is_giving_way(session, row.id):
        raise Conflict


# -- their papers ------------------------------------------------------------------------------------------


def file(
    database: Database, actor: Actor, act_id: UUID, now: datetime, language: papers.Spoken = "hi"
) -> documents.File:
    """The paper of an act: the duplicate, or the order that revoked, in this language. Raises NotFound."""

    def noted(session: Session) -> AnyRow:
        act = table.act(session, act_id)
        if act is None or act.at is None or act.kind == paperacts.SUPERSEDED:
            raise NotFound
        _, document = paperacts.opened(session, actor, act.certificate_id, now)
        audit.record(
            session,
            "access",
            "document:see",
            f"document:{document.id}",
            actor,
            now,
            pii=document.pii,
            field=act.kind,
        )
        return act

    scope = actor_scope(actor)
    act = database.write(noted, scope)
    assets = papers.Assets(fonts=database.fonts)
    if act.kind == paperacts.DUPLICATE:
        row, issued = database.read(lambda session: _issued(session, actor, act, now), scope)
        mark = f"अनुलिपि संख्या {act.number} / DUPLICATE COPY No. {act.number}{_standing(row)}"
        mark += _where_signed(issued.data)
        data = _sealed_as(
            issued.data,
            papers.stamped(papers.sealed_part(issued.data), mark, "corner", act.at, assets),
            database,
        )
    else:
        told = superseding.notice if act.kind == paperacts.NOTICE else _order
        texts, facts = database.read(lambda session: told(session, act), scope)
        if act.kind != paperacts.NOTICE:  # which is in the language of its paper
            facts = replace(facts, language=language)
        data = papers.draw_paper(papers.compose_letter(texts, facts), act.at, assets)
    name = f"{act.paper_number.replace('/', '-')}-{act.kind}-{act.number.replace('/', '-')}.pdf"
    number = f"{act.paper_number} ({act.number})" if act.kind == paperacts.DUPLICATE else act.number
    return documents.File(name, "application/pdf", data, f"letter.{_CALLED[act.kind]}", number)


#: What the paper of an act is called above its picture, as a word of the list `letter`.
_CALLED = {
    paperacts.DUPLICATE: "duplicate",
    paperacts.REVOKED: Outgoing.REVOCATION.value,
    paperacts.NOTICE: Outgoing.CHANGE.value,
}


def _issued(session: Session, actor: Actor, act: AnyRow, now: datetime) -> tuple[AnyRow, documents.File]:
    """The paper that an act is of, and its file."""
    row, document = paperacts.opened(session, actor, act.certificate_id, now)
    return row, documents.read(session, document)


def _standing(row: AnyRow) -> str:
    """What a duplicate says of a paper that does not hold any more: it may lie before somebody who asks no page."""
    if row.status not in _NOT_VALID:
        return ""
    hindi, english = _NOT_VALID[row.status]
    day = papers.dmy(row.status_on) if row.status_on else ""
    return f" · {hindi} {day} / {english} {day}".rstrip()


def _where_signed(issued: bytes) -> str:
    """A duplicate is drawn anew: it says that the signature itself is in the file that was issued."""
    is_signed = papers.sealed_part(issued) != issued
    return " · हस्ताक्षर मूल फाइल में / signature in the original file" if is_signed else ""


def _sealed_as(issued: bytes, data: bytes, database: Database) -> bytes:
    """A duplicate under the seal of the paper it is of; one that was issued before there were seals has none."""
    key = database.keys.paper_key()
    sealed = papers.read_seal(issued, key.public_key())
    if sealed is None or sealed.claim is None:
        return data
    return papers.seal(data, sealed.code, papers.token(sealed.claim, key), key)


def _order(session: Session, act: AnyRow) -> tuple[papers.Texts, papers.LetterFacts]:
    """What the order says; in the words of the release in force, for the case's own may be older than orders."""
    row, case = table.find(session, act.certificate_id), cases.find(session, act.case_id)
    if row is None or case is None:
        raise NotFound
    facts, texts = paperacts.facts_of(session, act), releases.active(session).texts
    office = offices.find(session, act.office_id)
    side: Literal["dm", "sp"] = "sp" if office is not None and office.kind == "sp_office" else "dm"
    words = {
        "paper_kind": texts.setting(f"paper_kind.{row.output}"),
        "ground": texts.setting(f"revocation_ground.{facts['ground']}"),
        "speaking_order": papers.as_typed(facts["text"]),
    }
    plain = {
        "cert_no": row.number,
        "cert_date": papers.dmy(calendars.day(row.issued_at)),
        "effective": papers.dmy(date.fromisoformat(facts["effective"])),
        "order_no": act.number,
    }
    signer = signers.of_office(session, texts, side, (act.done_by, act.office_id), act.at, otherwise="head")
    return texts, papers.LetterFacts(
        template=_TEMPLATE,
        signer=signer,
        district=letterkinds.district(session),
        issued_on=calendars.day(act.at),
        number=act.number,
        memo_no=act.number,
        frame="order_frame",
        words=words,
        plain=plain,
        subject=paperpeople.People(session, CaseFacts(session, case, act.at)).subject(),
    )


# -- registers ---------------------------------------------------------------------------------------------


def revocations(session: Session, year: int) -> list[paperacts.ActLine]:
    """The register of revocations of a year (IST), in the order of the orders."""
    since, until = clock.start_of(date(year, 1, 1)), clock.start_of(date(year + 1, 1, 1))
    return paperacts.lines(session, table.acts_of_kind(session, paperacts.REVOKED, since, until))


def _item(row: AnyRow, act_id: UUID, facts: Mapping[str, Any]) -> stepup.Item:
    return stepup.item(f"revocation:{act_id}", {"paper": row.number, **facts})
