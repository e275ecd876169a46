"""The application on a demo district, and officers who come to its door with a password and a telephone."""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app import create_app
from app.config import Settings
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.tables.officers import officer, posting
from app.services.access import factors
from tests.phone import Phone
from tests.visitor import Visitor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from flask import Flask
    from werkzeug.test import TestResponse

    from app.services.store.database import Database

#: The password that every officer has here until he changes it.
PASSWORD = "नीली गाय छत पर सोती है"  # noqa: S105
OTHER = "तालाब किनारे बगुला खड़ा"
#: A code of the administrators, or a recovery code, as a page shows it.
_CODE = re.compile(r'class="secret"[^>]*>([A-Z2-7]{4}(?:-[A-Z2-7]{4})+)<')
_KEY = re.compile(r'class="secret">([A-Z2-7 ]{32,})<')


@dataclass
class Person:
    """An officer with what he knows and has, at a browser of his own."""

    id: UUID
    username: str
    phone: Phone
    browser: Visitor
    password: str = PASSWORD


class Doorway:
    """One application over a database, by a clock that the test moves; `again` is another process on the same."""

    def __init__(self, url: str, folder: Path, now: datetime, *, demo: bool = False) -> None:
        self.url, self.folder, self.now, self.demo = url, folder, now, demo
        settings = Settings(folder, url, demo=demo, testing=True)
        self.app: Flask = create_app(settings, clock=lambda: self.now)
        self.database: Database = self.app.extensions["database"]

    def again(self) -> Doorway:
        return Doorway(self.url, self.folder, self.now, demo=self.demo)

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)

    def person(self, username: str) -> Person:
        """An officer of the district, whose password the test knows from now on."""
        hashed = self.app.extensions["doorkeeper"].hash(PASSWORD)
        with self.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(
                update(officer).where(officer.c.username == username).values(password_hash=hashed)
            )
            row = connection.execute(select(officer).where(officer.c.username == username)).one()
        secret = factors.secret_of(self.database.keys, row)
        assert secret is not None
        return Person(row.id, username, Phone(b32encode(secret).decode()), Visitor(self.app))

    def sign_in(self, person: Person, password: str = "", code: str = "") -> TestResponse:
        """Come to the door by the person's own browser, signed out, with the right things unless told others."""
        if is_in(person.browser):
            person.browser.post("/sign-out")
        return person.browser.sign_in(
            person.username, password or person.password, code or person.phone.code(self.now)
        )

    def let_in(self, username: str) -> Person:
        person = self.person(username)
        assert self.sign_in(person).status_code == 303
        return person

    def close(self) -> None:
        self.database.close()


def is_in(browser: Visitor) -> bool:
    return browser.get("/account").status_code == 200


def codes_on(answer: TestResponse) -> list[str]:
    """The codes that a page shows to be copied."""
    return _CODE.findall(answer.get_data(as_text=True))


def key_on(answer: TestResponse) -> Phone:
    """A new telephone that has taken the key of the page."""
    found = _KEY.search(answer.get_data(as_text=True))
    assert found is not None, answer.get_data(as_text=True)[:3000]
    return Phone(found[1])


def come_by(doorway: Doorway, username: str, code: str) -> Visitor:
    browser = Visitor(doorway.app)
    browser.get("/sign-in/code")
    browser.post("/sign-in/code", {"username": username, "entry_code": code})
    return browser


def second_administrator(doorway: Doorway) -> Person:
    """Somebody else of the district who is a user administrator, too."""
    person = doorway.person("dm_assistant")
    with doorway.database.engine.execution_options(writing=True).begin() as connection:
        row = connection.execute(select(posting).where(posting.c.role == Role.USER_ADMIN)).first()
        own = {"id": new_id(doorway.now), "officer_id": person.id, "kind": "regular"}
        connection.execute(update(posting).where(posting.c.officer_id == person.id).values(valid_to=None))
        connection.execute(posting.delete().where(posting.c.officer_id == person.id))
        connection.execute(insert(posting).values(**{**row._asdict(), **own}))
    assert doorway.sign_in(person).status_code == 303
    return person


def confirmed(doorway: Doorway, admin: Person, answer: TestResponse) -> TestResponse:
    """Prove by a fresh code what the administrator is about to do; -> the answer of the act."""
    if not answer.headers.get("Location", "").startswith("/step-up/"):
        return answer
    doorway.goes_on(minutes=1)
    return admin.browser.confirm(answer, admin.phone.code(doorway.now))
