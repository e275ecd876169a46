"""What a letter to another district of the installation says, and no more: written here, sealed anew there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.domain.errors import NotFound
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.intake import neighbours as table
from app.models.scope import CaseScope
from app.services.casefile import neighbours
from app.services.casefile.facts import CaseFacts
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Of the person, what tells him from his namesakes; of an address, where it lies and when he lived there.
_PERSON = ("name_hi", "name_en", "relation", "father_hi", "father_en", "gender", "dob", "alias")
_PLACE = ("house", "village", "panchayat", "po", "thana_other", "pin", "from", "to")


_WHERE = ("house", "village", "panchayat", "po", "thana_other", "pin")


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in one line, and the months that he lived there."""

    kind: str
    text: str
    months: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it crosses. Days are ISO texts, months `YYYY-MM`; a place has its `kind` and parts as written."""

    number: str
    written_on: str
    sender_hi: str
    sender_en: str
    purpose_hi: str
    purpose_en: str
    due_on: str
    person: dict[str, str]
    places: list[dict[str, str]]
    period_from: str
    period_to: str
    is_over: bool = False  # its answer was entered before it went: it stays at home

    @property
    def day(self) -> date:
        return date.fromisoformat(self.written_on)

    @property
    def due(self) -> date:
        return date.fromisoformat(self.due_on)

    @property
    def born(self) -> date | None:
        return date.fromisoformat(self.person["dob"]) if self.person.get("dob") else None

    @property
    def lines(self) -> list[PlaceLine]:
        """The places as a page shows them."""
        return [
            PlaceLine(
                place.get("kind", ""),
                ", ".join(place[part] for part in _WHERE if place.get(part)),
                " – ".join(_month(place[part]) for part in ("from", "to") if place.get(part)),
            )
            for place in self.places
        ]


def written(session: Session, errand: AnyRow) -> Letter | None:
    """The letter of an errand in the district that asks; None for one that is not to go any more."""
    row = table.find_ask(session, errand.letter_id)
    case = cases.find(session, row.case_id) if row is not None else None
    if row is None or case is None or row.state != neighbours.WAITING:
        return None
    known = CaseFacts(session, case, errand.at)
    enquiry = next(each for each in known.enquiries if each.id == row.enquiry_id)
    facts = neighbours.facts_of(session, case, row)
    district = offices.district(session)
    purpose = known.purpose(releases.load(session, case.release_id))
    return Letter(
        number=str(facts.get("number") or case.number),
        written_on=calendars.day(row.asked_at).isoformat(),
        sender_hi=district.name_hi,
        sender_en=district.name_en,
        purpose_hi=purpose[0],
        purpose_en=purpose[1],
        due_on=str(facts.get("due_on") or _due_on(session, case, row)),
        person=_of(known.intake, _PERSON),
        places=_places(known, set(facts.get("addresses") or ())),
        period_from=str(facts.get("period_from") or ""),
        period_to=str(facts.get("period_to") or ""),
        is_over=enquiry.state != "open",
    )


def _due_on(session: Session, case: AnyRow, row: AnyRow) -> date:
    """The due day of the step that waits for the answer; of the case once none waits."""
    own = session.narrowed(CaseScope(session.district_id, case.id))
    waiting = (task.due_on for task in workflow.tasks_of(own, case.id) if task.enquiry_id == row.enquiry_id)
    due_on: date = next(waiting, case.due_on)
    return due_on


def _places(known: CaseFacts, asked: set[str]) -> list[dict[str, str]]:
    """The addresses that are asked about; a letter about none in particular names none."""
    found = []
    for row in cases.addresses_of(known.session, known.case.id):
        if str(row.id) in asked:
            details = keys.open_json(known.key, f"address|details|{row.id}", row.details)
            found.append({"kind": row.kind, **_of(details, _PLACE)})
    return found


def _of(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(values[name]) for name in names if values.get(name)}


def seal(session: Session, data_key_id: UUID, letter_id: UUID, letter: Letter) -> bytes:
    """The letter under a key of the district that it came to."""
    return keys.seal_json(keys.unlock(session, data_key_id), _place(letter_id), asdict(letter))


def opened(session: Session, row: AnyRow) -> Letter:
    """A letter that came. Raises keys.KeyDestroyed for one that was returned or recalled."""
    key = keys.unlock(session, row.data_key_id)
    facts = keys.open_json(key, _place(row.id), row.facts)
    facts.pop("told", None)
    return Letter(**facts)


def seal_return(session: Session, row: AnyRow, told: str) -> bytes:
    """The letter with why it is returned, until the district that asks has it."""
    key = keys.unlock(session, row.data_key_id)
    facts = keys.open_json(key, _place(row.id), row.facts)
    return keys.seal_json(key, _place(row.id), {**facts, "told": told})


def returned_with(session: Session, errand: AnyRow) -> str:
    """Why a letter is returned. Raises NotFound where the district was never asked."""
    row = asked(session, errand)
    facts = keys.open_json(keys.unlock(session, row.data_key_id), _place(row.id), row.facts)
    return str(facts.get("told") or "")


def asked(session: Session, errand: AnyRow) -> AnyRow:
    """The letter of an errand in the district that was asked. Raises NotFound for that of a third district."""
    row = table.find_request(session, errand.letter_id)
    if row is None or row.other_district != errand.to_district:
        raise NotFound
    return row


def forget(session: Session, letter_id: UUID, at: datetime) -> None:
    """What was returned is not this district's to keep."""
    row = table.find_request(session, letter_id)
    if row is not None and row.case_id is None:
        keys.destroy(session, row.data_key_id, at)


def _month(text: str) -> str:
    """A month as officers write it: 01-2022."""
    return "-".join(reversed(text.split("-")))


def _place(letter_id: UUID) -> str:
    return f"neighbour_request|facts|{letter_id}"
