"""The list of all cases: each post sees its own, narrowed by codes and days, a page at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from app.domain.roles import Role
from app.services.casework import caselist, cases
from app.services.casework.caselist import Wanted
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.journey import Journey
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.roles import Actor
    from app.services.store.database import Database
    from tests.districts import Walked

THANA, OTHER = "th_dighwara", "th_derni"


class Shelf:
    """Cases of every state: one issued, one withdrawn, one at its thana, one fresh; `numbers` by these names."""

    def __init__(self, journey: Journey, numbers: dict[str, str]) -> None:
        self.journey, self.numbers = journey, numbers

    def of(self, actor: Actor, wanted: Wanted = caselist.Wanted()) -> set[str]:  # noqa: B008 - it never changes
        found = self.journey.database.read(
            lambda rows: caselist.listing(rows, wanted, None, NOW), actor_scope(actor)
        )
        assert found.total == len(found.lines)
        names = {number: name for name, number in self.numbers.items()}
        return {names[line.number] for line in found.lines}

    def holder(self, role: Role, office: str = "") -> Actor:
        staff = self.journey.staff
        return staff.holder(role, staff.offices(role)[office]) if office else staff.holder(role)


def filled(journey: Journey) -> dict[str, str]:
    journey.now = NOW - timedelta(days=40)
    old = journey.now.date().isoformat()
    letter = journey.register(letter_date=old, received_date=old)
    issued, withdrawn = journey.add(letter, [OTHER]), journey.add(letter, [OTHER])
    journey.go_on(issued)
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    cases.withdraw(
        journey.database, head, withdrawn, {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}, journey.now
    )
    at_thana = journey.add(letter, [THANA])
    journey.go_on(at_thana, until="accept_enquiry")
    journey.now = NOW
    fresh = journey.new_case([THANA])
    return {"issued": issued, "withdrawn": withdrawn, "at_thana": at_thana, "fresh": fresh}


@pytest.fixture
def shelf(walked: Callable[..., Walked], open_database: Callable[[str], Database]) -> Shelf:
    district = walked(filled)
    return Shelf(Journey(open_database(district.database), NOW), district.told)


def test_each_post_sees_the_cases_that_it_may(shelf: Shelf) -> None:
    assert shelf.of(shelf.holder(Role.DM)) == {"issued", "withdrawn", "at_thana", "fresh"}
    assert shelf.of(shelf.holder(Role.SHO, THANA)) == {"at_thana"}
    assert shelf.of(shelf.holder(Role.SHO, OTHER)) == {"issued"}
    assert shelf.of(shelf.holder(Role.SHO, "th_garkha")) == set()


FILTERS = [
    (Wanted(status="issued"), {"issued"}),
    (Wanted(status="open"), {"at_thana", "fresh"}),
    (Wanted(purpose="govt_service", status="withdrawn"), {"withdrawn"}),
    (Wanted(purpose="arms_licence"), set()),
    (Wanted(element_id="accept_enquiry"), {"at_thana"}),
    (Wanted(time="late"), {"at_thana"}),
    (Wanted(time="left"), {"fresh"}),
    (Wanted(received_from=date(2026, 11, 1)), {"fresh"}),
    (Wanted(received_to=date(2026, 11, 1), status="open"), {"at_thana"}),
    (Wanted(again=True), set()),
    (Wanted(answer=("decide", "dm_decision", "issue_clear")), {"issued"}),
    (Wanted(answer=("scrutinise", "action", "forward")), {"issued", "at_thana"}),
    (Wanted(answer=("scrutinise", "action", "return")), set()),
    (Wanted(answer=("route", "need_sdpo", caselist.table.NO)), {"issued", "at_thana"}),
    (Wanted(answer=("outcome", "recommendation", "no_adverse")), {"issued"}),
    (Wanted(answer=("outcome", "sdpo_review", caselist.table.YES)), set()),
    (Wanted(answer=("route", "need_sdpo", caselist.table.YES)), set()),
    (Wanted(answer=("scrutinise", "action", caselist.table.NO)), set()),
    (Wanted(opened_until=date(2026, 11, 1)), {"at_thana"}),
]


def test_a_filter_leaves_what_fits_it(shelf: Shelf) -> None:
    found = [(wanted, shelf.of(shelf.holder(Role.DM), wanted)) for wanted, _ in FILTERS]
    assert found == FILTERS


def test_the_office_that_holds_a_case_narrows_the_list(shelf: Shelf) -> None:
    office_id = shelf.holder(Role.SHO, THANA).post.office_id
    assert shelf.of(shelf.holder(Role.DM), Wanted(office_id=office_id)) == {"at_thana"}


def test_pages_follow_each_other_without_a_gap(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caselist, "A_PAGE", 3)
    monkeypatch.setattr(caselist, "MOST", 2)
    scope = actor_scope(shelf.holder(Role.DM))
    database = shelf.journey.database
    first = database.read(lambda rows: caselist.listing(rows, Wanted(), None, NOW), scope)
    second = database.read(lambda rows: caselist.listing(rows, Wanted(), first.next_after, NOW), scope)
    seen = [line.number for line in [*first.lines, *second.lines]]
    assert seen == sorted(shelf.numbers.values(), reverse=True)
    assert (first.total, first.is_more, second.next_after) == (2, True, None)


def test_a_count_is_exact_unless_each_case_had_to_be_looked_up(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caselist, "MOST_LOOKED_UP", 0)
    scope = actor_scope(shelf.holder(Role.DM))
    office_id = shelf.holder(Role.SHO, THANA).post.office_id
    found = [
        shelf.journey.database.read(lambda rows, by=wanted: caselist.listing(rows, by, None, NOW), scope)
        for wanted in (Wanted(), Wanted(office_id=office_id))
    ]
    assert [(each.total, each.is_more) for each in found] == [(len(shelf.numbers), False), (0, True)]


def test_the_address_of_a_filtered_list_can_be_passed_on(office: Office) -> None:
    journey = Journey(office.database, NOW)
    journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    page = head.get("/cases?status=open&purpose=govt_service&from=01-01-2026&time=left")
    assert "1 मिला" in text_of(page)
    for said in ("सरकारी सेवा में नियुक्ति", "01-01-2026 से प्राप्त", "समय शेष"):
        assert said in text_of(page)
    assert "/cases?" in page.text
    assert "ऐसा कोई प्रकरण नहीं है" in text_of(head.get("/cases?status=issued"))


@pytest.mark.parametrize(
    "address", ["?status=nonsense&step=x&office=1&from=32-13-2026&after=zzz", "?after=" + "9" * 500]
)
def test_filters_that_are_none_fall_away(office: Office, address: str) -> None:
    answer = office.at(Role.DM).get(f"/cases{address}")
    assert answer.status_code == 200


def answers(shelf: Shelf, role: Role, office: str = "") -> set[str]:
    actor = shelf.holder(role, office)
    offered = shelf.journey.database.read(lambda rows: caselist.choices(rows, actor), actor_scope(actor))
    return {f"{one.element_id}.{one.field}" for one in offered.answers}


def test_answers_narrow_the_list_for_posts_that_read_them_in_every_case(shelf: Shelf) -> None:
    dm = answers(shelf, Role.DM)
    assert {
        "route.need_sdpo",
        "decide.dm_decision",
        "recommend.sp_decision",
        "visit.resident",
        "scrutinise.action",
    } <= dm
    head, assistant = answers(shelf, Role.DM_SECTION_HEAD), answers(shelf, Role.DM_ASSISTANT)
    assert "decide.dm_decision" in head - assistant
    assert not {each for each in head | assistant if each.startswith(("visit.", "recommend."))}, (
        "the police's"
    )
    assert "scrutinise.action" in assistant
    assert not {each for each in dm if each.startswith("write_special_report.")}, "the special branch's"
    assert answers(shelf, Role.SHO, THANA) == set()
    assert {"outcome.recommendation", "outcome.sdpo_review", "checks.final_signatory"} <= dm, (
        "of the tables, too"
    )
    assert not {each for each in assistant if each.startswith("outcome.")}


def test_what_a_table_decided_is_asked_for_in_words(office: Office) -> None:
    Journey(office.database, NOW).new_case([THANA])
    page = text_of(office.at(Role.SP).get("/cases"))
    assert 'value="outcome.recommendation.no_adverse"' in page
    assert "no_adverse<" not in page, "a code is told in words"


def test_a_filter_of_cases_is_kept_under_a_name_apart_from_those_of_the_inbox(office: Office) -> None:
    journey = Journey(office.database, NOW)
    journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    asked = "answer=decide.dm_decision.refuse&status=issued"
    assert "निर्णय" in text_of(head.get(f"/cases?{asked}"))
    nameless = head.post(f"/cases/views?{asked}", {"name": ""})
    assert nameless.status_code == 422
    assert head.post(f"/cases/views?{asked}", {"name": "अस्वीकृत", "shared": "1"}).status_code == 303
    kept = text_of(head.get("/cases"))
    assert "★ अस्वीकृत" in kept
    assert "छँटाई सहेजी गई" in kept
    assert "अस्वीकृत" not in text_of(head.get("/inbox/views"))
    assistant = office.at(Role.DM_ASSISTANT)
    assert "★ अस्वीकृत" in text_of(assistant.get("/cases"))
    unread = text_of(assistant.get(f"/cases?{asked}"))
    assert 'value="decide.dm_decision' not in unread, "an answer that he does not read narrows nothing"
    assert "★ अस्वीकृत" not in text_of(office.at(Role.SP).get("/cases"))
