"""The people of a case who are known by name, hidden wherever they occur in what an auditor reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.hiding import Hider
from app.models.antecedents import crimes
from app.models.casefile import case_queries as cases
from app.models.staff import posting_queries as postings
from app.papers.devanagari import masked
from app.services.antecedents import crimebook
from app.services.casefile import casefile
from app.services.procedure import releases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Questions about people whose answers name nobody: such words are of every sentence.
_NAME_NOBODY = frozenset(
    {"relation", "occupation", "role", "weapon_kind", "identification_marks", "mobile", "email", "text"}
)
_NAME_PARTS = ("hi", "en", "father_hi", "father_en")
_OF_ACCUSED = ("name", "alias", "father")


class Unnamed:
    """Texts of one case, or of none, without the names that the product knows: persons of the case, officers."""

    def __init__(self, session: Session, actor: Actor, case: AnyRow | None, now: datetime) -> None:
        self._officers = _officers(session)
        known = _known(session, actor, case, now) if case is not None else ()
        self._people = Hider(known, masked)

    def hide(self, text: str) -> str:
        for name, stars in self._officers.items():
            text = text.replace(name, stars)
        return self._people.hide(text)


def _officers(session: Session) -> dict[str, str]:
    """The names of the district's officers, whom an auditor knows by marks, and what stands in their place."""
    names = {name for row in postings.accounts(session) for name in (row.name_hi, row.name_en) if name}
    return {name: masked(name) for name in sorted(names, key=len, reverse=True)}


def _known(session: Session, actor: Actor, case: AnyRow, now: datetime) -> Iterator[str]:
    """The person, relatives, witnesses and places of all submissions; the accused whom an enquiry compared."""
    person = cases.applicant_of(session, case.id)
    if person is not None:
        name = keys.open_name(session, case.data_key_id, person.id, person.name)
        yield from (name[part] for part in _NAME_PARTS)
    file = casefile.CaseFile(session, actor, case, releases.load(session, case.release_id), now)
    for key, text in file.written_of_people():
        if key.rsplit(".", 1)[-1] not in _NAME_NOBODY:
            yield text
    compared = {row.accused_id for row in crimes.hits_of(session, case.id)}
    for entry in crimebook.find(session, compared, withheld=True).values():
        yield from (str(entry.facts[part]) for part in _OF_ACCUSED if entry.facts.get(part))
