"""Papers that leave the district: number allotted, drawn and sealed outside any transaction, issued once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from app import pades, papers
from app.domain import clock, numbers, secrecy
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.numbers import Series
from app.domain.rights import MATRIX
from app.domain.roles import WITHOUT_CASES, Permission
from app.models.casefile import case_queries as cases
from app.models.casefile import document_queries as filed
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries as table
from app.models.scope import CaseScope
from app.services.casefile import casefile, casepapers, sightings
from app.services.casefile.facts import CaseFacts
from app.services.district import calendars, series
from app.services.papers import ownhand, papercheck, paperfacts, paperplan
from app.services.procedure import releases
from app.services.store import audit, documents, keys, recordmarks, scopes
from app.services.store.crashes import crash_point
from app.services.store.documents import File, Paper
from app.services.store.scopes import actor_scope
from app.services.workflow.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from app.crypto import KeyRing
    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.papers.paperplan import Plan
    from app.services.store.database import Database


#: A number that was allotted and whose case ended without its paper: it is never given to another.
VOID = "void"
_CHECKPOINT = "checkpoint"  # among the facts of a paper: the one that its file carries


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One line of the register of issued papers."""

    id: UUID
    document_id: UUID | None
    number: str
    memo_number: str
    case_number: str
    output: str
    status: str  # as in its table; `void` for a number whose case was withdrawn before the paper was issued
    entered_at: datetime  # when it was issued, or became void
    valid_till: Any
    is_open: bool  # to this officer, by its class


@dataclass(frozen=True, slots=True)
class Instead:
    """A corrected paper in place of another: who signs it, what is corrected, and what follows from its issue.

    `said` gives the facts the words of a paper that replaces another; `rows` runs with the issue.
    """

    signed_by: UUID
    corrected: Mapping[str, Any]
    said: Callable[[Session, papers.PaperFacts], papers.PaperFacts]
    rows: Callable[[Session, AnyRow], None]


@dataclass(frozen=True, slots=True)
class _Ready:
    certificate: AnyRow
    data_key_id: UUID
    texts: papers.Texts
    facts: papers.PaperFacts
    at: datetime  # by the machine's clock: when it is signed
    checkpoint: int  # the newest when the number was allotted; 0: there was none
    mark: papers.RecordMark | None
    signatory: pades.Signatory | None = None  # the office's key
    own: ownhand.Own | None = None  # the officer's own certificate; neither: signed in ink

    @property
    def signed_with(self) -> bytes | None:
        """The fingerprint of the certificate that signs behind the seal."""
        held = self.signatory or self.own
        return held.certificate.fingerprint if held is not None else None


@dataclass(frozen=True, slots=True)
class _Drawn:
    certificate: AnyRow
    data_key_id: UUID
    path: str  # below the folder of documents; of this drawing alone
    paper: Paper
    pii: str
    public: dict[str, Any]
    valid_till: Any
    birth_digest: bytes | None
    unsigned_sha256: bytes | None  # of the sealed file, where a signature follows
    signed_with: bytes | None


def issue(database: Database, job: AnyRow, instead: Instead | None = None) -> Work:
    """Issue the paper of a case: the service task's handler; safe to run again after a crash at any point.

    `instead`: it takes the place of one that was issued before.

    The number is allotted and committed first, keyed by the engine's task; a second run finds it. Each run writes
    a file of its own, so that a worker whose lease has run out never touches the one that another has registered.

    Raises Waits where the officer signs on his own machine and has not done so yet.
    """
    scope = CaseScope(job.district_id, job.case_id)
    certificate = database.write(lambda session: allot(session, job, instead), scope)
    crash_point("numbered")
    ready = _with_key(
        database.read(lambda session: _facts(session, certificate, job, instead), scope), job, database
    )
    assets = papers.Assets(fonts=database.fonts)
    if ready.own is not None:
        drawn, at = _by_hand(database, scope, ready, ready.own, job.at, assets)
    else:
        drawn, at = _draw(ready, job.at, assets, database.keys), job.at
        crash_point("drawn")
        database.read(lambda session: _store(session, drawn), scope)
    crash_point("stored")
    return Work(
        {"number": certificate.number},
        lambda session: _issued(session, drawn, at, instead),
        lambda is_kept: _tidy(database.documents, drawn, is_kept=is_kept),
    )


def allot(session: Session, job: AnyRow, instead: Instead | None) -> AnyRow:
    """The certificate row of this task: found, or made with the next numbers of its office."""
    found = table.by_task(session, job.engine_task_id)
    if found is not None:
        return found
    case = cases.lock(session, job.case_id)
    if case is None or (
        instead is None and case.closed_at is not None
    ):  # withdrawn while the job was under way
        raise NotFound
    loaded = releases.load(session, case.release_id)
    plan = paperplan.of(session, CaseFacts(session, case, job.at), loaded)
    year = calendars.day(job.at).year
    district = offices.district(session)
    serial = table.next_number(session, plan.district_office_id, "certificate", year)
    certificate_id = new_id(session.recorded_at)
    key = keys.unlock(session, case.data_key_id)
    kept = {_CHECKPOINT: recordmarks.newest(session, job.at)}
    table.insert_certificate(
        session,
        {
            "id": certificate_id,
            "case_id": case.id,
            "engine_task_id": job.engine_task_id,
            "office_id": plan.office_id,
            "number": numbers.certificate_number(district.code, year, serial),
            "memo_number": _memo_number(session, plan, case, job.at, numbers.Outgoing.PAPER),
            "copy_memo_number": _memo_number(session, plan, case, job.at, numbers.Outgoing.COPIES)
            if plan.copies
            else None,
            "output": plan.output,
            "status": "allotted",
            "facts": keys.seal_json(key, f"certificate|facts|{certificate_id}", kept),
            "token_digest": sha256(papercheck.code_of(session, certificate_id).encode()).digest(),
            "allotted_at": job.at,
            "signed_by": plan.signed_by if instead is None else instead.signed_by,
        },
    )
    row = table.by_task(session, job.engine_task_id)
    if row is None:
        raise NotFound
    return row


def _memo_number(session: Session, plan: Plan, case: AnyRow, at: datetime, what: numbers.Outgoing) -> str:
    """The next number of the office's letters; the copies of a paper go out under one of their own."""
    given = series.Given(what, calendars.day(at), case.id)
    return series.take(session, (plan.office_id, plan.office_code), Series.MEMO, given)


def _facts(session: Session, certificate: AnyRow, job: AnyRow, instead: Instead | None) -> _Ready:
    case = cases.find(session, job.case_id)
    if case is None:
        raise NotFound
    loaded = releases.load(session, case.release_id)
    known = CaseFacts(session, case, job.at, corrected=instead.corrected if instead is not None else None)
    facts = paperfacts.read(known, loaded, certificate, papercheck.code_of(session, certificate.id))
    if instead is not None:
        facts = instead.said(session, facts)
    key = keys.unlock(session, case.data_key_id)
    # Kept since the number was allotted: a second run draws the same paper, whatever was signed since.
    kept = keys.open_json(key, f"certificate|facts|{certificate.id}", certificate.facts)
    checkpoint = int(kept.get(_CHECKPOINT, 0))
    return _Ready(
        certificate,
        case.data_key_id,
        loaded.texts,
        papercheck.signed(session, facts),
        session.recorded_at,
        checkpoint,
        recordmarks.numbered(session, checkpoint),
    )


def _with_key(ready: _Ready, job: AnyRow, database: Database) -> _Ready:
    """The same with the key of the office that signs, if it has one; the sign block then says so.

    Raises pades.KeyRefused: a paper of an office with a key leaves it signed, or not at all.
    """
    signer = ready.facts.signer
    if database.office_keys.is_by_hand(job.district_id, signer.office):
        return _with_own(ready, job, database)
    held = database.office_keys.of(job.district_id, signer.office, ready.at)
    if held is None:
        return ready
    told = ready.at.astimezone(clock.IST).strftime("%d-%m-%Y %H:%M")
    signer = replace(signer, mode="digital", signed_at=told, certified_to=held.certificate.subject)
    return replace(ready, facts=replace(ready.facts, signer=signer), signatory=held)


def _with_own(ready: _Ready, job: AnyRow, database: Database) -> _Ready:
    """The same with the certificate of the officer who decided. Raises pades.KeyRefused."""
    by, scope = ready.certificate.signed_by, CaseScope(job.district_id, job.case_id)
    held = database.read(lambda session: ownhand.usable(session, by, ready.at), scope)
    told = papers.dmy(calendars.day(ready.at))
    signer = replace(
        ready.facts.signer, mode="digital", signed_at=told, certified_to=held.certificate.subject
    )
    return replace(ready, facts=replace(ready.facts, signer=signer), own=held)


def _by_hand(
    database: Database,
    scope: CaseScope,
    ready: _Ready,
    held: ownhand.Own,
    at: datetime,
    assets: papers.Assets,
) -> tuple[_Drawn, datetime]:
    """The paper as its officer signed it, and when; made ready for his hand before. Raises Waits."""
    certificate = ready.certificate
    brought = database.read(lambda session: ownhand.signed(session, certificate.id, ready.data_key_id), scope)
    if brought is None:
        if not database.read(
            lambda session: ownhand.is_waiting(session, certificate.id, held, ready.at), scope
        ):
            sealed = _sealed(ready, at, assets, database.keys)
            ownhand.prepare(database, scope, certificate, sealed, held, ready.at)
        raise ownhand.wait(certificate.id, ready.at)
    drawn = _drawn(ready, database.keys, brought.data, brought.path, brought.unsigned_sha256)
    return drawn, brought.signed_at


def _draw(ready: _Ready, at: datetime, assets: papers.Assets, ring: KeyRing) -> _Drawn:
    """Draw, seal and sign the paper; holds no transaction, for it takes longer than all the rows together."""
    sealed, held = _sealed(ready, at, assets, ring), ready.signatory
    path = f"{documents.new_path(ready.certificate.id)}.{token_hex(4)}"
    if held is None:
        return _drawn(ready, ring, sealed, path, None)
    return _drawn(ready, ring, pades.sign(sealed, held, ready.at), path, sha256(sealed).digest())


def _sealed(ready: _Ready, at: datetime, assets: papers.Assets, ring: KeyRing) -> bytes:
    drawn = papers.draw_paper(papers.compose(ready.texts, ready.facts), at, assets)
    if ready.mark is not None:
        drawn = papers.marked(drawn, ready.mark)
    proof = ready.facts.verification
    return papers.seal(drawn, proof.code, proof.token, ring.paper_key(), ready.signed_with or b"")


def _drawn(ready: _Ready, ring: KeyRing, data: bytes, path: str, unsigned: bytes | None) -> _Drawn:
    certificate, facts = ready.certificate, ready.facts
    paper = Paper(casepapers.ISSUED, f"{certificate.number.replace('/', '-')}.pdf", "application/pdf", data)
    # A paper carries the class of what it says: facts that were found, or that nothing was found.
    pii = "P2" if facts.template == ready.texts.choose(facts.output, "no_adverse") else "P3"
    birth = papercheck.birth_digest(ring, certificate.number, facts.subject.born)
    return _Drawn(
        certificate,
        ready.data_key_id,
        path,
        paper,
        pii,
        _public(ready),
        facts.valid_till,
        birth,
        unsigned_sha256=unsigned,
        signed_with=ready.signed_with,
    )


def _public(ready: _Ready) -> dict[str, Any]:
    """What the public page may say, kept sealed until somebody brings the code."""
    facts = ready.facts
    signed = {"certified_to": facts.signer.certified_to, "signed_at": facts.signer.signed_at}
    return {
        **(signed if ready.signed_with is not None else {}),
        "name": [facts.subject.name.hi, facts.subject.name.en],
        "purpose": [facts.purpose.hi, facts.purpose.en],
        "requester": [facts.requester.department.hi, facts.requester.department.en],
        "issued_on": facts.issued_on.isoformat(),
        "template": facts.template,
        _CHECKPOINT: ready.checkpoint,
    }


def _store(session: Session, drawn: _Drawn) -> None:
    """Write the sealed file; it counts once the register names it."""
    key = keys.unlock(session, drawn.data_key_id)
    sealed = documents.seal_file(key, drawn.certificate.id, drawn.paper.data)
    documents.put(session.documents, drawn.path, sealed)


def _tidy(folder: Path, drawn: _Drawn, *, is_kept: bool) -> None:
    """Leave of a paper the one file that counts: this one, or else whatever another worker has registered."""
    own = folder / drawn.path
    if not is_kept:
        own.unlink(missing_ok=True)
        return
    for other in own.parent.glob(f"*{drawn.certificate.id.hex}*"):  # of workers that died, or were too late
        if other != own:
            other.unlink(missing_ok=True)


def _issued(session: Session, drawn: _Drawn, at: datetime, instead: Instead | None) -> None:
    """The rows of the issued paper; runs in the transaction that finishes the job."""
    certificate, key = drawn.certificate, keys.unlock(session, drawn.data_key_id)
    row = documents.row(
        certificate.id,
        drawn.paper,
        key,
        path=drawn.path,
        data_key_id=drawn.data_key_id,
        case_id=certificate.case_id,
        pii=drawn.pii,
        created_at=at,
        created_by=None,
    )
    filed.insert_documents(session, [row])
    table.set_certificate(
        session,
        certificate.id,
        status="issued",
        document_id=certificate.id,
        sha256=row["sha256"],
        issued_at=at,
        valid_till=drawn.valid_till,
        birth_digest=drawn.birth_digest,
        unsigned_sha256=drawn.unsigned_sha256,
        signed_with=drawn.signed_with,
        facts=keys.seal_json(key, f"certificate|facts|{certificate.id}", drawn.public),
    )
    audit.record(
        session,
        f"case:{certificate.case_id}",
        "paper:issue",
        f"certificate:{certificate.id}",
        None,
        at,
        number=certificate.number,
        sha256=row["sha256"].hex(),
        **_told(drawn),
    )
    if instead is not None:
        instead.rows(session, certificate)


def _told(drawn: _Drawn) -> dict[str, str]:
    """What the record keeps of a signature: the file before it, and whose certificate signed."""
    if drawn.unsigned_sha256 is None or drawn.signed_with is None:
        return {}
    return {"unsigned": drawn.unsigned_sha256.hex(), "signed_with": drawn.signed_with.hex()}


def register_page(
    session: Session, actor: Actor, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[RegisterLine]:
    """Issued papers and void numbers in this officer's sight, newest first; their kind unless the matrix hides it."""
    cell = MATRIX["rep.certificate_register"].get(actor.post.role)
    tells_kind = cell is not None and cell.narrow != "kind_hidden"
    if actor.may(Permission.PAPER_REGISTER) and actor.post.role in WITHOUT_CASES:  # no column holds a name
        session = session.narrowed(scopes.record(actor.district_id))
    return [
        RegisterLine(
            row.id,
            row.document_id,
            row.number,
            row.memo_number,
            row.case_number,
            row.output if tells_kind else "",
            VOID if row.status == "allotted" else row.status,
            row.entered_at,
            row.valid_till,
            _is_open_to(actor, row),
        )
        for row in table.issued(session, after, limit)
    ]


def _is_open_to(actor: Actor, row: AnyRow) -> bool:
    """Whether the post may take the paper of this line; who decided on it writes it."""
    return (
        row.document_id is not None
        and actor.may(Permission.PAPER_OPEN)
        and secrecy.may_open(actor.post.role, row.document_pii, secrecy.Side.DM, reported=True)
    )


def of_number(session: Session, number: str) -> AnyRow | None:
    """The paper that left under a number, where it is within sight: its `id`, and its `case_number`."""
    row = table.by_number(session, number)
    return None if row is None or row.status == "allotted" else row


def file(database: Database, actor: Actor, document_id: UUID, now: datetime, *, turns: bool = False) -> File:
    """A document opened for reading; the reading is recorded first, and without the record there is no file.

    `turns`: it is looked at page by page, and the next pages belong to the look that was recorded with the first.
    """

    def noted(session: Session) -> AnyRow:
        row = filed.find(session, document_id)
        if row is None or not _may_open(session, actor, row, now):
            raise NotFound
        sightings.note_document(session, actor, row, now, turns=turns)
        return row

    scope = actor_scope(actor)
    row = database.write(noted, scope)
    return database.read(lambda session: casepapers.read(session, row), scope)


def _may_open(session: Session, actor: Actor, row: AnyRow, now: datetime) -> bool:
    """Whether the post may read it: the row scope says whose case it is, this whose eyes it is for."""
    if row.draft_id is not None:
        return False  # not sent yet: `desk.looking.staged` gives it to him who put it there
    if row.case_id is None:
        return True
    case = cases.find(session, row.case_id)
    if case is None:
        return False
    return casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now).may_open(row)
