"""The letters of the route, drawn from the record when somebody wants to see them: nothing of them is kept but it.

A letter goes out with the answers of a step, which gave it its number; it says what was answered there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import papers
from app.domain import numbers, secrecy
from app.domain.errors import NotFound
from app.domain.ids import known_id
from app.domain.roles import DISTRICT_WIDE
from app.models.casefile import case_queries as cases
from app.models.issuing import sentletters as sent
from app.models.scope import CaseScope
from app.services.casefile import casefile, sightings
from app.services.papers import annexes, reminderletters, signers
from app.services.papers.letterdrafts import Maker
from app.services.papers.letterkinds import TELLING, addressed, district, elsewhere
from app.services.procedure import releases
from app.services.store import documents
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.casefile import CaseFile
    from app.services.store.database import Database

_DIGITS = 3
#: Form of a step that writes about the persons of a requisition -> the letter that it sends.
KINDS = {"scrutinise": "fwd_dm_to_sp", "route": "fwd_sp_to_thana"}


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter as a list of the case names it; `key` is how it is asked for."""

    key: str
    kind: str
    number: str
    to_hi: str
    to_en: str
    at: Any
    persons: int = 1  # how many the letter is about, as far as the officer sees them


def of_case(session: Session, actor: Actor, file: CaseFile) -> list[LetterLine]:
    """The letters that went out in this case and that the officer may see, oldest first."""
    found = [
        (row, place, draft)
        for row in file.answer_rows
        for place, draft in enumerate(Maker(session, file, row).drafts())
    ]
    persons = sent.counts(session, {draft.letter_id for _, _, draft in found if draft.letter_id is not None})
    lines = [
        LetterLine(
            f"{row.id}-{place}",
            draft.template,
            draft.number,
            draft.to.hi,
            draft.to.en,
            row.at,
            persons.get(draft.letter_id, 1) if draft.letter_id is not None else 1,
        )
        for row, place, draft in found
    ]
    lines += _received(session, actor, file, {draft.letter_id for _, _, draft in found})
    lines += [
        LetterLine(f"{row.id}-0", reminderletters.KIND, row.memo_number, to.hi, to.en, row.at)
        for row, to in reminderletters.of_case(session, file)
    ]
    return sorted(lines, key=lambda line: line.at)


def _received(
    session: Session, actor: Actor, file: CaseFile, known: set[UUID | None]
) -> Iterator[LetterLine]:
    """Letters to the officer's own office that went with an answer he may not read."""
    texts, home = releases.active(session).texts, district(session)
    for row in sent.of_case(session, file.facts.case.id) if _is_to(actor) else ():
        if row.id not in known and row.to_office_id is not None:
            line = line_of(texts, row, home)
            yield replace(line, key=f"{line.key}-0")


def of_requisition(session: Session, actor: Actor, requisition_id: UUID) -> list[LetterLine]:
    """The letters that went about a requisition's persons, oldest first, each once; `key` is its id.

    Those of the police are for posts that read what the police write.
    """
    texts, role, home = releases.active(session).texts, actor.post.role, district(session)
    reads_police = secrecy.readable(role, secrecy.Side.POLICE, reported=False)
    rows = (
        row for row in sent.of_requisition(session, requisition_id) if reads_police or row.form != "route"
    )
    return [line_of(texts, row, home) for row in rows]


def line_of(texts: papers.Texts, row: AnyRow, home: papers.District) -> LetterLine:
    """A sent letter as a list names it; of `sentletters` with its offices."""
    if row.to_office_id is not None:
        kind, to = KINDS[row.form], addressed(texts, row, home)
    else:
        kind, to = "other_district", elsewhere(row.to_place)
    return LetterLine(str(row.id), kind, row.number, to.hi, to.en, row.sent_at, row.persons)


def draw(
    database: Database, actor: Actor, number: str, key: str, now: datetime, language: papers.Spoken = "hi"
) -> documents.File:
    """A letter of a case as PDF in this language or in both, the looking recorded first.

    Raises NotFound, PaperRefused naming what it lacks.
    """
    scope = actor_scope(actor)
    answer, _, place = key.rpartition("-")

    def read(session: Session) -> tuple[AnyRow, datetime, papers.Texts, papers.LetterFacts]:
        known = numbers.parse_case_number(number)
        case = cases.find_number(session, known) if known else None
        if case is None or not (place.isascii() and place.isdecimal() and len(place) <= _DIGITS):
            raise NotFound
        file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
        texts = releases.active(session).texts
        row = next((row for row in file.answer_rows if str(row.id) == answer), None)
        if row is None:
            return case, *(_letter_to(session, actor, answer, now) or _reminder(session, file, answer))
        maker = Maker(session, file, row)
        drafts = list(maker.drafts())
        if int(place) >= len(drafts):
            raise NotFound
        draft = drafts[int(place)]
        annex = annexes.of_letter(session, draft.letter_id, texts) if draft.letter_id is not None else None
        return case, row.at, texts, maker.facts(draft, texts, annex)

    case, at, texts, facts = database.read(read, scope)
    classes = {secrecy.SENSITIVE} if facts.template in TELLING else secrecy.NONE
    sightings.note(database, actor, f"case:{case.id}", "letter", classes, now)
    return _drawn(database, at, texts, replace(facts, language=language))


def _drawn(
    database: Database, at: datetime, texts: papers.Texts, facts: papers.LetterFacts
) -> documents.File:
    data = papers.draw_paper(papers.compose_letter(texts, facts), at, papers.Assets(fonts=database.fonts))
    kind = reminderletters.KIND if facts.template.startswith(reminderletters.KIND) else facts.template
    name = f"{facts.number.replace('/', '-')}.pdf"
    return documents.File(name, "application/pdf", data, f"letter.{kind}", facts.number)


def draw_sent(
    database: Database, actor: Actor, letter_id: UUID, now: datetime, language: papers.Spoken = "hi"
) -> documents.File:
    """A letter about the persons of a requisition as PDF, for the district's offices and the one that received it.

    Its list names those persons that the officer's post sees. Raises NotFound, PaperRefused.
    """
    found = database.read(lambda session: _letter_to(session, actor, str(letter_id), now), actor_scope(actor))
    if found is None:
        raise NotFound
    at, texts, facts = found
    return _drawn(database, at, texts, replace(facts, language=language))


def _letter_to(
    session: Session, actor: Actor, letter_id: str, now: datetime
) -> tuple[datetime, papers.Texts, papers.LetterFacts] | None:
    """A letter that the officer sees, as it went to his office or from one of the district; else None.

    It is drawn from the answer of one of its cases, whatever of that answer his post reads: it says no more than
    the letter that lies before him.
    """
    texts = releases.active(session).texts
    known = known_id(letter_id)
    letter = sent.find(session, known) if known is not None else None
    annex = annexes.of_letter(session, letter.id, texts) if letter is not None else None
    if letter is None or annex is None:
        return None
    own = session.narrowed(CaseScope(actor.district_id, annex.case_id))
    case = cases.find(own, annex.case_id)
    if case is None:
        return None
    file = casefile.CaseFile(own, actor, case, releases.load(own, case.release_id), now)
    for row in file.answer_rows:
        maker = Maker(own, file, row)
        draft = maker.of_letter(letter.id) if row.form == letter.form else None
        if draft is not None and (_is_to(actor) or file.classes_of(row)):
            return row.at, texts, maker.facts(draft, texts, annex)
    return None


def _is_to(actor: Actor) -> bool:
    """Whether the letters that an officer sees are those that went to his office; the district's sees every one."""
    return actor.post.role not in DISTRICT_WIDE


def foretold(session: Session, file: CaseFile, row: AnyRow, number: str) -> papers.LetterFacts:
    """The notice of a hearing that is only prepared: in the name of whoever would send it, with this for a number."""
    maker = Maker(session, file, row)
    draft = maker.prepared_notice()
    texts = releases.active(session).texts
    head = signers.head_of(session, texts, "dm" if draft.side == "dm" else "sp", file.now)
    signed = replace(draft, number=number, signer=head)
    return maker.facts(signed, texts)


def _reminder(
    session: Session, file: CaseFile, reminder_id: str
) -> tuple[datetime, papers.Texts, papers.LetterFacts]:
    """A स्मार पत्र with its time. Raises NotFound."""
    found = reminderletters.facts(session, file, reminder_id)
    if found is None:
        raise NotFound
    return found[0].at, releases.active(session).texts, found[1]
