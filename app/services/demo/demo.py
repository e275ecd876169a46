"""The demo district's officers: fictional names, random passwords, one account list for whoever tries the product."""

from __future__ import annotations

import csv
import io
import os
import secrets
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher

from app.domain import totp
from app.domain.ids import new_id
from app.domain.offices import ONE_PER_DISTRICT, OfficeKind
from app.domain.roles import DELEGATE, DELEGATED, Role
from app.models.district import setup_queries as table
from app.models.staff import factor_queries, login_queries
from app.services.access import factors
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow

#: Passwords of the demo hold 90 random bits, so that a cheap hash protects them as well as a dear one.
_HASHER = PasswordHasher(memory_cost=1024, time_cost=1, parallelism=1)

GIVEN = (
    ("राकेश", "Rakesh"),
    ("सुनीता", "Sunita"),
    ("अमित", "Amit"),
    ("कविता", "Kavita"),
    ("मनोज", "Manoj"),
    ("रेखा", "Rekha"),
    ("संजय", "Sanjay"),
    ("पूनम", "Poonam"),
    ("विकास", "Vikas"),
    ("नीलम", "Neelam"),
    ("अजय", "Ajay"),
    ("शबनम", "Shabnam"),
    ("इमरान", "Imran"),
    ("दीपक", "Deepak"),
    ("सीमा", "Seema"),
    ("प्रमोद", "Pramod"),
    ("अंजलि", "Anjali"),
)
FAMILY = (
    ("कुमार", "Kumar"),
    ("सिंह", "Singh"),
    ("प्रसाद", "Prasad"),
    ("यादव", "Yadav"),
    ("शर्मा", "Sharma"),
    ("आलम", "Alam"),
    ("राम", "Ram"),
    ("महतो", "Mahto"),
    ("ओझा", "Ojha"),
    ("पासवान", "Paswan"),
    ("वर्मा", "Verma"),
)

#: Kind of office -> the posts it gets: role, rank.
_POSTS: dict[OfficeKind, tuple[tuple[Role, str], ...]] = {
    OfficeKind.DM_OFFICE: (
        (Role.DM, "भा०प्र०से०"),
        (Role.ADM, "बि०प्र०से०"),
        (Role.DM_SECTION_HEAD, "प्रशाखा पदाधिकारी"),
        (Role.DM_ASSISTANT, "सहायक"),
    ),
    OfficeKind.SP_OFFICE: ((Role.SP, "भा०पु०से०"), (Role.SP_READER, "रीडर")),
    OfficeKind.SDPO: ((Role.SDPO, "बि०पु०से०"), (Role.CIRCLE_INSPECTOR, "पु०नि०")),
    OfficeKind.DCRB: ((Role.DCRB, "पु०नि०"),),
    OfficeKind.SPECIAL_BRANCH: ((Role.SPECIAL_BRANCH, "पु०नि०"),),
    OfficeKind.THANA: (
        (Role.SHO, "पु०नि०"),
        (Role.THANA_MUNSHI, "स०अ०नि०"),
        (Role.ENQUIRY_OFFICER, "पु०अ०नि०"),
        (Role.ENQUIRY_OFFICER, "स०अ०नि०"),
    ),
    OfficeKind.ADMINISTRATION: (
        (Role.PROCESS_ADMIN, "जि०सू०वि०प०"),
        (Role.USER_ADMIN, "सहायक"),
        (Role.AUDITOR, "लेखा परीक्षक"),
    ),
    OfficeKind.REQUESTER: ((Role.REQUESTER, "सहायक"),),
}
#: Offices of which there is one: their officers need no place in the name.
_ONE_OF_A_KIND = ONE_PER_DISTRICT | {OfficeKind.ADMINISTRATION}


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the account list; whoever types the secret into an authenticator app has the second factor."""

    username: str
    password: str
    totp_secret: str
    role: str
    office: str
    name: str


def add_officers(session: Session, now: datetime, place: str = "") -> list[Account]:
    """Post an officer to every seat of the district; nothing when it has officers already.

    `place` ends their user names, so that those of two districts differ.
    """
    if table.has_officers(session):
        return []
    accounts: list[Account] = []
    officers: list[dict[str, Any]] = []
    postings: list[dict[str, Any]] = []
    since = date(calendars.day(now).year - 1, 1, 1)  # they held their posts when the demo's cases came in
    for number, (office, role, rank, seat) in enumerate(_seats(session)):
        password, secret = secrets.token_urlsafe(12), factors.new_secret()
        officer = {
            **_person(session, number, password, secret),
            "username": f"{seat}.{place}" if place else seat,
            "rank": rank,
            "phone": f"9{number:09}" if role is Role.SHO else "",
        }
        officers.append(officer)
        postings += _postings(session, officer["id"], office, role, since)
        names = officer["username"], password, totp.in_letters(secret)
        accounts.append(Account(*names, role.value, office.key, officer["name_en"]))
    table.insert_officers(session, officers)
    table.insert_postings(session, postings)
    return accounts


def _person(session: Session, number: int, password: str, secret: bytes) -> dict[str, Any]:
    """Somebody with a name of his own, who signs in by these factors."""
    (given_hi, given_en), (family_hi, family_en) = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
    officer_id = new_id(session.recorded_at)
    return {
        "id": officer_id,
        "password_hash": _HASHER.hash(password),
        "totp_secret": factors.sealed(session.keys, officer_id, secret),
        "name_hi": f"{given_hi} {family_hi}",
        "name_en": f"{given_en} {family_en}",
        "active": True,
        "version": 1,
        "language": "hi",
        "failures": 0,
    }


def _postings(
    session: Session, officer_id: UUID, office: AnyRow, role: Role, since: date
) -> list[dict[str, Any]]:
    """His post, and his post by order of delegation where his role has one."""
    return [
        {
            "id": new_id(session.recorded_at),
            "officer_id": officer_id,
            "office_id": office.id,
            "role": role.value,
            "kind": kind,
            "valid_from": since,
            "valid_to": None,
        }
        for kind in ("regular", *((DELEGATE,) if role in DELEGATED else ()))
    ]


def add_secrets(session: Session) -> dict[str, str]:
    """Give the second factor to demo officers of an earlier version, who have none; -> user name -> secret."""
    found = {}
    for row in factor_queries.without_factor(session):
        secret = factors.new_secret()
        login_queries.set_account(session, row.id, totp_secret=factors.sealed(session.keys, row.id, secret))
        found[row.username] = totp.in_letters(secret)
    return found


def write_secrets(path: Path, added: dict[str, str]) -> None:
    """Write these secrets into the account list, beside the passwords that only the list knows."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [Account(**row) for row in csv.DictReader(file)]
    merged = [replace(each, totp_secret=added.get(each.username, each.totp_secret)) for each in lines]
    write_accounts(path, merged, more=False)


def _seats(session: Session) -> Iterator[tuple[AnyRow, Role, str, str]]:
    """Every seat with the user name that says what it is: dm, sho.muffasil, eo2.garkha."""
    offices = table.offices(session)
    for office in sorted(offices, key=lambda each: each.kind == OfficeKind.REQUESTER):  # guests come last
        kind = OfficeKind(office.kind)
        if kind is OfficeKind.THANA and not office.facts.get("receives_verification", True):
            continue
        taken: dict[Role, int] = {}
        for role, rank in _POSTS.get(kind, ()):
            taken[role] = taken.get(role, 0) + 1
            yield office, role, rank, _username(office, kind, role, taken[role])


def _username(office: AnyRow, kind: OfficeKind, role: Role, number: int) -> str:
    short = {
        Role.ENQUIRY_OFFICER: "eo",
        Role.THANA_MUNSHI: "munshi",
        Role.CIRCLE_INSPECTOR: "ci",
    }.get(role, role.value)
    place = (
        ""
        if kind in _ONE_OF_A_KIND
        else "." + office.key.removeprefix("th_").removeprefix("sdpo_").removeprefix("dept_")
    )
    again = str(number) if role is Role.ENQUIRY_OFFICER else ""
    return f"{short}{again}{place}"


def write_accounts(path: Path, accounts: list[Account], *, more: bool) -> None:
    """The account list, for its owner's eyes alone; those of a further district (`more`) are written below."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    if not more:
        lines.writerow(("username", "password", "totp_secret", "role", "office", "name"))
    lines.writerows((a.username, a.password, a.totp_secret, a.role, a.office, a.name) for a in accounts)
    how = os.O_APPEND if more else os.O_TRUNC
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text.getvalue())
