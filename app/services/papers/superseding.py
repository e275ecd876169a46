"""A corrected paper in place of another: seen as a draft, signed by a fresh code, issued under its own number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

from app import papers
from app.domain import secrecy
from app.domain.errors import Conflict, NotFound
from app.domain.ids import new_id
from app.domain.numbers import Outgoing, Series
from app.domain.roles import Permission
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.intake import department_queries as departments
from app.models.issuing import paper_queries as table
from app.models.scope import CaseScope
from app.services.access import stepup
from app.services.casefile import projections, sightings
from app.services.district import calendars, series
from app.services.papers import certificates, corrections, letterkinds, paperacts, paperfacts, signers
from app.services.papers.paperpeople import People
from app.services.procedure import releases
from app.services.store import audit, officekeys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database
    from app.services.workflow.work import Work

JOB = "issue_corrected"
ACTION = "paper:supersede"
_MARK = "प्रारूप / DRAFT"
_TEMPLATE = "notice_superseded"


# -- looked at ---------------------------------------------------------------------------------------------


def preview(database: Database, actor: Actor, act_id: UUID, now: datetime) -> bytes:
    """The corrected paper as it would go out, marked as a draft; no number is used up.

    Raises NotFound, NotAllowed, Conflict, PaperRefused naming what the paper lacks.
    """

    def read(session: Session) -> tuple[UUID, papers.Texts, papers.PaperFacts]:
        act, row = _waiting(session, actor, act_id, Permission.PAPER_CORRECT, now)
        facts = paperacts.facts_of(session, act)
        case, loaded, known = corrections.case_of(session, row, now, facts["changes"])
        drawn = paperfacts.read(known, loaded, paperfacts.blank(actor.officer_id))
        return case.id, loaded.texts, _said(session, row, facts, drawn)

    case_id, texts, facts = database.read(read, actor_scope(actor))
    sightings.note(database, actor, f"case:{case_id}", "preview", {secrecy.SENSITIVE}, now)
    assets = papers.Assets(fonts=database.fonts)
    facts = officekeys.foretold(database.office_keys, actor.district_id, facts, now)
    return papers.stamped(
        papers.draw_paper(papers.compose(texts, facts), now, assets), _MARK, "behind", now, assets
    )


def _waiting(
    session: Session, actor: Actor, act_id: UUID, permission: Permission, now: datetime
) -> tuple[AnyRow, AnyRow]:
    """The correction that waits and its paper, for whoever may do this with it."""
    act = table.act(session, act_id)
    if act is None or act.kind != paperacts.SUPERSEDED or act.at is not None:
        raise NotFound
    row, _ = paperacts.opened(session, actor, act.certificate_id, now)
    corrections.check(session, actor, row, permission, now)
    return act, row


def _said(
    session: Session, old: AnyRow, given: Mapping[str, Any], facts: papers.PaperFacts
) -> papers.PaperFacts:
    """What a corrected paper says otherwise: its language, the old one's term, in place of which it stands."""
    texts = releases.active(session).texts  # the case's own may be older than corrected papers
    return replace(
        facts,
        language=cast('Literal["hi", "en", "both"]', given["language"]),
        valid_till=old.valid_till,
        replaces=papers.in_place_of(texts, old.number, calendars.day(old.issued_at), old.valid_till),
    )


# -- signed ------------------------------------------------------------------------------------------------


def ask_to_sign(database: Database, actor: Actor, act_id: UUID, now: datetime) -> UUID:
    """Ask for a fresh factor for the correction that waits; -> the id of the request.

    Raises NotFound, NotAllowed, Conflict.
    """

    def work(session: Session) -> UUID:
        act, row = _waiting(session, actor, act_id, Permission.PAPER_SUPERSEDE, now)
        return stepup.begin(session, actor, ACTION, [_item(session, act, row)], now)

    return database.write(work, actor_scope(actor))


def asked(session: Session, item: stepup.Item) -> tuple[str, str, UUID]:
    """(number of the paper, cause, id of the paper) of a correction that waits for its code. Raises NotFound."""
    act = table.act(session, item.id)
    if act is None:
        raise NotFound
    return act.paper_number, str(paperacts.facts_of(session, act)["reason"]), act.certificate_id


def sign(database: Database, actor: Actor, wanted: stepup.StepUp, now: datetime) -> UUID:
    """Sign the correction that was proven: its paper is issued at once by the worker; -> the old paper.

    Raises stepup.StepUpOver, stepup.ContentChanged, Conflict when somebody was faster, NotFound, NotAllowed.
    """

    def work(session: Session) -> UUID:
        act_id = wanted.items[0].id
        known = table.act(session, act_id)
        if known is None:
            raise NotFound
        own = session.narrowed(CaseScope(actor.district_id, known.case_id))
        cases.lock(own, known.case_id)
        act, row = _waiting(session, actor, act_id, Permission.PAPER_SUPERSEDE, now)
        stepup.use(session, actor, wanted.id, ACTION, [_item(session, act, row)], now)
        if not table.set_act(own, act.id, at=now, done_by=actor.officer_id):
            raise Conflict
        workflow.insert_jobs(own, [_job(own, act, now)])
        audit.record(
            own,
            f"case:{row.case_id}",
            "paper:supersede",
            f"certificate:{row.id}",
            actor,
            now,
            number=row.number,
            cause=paperacts.facts_of(session, act)["reason"],
            step_up=str(wanted.id),
        )
        return act.certificate_id  # type: ignore[no-any-return]

    return database.write(work, actor_scope(actor))


def _item(session: Session, act: AnyRow, row: AnyRow) -> stepup.Item:
    return stepup.item(f"supersession:{act.id}", {"paper": row.number, **paperacts.facts_of(session, act)})


def _job(session: Session, act: AnyRow, now: datetime) -> dict[str, Any]:
    """The job that issues it; no element of the route waits for it, and none takes it back."""
    return {
        "id": new_id(session.recorded_at),
        "case_id": act.case_id,
        "engine_task_id": f"act:{act.id.hex}",
        "element_id": "",
        "element_path": "",
        "kind": JOB,
        "params": {"act": str(act.id)},
        "state": "queued",
        "at": now,
        "run_at": now,
    }


# -- issued ------------------------------------------------------------------------------------------------


def issue(database: Database, job: AnyRow) -> Work:
    """Issue the corrected paper: the handler of its job; safe to run again after a crash at any point."""

    def read(session: Session) -> tuple[AnyRow, AnyRow, dict[str, Any]]:
        act = table.act(session, UUID(job.params["act"]))
        old = table.find(session, act.certificate_id) if act is not None else None
        if act is None or old is None:
            raise NotFound
        return act, old, paperacts.facts_of(session, act)

    act, old, given = database.read(read, CaseScope(job.district_id, job.case_id))
    instead = certificates.Instead(
        signed_by=act.done_by,
        corrected=given["changes"],
        said=lambda session, facts: _said(session, old, given, facts),
        rows=lambda session, new: _replace(session, (act, old, new), given, job.at),
    )
    return replace(certificates.issue(database, job, instead), result=None)


def _replace(
    session: Session, three: tuple[AnyRow, AnyRow, AnyRow], given: Mapping[str, Any], at: datetime
) -> None:
    """The old paper gives way in the transaction that issues the new one; whoever had the old one gets it, too."""
    act, old, new = three
    case, _, known = corrections.case_of(session, old, at, given["changes"])
    if not table.set_act_number(session, act.id, new.number):
        raise Conflict
    table.set_certificate(session, old.id, status="superseded", status_on=calendars.day(at))
    if given["changes"]:
        person = {name: value for name, value in known.intake.items() if name != "outside_district"}
        projections.correct_person(session, case, person, act.done_by, at)
    office = offices.find(session, old.office_id)
    if office is None:
        raise NotFound
    to_all = series.Given(Outgoing.CHANGE, calendars.day(at), case.id)
    memo = series.take(session, (office.id, office.code), Series.MEMO, to_all)
    what = {**given, "new_number": new.number, "new_date": calendars.day(at).isoformat()}
    paperacts.insert(session, act.done_by, old, (paperacts.NOTICE, memo), what, at, at=at)
    for each in departments.of_paper(session, old.id):
        departments.insert_delivery(session, _delivery(session, each, new, act, at))
    audit.record(
        session,
        f"case:{old.case_id}",
        "paper:superseded",
        f"certificate:{old.id}",
        None,
        at,
        number=old.number,
        by=new.number,
        notice=memo,
    )


def _delivery(session: Session, before: AnyRow, new: AnyRow, act: AnyRow, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(session.recorded_at),
        "case_id": new.case_id,
        "certificate_id": new.id,
        "office_id": before.office_id,
        "delivered_at": at,
        "delivered_by": act.done_by,
    }


def notice(session: Session, act: AnyRow) -> tuple[papers.Texts, papers.LetterFacts]:
    """The letter that tells the department which paper stands in place of which, and why. Raises NotFound."""
    row = table.find(session, act.certificate_id)
    if row is None:
        raise NotFound
    _, _, known = corrections.case_of(session, row, act.at)
    given, texts, people = (
        paperacts.facts_of(session, act),
        releases.active(session).texts,
        People(session, known),
    )
    office, requester = offices.find(session, act.office_id), people.requester()
    side: Literal["dm", "sp"] = "sp" if office is not None and office.kind == "sp_office" else "dm"
    return texts, papers.LetterFacts(
        template=_TEMPLATE,
        signer=signers.of_office(
            session, texts, side, (act.done_by, act.office_id), act.at, otherwise="head"
        ),
        district=letterkinds.district(session),
        issued_on=calendars.day(act.at),
        number=act.number,
        memo_no=act.number,
        language=given["language"],
        words={
            "addressee": requester.address_block,
            "paper_kind": texts.setting(f"paper_kind.{row.output}"),
            "cause": texts.setting(f"supersession_cause.{given['reason']}"),
            "explanation": papers.as_typed(given["text"]),
        },
        plain={
            "req_letter_no": requester.letter_no,
            "req_letter_date": papers.dmy(requester.letter_date),
            "cert_no": row.number,
            "cert_date": papers.dmy(calendars.day(row.issued_at)),
            "new_no": given["new_number"],
            "new_date": papers.dmy(calendars.day(act.at)),
        },
        subject=people.subject(),
    )
