"""A paper checked by anybody: by its code, by number and day of birth, or by the file; never more than it says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from app import papers
from app.domain import numbers
from app.models.casefile import document_queries as filed
from app.models.district import office_queries as offices
from app.models.issuing import paper_queries as table
from app.models.scope import CaseScope
from app.services.district import calendars
from app.services.papers import letterkinds, paperacts
from app.services.procedure import releases
from app.services.store import keys, scopes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.crypto import KeyRing
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.store.database import Database

#: What a person reads for a letter of a code, which has no such digit in it.
_MISREAD = str.maketrans("018", "olb")
_SIGN = "."  # between the code and the signed token, in the QR


@dataclass(frozen=True, slots=True)
class PublicPaper:
    """What anybody who holds the paper may learn: no more than the paper says.

    `file`: of an uploaded file: same (the very file that was issued) | altered | added | unsigned (its signature is
    gone) | copy (nothing can be said of it, for it is not the one that was issued); empty where none was brought.
    """

    state: str  # ok | report_ok | bad | unknown
    text_hi: str
    text_en: str
    issuer_hi: str = ""  # office and district; empty for an unknown code
    issuer_en: str = ""
    file: str = ""
    certified_to: str = ""  # whose certificate signed it, and when; empty: it was signed in ink
    signed_at: str = ""
    is_practice: bool = False  # of a district for practice: it is a paper of nobody


def code_of(session: Session, certificate_id: UUID) -> str:
    """The code in the QR: 128 bits that only this installation can make, the same at every drawing."""
    return session.keys.code("verify", certificate_id.bytes)


def signed(session: Session, facts: papers.PaperFacts) -> papers.PaperFacts:
    """The facts with the token in them that proves, without this installation, of which paper the QR is."""
    subject = facts.subject
    claim = papers.Claim(
        session.district_id,
        facts.number,
        facts.output,
        facts.issued_on,
        facts.valid_till,
        papers.holder_digest(subject.name.said("en" if facts.language == "en" else "hi"), subject.born),
    )
    token = papers.token(claim, session.keys.paper_key())
    return replace(facts, verification=replace(facts.verification, token=token))


def birth_digest(ring: KeyRing, number: str, born: date | None) -> bytes | None:
    """What a paper is found by who knows its number and the day of birth; None for a paper without one."""
    return None if born is None else ring.mac("paper", f"{number}|{born.isoformat()}".encode())


def by_code(database: Database, code: str, now: datetime) -> PublicPaper:
    """Judge a paper by its code, for anyone: genuine, superseded, revoked, expired or unknown."""
    plain = as_made(code.partition(_SIGN)[0])
    return _judged(database, _digest(plain), now)


def by_birth(database: Database, number: str, born: date, now: datetime) -> PublicPaper:
    """Judge a paper by the number on it and the day of birth of its person; both must be right."""
    plain = numbers.parse_certificate_number(number)
    digest = birth_digest(database.keys, plain, born) if plain else None
    return _judged(database, digest or bytes(32), now)


def by_file(database: Database, data: bytes, now: datetime) -> PublicPaper:
    """Judge a paper and the file that says it is one: the very bytes that were issued, or what was done to them.

    Nothing in the file is read but its seal; what it draws is never looked at, and its signature is compared with
    the one that was issued.
    """
    found = _judged(database, sha256(data).digest(), now)
    if found.state != "unknown":
        return replace(found, file="same")
    sealed = papers.read_seal(data, database.keys.paper_key().public_key())
    if sealed is None:
        return found
    paper = by_code(database, sealed.code, now)
    return replace(paper, file="" if paper.state == "unknown" else _what_was_done(database, sealed, data))


def _what_was_done(database: Database, sealed: papers.Sealed, data: bytes) -> str:
    """A whole file that is not on record is a copy of one that was: a duplicate that was lost, a restored backup.

    Behind the seal of a signed paper stands its signature: what differs from it was altered, what follows it added.
    """
    if sealed.state == "whole":
        return "unsigned" if sealed.certificate else "copy"
    if sealed.state == "altered" or not sealed.certificate:
        return sealed.state
    row = database.read(table.by_digest, scopes.public(_digest(sealed.code)))
    if row is None:
        return "altered"
    scope = CaseScope(row.district_id, row.case_id)
    stored = database.read(lambda session: filed.find(session, row.document_id), scope)
    is_whole = stored is not None and sha256(data[: stored.size]).digest() == stored.sha256
    return "added" if is_whole else "altered"


def _digest(code: str) -> bytes:
    """What a paper is found by who knows its code."""
    return sha256(code.encode()).digest()


def as_made(typed: str) -> str:
    """The public code as it was made, from what was read off the paper: in fours, in capitals, 0 for o."""
    return "".join(char for char in typed.lower() if char.isalnum()).translate(_MISREAD)


def _judged(database: Database, digest: bytes, now: datetime) -> PublicPaper:
    row = database.read(table.by_digest, scopes.public(digest))
    if row is None or row.status == "allotted":
        return database.read(lambda session: _answer(session, None, now), scopes.any_district(database))
    scope = CaseScope(row.district_id, row.case_id)
    return database.read(lambda session: _answer(session, row, now), scope)


def _answer(session: Session, row: AnyRow | None, now: datetime) -> PublicPaper:
    texts = releases.active(session).texts
    dm_office = offices.only_of_kind(session, "dm_office", calendars.day(now))
    office = offices.find(session, dm_office) if dm_office is not None else None
    district = letterkinds.district(session)
    named: papers.Words = district
    if office is not None:
        named = papers.Words(f"{office.name_hi}, {named.hi}", f"{office.name_en}, {named.en}")
    facts = _facts(session, row) if row is not None else {}
    issued = _issued_paper(session, row, facts) if row is not None else None
    answer = papers.public_answer(texts, issued, named, calendars.day(now))
    issuer = offices.find(session, row.office_id) if row is not None else None
    return PublicPaper(
        answer.state,
        answer.sentence.hi,
        answer.sentence.en,
        f"{issuer.name_hi}, {district.hi}" if issuer is not None else "",
        f"{issuer.name_en}, {district.en}" if issuer is not None else "",
        certified_to=facts.get("certified_to", ""),
        signed_at=facts.get("signed_at", ""),
        is_practice=issued is not None and district.is_practice,
    )


def _facts(session: Session, row: AnyRow) -> dict[str, Any]:
    """What the public page may say of a paper."""
    key = keys.unlock(session, row.data_key_id)
    opened: dict[str, Any] = keys.open_json(key, f"certificate|facts|{row.id}", row.facts)
    return opened


def _issued_paper(session: Session, row: AnyRow, facts: Mapping[str, Any]) -> papers.IssuedPaper:
    acts = table.acts_of(session, row.id) if row.status == "superseded" else ()
    return papers.IssuedPaper(
        row.output,
        row.number,
        papers.Words(*facts["name"]),
        date.fromisoformat(facts["issued_on"]),
        papers.Words(*facts["purpose"]),
        papers.Words(*facts["requester"]),
        status=row.status,
        status_on=row.status_on,
        valid_till=row.valid_till,
        new_number=next((each.number for each in acts if each.kind == paperacts.SUPERSEDED), ""),
    )
