"""Whom a paper is about and who asked for it, in the words that papers use."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app import papers
from app.domain import subjects
from app.domain.errors import NotFound
from app.domain.offices import name_on
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.services.casefile import requisitionwords
from app.services.district import englishnames, gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.scope import Session
    from app.papers import Words
    from app.services.casefile.facts import CaseFacts


def named(text: Any) -> Words:
    """A name, place or office as it was typed, and as an English paper writes it."""
    return papers.Words(*englishnames.said(str(text or "")))


def block(letter: Mapping[str, Any]) -> Words:
    """Designation, office and place of whoever sent a letter, as written after सेवा में."""
    parts = ("requesting_designation", "requesting_dept", "requesting_address")
    typed = ",\n".join(str(letter[part]).rstrip(" ,।.") for part in parts if letter.get(part))
    return papers.with_whole_pins(named(typed))


def listed(texts: papers.Texts, who: Mapping[str, str]) -> tuple[Words, Words]:
    """Name and parent as a list of persons names them; `who` as `keys.open_name` gives it."""
    relation = texts.setting(f"relation.{who['relation'] or 'father'}.{who['gender']}")
    parent = papers.Words(
        f"{relation.hi} {who['father_hi']}".strip() if who["father_hi"] else "",
        f"{relation.en} {who['father_en']}".strip() if who["father_en"] else "",
    )
    return papers.Words(who["hi"], who["en"]), parent


def address_of(session: Session, person: Mapping[str, Any], which: str, received_on: date) -> papers.Address:
    """An address of a person (`which`: perm or pres), its thana by the name of the day when the case came in."""

    def plain(part: str) -> Words:
        return named(person.get(f"{which}_{part}"))

    return papers.Address(
        village=plain("village"),
        district=_district_of(session, person, which),
        house=plain("house"),
        panchayat=plain("panchayat"),
        post_office=plain("po"),
        thana=_thana_of(session, person, f"{which}_thana", received_on),
        block=papers.Words(*gazetteer.names_of("blocks", person.get(f"{which}_block"))),
        pin=str(person.get(f"{which}_pin") or ""),
    )


def _district_of(session: Session, person: Mapping[str, Any], which: str) -> Words:
    """The district of an address: in another state as it was written, else by its code, else our own."""
    written = str(person.get(f"{which}_district_other") or "")
    if written:
        return named(written)
    own = offices.district(session)
    known_name = papers.Words(*gazetteer.names_of("districts", person.get(f"{which}_district")))
    return known_name or papers.Words(own.name_hi, own.name_en)


def _thana_of(session: Session, facts: Mapping[str, Any], key: str, received_on: date) -> Words:
    """A thana of ours by its id, or one of another district as it was written."""
    written = str(facts.get(f"{key}_other") or "")
    if written or not facts.get(key):
        return named(written)
    thana = offices.find(session, UUID(facts[key]))
    if thana is None:
        return papers.Words()
    names = thana.name_hi, thana.name_en  # an older case keeps the name of its day
    return papers.Words(*name_on(names, thana.facts, received_on))


class People:
    """Reads the person and the requester of one case."""

    def __init__(self, session: Session, known: CaseFacts, at: datetime | None = None) -> None:
        """`at`: of which instant the department's letter is told, where it was corrected since; None: now."""
        self._session, self._known, self._at = session, known, at

    @cached_property
    def letter(self) -> dict[str, Any]:
        """What was entered of the department's letter."""
        return requisitionwords.as_of(self._session, self._known.case.requisition_id, self._at)

    def diary_number(self) -> str:
        """Under which number the department's letter was received."""
        row = cases.requisition_row(self._session, self._known.case.requisition_id)
        if row is None:
            raise NotFound
        return str(row.number)

    def subject(self) -> papers.Subject:
        """The person of the case, as a paper names him."""
        person = self._known.intake
        name, home = papers.Words(*subjects.names_of(person)), self._address(person, "perm")
        if subjects.kind_of(person) == subjects.FIRM:
            return papers.Subject(name=name, permanent=home, kind="firm")
        present = None if person.get("same_address", True) else self._address(person, "pres")
        return papers.Subject(
            name=name,
            permanent=home,
            present=present,
            gender=person.get("gender") or "",
            relation=person.get("relation") or "father",
            father=papers.Words(person["father_hi"], person["father_en"]),
            born=date.fromisoformat(person["dob"]) if person.get("dob") else None,
            own_name=person.get("own_name") or "",
        )

    def _address(self, person: Mapping[str, Any], which: str) -> papers.Address:
        return address_of(self._session, person, which, self._known.case.received_on)

    def requester(self) -> papers.Requester:
        """The department that asked, by its letter."""
        letter = self.letter
        department = str(letter["requesting_dept"])
        return papers.Requester(
            department=named(department),
            address_block=block(letter),
            letter_no=str(letter["letter_no"]),
            letter_date=date.fromisoformat(letter["letter_date"]),
        )
