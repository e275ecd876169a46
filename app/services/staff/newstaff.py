"""An account for an officer who has none: made by a user administrator, entered by a first code, without a post."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.errors import BoxesRefused
from app.domain.ids import new_id
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.district import setup_queries
from app.models.staff import login_queries as accounts
from app.services.staff import entrycodes
from app.services.store import audit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.roles import Actor
    from app.models.scope import Session

LONGEST = {"name_hi": 120, "name_en": 120, "rank": 24, "phone": 20}
_DIGITS = frozenset("0123456789+ -")


class Refused(BoxesRefused):
    """An account that cannot be made. Nothing changed."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What is entered of a new officer."""

    username: str = ""
    name_hi: str = ""
    name_en: str = ""
    rank: str = ""
    phone: str = ""


def add(session: Session, actor: Actor, typed: Newcomer, now: datetime) -> UUID:
    """Make the account, and ask for a fresh factor before its first code is shown; -> the step-up. Raises Refused.

    Without a post it opens nothing; a code that nobody fetched is made anew on the page of the codes.
    """
    actor.require(Permission.ENTRY_CODE)
    username = typed.username.strip().lower()
    values = {name: tidy(getattr(typed, name)) for name in LONGEST}
    problems = _problems(username, values)
    if not problems and accounts.accounts(session, username):
        problems = {"username": "newstaff.problem.taken"}
    if problems:
        raise Refused(problems)
    officer_id = new_id(session.recorded_at)
    row = {"id": officer_id, "username": username, "password_hash": "", **values}
    state = {"active": True, "version": 1, "language": "hi", "failures": 0}
    setup_queries.insert_officers(session, [{**row, **state}])
    audit.record(session, "admin", "account:add", f"officer:{officer_id}", actor, now, role="")
    return entrycodes.to_ask(session, actor, username, entrycodes.FIRST, now)


def _problems(username: str, values: Mapping[str, str]) -> dict[str, str]:
    problems = {}
    if not entrycodes.is_username(username):
        problems["username"] = "newstaff.problem.username"
    for name, longest in LONGEST.items():
        is_needed = name in ("name_hi", "name_en")
        fits = is_needed <= len(values[name]) <= longest
        if fault := words_refused(values[name]) or ("" if fits else f"newstaff.problem.{name}"):
            problems[name] = fault
    if values["phone"] and not set(values["phone"]) <= _DIGITS:
        problems["phone"] = "newstaff.problem.phone"
    return problems
