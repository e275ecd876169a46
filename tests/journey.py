"""A case taken along the shipped route by officers, through the services: what the tests and the figures walk on.

An officer sees what the form proposes, changes what his answer differs in, and sends the form as a browser
would post it. A clean case needs no changes; a test names only what is special in its case.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.domain.roles import Role
from app.models.cases import case
from app.models.workflow import user_task
from app.services import jobs, requisitions, tasks
from app.services.drafts import actor_scope
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Row

    from app import formjs
    from app.domain.roles import Actor
    from app.services.database import Database
    from app.services.documents import Upload

LETTER: dict[str, Any] = {
    "letter_no": "का०-112/2026",
    "letter_date": "2026-11-16",
    "received_date": "2026-11-20",
    "receipt_mode": "post",
    "requesting_dept": "शिक्षा विभाग, बिहार",
    "requesting_designation": "निदेशक (प्रशासन)",
    "requesting_address": "नया सचिवालय, पटना",
    "purpose": "govt_service",
    "post_name": "सहायक शिक्षक",
    "post_group": "C",
    "priority": "normal",
    "candidate_count": 1,
}
CANDIDATE: dict[str, Any] = {
    "name_hi": "राहुल कुमार शर्मा",
    "name_en": "Rahul Kumar Sharma",
    "gender": "male",
    "nationality": "indian",
    "dob": "1998-03-14",
    "relation": "father",
    "father_hi": "विनय शर्मा",
    "father_en": "Vinay Sharma",
    "perm_village": "रामपुर टोला",
    "perm_pin": "841301",
    "same_address": True,
    "declared_case": "no",
    "declaration_attached": True,
}
SECOND_ADDRESS: dict[str, Any] = {"same_address": False, "pres_village": "साहेबगंज", "pres_pin": "841301"}
#: What is answered at each step of a clean case, beyond what the form proposes itself.
CLEAN: dict[str, dict[str, Any]] = {
    "scrutinise": {
        "action": "forward",
        "scrutiny": ["letter", "form", "declaration", "photo", "address"],
    },
    "route": {},
    "accept_enquiry": {"accept": "ours"},
    "visit": {
        "met_whom": "self",
        "resident": "resident",
        "identity_verified": "yes",
        "stay": "since_birth",
        "witnesses": [
            {"name": "श्याम महतो", "gist": "known_good"},
            {"name": "गीता देवी", "gist": "known_good"},
        ],
        "eo_declare": True,
    },
    "check_registers": {"all_clear": True, "reg_sign": True},
    "endorse_enquiry": {"agree": "agree", "register_certify": True},
    "recommend": {"action": "recommend", "sign": True},
    "decide": {"dm_decision": "issue_clear", "lang": "hi", "sign": True},
    "dispatch": {"dispatch_mode": "by_hand", "receipt_name": "अनिल कुमार"},
}


def as_posted(form: formjs.Form, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Write answers the way a browser posts them: rows numbered, dates in three boxes, ticks by their value."""
    kinds = {field.path: field.type for field in form.fields}
    posted: dict[str, list[str]] = {}
    for key, value in values.items():
        if kinds.get(key) != "list":
            posted |= _boxes(key, kinds.get(key, ""), value)
            continue
        posted[f"{key}-n"] = [str(len(value or []))]
        for number, row in enumerate(value or []):
            for column, cell in row.items():
                posted |= _boxes(f"{key}-{number}-{column}", kinds.get(f"{key}.{column}", ""), cell)
    return posted


def _boxes(name: str, kind: str, value: Any) -> dict[str, list[str]]:
    if value is None or kind in ("", "file"):
        return {}
    if kind in ("date", "datetime"):
        return _date_boxes(name, str(value)) if value else {}
    if kind == "checkbox":
        return {name: ["true"]} if value else {}
    if kind == "checklist":
        return {name: [str(each) for each in value]}
    return {name: [str(value)]}


def _date_boxes(name: str, text: str) -> dict[str, list[str]]:
    day, _, time = text.partition("T")
    at = date.fromisoformat(day)
    boxes = {f"{name}-d": [str(at.day)], f"{name}-m": [str(at.month)], f"{name}-y": [str(at.year)]}
    return boxes | ({f"{name}-t": [time[:5]]} if time else {})


class Journey:
    """The officers of a demo district at work on its cases, at an instant that the caller may move."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.staff = Staff(database, now)

    def register(self, **changes: Any) -> UUID:
        """Enter a letter as the DM office's assistant; -> the requisition."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        return requisitions.register(self.database, actor, self.form_of_letter(**changes), [], self.now)

    def form_of_letter(self, **changes: Any) -> tasks.Posted:
        """Fill in the form of a letter."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        view = self.database.read(
            lambda s: requisitions.intake(s, actor, requisitions.LETTER, None, self.now), actor_scope(actor)
        )
        return tasks.Posted(as_posted(view.form, {**view.values, **LETTER, **changes}))

    def add(
        self,
        requisition_id: UUID,
        thanas: Iterable[str] = (),
        uploads: Sequence[Upload] = (),
        **changes: Any,
    ) -> str:
        """Enter a candidate with an address in each of one or two thanas (keys); -> the case's number."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        posted = self.form_of_person(requisition_id, thanas, **changes)
        return requisitions.add_candidate(self.database, actor, requisition_id, posted, uploads, self.now)

    def form_of_person(
        self, requisition_id: UUID, thanas: Iterable[str] = (), **changes: Any
    ) -> tasks.Posted:
        """Fill in the form of a candidate."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        offices = self.staff.offices(Role.SHO)
        first, *second = [str(offices[key]) for key in thanas or list(offices)[:1]]
        values = {**CANDIDATE, "perm_thana": first}
        if second:
            values |= SECOND_ADDRESS | {"pres_thana": second[0]}
        view = self.database.read(
            lambda s: requisitions.intake(s, actor, requisitions.PERSON, requisition_id, self.now),
            actor_scope(actor),
        )
        return tasks.Posted(as_posted(view.form, {**view.values, **values, **changes}))

    def new_case(self, thanas: Iterable[str] = (), **changes: Any) -> str:
        """Enter a letter with one candidate; `changes` are of the letter."""
        return self.add(self.register(**changes), thanas)

    def waiting(self, number: str) -> list[Row[Any]]:
        """List the open tasks of a case, oldest first."""
        statement = (
            select(user_task)
            .join(case, case.c.id == user_task.c.case_id)
            .where(case.c.number == number, user_task.c.state == "open")
            .order_by(user_task.c.created_at, user_task.c.id)
        )
        with self.database.engine.connect() as connection:
            return list(connection.execute(statement))

    def steps(self, number: str) -> list[str]:
        return sorted(task.element_id for task in self.waiting(number))

    def actor_of(self, task: Row[Any]) -> Actor:
        """Name the officer who would do this task: the one named for it, else the first of its office and role."""
        if task.assigned_to is not None:
            return self.staff.officer(task.assigned_to)
        return self.staff.holder(task.role, task.office_id)

    def form_of(self, task: Row[Any], **changes: Any) -> tasks.Posted:
        """Fill in the form of a task: what it proposes, what a clean case answers, then `changes`."""
        actor = self.actor_of(task)
        view = self.database.read(
            lambda session: tasks.open_task(session, actor, task.id, self.now), actor_scope(actor)
        )
        values = {**view.values, **CLEAN[task.form]}
        if task.form == "recommend" and view.facts["checks"]["final_signatory"] == "SP":
            values |= {"sp_decision": "issue_clear", "lang": "hi"}
        return tasks.Posted(as_posted(view.form, {**values, **changes}))

    def do(self, number: str, element_id: str, **changes: Any) -> tasks.Completed:
        """Do the first open task of this step."""
        task = next(each for each in self.waiting(number) if each.element_id == element_id)
        return self.finish(task, self.form_of(task, **changes))

    def finish(self, task: Row[Any], posted: tasks.Posted) -> tasks.Completed:
        return tasks.complete(self.database, self.actor_of(task), task.id, posted, [], self.now)

    def go_on(self, number: str, until: str = "") -> None:
        """Let every step be done as in a clean case, until only steps named `until` wait, or none."""
        while waiting := [task for task in self.waiting(number) if task.element_id != until]:
            self.finish(waiting[0], self.form_of(waiting[0]))
            self.work()

    def work(self) -> int:
        """Let the worker do all jobs that are due by its own clock, the machine's; -> how many."""
        done = 0
        while jobs.run_one(self.database, datetime.now(UTC) + timedelta(seconds=1)):  # noqa: TID251
            done += 1
        return done
