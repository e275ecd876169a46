"""What is held about a person, given to him on his written request: his own particulars, files, dates and paper.

What the police have found is no part of it, nor what others have said or who they are (DPDP Act 2023, s. 17(1)(c)).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app import papers
from app.domain import numbers, secrecy
from app.domain.errors import BoxesRefused, NotFound
from app.domain.offices import SEALED_UNITS
from app.domain.retention import ARMS_PURPOSE, Kind
from app.domain.roles import Permission
from app.domain.text import ascii_digits
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.services.access import stepup
from app.services.casefile import casefile, casepapers, duplicates
from app.services.district import calendars, terms
from app.services.procedure import releases
from app.services.store import audit, documents, keys
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casepapers import PaperLine
    from app.services.casefile.duplicates import Likeness
    from app.services.store.database import Database

EXPORT = "subject:export"  # the act that takes a fresh factor
INTAKE = "intake"
#: Answers of the intake that tell of others, or of how the office worked.
NOT_HIS_OWN = frozenset({"relatives", "dup_ack", "dup_reason"})
_REQUEST_NO = re.compile(r"[0-9A-Za-z/.-]{1,30}", re.ASCII)  # of the diary: a free text could name somebody


class Refused(BoxesRefused):
    """A request that cannot be entered. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Request:
    """The person's letter: its day and its number in the diary, and the cases that were proven to be his."""

    dated: date | None
    diary_no: str
    is_proven: bool  # that whoever asks is the person
    also: Sequence[str] = ()  # further cases of the same person, by number


@dataclass(frozen=True, slots=True)
class Held:
    """Of one case: what its person may be given. Labels and texts are in the officer's language."""

    number: str
    case_id: UUID
    strip: casefile.CaseStrip
    answers: Sequence[tuple[str, str]]
    steps: Sequence[casefile.StepLine]
    papers: Sequence[PaperLine]
    kept_until: date | None  # None while the case is open
    files: Sequence[AnyRow]  # what he handed in, and a certificate that was issued to him
    item: stepup.Item


@dataclass(frozen=True, slots=True)
class Sheet:
    """The printed part about one case, in the words of one language."""

    title: str
    language: str
    above: Sequence[str]
    header: Sequence[str]
    rows: Sequence[tuple[str, str]]
    below: Sequence[str]
    stamp: str


def look(session: Session, actor: Actor, number: str, now: datetime) -> tuple[Held, list[Likeness]]:
    """What would be given of a case, and other cases whose person may be the same. Raises NotAllowed, NotFound."""
    held, file = _held(session, actor, number, now)
    return held, duplicates.of(session, file.facts.intake, now, but=held.case_id)


def ask(session: Session, actor: Actor, number: str, request: Request, now: datetime) -> UUID:
    """Ask for a fresh factor before it is given; -> the step-up. Raises Refused, NotAllowed, NotFound."""
    held, alike = look(session, actor, number, now)
    offered = {each.line.number for each in alike}
    problems = _problems(request, offered, calendars.day(now))
    if problems or request.dated is None:
        raise Refused(problems)
    more = [_held(session, actor, each, now)[0] for each in request.also]
    told = f"{request.dated.isoformat()}|{_plain(request.diary_no)}"
    items = [stepup.Item(f"{each.item.thing}|{told}", each.item.digest) for each in (held, *more)]
    return stepup.begin(session, actor, EXPORT, items, now)


def number_of(session: Session, item: stepup.Item) -> str:
    """The number of the case that an item is about. Raises NotFound."""
    row = cases.find(session, UUID(item.thing.split("|")[0].removeprefix("case:")))
    if row is None:
        raise NotFound
    return str(row.number)


def gather(session: Session, actor: Actor, wanted: stepup.StepUp, now: datetime) -> list[Held]:
    """What a proven request covers. Raises NotAllowed, NotFound."""
    return [_held(session, actor, number_of(session, each), now)[0] for each in wanted.items]


def give(
    database: Database,
    actor: Actor,
    wanted: stepup.StepUp,
    sheets: Sequence[tuple[Held, Sheet]],
    now: datetime,
) -> documents.File:
    """The export as one ZIP, made in memory, and recorded in each case. Raises what `stepup.use` raises."""
    drawn = _drawn(database, actor, [sheet for _, sheet in sheets], now)
    parts = list(zip((held for held, _ in sheets), drawn, strict=True))

    def work(session: Session) -> bytes:
        given = dict(zip((held.case_id for held, _ in sheets), wanted.items, strict=True))
        anew = [
            stepup.Item(given[held.case_id].thing, _held(session, actor, held.number, now)[0].item.digest)
            for held, _ in sheets
        ]
        stepup.use(session, actor, wanted.id, EXPORT, anew, now)
        data = _zip(session, parts, now)
        for held, _ in sheets:
            _note(session, actor, held, given[held.case_id], wanted, now)
        return data

    data = database.write(work, actor_scope(actor))
    return documents.File(f"{numbers.in_address(sheets[0][0].number)}.zip", "application/zip", data)


def _note(
    session: Session, actor: Actor, held: Held, item: stepup.Item, wanted: stepup.StepUp, now: datetime
) -> None:
    _, dated, diary_no = item.thing.split("|")
    detail = {"dated": dated, "request": diary_no, "files": len(held.files), "step_up": str(wanted.id)}
    audit.record(session, f"case:{held.case_id}", EXPORT, f"case:{held.case_id}", actor, now, **detail)


def _held(session: Session, actor: Actor, number: str, now: datetime) -> tuple[Held, casefile.CaseFile]:
    actor.require(Permission.SUBJECT_EXPORT)
    known = numbers.parse_case_number(number)
    case = cases.find_number(session, known) if known is not None else None
    if case is None:
        raise NotFound
    keys.unlock(session, case.data_key_id)
    loaded = releases.load(session, case.release_id)
    file = casefile.CaseFile(session, actor, case, loaded, now)
    issued = casepapers.issued(session, case, file)
    files = _files(file, issued)
    content = [[str(row.id), bytes(row.sha256).hex()] for row in files]
    answers = [str(row.id) for row in file.answer_rows if row.form == INTAKE]
    item = stepup.item(f"case:{case.id}", [case.number, answers, content])
    steps = [each for each in file.steps() if each.office_kind not in SEALED_UNITS]
    held = Held(
        case.number,
        case.id,
        file.strip(),
        _answers(actor, file),
        steps,
        issued,
        _kept_until(session, case),
        files,
        item,
    )
    return held, file


def _answers(actor: Actor, file: casefile.CaseFile) -> list[tuple[str, str]]:
    """What was entered of the person at the intake, as the officer's post reads it."""
    form = file.release.forms.get(INTAKE)
    if form is None:
        return []
    told = secrecy.read_by(actor.post.role, file.facts.answer(INTAKE))
    values = {key: value for key, value in told.items() if key not in NOT_HIS_OWN}
    return file.shown(form, values, secrecy.CLASSES - {secrecy.SEALED})


def _files(file: casefile.CaseFile, issued: Sequence[PaperLine]) -> list[AnyRow]:
    """The files of the intake, and a certificate, which is the person's own paper; a report is the department's."""
    form = file.release.forms.get(INTAKE)
    fields = {field.key for field in form.fields if field.type == "file"} if form is not None else set()
    his = {each.document_id for each in issued if each.output == "CERTIFICATE" and each.status == "issued"}
    others = file.files_of_others(INTAKE)
    return [
        row
        for row in file.document_rows()
        if row.requisition_id is None
        and (row.id in his or (row.field in fields and str(row.id) not in others))
        and file.may_open(row)
    ]


def _kept_until(session: Session, case: AnyRow) -> date | None:
    if case.closed_at is None:
        return None
    kind = Kind.ARMS if case.purpose.startswith(ARMS_PURPOSE) else Kind.CASE
    return terms.of(session)[kind].past_on(calendars.day(case.closed_at))


def _problems(request: Request, offered: set[str], today: date) -> dict[str, str]:
    problems = {}
    if request.dated is None or request.dated > today:
        problems["dated"] = "subject.problem.dated"
    if not _REQUEST_NO.fullmatch(_plain(request.diary_no)):
        problems["diary_no"] = "subject.problem.diary_no"
    if not request.is_proven:
        problems["proven"] = "subject.problem.proven"
    if not set(request.also) <= offered:
        problems["also"] = "subject.problem.also"
    return problems


def _plain(diary_no: str) -> str:
    return ascii_digits(diary_no.strip())


def _drawn(database: Database, actor: Actor, sheets: Sequence[Sheet], now: datetime) -> list[bytes]:
    is_practice = database.read(lambda session: offices.district(session).demo, actor_scope(actor))
    tables = [
        papers.Table(
            sheet.title,
            sheet.language,
            sheet.above,
            sheet.header,
            [list(row) for row in sheet.rows],
            [False, False],
            False,  # noqa: FBT003
            sheet.below,
            sheet.stamp,
            is_practice=is_practice,
        )
        for sheet in sheets
    ]
    return [papers.draw_table(table, now, papers.Assets(database.fonts)) for table in tables]


def _zip(session: Session, parts: Sequence[tuple[Held, bytes]], now: datetime) -> bytes:
    made, at = BytesIO(), calendars.local(now)
    stamp = (at.year, at.month, at.day, at.hour, at.minute, 0)
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for held, sheet in parts:
            folder = numbers.in_address(held.number)
            archive.writestr(ZipInfo(f"{folder}/{folder}.pdf", stamp), sheet)
            for place, row in enumerate(held.files, start=1):
                file = documents.read(session, row)
                ending = "pdf" if file.media_type == "application/pdf" else "jpg"
                archive.writestr(ZipInfo(f"{folder}/{place:02d}-{row.field}.{ending}", stamp), file.data)
    return made.getvalue()
