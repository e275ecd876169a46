"""The list of persons that goes with a letter: of all its cases, as far as the reader's post sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import papers
from app.models.issuing import sentletters as table
from app.models.scope import SystemReason, SystemScope
from app.services.papers.paperpeople import address_of, listed
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Words

Rows = tuple[tuple["Words", ...], ...]
_HEAD = "क्र०|नाम|पिता/पति|पता|प्रकरण संख्या"  # of texts that are older than its setting
_OTHERS = papers.Words("इस पत्र के अन्य {n} व्यक्ति", "{n} more of this letter")
_ERASED = papers.Words("—")


@dataclass(frozen=True, slots=True)
class Annex:
    """How many persons a letter is about, by when it asks for an answer, and those of them in the reader's sight."""

    count: int
    due_on: date
    rows: Rows
    case_id: UUID  # of the first of those persons


def of_one(texts: papers.Texts, who: Mapping[str, str], address: Words, number: str) -> Rows:
    """The list of a letter about one person; `who` as `keys.open_name` gives it."""
    return (_head(texts), _row(texts, 1, who, address, number))


def of_letter(session: Session, letter_id: UUID, texts: papers.Texts) -> Annex | None:
    """The list of a letter, names and addresses opened for this reader; None for a letter out of his sight.

    Whoever does not see all its persons is told how many more it is about.
    """
    whole = session.narrowed(SystemScope(SystemReason.WORKER, session.district_id))
    letter = table.find(whole, letter_id)
    found = table.people(session, letter_id)
    if letter is None or not found:
        return None
    count = table.counts(whole, [letter_id])[letter_id]
    rows = [_head(texts), *(_person(session, texts, place, row) for place, row in enumerate(found, 1))]
    if count > len(found):
        rows.append(_others(texts, count - len(found)))
    return Annex(count, letter.due_on, tuple(rows), found[0].case_id)


def _person(session: Session, texts: papers.Texts, place: int, row: AnyRow) -> tuple[Words, ...]:
    try:
        key = keys.unlock(session, row.data_key_id, row.wrapped)
    except keys.KeyDestroyed:
        return (papers.Words(str(place)), _ERASED, papers.Words(), papers.Words(), papers.Words(row.number))
    who = keys.open_json(key, f"applicant|name|{row.applicant_id}", row.name)
    return _row(texts, place, who, _address(session, texts, key, row), row.number)


def _address(session: Session, texts: papers.Texts, key: bytes, row: AnyRow) -> Words:
    """Where he lives, as it was written when the letter went; a thana that nobody knew is the one that was asked."""
    if row.address_id is None:
        return papers.Words()
    details: dict[str, Any] = keys.open_json(key, f"address|details|{row.address_id}", row.details)
    person = {f"perm_{part}": value for part, value in details.items()}
    if row.office_id is not None:
        person["perm_thana"] = str(row.office_id)
    return papers.address_line(texts, address_of(session, person, "perm", row.received_on))


def _row(
    texts: papers.Texts, place: int, who: Mapping[str, str], address: Words, number: str
) -> tuple[Words, ...]:
    name, parent = listed(texts, who)
    return (papers.Words(str(place)), name, parent, address, papers.Words(number))


def _head(texts: papers.Texts) -> tuple[Words, ...]:
    head = texts.setting("annex_head") or papers.Words(_HEAD)
    return tuple(map(papers.Words, head.hi.split("|"), (head.en or head.hi).split("|")))


def _others(texts: papers.Texts, count: int) -> tuple[Words, ...]:
    said = texts.setting("annex_others") or _OTHERS
    told = papers.Words(said.hi.replace("{n}", str(count)), said.en.replace("{n}", str(count)))
    return (papers.Words(), told, papers.Words(), papers.Words(), papers.Words())
