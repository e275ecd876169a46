"""A case as officers read it: offices by their full names, each tab its own part, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from app.domain.roles import Role
from tests.districts import NOW
from tests.office import MULTIPART, text_of, withdrawal

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

THANA, HINDI, ENGLISH = "th_daudpur", "थाना दाउदपुर", "Daudpur police station"
UNITS = ("थाना दाउदपुर", "थाना अमनौर", "जिला अपराध अभिलेख ब्यूरो")
_TAGS = re.compile(r"<[^>]+>")


def words_of(page: str) -> str:
    """The words of a page, tags and gaps left out."""
    return " ".join(_TAGS.sub(" ", page).split())


def in_english(visitor: Visitor) -> Visitor:
    visitor.get("/account")
    visitor.post("/account/language", {"language": "en", "next": "/account"})
    return visitor


# -- offices -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/inbox", "/account", "/reports"])
def test_a_police_station_is_called_by_its_full_name(office: Office, address: str) -> None:
    office.journey.new_case([THANA])
    office.journey.go_on("SRN/2026/00001", until="accept_enquiry")
    station = office.at(Role.SHO, THANA)
    assert HINDI in words_of(text_of(station.get(address)))
    assert ENGLISH in words_of(text_of(in_english(station).get(address)))


@pytest.mark.parametrize("tab", ["", "/diagram", "/timeline"])
@pytest.mark.parametrize(("lang", "full", "bare"), [("hi", HINDI, "दाउदपुर"), ("en", ENGLISH, "Daudpur")])
def test_a_case_calls_its_police_station_by_its_full_name(
    office: Office, tab: str, lang: str, full: str, bare: str
) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="endorse_enquiry")
    head = office.at(Role.DM_SECTION_HEAD)
    if lang == "en":
        in_english(head)
    page = text_of(head.get(f"/cases/{number.replace('/', '-')}{tab}"))
    # An answer to the question which police station is the place alone: it stands beside the question.
    page = words_of(re.sub(r'<dl class="pairs.*?</dl>', "", page, flags=re.DOTALL))
    assert full in page
    assert page.count(bare) == page.count(full), f"{bare} stands alone"


def test_an_office_whose_name_is_whole_is_left_as_it_is(office: Office) -> None:
    assert "थाना जिला" not in words_of(text_of(office.at(Role.DM).get("/inbox")))


@pytest.mark.parametrize(
    ("role", "hindi", "english"),
    [
        (Role.DM, "जिला पदाधिकारी", "District Magistrate"),
        (Role.SP, "वरीय पुलिस अधीक्षक", "Senior Superintendent of Police"),
        (
            Role.DCRB,
            "डीसीआरबी प्रभारी, जिला अपराध अभिलेख ब्यूरो",
            "In-charge, DCRB, District Crime Records Bureau",
        ),
    ],
)
def test_who_heads_an_office_is_titled_as_it_is_called_and_once(
    office: Office, role: Role, hindi: str, english: str
) -> None:
    visitor = office.at(role)
    assert f"<small>{hindi}</small>" in text_of(visitor.get("/account"))
    assert f"<small>{english}</small>" in text_of(in_english(visitor).get("/account"))


def test_an_inbox_names_another_office_only_where_the_enquiry_is_another_offices(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="accept_enquiry")
    rows = text_of(office.at(Role.SHO, THANA).get("/inbox")).partition("<tbody")[2]
    assert "2026/1" in rows
    assert "शिक्षा विभाग, बिहार" in rows
    assert "दाउदपुर" not in rows


def row_of(visitor: Visitor, number: str) -> str:
    """The words of a case's row in an inbox."""
    rows = re.findall(r"<tr .*?</tr>", text_of(visitor.get("/inbox")), re.DOTALL)
    return words_of(next(row for row in rows if number in row))


def test_a_police_station_reads_in_its_list_to_which_village_an_enquiry_leads(office: Office) -> None:
    number = office.journey.new_case([THANA, OTHER])
    assert "रामपुर टोला" not in row_of(office.at(Role.DM_SECTION_HEAD), number)
    office.journey.go_on(number, until="accept_enquiry")
    first, second = office.at(Role.SHO, THANA), office.at(Role.SHO, OTHER)
    assert "पिता विनय शर्मा · रामपुर टोला" in row_of(first, number)
    assert "पिता विनय शर्मा · साहेबगंज" in row_of(second, number)
    assert "Rampur Tola" in row_of(in_english(first), number)


def test_an_enquiry_that_was_passed_on_names_its_village_at_the_other_station(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="accept_enquiry")
    station = str(office.journey.staff.offices(Role.SHO)[OTHER])
    office.journey.do(
        number,
        "accept_enquiry",
        accept="other_thana",
        correct_thana=station,
        bounce_reason="यह ग्राम दूसरे थाना में है।",
    )
    assert "रामपुर टोला" in row_of(office.at(Role.SHO, OTHER), number)


# -- every tab its own part ----------------------------------------------------------------------------------------

OTHER = "th_amnour"
POINT = "साक्षी संख्या 2 का पूरा पता और निवास की अवधि स्पष्ट करें।"


def address(number: str, tab: str = "") -> str:
    return f"/cases/{number.replace('/', '-')}{'/' if tab else ''}{tab}"


def statements_of(visitor: Visitor, asked: str) -> str:
    """Everything that SQLite is asked while a page is made."""
    seen: list[str] = []

    def listen(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(seen.append)

    event.listen(Pool, "checkout", listen)
    try:
        assert visitor.get(asked).status_code == 200
    finally:
        event.remove(Pool, "checkout", listen)
    return " ".join(" ".join(seen).split())


def test_a_tab_reads_what_it_shows_and_not_what_the_others_show(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="decide")
    head = office.at(Role.DM_SECTION_HEAD)
    head.get(address(number))
    own = {
        "tasks": {"answer", "step"},
        "documents": {"document", "step"},  # whether there is a draft to see hangs on what was decided
        "diagram": {"step"},
        "timeline": {"answer", "step", "document"},  # an issued paper is linked for whoever may open it
        "correspondence": set(),
        "activity": set(),
    }
    for tab, tables in own.items():
        asked = statements_of(head, address(number, tab))
        found = {name for name in ("answer", "step", "document") if f"FROM {name}" in asked}
        assert found - {"answer"} <= tables, tab  # the person's name comes from an answer on every tab
        assert tables <= found, tab


def test_a_picture_is_drawn_in_the_language_of_the_page_alone(office: Office) -> None:
    number = office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    page = text_of(head.get(address(number, "diagram")))
    assert page.count('lang="hi" width') == page.count("<svg xmlns") > 0
    assert "Scrutinise" not in page
    page = text_of(in_english(head).get(address(number, "diagram")))
    assert page.count('lang="en" width') == page.count("<svg xmlns") > 0
    assert "संवीक्षा" not in page


def test_no_tab_shows_an_id_in_place_of_a_name(office: Office) -> None:
    number = returned(office)
    for visitor in (office.at(Role.DM_SECTION_HEAD), office.at(Role.SP), office.at(Role.SHO, THANA)):
        for tab in ("", "documents", "diagram", "timeline"):
            words = words_of(text_of(visitor.get(address(number, tab))))
            assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", words), tab


# -- the picture -----------------------------------------------------------------------------------------------------


def returned(office: Office) -> str:
    """A case of two thanas that the SP has sent back to the first; it is there again since the day after."""
    journey = office.journey
    number = journey.new_case([THANA, OTHER])
    journey.go_on(number, until="recommend")
    journey.now = office.now = NOW + timedelta(days=1)
    [task] = journey.waiting(number)
    unit = next(each for each in office.journey.page_of(task).options["units"] if each["hi"] == HINDI)
    points = [{"unit": unit["value"], "point": POINT}]
    journey.do(number, "recommend", action="re_enquiry", sp_reason="साक्षी का पता अधूरा है।", re_enquiry=points)
    return number


def test_every_enquiry_has_a_picture_of_its_own(office: Office) -> None:
    number = office.journey.new_case([THANA, OTHER])
    office.journey.go_on(number, until="visit")
    [first, _] = [task for task in office.journey.waiting(number) if task.element_id == "visit"]
    office.journey.finish(first, office.journey.form_of(first))
    page = text_of(office.at(Role.DM_SECTION_HEAD).get(address(number, "diagram")))
    pictures = {
        words_of(part.partition(">")[2].partition("</summary>")[0]): part
        for part in page.split("<summary ")[1:]
    }
    named = {name: part for name, part in pictures.items() if "इकाई की जाँच" in name}
    assert [name for name in named if UNITS[2] in name] == [f"{UNITS[2]} इकाई की जाँच पूरा"]
    states = {
        name: ("node task done" in part, 'node task current" data-element="visit"' in part)
        for name, part in named.items()
        if UNITS[2] not in name
    }
    assert sorted(states.values()) == [(True, False), (True, True)], states
    assert 'href="#diagram-2"' in page


def test_after_a_return_the_picture_shows_what_is_to_be_done_again(office: Office) -> None:
    number = returned(office)
    page = text_of(office.at(Role.DM_SECTION_HEAD).get(address(number, "diagram")))
    route, _, enquiries = page.partition("<details")
    route = page.split('id="diagram-1"')[1].split("<details")[0]
    assert re.search(r'class="node task before" data-element="recommend"', route)
    assert re.search(r'class="node task call current" data-element="conduct_enquiries"', route)
    assert "पुनः जाँच 1" in words_of(enquiries)


def test_a_picture_can_be_had_in_one_piece(office: Office) -> None:
    number = office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    fitted = text_of(head.get(address(number, "diagram")))
    assert "(1/3)" in fitted
    whole = re.search(r'href="([^"]+\?size=full)"', fitted)
    assert whole is not None
    page = text_of(head.get(whole[1]))
    assert "(1/3)" not in page
    assert page.count("<svg xmlns") < fitted.count("<svg xmlns")


# -- the chronicle ---------------------------------------------------------------------------------------------------


def chronicle(number: str, visitor: Visitor) -> list[str]:
    page = text_of(visitor.get(address(number, "timeline")))
    items = page.partition('<ol class="chronicle">')[2].partition("</ol>")[0]
    return [words_of(item) for item in re.split(r"<li>\s*<div class=\"at\">", items)[1:]]


def test_what_an_act_brought_about_is_told_with_the_act(office: Office) -> None:
    number = office.journey.new_case([THANA, OTHER])
    office.journey.go_on(number, "accept_enquiry", "search_records")
    told = chronicle(number, office.at(Role.DM_SECTION_HEAD))
    assert len(told) == 3
    assert "प्रकरण दर्ज हुआ" in told[0]
    assert "इकाइयों को प्रेषण" in told[2]
    assert "प्राप्तकर्ता: थाना दाउदपुर, ग्रहण एवं आवंटन" in told[2]
    assert "प्राप्तकर्ता: थाना अमनौर, ग्रहण एवं आवंटन" in told[2]
    assert "प्राप्तकर्ता: जिला अपराध अभिलेख ब्यूरो, अभिलेख खोज" in told[2]


def test_a_return_is_told_with_the_points_of_whoever_returned_it(office: Office) -> None:
    number = returned(office)
    told = chronicle(number, office.at(Role.DM_SECTION_HEAD))
    [back] = [line for line in told if POINT in line]
    assert "पुलिस अधीक्षक की अनुशंसा" in back
    assert "साक्षी का पता अधूरा है।" in back
    assert "कौन-सी इकाई थाना दाउदपुर" in back
    assert all("कारण" not in line for line in told if line != back)


def test_an_issued_paper_and_the_end_are_told_with_a_link(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number)
    head = office.at(Role.DM_SECTION_HEAD)
    told = chronicle(number, head)
    order = [
        next(at for at, line in enumerate(told) if words in line)
        for words in ("का निर्णय", "प्रतिवेदन निर्गत", "निर्गमन")
    ]
    assert order == sorted(order)
    assert told[-1].endswith("प्रकरण निष्पादित; पत्र निर्गत")
    page = text_of(head.get(address(number, "timeline")))
    paper = re.search(r'href="(/documents/[0-9a-f-]+)">SRN/CAV/', page)
    assert paper is not None
    assert head.get(paper[1]).data.startswith(b"%PDF")


def test_a_withdrawal_is_told_with_its_reason_and_its_officer(office: Office) -> None:
    number = office.journey.new_case([THANA])
    head = office.at(Role.DM_SECTION_HEAD)
    head.get(address(number))
    head.post(f"{address(number)}/withdraw", withdrawal(), **MULTIPART)
    last = chronicle(number, head)[-1]
    assert "अधियाचना वापस ली गई; प्रकरण समाप्त" in last
    assert "कारण विभाग का पत्र क-9 दिनांक 20-11-2026" in last
    assert office.journey.staff.holder(Role.DM_SECTION_HEAD).name_hi in last


# -- progress of the district ----------------------------------------------------------------------------------------


def test_counts_of_many_cases_draw_no_way_and_a_call_shows_the_sum(office: Office) -> None:
    for _ in range(2):
        office.journey.go_on(office.journey.new_case([THANA, OTHER]), until="visit")
    office.journey.new_case([THANA])
    page = text_of(office.at(Role.DM_SECTION_HEAD).get("/tracking"))
    assert "flow done" not in page
    assert "passed" not in page
    call = re.search(r'data-element="conduct_enquiries"><title>([^<]+)</title>', page)
    assert call is not None
    assert call[1] == "इकाइयों में जाँच, 4 लंबित"
    assert "संवीक्षा एवं प्रेषण, 1 लंबित" in page


# -- the tasks that are offered --------------------------------------------------------------------------------------


def test_a_case_offers_a_task_only_to_who_may_do_it(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="accept_enquiry")
    task = office.task(number)
    assert f"/tasks/{task.id}" in text_of(office.at(Role.SHO, THANA).get(address(number)))
    munshi = office.at(Role.THANA_MUNSHI, THANA)
    assert f"/tasks/{task.id}" not in text_of(munshi.get(address(number)))


# -- the page of a task ----------------------------------------------------------------------------------------------


def test_the_unit_reads_above_its_form_on_which_points_it_enquires_again(office: Office) -> None:
    number = returned(office)
    task = office.task(number)
    inbox = text_of(office.holder_of(task).get(f"/inbox?search={number}"))
    assert '<small class="claimed">पुनः जाँच</small>' in inbox, "it is not taken for one that was made already"
    page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    assert POINT in page.partition('<form class="sheet"')[0]
    assert "साक्षी का पता अधूरा है।" not in page  # what the SP wrote beside is not for the thana
    office.journey.go_on(number, until="endorse_enquiry")
    assert POINT in text_of(office.holder_of(office.task(number)).get(f"/tasks/{office.task(number).id}"))


def test_a_point_is_told_to_the_unit_that_it_was_given_to_alone(office: Office) -> None:
    number = office.journey.new_case([THANA, OTHER])
    office.journey.go_on(number, until="recommend")
    [task] = office.journey.waiting(number)
    points = [
        {"unit": each["value"], "point": f"{each['hi']} से यह बिन्दु स्पष्ट कराया जाए।"}
        for each in office.journey.page_of(task).options["units"]
    ]
    office.journey.do(number, "recommend", action="re_enquiry", sp_reason="दोनों अधूरे हैं।", re_enquiry=points)
    told = {
        tuple(office.journey.page_of(each).briefing.again.points) for each in office.journey.waiting(number)
    }
    assert told == {(f"{name} से यह बिन्दु स्पष्ट कराया जाए।",) for name in UNITS}


def test_what_was_told_last_stands_first_beside_the_form(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="decide")
    page = office.journey.page_of(office.task(number))
    assert [answer.step_hi for answer in page.aside.answers][:2] == [
        "पुलिस अधीक्षक की अनुशंसा",
        "मंतव्य एवं अग्रसारण",
    ]


def test_a_task_that_was_given_to_one_officer_is_not_offered_to_be_claimed(office: Office) -> None:
    number = office.journey.new_case([THANA])
    office.journey.go_on(number, until="visit")
    task = office.task(number)
    page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
    assert "किसी के नाम नहीं" not in page
