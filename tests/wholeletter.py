"""A letter of very many candidates led from the thanas to their papers: by the officers' bulk acts wherever there is
one, by form after form elsewhere; a few of the candidates end otherwise, and one does not end.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pypdfium2
from sqlalchemy import select

from app.domain.roles import Role
from app.models.tables.cases import case
from app.models.tables.workflow import user_task
from app.services.access import stepup
from app.services.casework import cases
from app.services.desk import many, sending, signatures
from app.services.district import policies
from app.services.store import scopes
from app.services.store.scopes import actor_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from tests.journey import Journey

FIR: dict[str, Any] = {
    "fir_no": "112",
    "fir_year": 2021,
    "district": "218",
    "act": "ipc",
    "sections": "341/323",
    "role": "accused_named",
    "stage": "trial",
    "stage_ref": "आरोप पत्र 40/21",
    "identity_basis": "father_village",
}
STRANGERS = [{"name": name, "gist": "not_known"} for name in ("श्याम महतो", "गीता देवी")]
#: Steps whose form says something of the person; the SDPO reviews one clean case in twenty.
_OWN = frozenset({"search_records", "review_findings"})
_PATIENCE = 600.0  # seconds for the papers of four hundred on a busy machine


class WholeLetter:
    """The officers at the cases of one letter, which wait at their thanas."""

    def __init__(self, journey: Journey, letter: UUID) -> None:
        self.journey, self.database, self.letter = journey, journey.database, letter
        self._left: set[UUID] = set()  # cases that stay where they are

    def answer(self, numbers: Sequence[str], led: int) -> Counter[str]:
        """Lead the first `led` of these cases to their ends; -> how many of all came to which, by the words of the
        reply's list: the others wait at their thanas.
        """
        adverse, not_resident, withdrawn, still = numbers[:3], numbers[3:6], numbers[6], numbers[led:]
        self._left = self.cases_of(still)
        for number in adverse:
            self.find_a_case(number)
        for number in not_resident:
            self.find_nobody(number)
        self.withdraw(withdrawn)
        self.clear_the_others()
        told = {"separate": 3, "not_resident": 3, "withdrawn": 1, "waiting": len(still)}
        return Counter({**told, "no_adverse": len(numbers) - sum(told.values())})

    def find_a_case(self, number: str) -> None:
        """The bureau finds a case that is the candidate's: he gets a paper of his own with the facts."""
        self.journey.go_on(number, "search_records")
        thana = str(next(iter(self.journey.staff.offices(Role.SHO).values())))
        found = [{**FIR, "thana": thana}]
        self.journey.do(number, "search_records", result="record_found", cases=found)
        self.journey.go_on(number, "review_findings")
        self.journey.settle(number, "same_person")
        self.journey.do(number, "recommend", sp_outcome="adverse", sp_reason="कांड विचाराधीन है, तथ्य सहित")
        order = "अभिलेख के तथ्य सहित प्रतिवेदन निर्गत किया जाए"
        self.journey.do(number, "decide", dm_decision="issue_with_detail", dm_reason=order)

    def find_nobody(self, number: str) -> None:
        """Nobody at the address knows the candidate."""
        self.journey.go_on(number, "visit")
        finding = "दिए गए पते पर इस नाम का कोई व्यक्ति नहीं रहता है।"
        self.journey.do(number, "visit", resident="not_resident", witnesses=STRANGERS, finding_text=finding)
        self.journey.go_on(number, "recommend")
        reason = "दिए गए पते पर निवास नहीं है"
        self.journey.do(number, "recommend", sp_outcome="not_resident", sp_reason=reason)
        self.journey.do(number, "decide", dm_decision="issue_clear")

    def withdraw(self, number: str) -> None:
        head = self.journey.staff.holder(Role.DM_SECTION_HEAD)
        reason = {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}
        cases.withdraw(self.database, head, number, reason, self.journey.now)

    def clear_the_others(self) -> None:
        """The ordinary way: nothing is found about anybody."""
        self.let_approve()
        self.send("accept_enquiry", sending.ASSIGN)
        for step in ("search_records", "check_registers", "visit"):
            self.fill_in(step)
        self.send("endorse_enquiry", sending.APPROVE)
        self.fill_in("review_findings")
        self.sign("recommend", Role.SP)
        self.sign("decide", Role.DM)
        self.wait_for_papers()
        self.fill_in("dispatch")

    def let_approve(self) -> None:
        """The district lets an office approve as many clean reports in lists on a day as it may let."""
        maker, decider = (self.journey.staff.holder(role) for role in (Role.PROCESS_ADMIN, Role.SP))
        now = self.journey.now
        self.database.write(lambda s: policies.propose(s, maker, policies.MOST, now), actor_scope(maker))
        self.database.write(lambda s: policies.decide(s, decider, now, approves=True), actor_scope(decider))

    def cases_of(self, numbers: Sequence[str]) -> set[UUID]:
        wanted = select(case.c.id).where(case.c.number.in_(numbers))
        return self.database.read(lambda rows: set(rows.connection.scalars(wanted)), scopes.health())

    def waiting(self, step: str) -> list[Row[Any]]:
        """The open tasks of a step of the cases that are led on, by case number."""
        wanted = (
            select(user_task)
            .join(case, case.c.id == user_task.c.case_id)
            .where(case.c.requisition_id == self.letter, case.c.id.not_in(self._left))
            .where(user_task.c.state == "open", user_task.c.element_id == step)
        )
        return self.database.read(
            lambda rows: list(rows.connection.execute(wanted.order_by(case.c.number))), scopes.health()
        )

    def by_office(self, step: str) -> Iterable[list[Row[Any]]]:
        found: dict[UUID, list[Row[Any]]] = {}
        for task in self.waiting(step):
            found.setdefault(task.office_id, []).append(task)
        return found.values()

    def send(self, step: str, act: str) -> None:
        """Send the tasks of a step office by office, as many as a page holds in one act."""
        for tasks in self.by_office(step):
            actor, now = self.journey.actor_of(tasks[0]), self.journey.now
            for at in range(0, len(tasks), many.MOST):
                chosen = [task.id for task in tasks[at : at + many.MOST]]
                page = self.database.read(
                    lambda s, wanted=chosen, by=actor, at=now: sending.show(s, by, act, wanted, at),
                    actor_scope(actor),
                )
                assert page.left == []
                officer = UUID(page.officers[0].value) if page.officers else None
                said = sending.Said(officer, is_compared=act == sending.APPROVE)
                seals = {each.task_id: each.seal for each in page.ready}
                told = sending.send(self.database, actor, act, seals, said, now).items
                assert {each.why_not for each in told} == {""}

    def fill_in(self, step: str) -> None:
        """Fill in the form of a step for each case; where it says nothing of the person, for all of an office."""
        for tasks in self.by_office(step):
            same = None if step in _OWN else self.journey.form_of(tasks[0])
            for task in tasks:
                self.journey.finish(task, same or self.journey.form_of(task))

    def sign(self, step: str, role: Role) -> None:
        """Sign what is clean, as many as a page of signatures holds by one code."""
        actor, now = self.journey.staff.holder(role), self.journey.now
        before = -1
        while (left := len(tasks := self.waiting(step))) and left != before:
            asked = signatures.ask(self.database, actor, {task.id for task in tasks}, now)
            wanted = self.database.read(
                lambda s, asked=asked: stepup.see(s, actor, asked, now), actor_scope(actor)
            )
            self.journey.confirm(actor, asked)
            signatures.sign(self.database, actor, wanted, now)
            before = left
        assert left == 0, f"{step} does not go on"

    def wait_for_papers(self) -> None:
        """Let the program's own worker draw the paper of every case that is decided."""
        deadline = time.monotonic() + _PATIENCE
        while self._without_paper():
            assert time.monotonic() < deadline, "the papers are not drawn"
            time.sleep(0.2)

    def _without_paper(self) -> bool:
        """Whether a case is between its decision and the step that sends its paper out."""
        tasks = select(user_task.c.id).where(user_task.c.case_id == case.c.id, user_task.c.state == "open")
        wanted = select(case.c.id).where(
            case.c.requisition_id == self.letter, case.c.status == "open", ~tasks.exists()
        )
        return bool(self.database.read(lambda rows: rows.connection.execute(wanted).first(), scopes.health()))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, each line as one reads it."""
    document = pypdfium2.PdfDocument(pdf)
    found = [page.get_textpage().get_text_bounded().replace("\u200b", "") for page in document]
    document.close()
    return [" ".join(text.split()) for text in found]
