"""A case taken along the shipped route by officers, through the services: what the tests and the figures walk on.

An officer sees what the form proposes, changes what his answer differs in, and sends the form as a browser
would post it. A clean case needs no changes: its answers are those of the demo district; a test names only what is
special in its case.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image
from sqlalchemy import select

from app.domain.roles import Role
from app.formjs import Posted, as_posted
from app.models import metadata
from app.models.staff import factor_queries
from app.models.tables.cases import case
from app.models.tables.workflow import user_task
from app.services.access import stepup
from app.services.demo import demo_script
from app.services.desk import taskpage, tasks
from app.services.intake import errands, requisitions
from app.services.jobs import jobs
from app.services.store import scopes
from app.services.store.documents import Upload
from app.services.store.scopes import actor_scope
from tests.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from app.services.store.database import Database

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
#: What is said of a person of the same name when the form asks; it asks nothing where there is none.
ANOTHER = {"dup_ack": "other_person", "dup_reason": "दूसरे गाँव के अन्य व्यक्ति हैं"}
SECOND_ADDRESS: dict[str, Any] = {"same_address": False, "pres_village": "साहेबगंज", "pres_pin": "841301"}
#: What is answered at each step of a clean case, beyond what the form proposes itself.
CLEAN = {
    **demo_script.clean(),
    "record_reply": {
        "od_state": "received",
        "od_office": "पुलिस अधीक्षक, पटना",
        "od_memo_no": "4411/गो०",
        "od_date": "day:0",
        "od_result": "no_record",
    },
}
#: Fields in which a clean case has a paper, by form.
PAPERS: dict[str, str] = {"record_reply": "od_scan"}


@cache
def _scan() -> bytes:
    kept = BytesIO()
    Image.new("RGB", (240, 320), "white").save(kept, "JPEG")
    return kept.getvalue()


def scan(field: str) -> Upload:
    """A paper as it comes from a phone, for this field of a form."""
    return Upload(field, f"{field}.jpg", "image/jpeg", _scan())


#: Row scopes name tables by their names: all must be known, in whatever order tests run.
TABLES = metadata.MODULES


class Journey:
    """The officers of a demo district at work on its cases, at an instant that the caller may move."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.staff = Staff(database, now)

    def register(self, **changes: Any) -> UUID:
        """Enter a letter as the DM office's assistant; -> the requisition."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        return requisitions.register(self.database, actor, self.form_of_letter(**changes), [], self.now)

    def form_of_letter(self, **changes: Any) -> Posted:
        """Fill in the form of a letter."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        view = self.database.read(
            lambda s: requisitions.intake(s, actor, requisitions.LETTER, None, self.now), actor_scope(actor)
        )
        return Posted(as_posted(view.form, {**view.values, **LETTER, **changes}))

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

    def form_of_person(self, requisition_id: UUID, thanas: Iterable[str] = (), **changes: Any) -> Posted:
        """Fill in the form of a candidate."""
        actor = self.staff.holder(Role.DM_ASSISTANT)
        offices = self.staff.offices(Role.SHO)
        first, *second = [str(offices[key]) for key in thanas or list(offices)[:1]]
        values = {**CANDIDATE, **ANOTHER, "perm_thana": first}
        if second:
            values |= SECOND_ADDRESS | {"pres_thana": second[0]}
        view = self.database.read(
            lambda s: requisitions.intake(s, actor, requisitions.PERSON, requisition_id, self.now),
            actor_scope(actor),
        )
        return Posted(as_posted(view.form, {**view.values, **values, **changes}))

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
        return self.database.read(lambda rows: list(rows.connection.execute(statement)), scopes.health())

    def steps(self, number: str) -> list[str]:
        return sorted(task.element_id for task in self.waiting(number))

    def actor_of(self, task: Row[Any]) -> Actor:
        """Name the officer who would do this task: the one named for it, else the first of its office and role."""
        if task.assigned_to is not None:
            return self.staff.officer(task.assigned_to)
        return self.staff.holder(task.role, task.office_id)

    def page_of(self, task: Row[Any]) -> taskpage.TaskView:
        """What the page of a task shows to whoever does it."""
        actor = self.actor_of(task)
        return self.database.read(
            lambda session: taskpage.open_task(session, actor, task.id, self.now), actor_scope(actor)
        )

    def form_of(self, task: Row[Any], **changes: Any) -> Posted:
        """Fill in the form of a task: what it proposes, what a clean case answers, then `changes`."""
        view = self.page_of(task)
        clean = demo_script.filled(
            {**demo_script.common(task.form), **CLEAN[task.form]},
            (view.values, view.options),
            {},
            lambda days: (self.now + timedelta(days=days)).date(),
        )
        return Posted(as_posted(view.form, {**view.values, **clean, **changes}))

    def do(self, number: str, element_id: str, **changes: Any) -> tasks.Completed:
        """Do the first open task of this step."""
        task = next(each for each in self.waiting(number) if each.element_id == element_id)
        return self.finish(task, self.form_of(task, **changes))

    def settle(self, number: str, decision: str) -> None:
        """Let the SDPO decide every record before him in this way, and agree."""
        task = next(each for each in self.waiting(number) if each.element_id == "review_findings")
        before = self.page_of(task).values["row_decisions"]
        rows = [{**row, "decision": decision, "reason": "दोनों प्रतिवेदन देखे गए।"} for row in before]
        self.do(number, "review_findings", row_decisions=rows)

    def finish(self, task: Row[Any], posted: Posted, actor: Actor | None = None) -> tasks.Completed:
        """Send a form, as this officer if one is named; one that signs is confirmed first."""
        actor = actor or self.actor_of(task)
        papers = [scan(PAPERS[task.form])] if task.form in PAPERS else []
        try:
            return tasks.complete(self.database, actor, task.id, posted, papers, self.now)
        except stepup.StepUpNeeded as needed:
            self.confirm(actor, needed.step_up_id)
            return tasks.sign(self.database, actor, task.id, needed.step_up_id, self.now)

    def confirm(self, actor: Actor, step_up_id: UUID) -> None:
        """Let a step-up be proven, as by a code; at one moment a telephone has fewer codes than a test has cases."""
        assert self.database.write(
            lambda session: factor_queries.prove_step_up(session, step_up_id, self.now),
            scopes.door(actor.district_id),
        )

    def go_on(self, number: str, until: str = "", *also: str) -> None:
        """Let every step be done as in a clean case, until only steps named `until` (and `also`) wait, or none."""
        while waiting := [task for task in self.waiting(number) if task.element_id not in (until, *also)]:
            self.finish(waiting[0], self.form_of(waiting[0]))
            self.work()

    def work(self) -> int:
        """Let the worker do all jobs that are due by its own clock, the machine's; -> how many."""
        done = 0
        later = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251
        while jobs.run_one(self.database, later) or errands.go_on(self.database, later):
            done += 1
        return done
