"""Very many cases for trials of size and speed, drawn at random after `app/seed/sample_generator.json`.

They are rows, not acts: a letter, a person with his search keys, an enquiry, and the task that is open today. Nobody
did anything, so there are no answers, no engine state, no papers and no chain of acts; such a case is listed,
searched and counted, and its task cannot be done. The record holds one row: how many were made from which seed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from app.domain import numbers
from app.domain.clock import IST
from app.domain.ids import new_id
from app.domain.roles import Role
from app.models.casefile import bulk_queries as bulk
from app.models.district import office_queries as offices
from app.models.district import setup_queries
from app.models.issuing import paper_queries as papers
from app.models.scope import SystemReason, SystemScope
from app.services.casefile import searchkeys
from app.services.demo import demo, demo_days
from app.services.district import calendars, gazetteer
from app.services.procedure import releases
from app.services.store import audit, keys, queues
from app.services.workflow import tallies

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded
    from app.services.store.database import Database

FEWEST, MOST = 1, 350_000
_CHUNK = 500
_YEAR, _AHEAD = 300, 60  # working days back from today, and ahead for what is due
_PEAK = range(120, 145)  # the month of the recruitment lists, in working days
_TOWNS = ("th_town_nagar", "th_bhagwan_bazar", "th_mufassil")
_TOWN_WEIGHT = 1.6
#: Stage of the sample -> the step of the route that waits in it, and its working days.
_STEPS = (
    ("dm_intake", "scrutinise", 1),
    ("sp_route", "route", 1),
    ("thana_assign", "accept_enquiry", 1),
    ("eo_enquiry", "visit", 5),
    ("sho_endorse", "endorse_enquiry", 1),
    ("sp_decide", "recommend", 2),
    ("dm_decide", "decide", 2),
    ("dispatch", "dispatch", 1),
)
_AT_THANA = frozenset({"accept_enquiry", "visit", "endorse_enquiry"})
_BEFORE_THANA = frozenset({"scrutinise", "route"})
_LISTS, _LIST_SIZES = 0.003, (50, 400)  # few letters are lists, but they bring a third of the persons


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every row hangs on, read once."""

    code: str
    loaded: Loaded
    dm_office: UUID
    assistant: UUID
    offices: dict[str, UUID]  # kind of the district's one office, or key of a thana
    thanas: list[AnyRow]
    enquirers: dict[UUID, list[UUID]]
    days: list[date]  # working days, today at _YEAR
    year: int


def generate(
    database: Database,
    district_id: int,
    count: int,
    seed: int,
    now: datetime,
    tell: Callable[[int, int], None],
) -> None:
    """Add so many cases; the same seed draws the same ones. `tell` hears how many of how many are there.

    Each chunk is a transaction: what was told is kept when the program is stopped.
    """
    scope = SystemScope(SystemReason.SETUP, district_id)
    ground = database.read(lambda session: _ground(session, now), scope)
    draw = _Draw(Random(seed), ground)  # noqa: S311 - a trial must be repeatable
    database.write(partial(_note, count=count, seed=seed, now=now), scope)
    made = 0
    while made < count:
        cases = [draw.case() for _ in range(min(_CHUNK, count - made))]
        database.write(partial(_write, ground=ground, cases=cases, now=now), scope)
        made += len(cases)
        tell(made, count)
    for told in (queues.recount, tallies.recount):
        database.write(told, SystemScope(SystemReason.RECOUNT, district_id))


def _note(session: Session, *, count: int, seed: int, now: datetime) -> None:
    audit.record(
        session,
        "admin",
        "demo:generate",
        f"district:{session.district_id}",
        None,
        now,
        cases=count,
        seed=seed,
    )


def _ground(session: Session, now: datetime) -> _Ground:
    """Raises NotFound for a district without a release, LookupError for one without officers."""
    today = calendars.day(now)
    posts = setup_queries.postings(session, today)
    enquirers: dict[UUID, list[UUID]] = {}
    for post in posts:
        if post.role == Role.ENQUIRY_OFFICER:
            enquirers.setdefault(post.office_id, []).append(post.officer_id)
    rows = setup_queries.offices(session)
    thanas = [row for row in rows if row.id in enquirers]
    assistant = next((post for post in posts if post.role == Role.DM_ASSISTANT), None)
    if assistant is None or not thanas:
        raise LookupError("the district has no officers: add it in demo mode")
    calendar = calendars.of(session)
    days = [demo_days.days_before(calendar, today, _YEAR)]
    while len(days) <= _YEAR + _AHEAD:
        days.append(calendar.add_days(days[-1], 1))
    return _Ground(
        code=offices.district(session).code,
        loaded=releases.active(session),
        dm_office=assistant.office_id,
        assistant=assistant.officer_id,
        offices={row.kind: row.id for row in rows} | {row.key: row.id for row in rows},
        thanas=thanas,
        enquirers=enquirers,
        days=days,
        year=today.year,
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """What was drawn: a person, his thana, when the letter came, and where the case stands today."""

    purpose: str
    names: dict[str, str]
    thana: AnyRow
    officer_id: UUID
    received: int  # place in the working days of the ground
    step: str  # empty for a case that has ended
    since: int  # the working day on which it came there
    days: int
    status: str
    letter: int  # cases of one letter bear the same number
    runs: list[tuple[str, int, int | None]]  # lane, working day of receipt, and of sending on


class _Draw:
    """Draws cases one after another; what is drawn of a name has nothing to do with what becomes of the case."""

    def __init__(self, random: Random, ground: _Ground) -> None:
        self.random, self.ground = random, ground
        self.sample = json.loads((gazetteer.SEED / "sample_generator.json").read_text(encoding="utf-8"))
        known = ground.loaded.purposes
        self.purposes = {code: share for code, share in self.sample["purpose_share"].items() if code in known}
        self.weights = [_TOWN_WEIGHT if row.key in _TOWNS else 1.0 for row in ground.thanas]
        slow = self.sample["slow_thanas"]
        self.slow = set(random.sample(range(len(ground.thanas)), round(len(ground.thanas) * slow["share"])))
        self.factor = float(slow["factor"])
        peak = float(self.sample["volume"]["peak_month_factor"])
        self.months = [peak if day in _PEAK else 1.0 for day in range(_YEAR + 1)]
        self.letter, self.left, self.purpose, self.received = 0, 0, "", 0

    def case(self) -> _Case:
        self._letter()
        place = self.random.choices(range(len(self.ground.thanas)), self.weights)[0]
        thana = self.ground.thanas[place]
        step, since, days, status, runs = self._standing(slow=place in self.slow)
        return _Case(
            purpose=self.purpose,
            names=self._names(),
            thana=thana,
            officer_id=self.random.choice(self.ground.enquirers[thana.id]),
            received=self.received,
            step=step,
            since=since,
            days=days,
            status=status,
            letter=self.letter,
            runs=runs,
        )

    def _letter(self) -> None:
        """Go on with the letter in hand, or take the next one."""
        if self.left == 0:
            self.letter += 1
            self.left = self.random.randint(*_LIST_SIZES) if self.random.random() < _LISTS else 1
            self.purpose = self.random.choices(list(self.purposes), list(self.purposes.values()))[0]
            self.received = self.random.choices(range(_YEAR + 1), self.months)[0]
        self.left -= 1

    def _standing(self, *, slow: bool) -> tuple[str, int, int, str, list[tuple[str, int, int | None]]]:
        """Let the stages take their days; -> the step it waits at, since when, its days, the status, the runs."""
        if self.random.random() < self.sample["events"]["withdrawn"]:
            until = min(self.received + 3, _YEAR)
            return "", until, 0, "withdrawn", [("dm_office", self.received, until)]
        at = float(self.received)
        runs: list[tuple[str, int, int | None]] = []
        for stage, step, days in _STEPS:
            mu, sigma = self.sample["stage_days_lognormal"][stage]
            taken = self.random.lognormvariate(mu, sigma) * (
                self.factor if slow and step in _AT_THANA else 1.0
            )
            lane = self.ground.loaded.engine.user_tasks[step].lane
            first = runs.pop()[1] if runs and runs[-1][0] == lane else int(at)
            if at + taken > _YEAR:
                return step, int(at), days, "open", [*runs, (lane, first, None)]
            at += taken
            runs.append((lane, first, int(at)))
        returned = self.random.random() < self.sample["outcome_share"]["returned"]
        return "", int(at), 0, "closed" if returned else "issued", runs

    def _names(self) -> dict[str, str]:
        (given_hi, given_en), (father_hi, father_en) = (self.random.choice(demo.GIVEN) for _ in range(2))
        family_hi, family_en = self.random.choice(demo.FAMILY)
        return {
            "name_hi": f"{given_hi} {family_hi}",
            "name_en": f"{given_en} {family_en}",
            "father_hi": f"{father_hi} {family_hi}",
            "father_en": f"{father_en} {family_en}",
            "relation": "father",
            "gender": "male" if self.random.random() < self.sample["people"]["gender"]["male"] else "female",
        }


def _write(session: Session, *, ground: _Ground, cases: list[_Case], now: datetime) -> None:
    """One chunk: its letters (a list that runs over the end of a chunk is a new letter), then its cases."""
    rows = _Rows(session, ground, now)
    rows.serial = papers.next_number(session, ground.dm_office, "case", ground.year, len(cases))
    letters = len({case.letter for case in cases})
    rows.diary = papers.next_number(session, ground.dm_office, "diary", ground.year, letters)
    for case in cases:
        rows.add(case, sum(other.letter == case.letter for other in cases))
    bulk.insert_all(session, rows.found)


class _Rows:
    """The rows of a chunk, by table."""

    def __init__(self, session: Session, ground: _Ground, now: datetime) -> None:
        self.session, self.ground, self.now = session, ground, now
        self.found: bulk.Rows = {}
        self.letters: dict[int, UUID] = {}
        self.serial = self.diary = 0

    def add(self, case: _Case, together: int) -> None:
        letter_id = self.letters.get(case.letter) or self._letter(case, together)
        case_id, key_row, key = new_id(self.session.recorded_at), *keys.make(self.session, "case")
        self._put("data_key", key_row)
        self._put("case", self._case(case, case_id, letter_id, key_row["id"]))
        self._person(case, case_id, key)
        enquiry_id = None if case.step in _BEFORE_THANA else self._enquiry(case, case_id, key)
        self._clocks(case, case_id)
        if case.step:
            self._put("user_task", self._task(case, case_id, enquiry_id if case.step in _AT_THANA else None))

    def _put(self, table: str, row: dict[str, Any]) -> None:
        self.found.setdefault(table, []).append(row)

    def _moment(self, place: int) -> datetime:
        """The morning of a working day; of today, not after now."""
        morning = datetime.combine(self.ground.days[place], time(10, 30), IST).astimezone(UTC)
        return min(morning, self.now)

    def _letter(self, case: _Case, together: int) -> UUID:
        letter_id, key_row, key = new_id(self.session.recorded_at), *keys.make(self.session, "requisition")
        number = numbers.diary_number(self.ground.year, self.diary)
        self.diary += 1
        self.letters[case.letter] = letter_id
        day = self.ground.days[case.received]
        self._put("data_key", key_row)
        self._put(
            "requisition",
            {
                "id": letter_id,
                "data_key_id": key_row["id"],
                "office_id": self.ground.dm_office,
                "number": number,
                "purpose": case.purpose,
                "requester_hi": "परीक्षण हेतु जनित (डेमो)",
                "letter_no": f"GEN-{number}",
                "letter_date": day,
                "received_on": day,
                "candidate_count": together,
                "routing": {"purpose": case.purpose},
                "values": keys.seal_json(key, f"requisition|values|{letter_id}", {"purpose": case.purpose}),
                "release_id": self.ground.loaded.id,
                "created_at": self._moment(case.received),
                "created_by": self.ground.assistant,
            },
        )
        return letter_id

    def _case(self, case: _Case, case_id: UUID, letter_id: UUID, key_id: UUID) -> dict[str, Any]:
        number = numbers.case_number(self.ground.code, self.ground.year, self.serial)
        self.serial += 1
        days = self.ground.loaded.purposes[case.purpose].days
        return {
            "id": case_id,
            "requisition_id": letter_id,
            "data_key_id": key_id,
            "release_id": self.ground.loaded.id,
            "sdpo_office_id": None,
            "number": number,
            "purpose": case.purpose,
            "status": case.status,
            "revision": 0,
            "received_on": self.ground.days[case.received],
            "due_on": self.ground.days[min(case.received + days, len(self.ground.days) - 1)],
            "sample": self.session.keys.sample(case_id.bytes),
            "rounds": 0,
            "opened_at": self._moment(case.received),
            "closed_at": None if case.step else self._moment(min(case.since, _YEAR)),
            "step_seq": 0,
            "audit_seq": 0,
            "audit_head": b"\0" * 32,
        }

    def _clocks(self, case: _Case, case_id: UUID) -> None:
        """What statements read of the offices', the police's and the whole case's time; without events behind it."""
        ended = None if case.step else min(case.since, _YEAR)
        days = self.ground.loaded.purposes[case.purpose].days
        outcome = "" if ended is None else case.status
        whole = self._clock(case, case_id, ("case", "dm_office"), (case.received, ended), days)
        self._put("case_clock", {**whole, "outcome": outcome})
        police = [run for run in case.runs if run[0] != "dm_office"]
        if police:
            span = (police[0][1], police[-1][2])
            self._put("case_clock", self._clock(case, case_id, ("police", "sp_office"), span, None))
        since = self.ground.days[police[0][1]] if police else None
        for lane, first, last in case.runs:
            row = self._clock(case, case_id, ("office", lane), (first, last), 7 if lane == "thana" else 2)
            self._put("case_clock", {**row, "police_on": None if lane == "dm_office" else since})

    def _clock(
        self,
        case: _Case,
        case_id: UUID,
        what: tuple[str, str],
        span: tuple[int, int | None],
        allowed: int | None,
    ) -> dict[str, Any]:
        (clock, kind), (first, last) = what, span
        office_id = case.thana.id if kind == "thana" else self.ground.offices[kind]
        due = None if allowed is None else self.ground.days[min(first + allowed, len(self.ground.days) - 1)]
        return {
            "id": new_id(self.session.recorded_at),
            "case_id": case_id,
            "clock": clock,
            "office_id": office_id,
            "office_kind": kind,
            "purpose": case.purpose,
            "received_at": self._moment(first),
            "received_on": self.ground.days[first],
            "allowed": allowed,
            "due_on": due,
            "police_on": None,
            "statutory": 14,
            "stopped_at": None if last is None else self._moment(last),
            "stopped_on": None if last is None else self.ground.days[last],
            "outcome": "" if last is None else "sent_on",
            "gross_days": None if last is None else last - first,
            "net_days": None if last is None else last - first,
        }

    def _person(self, case: _Case, case_id: UUID, key: bytes) -> None:
        applicant_id, address_id = new_id(self.session.recorded_at), new_id(self.session.recorded_at)
        place = {
            "village": case.thana.name_hi,
            "thana": str(case.thana.id),
            "pin": case.thana.facts.get("pin", ""),
        }
        self._put(
            "applicant",
            {
                "id": applicant_id,
                "case_id": case_id,
                "kind": "person",
                "name": keys.seal_name(key, applicant_id, case.names),
                "details": keys.seal_json(key, f"applicant|details|{applicant_id}", {}),
            },
        )
        self._put(
            "address",
            {
                "id": address_id,
                "case_id": case_id,
                "kind": "permanent",
                "office_id": case.thana.id,
                "details": keys.seal_json(key, f"address|details|{address_id}", place),
            },
        )
        for kind, digest in sorted(searchkeys.digests(self.session, case.names)):
            self._put("search_key", {"case_id": case_id, "kind": kind, "digest": digest})

    def _enquiry(self, case: _Case, case_id: UUID, key: bytes) -> UUID:
        enquiry_id = new_id(self.session.recorded_at)
        is_open, named = case.step in _AT_THANA, case.step != "accept_enquiry"
        received = self._moment(min(case.since, _YEAR))
        self._put(
            "enquiry",
            {
                "id": enquiry_id,
                "case_id": case_id,
                "unit_kind": "thana",
                "office_id": case.thana.id,
                "officer_id": case.officer_id if named else None,
                "round": 0,
                "state": "open" if is_open else "reported",
                "received_at": received,
                "assigned_at": received if named else None,
                "reported_at": None if is_open else received,
                "facts": keys.seal_json(key, f"enquiry|facts|{enquiry_id}", {}),
            },
        )
        return enquiry_id

    def _task(self, case: _Case, case_id: UUID, enquiry_id: UUID | None) -> dict[str, Any]:
        step = self.ground.loaded.engine.user_tasks[case.step]
        due_on = self.ground.days[min(case.since + case.days, len(self.ground.days) - 1)]
        task_id = new_id(self.session.recorded_at)
        in_person = step.role == Role.ENQUIRY_OFFICER
        return {
            "id": task_id,
            "case_id": case_id,
            "engine_task_id": f"generated-{task_id.hex[-24:]}",
            "element_id": case.step,
            "element_path": case.step,
            "iteration": 0,
            "lane": step.lane,
            "office_id": case.thana.id if enquiry_id is not None else self.ground.offices[step.lane],
            "role": step.role,
            "form": step.form,
            "enquiry_id": enquiry_id,
            "assigned_to": case.officer_id if in_person else None,
            "claimed_by": None,
            "claimed_at": None,
            "state": "open",
            "created_at": self._moment(min(case.since, _YEAR)),
            "days": str(case.days),
            "due_on": due_on,
            "due_at": datetime.combine(due_on, time(17), IST).astimezone(UTC),
        }
