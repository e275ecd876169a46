"""One letter answers for all persons of a requisition; its list tells no adverse fact; all papers print as one."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pikepdf
import pytest
from sqlalchemy import select, update

from app.domain.errors import Conflict, NotAllowed
from app.domain.roles import Role
from app.models.intake.replies import reply
from app.models.tables.cases import case
from app.models.tables.papers import certificate
from app.services.papers import replies
from app.services.store import keys
from app.services.store.scopes import actor_scope
from tests import outgoing
from tests.districts import NOW
from tests.integration.test_an_issued_paper_has_a_life import said
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID


class Letter:
    """A letter of three persons: one with a paper, one withdrawn, one still at the police."""

    def __init__(self, office: Office) -> None:
        self.office, self.journey = office, office.journey
        self.id: UUID = self.journey.register(candidate_count=3)
        self.done = self.journey.add(self.id)
        self.waiting = self.journey.add(self.id, name_hi="सीता देवी", name_en="Sita Devi", gender="female")
        self.journey.go_on(self.done)

    def make(self) -> None:
        while replies.go_on(self.office.database, self.journey.now):
            pass

    def rows(self) -> list:
        with self.office.database.engine.connect() as connection:
            return list(connection.execute(select(reply).where(reply.c.requisition_id == self.id)))


@pytest.fixture(scope="module")
def letter(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Letter]:
    folder = tmp_path_factory.mktemp("reply")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    office = Office(folder, NOW)
    yield Letter(office)
    office.database.close()


def test_the_reply_lists_every_person_by_outcome_under_a_number_of_its_own(letter: Letter) -> None:
    head = letter.office.at(Role.DM_SECTION_HEAD)
    page = text_of(head.get(f"/requisitions/{letter.id}"))
    assert "1 का परिणाम है, 1 का सत्यापन जारी है" in page
    assert head.post(f"/requisitions/{letter.id}/replies", {}).status_code == 303
    assert "सूची बन रही है: 2 में से 0" in text_of(head.get(f"/requisitions/{letter.id}"))
    assert head.post(f"/requisitions/{letter.id}/replies", {}).status_code == 409
    letter.make()
    made = max(letter.rows(), key=lambda row: row.id)
    assert made.state == "issued"
    assert made.number.startswith("DM-GEN/CHAR/2026/")
    assert outgoing.listed(letter.office.journey)[made.number].key == f"requisition:{letter.id}"
    page = text_of(head.get(f"/requisitions/{letter.id}"))
    assert made.number in page
    pdf = head.get(f"/requisitions/replies/{made.id}").data
    text = said(pdf)
    with letter.office.database.engine.connect() as connection:
        paper = connection.execute(
            select(certificate.c.number)
            .join(case, case.c.id == certificate.c.case_id)
            .where(case.c.number == letter.done)
        ).scalar_one()
    for wanted in (
        made.number,
        letter.done,
        letter.waiting,
        paper,
        "कोई प्रतिकूल तथ्य प्रतिवेदित नहीं",
        "सत्यापन जारी",
        "राहुल कुमार शर्मा",
        "सीता देवी",
        "पत्र के अभ्यर्थी: 2; परिणाम अंकित: 1",
        "गोपनीय",
        "कृते",
    ):
        assert wanted in text, wanted
    assert pdf == head.get(f"/requisitions/replies/{made.id}").data


def test_a_list_names_the_paper_of_a_person_with_findings_and_never_what_was_found(letter: Letter) -> None:
    database = letter.office.database
    actor = letter.journey.staff.holder(Role.DM_SECTION_HEAD)
    with database.engine.connect() as connection:
        row = connection.execute(
            select(certificate)
            .join(case, case.c.id == certificate.c.case_id)
            .where(case.c.number == letter.done)
        ).one()

    def as_adverse(session):
        key_id = session.connection.execute(
            select(case.c.data_key_id).where(case.c.id == row.case_id)
        ).scalar_one()
        key = keys.unlock(session, key_id)
        place = f"certificate|facts|{row.id}"
        facts = {**keys.open_json(key, place, row.facts), "template": "report_adverse"}
        session.connection.execute(
            update(certificate)
            .where(certificate.c.id == row.id)
            .values(facts=keys.seal_json(key, place, facts))
        )

    database.write(as_adverse, actor_scope(actor))
    reply_id = replies.ask(database, actor, letter.id, letter.journey.now)
    letter.make()
    text = said(replies.draw(database, actor, reply_id, letter.journey.now).data)
    assert "पृथक प्रतिवेदन देखें" in text
    assert row.number in text
    database.write(
        lambda session: session.connection.execute(
            update(certificate).where(certificate.c.id == row.id).values(facts=row.facts)
        ),
        actor_scope(actor),
    )


def test_who_dispatches_asks_for_a_reply_and_nobody_else(letter: Letter) -> None:
    for role in (Role.SHO, Role.DM_ASSISTANT, Role.SP_READER):
        actor = letter.journey.staff.holder(role)
        with pytest.raises(NotAllowed if role is not Role.SHO else Exception):
            replies.ask(letter.office.database, actor, letter.id, letter.journey.now)


def test_a_letter_without_a_result_gets_no_reply(letter: Letter) -> None:
    fresh = letter.journey.register(letter_no="क-77/2026")
    letter.journey.add(fresh)
    actor = letter.journey.staff.holder(Role.DM_SECTION_HEAD)
    with pytest.raises(Conflict):
        replies.ask(letter.office.database, actor, fresh, letter.journey.now)


def test_a_reply_whose_asker_has_left_his_post_stands_still(letter: Letter) -> None:
    fresh = Letter(letter.office)
    actor = fresh.journey.staff.holder(Role.DM_SECTION_HEAD)
    reply_id = replies.ask(fresh.office.database, actor, fresh.id, fresh.journey.now)
    fresh.office.database.write(
        lambda session: session.connection.execute(
            update(reply).where(reply.c.id == reply_id).values(posting_id=reply_id)
        ),
        actor_scope(actor),
    )
    fresh.make()
    [row] = fresh.rows()
    assert (row.state, row.number) == ("failed", None)
    page = text_of(fresh.office.at(Role.DM_SECTION_HEAD).get(f"/requisitions/{fresh.id}"))
    assert "उत्तर नहीं बन सका" in page


def test_all_papers_of_a_letter_print_as_one_file(letter: Letter) -> None:
    browser = letter.office.at(Role.DM)
    page = text_of(browser.get(f"/requisitions/{letter.id}"))
    assert ">छापने की एक फाइल</button>" in page, "one paper, so no range"
    asked = browser.post(f"/requisitions/{letter.id}/papers", {"part": "1", "as": "print"})
    answer = letter.office.collected(browser, asked)
    assert answer.mimetype == "application/pdf"
    assert "राहुल कुमार शर्मा" in said(answer.data)
    with pikepdf.open(BytesIO(answer.data)) as whole:
        assert len(whole.pages) == 1


def test_the_names_of_a_case_that_was_erased_are_gone_from_every_reply_and_the_others_stay(
    letter: Letter,
) -> None:
    fresh, database = Letter(letter.office), letter.office.database
    actor = fresh.journey.staff.holder(Role.DM_SECTION_HEAD)
    reply_id = replies.ask(database, actor, fresh.id, fresh.journey.now)
    fresh.make()
    with database.engine.connect() as connection:
        key_id = connection.execute(
            select(case.c.data_key_id).where(case.c.number == fresh.waiting)
        ).scalar_one()
    assert "Sita Devi" in said(replies.draw(database, actor, reply_id, fresh.journey.now, "en").data)
    database.write(lambda session: keys.destroy(session, key_id, fresh.journey.now), actor_scope(actor))
    text = said(replies.draw(database, actor, reply_id, fresh.journey.now, "both").data)
    assert "सीता" not in text
    assert "Sita" not in text
    assert "अभिलेख विनष्ट" in text
    assert "record destroyed" in text
    assert fresh.waiting in text
    assert "राहुल कुमार शर्मा" in text
    assert "Rahul Kumar Sharma" in text
