"""Blind indexes: what a case can be found by, written at intake; the words themselves are never stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain import names, numbers, subjects
from app.models.casefile import case_queries as cases
from app.models.casefile import searchkey_queries as findable
from app.models.district import office_queries as offices
from app.services.district import calendars
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow


def index(session: Session, case: AnyRow, answers: Mapping[str, Any]) -> None:
    """Write the search keys of a new case."""
    found = digests(session, answers)
    if (firm := _firm(session, case.requisition_id, answers)) is not None:
        found.add(("firm", firm))
    findable.insert_keys(
        session, [{"case_id": case.id, "kind": kind, "digest": digest} for kind, digest in sorted(found)]
    )


INTAKE = "intake"  # the form of a person's particulars, and of their corrections
#: What is found by the sound of its words: kind -> the fields of the intake in which it stands.
_NAMES = {
    "name": ("name_hi", "name_en", "own_name", "alias", "firm_name_hi", "firm_name_en"),
    "father": ("father_hi", "father_en"),
    "village": ("perm_village",),
}


def index_again(session: Session, case: AnyRow, answers: Mapping[str, Any]) -> None:
    """Let a case be found by corrected particulars, too; by those before it stays to be found."""
    known = {(row.kind, row.digest) for row in findable.of_case(session, case.id)}
    found = digests(session, answers) - known
    findable.insert_keys(
        session, [{"case_id": case.id, "kind": kind, "digest": digest} for kind, digest in sorted(found)]
    )


def rewrite(session: Session, case: AnyRow) -> bool:
    """Let a case be found by the rules of today, by every version of its particulars; -> whether that is new."""
    key = keys.unlock(session, case.data_key_id, case.wrapped)
    wanted: set[tuple[str, bytes]] = set()
    for row in cases.answers_of(session, case.id):
        if row.form == INTAKE:
            answers = keys.open_json(key, f"answer|values|{row.id}", row.values)
            wanted |= digests(session, answers)
            if (firm := _firm(session, case.requisition_id, answers)) is not None:
                wanted.add(("firm", firm))
    known = {(row.kind, bytes(row.digest)) for row in findable.of_case(session, case.id)}
    for kind, digest in sorted(known - wanted):
        findable.delete_key(session, case.id, kind, digest)
    new = sorted(wanted - known)
    findable.insert_keys(
        session, [{"case_id": case.id, "kind": kind, "digest": digest} for kind, digest in new]
    )
    return known != wanted


def digests(session: Session, answers: Mapping[str, Any]) -> set[tuple[str, bytes]]:
    """What a person is found by: his, the father's and the firm's name, mobile, village; by kind, blind."""
    found: set[tuple[str, bytes]] = set()
    for kind, fields in _NAMES.items():
        for name in fields:
            for skeleton in names.skeletons(answers.get(name) or ""):
                found.add((kind, session.keys.blind(kind, skeleton)))
    if answers.get("mobile"):
        found.add(("mobile", session.keys.blind("mobile", answers["mobile"])))
    if (digest := person(session, answers)) is not None:
        found.add(("person", digest))
    return found


def of_firm(session: Session, case: AnyRow, answers: Mapping[str, Any], most: int) -> list[UUID]:
    """The firm's own case and those of its partners in the same letter, without this one, as far as one may see."""
    firm = _firm(session, case.requisition_id, answers)
    if firm is None:
        return []
    hits = findable.search(session, {"firm": [firm]}, (), most)
    return sorted(hit.case_id for hit in hits if hit.case_id != case.id)


def _firm(session: Session, letter_id: UUID, answers: Mapping[str, Any]) -> bytes | None:
    """By what the cases of one firm in one letter find each other: the sound of its name, blind."""
    sounds = sorted(map(names.skeleton, names.words(subjects.firm_of(answers))))
    return session.keys.blind("firm", f"{letter_id} {' '.join(sounds)}") if sounds else None


def person(session: Session, answers: Mapping[str, Any]) -> bytes | None:
    """By what one who is entered twice is noticed: the sound of the whole name and the day of birth, blind.

    It says that two entries may be one person, never that they are.
    """
    sounds = sorted(map(names.skeleton, names.words(answers.get("name_en") or answers.get("name_hi") or "")))
    if not sounds or not answers.get("dob"):
        return None
    return session.keys.blind("person", f"{answers['dob']} {' '.join(sounds)}")


def case_ids(session: Session, text: str, limit: int) -> list[UUID]:
    """The cases that a search may mean, best first: by number, by letter, by every word of a name, by thana.

    The last part of a case number means those of the latest years. A letter is the department's, by its number or by
    ours, or one of our own offices. Names are known in either script, a thana by any spelling, alone or beside one.
    """
    if (numbered := _numbered(session, text)) is not None:
        return numbered
    if any(sign.isdecimal() for sign in text) and (
        of_letter := findable.of_letter(session, numbers.spellings(text.strip()), limit)
    ):
        return of_letter
    skeletons = names.skeletons(text)
    if not skeletons:
        return []
    sought = {
        kind: [session.keys.blind(kind, skeleton) for skeleton in skeletons]
        for kind in ("name", "father", "village")
    }
    digits = "".join(c for c in text if c.isdecimal())
    if len(digits) == numbers.MOBILE_DIGITS:
        sought["mobile"] = [session.keys.blind("mobile", digits)]
    rows = findable.search(session, sought, _thanas(session, text), limit)
    wanted = min(len(skeletons), rows[0].hits) if rows else 0
    return [row.case_id for row in rows if row.hits >= wanted]


_YEARS = 3  # this year and those before, in which a case is looked for by its serial alone


def _numbered(session: Session, text: str) -> list[UUID] | None:
    """The cases that a number, or the last part of one, names; None for a text that is neither."""
    number, serial = numbers.parse_case_number(text), numbers.parse_serial(text)
    if number is not None:
        sought = [number]
    elif serial is not None:
        code, this = offices.district(session).code, calendars.day(session.recorded_at).year
        sought = [numbers.case_number(code, this - back, serial) for back in range(_YEARS)]
    else:
        return None
    found = (cases.find_number(session, each) for each in sought)
    return [row.id for row in found if row is not None]


_LONGEST_NAME = 3  # words of a thana's name


def _thanas(session: Session, text: str) -> set[UUID]:
    """The thanas of today that the words of a search name, in whatever spelling; a part of a name means none."""
    rows = offices.of_kind(session, "thana", calendars.day(session.recorded_at))
    spelt = [(row.name_hi, row.name_en, *(row.facts.get("spellings") or ())) for row in rows]
    parts = text.replace("थाना", " ").split()
    runs = {
        " ".join(parts[first : first + size])
        for size in range(1, _LONGEST_NAME + 1)
        for first in range(len(parts) - size + 1)
    }
    return {rows[place].id for run in runs for place in names.named(run, spelt)}
