"""Cases of one act go to the SP with one letter and to each thana with one: one number, whoever stops or hurries."""

from __future__ import annotations

import os
import re
import traceback
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from multiprocessing import Pipe
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.casefile import case_queries
from app.models.issuing.sentletters import sent_letter, sent_letter_person
from app.models.tables.cases import case
from app.models.tables.papers import number_series
from app.services.casework import cases
from app.services.desk import sending, sheets, tasks
from app.services.intake import forwarding, lettermarking
from app.services.papers import letters
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.office import text_of
from tests.wholeletter import pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from uuid import UUID

    from sqlalchemy import Row

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.services.desk.sheets import Sheet
    from app.services.store.database import Database
    from tests.journey import Journey
    from tests.office import Office

HERE, THERE = "th_mufassil", "th_manjhi"


class Desk:
    """One letter of a department, and those who forward and mark its cases."""

    def __init__(self, journey: Journey, thanas: list[list[str]]) -> None:
        self.journey, self.database = journey, journey.database
        self.letter = journey.register(candidate_count=len(thanas))
        self.numbers = [journey.add(self.letter, each) for each in thanas]
        self.head = journey.staff.holder(Role.DM_SECTION_HEAD)
        self.reader = journey.staff.holder(Role.SP_READER)

    def sho(self, thana: str) -> Actor:
        return self.journey.staff.holder(Role.SHO, self.journey.staff.offices(Role.SHO)[thana])

    def forward(self, most: int | None = None) -> int:
        """Open the page of the act and carry it out, so far; -> how many went."""
        now, task = self.journey.now, self.journey.waiting(self.waiting("scrutinise")[0])[0]
        posted = self.journey.form_of(task)
        found = self.database.read(
            lambda s: forwarding.waiting(s, self.head, self.letter, now), actor_scope(self.head)
        )
        done = forwarding.forward(self.database, self.head, self.letter, found.act_id, posted, now)
        items = list(islice(done.items, most))
        assert {each.why_not for each in items} == {""}
        return len(items)

    def waiting(self, step: str) -> list[str]:
        return [number for number in self.numbers if step in self.journey.steps(number)]

    def to_mark(self) -> sending.Page:
        found = lettermarking.waiting(self.database, self.reader, self.letter, self.journey.now).found
        assert found is not None
        return found

    def mark(self, database: Database, page: sending.Page, share: list[UUID]) -> set[str]:
        seals = {each.task_id: each.seal for each in page.ready if each.task_id in share}
        done = lettermarking.mark(database, self.reader, self.letter, page.act_id, seals, self.journey.now)
        return {each.why_not for each in done.items}

    def sent(self, form: str) -> list[Row[Any]]:
        """The letters of a step, each with the numbers of the cases that it is about."""
        with self.database.engine.connect() as connection:
            found = connection.execute(
                select(sent_letter).where(
                    sent_letter.c.form == form, sent_letter.c.requisition_id == self.letter
                )
            )
            return list(found)

    def about(self, letter_id: UUID) -> set[str]:
        wanted = (
            select(case.c.number)
            .join(sent_letter_person, sent_letter_person.c.case_id == case.c.id)
            .where(sent_letter_person.c.letter_id == letter_id)
        )
        with self.database.engine.connect() as connection:
            return set(connection.execute(wanted).scalars())

    def given(self, office_id: UUID) -> int:
        """How many पत्रांक an office has given."""
        own = number_series.c
        wanted = select(own.last).where(own.office_id == office_id, own.kind == "letter")
        with self.database.engine.connect() as connection:
            return int(connection.execute(wanted).scalar_one_or_none() or 0)

    def sees(self, actor: Actor, number: str) -> bool:
        return (
            self.database.read(lambda s: case_queries.find_number(s, number), actor_scope(actor)) is not None
        )

    def drawn(self, actor: Actor, letter_id: UUID) -> str:
        file = letters.draw_sent(self.database, actor, letter_id, self.journey.now)
        return " ".join(pages(file.data))


def test_an_act_that_stopped_goes_on_with_its_letter_and_the_next_act_has_its_own(journey: Journey) -> None:
    desk = Desk(journey, [[HERE]] * 4)
    assert desk.forward(2) == 2
    [begun] = desk.sent("scrutinise")
    assert begun.ended_at is None
    assert desk.forward() == 2, "the page is opened anew, and knows the act that stopped"
    [letter] = desk.sent("scrutinise")
    assert desk.about(letter.id) == set(desk.numbers)
    assert letter.ended_at is not None
    desk.numbers.append(journey.add(desk.letter, [HERE]))
    desk.forward()
    first, second = sorted(desk.sent("scrutinise"), key=lambda row: str(row.number))
    assert desk.about(second.id) == {desk.numbers[-1]}, "who comes in later goes with another letter"
    assert [int(each.number.rpartition("/")[2]) for each in (first, second)] == [1, 2]
    assert desk.given(first.office_id) == 2
    dm, text = journey.staff.holder(Role.DM), desk.drawn(desk.head, letter.id)
    assert "के 4 व्यक्ति" in text
    assert [number for number in desk.numbers if number in text] == desk.numbers[:4]
    view = desk.database.read(lambda s: cases.find(s, dm, desk.numbers[0], NOW, "documents"), actor_scope(dm))
    assert [(line.number, line.persons) for line in view.letters if line.kind == "fwd_dm_to_sp"] == [
        (letter.number, 4)
    ]


def at_once(*acts: Callable[[], object]) -> None:
    """Let processes, one for each act, do them from one moment on; each has to come to its end."""
    ear, mouth = os.pipe()
    pids = [_born(act, ear, mouth) for act in acts]
    os.close(ear)
    os.close(mouth)  # the moment
    assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids] == [0] * len(acts)


def _born(act: Callable[[], object], ear: int, mouth: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:  # never back into the tests, whatever happens
        os.close(mouth)
        os.read(ear, 1)
        act()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def test_two_processes_that_mark_at_once_send_each_thana_one_letter(
    journey: Journey, demo_url: str, open_database: Callable[[str], Database]
) -> None:
    desk = Desk(journey, [[HERE], [THERE], [HERE, THERE], [THERE], [HERE], [THERE]])
    desk.forward()
    page = desk.to_mark()
    ids = [each.task_id for each in page.ready]

    def mark(share: list[UUID]) -> None:
        assert desk.mark(open_database(demo_url), page, share) == {""}

    at_once(partial(mark, ids[::2]), partial(mark, ids[1::2]))
    offices = journey.staff.offices(Role.SHO)
    sent = {row.to_office_id: row for row in desk.sent("route")}
    assert len(sent) == len(desk.sent("route")) == 2
    one, other = desk.numbers, sent[offices[THERE]]
    assert desk.about(sent[offices[HERE]].id) == {one[0], one[2], one[4]}
    assert desk.about(other.id) == {one[1], one[2], one[3], one[5]}
    assert sorted(int(row.number.rpartition("/")[2]) for row in sent.values()) == [1, 2]
    assert desk.given(other.office_id) == 2, "no number was given and not used"
    text = desk.drawn(desk.sho(THERE), other.id)
    assert other.number in text
    assert [number for number in one if number in text] == [one[1], one[2], one[3], one[5]]
    with pytest.raises(NotFound):
        desk.drawn(desk.sho(HERE), other.id)
    assert desk.mark(desk.database, page, ids) == {"done"}, "pressed twice, nothing is sent twice"


def test_two_processes_that_forward_the_same_cases_at_once_give_each_one_letter_and_no_number_twice(
    journey: Journey, demo_url: str, open_database: Callable[[str], Database]
) -> None:
    """Two pages of the act are open, of two officers of one post: each begins at the same moment."""
    desk = Desk(journey, [[HERE]] * 6)
    posted = journey.form_of(journey.waiting(desk.numbers[0])[0])

    def forward(line: Connection) -> None:
        database = open_database(demo_url)
        act = database.read(
            lambda s: forwarding.waiting(s, desk.head, desk.letter, journey.now), actor_scope(desk.head)
        ).act_id
        line.send("open")  # both pages are open before either is sent
        line.recv()
        list(forwarding.forward(database, desk.head, desk.letter, act, posted, journey.now).items)

    one, other = Pipe()
    at_once(partial(forward, one), partial(forward, other))
    sent = desk.sent("scrutinise")
    about = [number for letter in sent for number in desk.about(letter.id)]
    assert sorted(about) == desk.numbers, "each case goes with one letter"
    assert sorted(int(row.number.rpartition("/")[2]) for row in sent) == list(range(1, len(sent) + 1))
    assert desk.given(sent[0].office_id) == len(sent), "no number was given and not used"


@dataclass(frozen=True)
class _TakenBack:
    """A task of an act whose transaction ends in nothing (tasks.Prepared)."""

    act_id: UUID
    act: str = field(default=sending.MARK)

    def fill(self, session: Session, actor: Actor, task_id: UUID, now: Any) -> tuple[Sheet, dict[str, Any]]:
        sheet = sheets.read(session, actor, task_id, now)
        return sheet, sheet.initial()

    def also(self, _session: Session, _sheet: Sheet) -> None:
        raise sending.LeftOut("cap")


def test_a_case_that_was_taken_back_leaves_neither_letter_nor_number(journey: Journey) -> None:
    desk = Desk(journey, [[HERE]] * 2)
    desk.forward()
    page = desk.to_mark()
    office = desk.reader.post.office_id
    with pytest.raises(sending.LeftOut):
        tasks.send_prepared(
            desk.database, desk.reader, page.ready[0].task_id, _TakenBack(page.act_id), journey.now
        )
    assert desk.sent("route") == []
    assert desk.given(office) == 0
    first, second = (each.task_id for each in page.ready)
    assert desk.mark(desk.database, page, [first]) == {""}
    journey.now += timedelta(days=1)
    assert desk.mark(desk.database, page, [second]) == {""}
    sent = desk.sent("route")
    assert len({row.sent_on for row in sent}) == len(sent) == 2, "a letter is of one day"
    assert desk.given(office) == 2


def test_whoever_reads_a_letter_reads_of_its_list_the_cases_that_he_sees_and_no_other(
    journey: Journey,
) -> None:
    """Every post of the district, before and behind the marking, against what its scope shows of each case."""
    desk = Desk(journey, [[HERE], [THERE], [HERE, THERE], [HERE]])
    desk.forward()
    page = desk.to_mark()
    desk.mark(desk.database, page, [each.task_id for each in page.ready])
    journey.do(desk.numbers[0], "accept_enquiry")
    visit = next(task for task in journey.waiting(desk.numbers[0]) if task.element_id == "visit")
    readers = [journey.staff.holder(role) for role in Role if journey.staff.offices(role)]
    readers += [desk.sho(HERE), desk.sho(THERE), journey.actor_of(visit)]
    letters_sent = [*desk.sent("scrutinise"), *desk.sent("route")]
    read = 0
    for reader in {each.officer_id: each for each in readers}.values():
        seen = {each for each in desk.numbers if desk.sees(reader, each)}
        for letter in letters_sent:
            own = desk.about(letter.id) & seen
            try:
                text = desk.drawn(reader, letter.id)
            except NotFound:
                continue
            read += 1
            assert own, (reader.post.role, letter.form)
            assert {number for number in desk.numbers if number in text} == own, (
                reader.post.role,
                letter.form,
            )
            others = len(desk.about(letter.id) - own)
            assert (f"इस पत्र के अन्य {others} व्यक्ति" in text) == (others > 0)
    assert read > 5


def test_the_page_of_the_requisition_names_each_letter_once_and_the_thana_opens_its_own(
    office: Office,
) -> None:
    desk = Desk(office.journey, [[HERE], [HERE], [THERE]])
    desk.forward()
    reader = office.at(Role.SP_READER)
    page = text_of(reader.get(f"/requisitions/{desk.letter}/mark"))
    assert "हर थाने को एक ही पत्र जाएगा" in page
    act = dict(re.findall(r'name="(_act)" value="([0-9a-f-]{36})"', page))
    seals = dict(re.findall(r'name="(seal-[0-9a-f-]+)" value="([0-9a-f]+)"', page))
    ids = re.findall(r'name="task" value="([0-9a-f-]+)"', page)
    for chosen in (ids[:1], ids):  # the line broke behind the first, and the same page is sent again
        reader.post(f"/requisitions/{desk.letter}/mark", {"task": chosen, **act, **seals})
    shown = text_of(reader.get(f"/requisitions/{desk.letter}")).partition("<main")[2]
    sent = re.findall(r'href="(/letters/[0-9a-f-]{36})"', shown)
    assert len(sent) == 3, "one to the SP, one to each thana"
    assert shown.count("2 व्यक्ति") >= 1
    [mine] = [row for row in desk.sent("route") if desk.about(row.id) == set(desk.numbers[:2])]
    sho = office.at(Role.SHO, HERE)
    assert sho.get(f"/letters/{mine.id}").headers["Content-Type"] == "application/pdf"
    documents = text_of(sho.get(f"/cases/{desk.numbers[0].replace('/', '-')}/documents"))
    key = f"{mine.id}-0"
    assert key in documents
    assert sho.get(f"/cases/{desk.numbers[0].replace('/', '-')}/letters/{key}").status_code == 200
    assert office.at(Role.SHO, THERE).get(f"/letters/{mine.id}").status_code == 404
    assistant = office.at(Role.DM_ASSISTANT)
    page = text_of(assistant.get(f"/requisitions/{desk.letter}"))
    assert page.count('href="/letters/') - page.count("language=") == 1, (
        "no letter of the police for the assistant"
    )
    assert assistant.get(f"/letters/{mine.id}").status_code == 404
