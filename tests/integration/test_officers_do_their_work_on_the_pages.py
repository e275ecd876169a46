"""The screens at work: letters and persons entered, tasks sent, searched, lost to others; no typed word is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.domain.errors import Unavailable
from app.domain.roles import Role
from app.formjs import Posted
from app.models.tables.base import metadata
from app.models.tables.cases import case
from app.services.desk import tasks
from app.services.jobs import jobs
from tests.districts import NOW
from tests.journey import CANDIDATE, LETTER
from tests.office import MULTIPART, text_of, withdrawal
from tests.visitor import Visitor, without_tokens

if TYPE_CHECKING:
    import pytest

    from tests.office import Office


def thanas(office: Office) -> list[str]:
    return list(office.journey.staff.offices(Role.SHO))


# -- entering ----------------------------------------------------------------------------------------------


def posted_form(visitor: Visitor, address: str, values: dict[str, Any]) -> dict[str, list[str]]:
    """What a browser would post: the boxes of the page with these values put in."""
    page = text_of(visitor.get(address))
    names = set(re.findall(r'name="([a-z_]+)"', page))
    chosen = r'<select[^>]* name="([a-z_]+)"(?:(?!</select>).)*?<option value="([^"]+)" selected'
    values = {**dict(re.findall(chosen, page, re.DOTALL)), **values}
    kinds = {name: "date" for name in values if f'name="{name}-d"' in page}
    boxes: dict[str, list[str]] = {}
    for name, value in values.items():
        if name in kinds:
            year, month, day = str(value).split("-")
            boxes |= {f"{name}-d": [day], f"{name}-m": [month], f"{name}-y": [year]}
        elif name in names and value not in (None, False):
            boxes[name] = ["true" if value is True else str(value)]
    return boxes


def test_a_letter_and_its_person_become_a_case(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    letter = posted_form(assistant, "/requisitions/new", LETTER)
    answer = assistant.post("/requisitions/new", letter)
    assert answer.status_code == 303
    page = text_of(assistant.get(answer.headers["Location"]))
    assert "शिक्षा विभाग, बिहार" in page
    assert "दर्ज हुई" in page
    thana = str(office.journey.staff.offices(Role.SHO)[thanas(office)[0]])
    person = posted_form(assistant, f"{answer.headers['Location']}/new", {**CANDIDATE, "perm_thana": thana})
    answer = assistant.post(f"{answer.headers['Location']}/new", person)
    assert answer.status_code == 303
    page = text_of(assistant.get(answer.headers["Location"]))
    assert "प्रकरण SRN/2026/00001 दर्ज हुआ" in page
    assert office.journey.steps("SRN/2026/00001") == ["scrutinise"]


def test_a_form_that_fails_keeps_every_word_and_says_what_is_missing(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    letter = posted_form(
        assistant, "/requisitions/new", {**LETTER, "requesting_dept": "", "letter_no": "का०-7"}
    )
    answer = assistant.post("/requisitions/new", letter)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "<title>त्रुटि:" in page
    assert 'href="#f-requesting_dept"' in page
    assert 'value="का०-7"' in page
    assert 'id="f-requesting_dept-error"' in page


def test_a_draft_waits_for_its_officer_and_nobody_else(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get("/requisitions/new")
    answer = assistant.post("/requisitions/new", {"requesting_dept": "आधा लिखा विभाग", "_op": "draft"})
    assert answer.headers["Location"] == "/requisitions/new#draft-note"
    assert "आधा लिखा विभाग" in text_of(assistant.get("/requisitions/new"))
    assert "आधा लिखा विभाग" not in text_of(office.at(Role.DM_SECTION_HEAD).get("/requisitions/new"))


def test_a_letter_that_was_begun_is_thrown_away_and_the_next_begins_empty(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assert "प्रारूप हटाएँ" not in text_of(assistant.get("/requisitions/new")), "nothing is kept yet"
    assistant.post("/requisitions/new", {"requesting_dept": "दूसरा विभाग", "_op": "draft"})
    assert "प्रारूप हटाएँ" in text_of(assistant.get("/requisitions/new"))
    page = text_of(assistant.post_and_follow("/requisitions/new", {"_op": "discard"}))
    assert "दूसरा विभाग" not in page
    assert "प्रारूप हटाएँ" not in page


def test_letters_are_found_by_their_number(office: Office) -> None:
    office.journey.register(letter_no="क-1/2026")
    office.journey.register(letter_no="ख-2/2026")
    head = office.at(Role.DM_SECTION_HEAD)
    assert text_of(head.get("/requisitions")).count("data-row") == 2
    page = text_of(head.post("/requisitions", {"search": "ख-2"}))
    assert page.count("data-row") == 1
    assert "ख-2/2026" in page
    assert "ख-2/2026" in text_of(head.post("/requisitions", {"search": "ख-२/२०२६"}))


# -- a task --------------------------------------------------------------------------------------------------


def test_after_sending_the_officer_is_told_who_has_the_case_and_gets_the_next_task(office: Office) -> None:
    first, second = (office.journey.new_case(thanas(office)[:1]) for _ in range(2))
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(first)
    head.get(f"/tasks/{task.id}")
    answer = head.post(f"/tasks/{task.id}", office.answers(task))
    assert answer.headers["Location"] == f"/tasks/{office.task(second).id}"
    page = text_of(head.get(answer.headers["Location"]))
    assert f"भेज दिया गया ({first})" in page
    assert "वरीय पुलिस अधीक्षक का कार्यालय" in page
    assert "भेज दिया गया" not in text_of(head.get(answer.headers["Location"])), "said once"


def test_after_the_last_task_the_inbox_says_it(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get("/inbox")
    page = head.post_and_follow(f"/tasks/{task.id}", office.answers(task))
    assert f"भेज दिया गया ({number})" in text_of(page)
    assert "अभी कोई कार्य नहीं" in text_of(page)


def test_a_missing_answer_is_named_and_the_rest_stays(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    office.journey.go_on(number, until="visit")
    task = next(each for each in office.journey.waiting(number) if each.element_id == "visit")
    officer, answers = office.holder_of(task), office.answers(task)
    officer.get(f"/tasks/{task.id}")
    answer = officer.post(f"/tasks/{task.id}", {**answers, "resident": [], "eo_declare": []})
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'href="#f-resident"' in page
    assert 'value="श्याम महतो"' in page
    assert office.journey.steps(number) == office.journey.steps(number)


def test_what_is_typed_is_kept_while_it_is_typed(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    answer = head.post(f"/tasks/{task.id}/draft", {"instruction": "पहले पता पूरा कराएँ", "_op": "draft"})
    assert (answer.status_code, text_of(answer)) == (200, "23-11-2026 10:30")
    page = text_of(head.get(f"/tasks/{task.id}"))
    assert "पहले पता पूरा कराएँ" in page
    assert "प्रारूप सुरक्षित: 23-11-2026 10:30" in page


def test_what_was_typed_into_a_task_is_thrown_away_only_by_its_own_officer(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    head.post(f"/tasks/{task.id}/draft", {"instruction": "गलत प्रकरण में लिखा", "_op": "draft"})
    dm = office.at(Role.DM)
    dm.get(f"/tasks/{task.id}")
    dm.post(f"/tasks/{task.id}", {"_op": "discard"})
    assert "गलत प्रकरण में लिखा" in text_of(head.get(f"/tasks/{task.id}"))
    assert "गलत प्रकरण में लिखा" not in text_of(head.post_and_follow(f"/tasks/{task.id}", {"_op": "discard"}))


def test_claiming_shows_in_the_inbox_and_can_be_undone(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    assert "यह कार्य आपके नाम है।" in text_of(head.post_and_follow(f"/tasks/{task.id}/claim"))
    assert "आपके नाम" in text_of(head.get("/inbox?holder=mine"))
    head.get(f"/tasks/{task.id}")
    assert head.post(f"/tasks/{task.id}/release").headers["Location"] == "/inbox"
    assert f"/tasks/{task.id}" not in text_of(head.get("/inbox?holder=mine"))


def test_the_loser_of_a_race_sees_who_was_first_and_keeps_his_words(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    office.journey.go_on(number, until="decide")
    task = office.task(number)
    loser = office.holder_of(task)
    loser.get(f"/tasks/{task.id}")
    answers = office.answers(task)
    winner = office.journey.actor_of(task)
    office.journey.finish(task, Posted(answers))
    mine = {
        **answers,
        "dm_decision": ["re_enquiry"],
        "dm_reason": ["पता की पुनः जाँच आवश्यक है, साक्षी अपर्याप्त हैं।"],
    }
    answer = loser.post(f"/tasks/{task.id}", mine)
    page = text_of(answer)
    assert answer.status_code == 409
    assert f"{winner.name_hi} ने 23-11-2026 10:30 पर इसे पूरा किया। आपका भेजा हुआ दर्ज नहीं हुआ।" in page
    assert "पता की पुनः जाँच आवश्यक है, साक्षी अपर्याप्त हैं।" in page
    opened = text_of(loser.get(f"/tasks/{task.id}"))
    assert f"{winner.name_hi} ने 23-11-2026 10:30 पर इसे पूरा किया।" in opened
    assert "दर्ज नहीं हुआ" not in opened, "whoever opens a finished task has sent nothing"
    link = f'href="/cases/{number.replace("/", "-")}"'
    for told in (page, opened):
        assert link in told.partition("<main")[2], "the case is one touch away"
    foreign = office.at(Role.SHO, thanas(office)[1])
    assert link not in foreign.get(f"/tasks/{task.id}").text, "not for whom the case is none of his"


# -- the inbox -------------------------------------------------------------------------------------------------


def test_the_inbox_is_filtered_by_its_address(office: Office) -> None:
    late = office.journey.new_case(thanas(office)[:1])
    office.now = office.journey.now = NOW + timedelta(days=9)
    fresh = office.journey.new_case(thanas(office)[:1])
    head = office.at(Role.DM_SECTION_HEAD)
    for query, shown in (
        ("", {late, fresh}),
        ("?age=late", {late}),
        ("?age=left", {fresh}),
        ("?tab=scrutinise", {late, fresh}),
        ("?tab=decide", set()),
        (f"?search={fresh}", {fresh}),
        (f"?search={fresh.replace('/', '-')}", {fresh}),
        ("?sort=received&size=50", {late, fresh}),
        ("?age=nonsense&size=-1&sort=x&after=%00&thana=y", set()),
    ):
        page = text_of(head.get(f"/inbox{query}"))
        assert set(re.findall(r"SRN/2026/\d{5}", page.split('id="list"')[1])) == shown, query


def test_a_name_is_searched_without_leaving_a_trace_in_the_address(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head = office.at(Role.DM_SECTION_HEAD)
    head.get("/inbox")
    page = text_of(head.post("/inbox", {"search": "राहुल"}))
    assert number in page
    assert "search=" not in page.replace('name="search"', "")
    assert number not in text_of(head.post("/inbox", {"search": "कोई और"}))
    assert number in text_of(head.get("/inbox?search=राहुल")), "an address with a name filters nothing"


def test_many_tasks_come_page_by_page(office: Office) -> None:
    letter = office.journey.register(candidate_count=30)
    for _ in range(27):
        office.journey.add(letter, thanas(office)[:1])
    head = office.at(Role.DM_SECTION_HEAD)
    first = text_of(head.get("/inbox"))
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert first.count("data-row") == 25
    assert onward is not None
    second = text_of(head.get(onward[1].replace("&amp;", "&")))
    assert second.count("data-row") == 2
    assert not set(re.findall(r"/tasks/[0-9a-f-]+", first)) & set(re.findall(r"/tasks/[0-9a-f-]+", second))
    assert "‹ पहला पृष्ठ" in second


# -- what an officer may not see ---------------------------------------------------------------------------------


def test_what_is_foreign_looks_like_what_is_not_there(office: Office) -> None:
    here, there = thanas(office)[:2]
    number, done = office.journey.new_case([there]), office.journey.new_case([there])
    office.journey.go_on(number, until="visit")
    office.journey.go_on(done)
    stranger, task = office.at(Role.SHO, here), office.task(number)
    with office.database.engine.connect() as connection:
        document = connection.execute(select(metadata.tables["document"].c.id)).scalars().first()
    pairs = [
        (f"/cases/{number.replace('/', '-')}", "/cases/SRN-2026-99999"),
        (f"/cases/{number.replace('/', '-')}/documents", "/cases/SRN-2026-99999/documents"),
        (f"/tasks/{task.id}", "/tasks/0199a000-0000-7000-8000-000000000000"),
        (f"/documents/{document}", "/documents/0199a000-0000-7000-8000-000000000000"),
    ]
    for foreign, unknown in pairs:
        answers = [stranger.get(address) for address in (foreign, unknown)]
        assert [each.status_code for each in answers] == [404, 404], foreign
        first, second = (without_tokens(each.data) for each in answers)
        assert first == second, foreign


def test_a_foreign_task_takes_no_form(office: Office) -> None:
    here, there = thanas(office)[:2]
    number = office.journey.new_case([there])
    office.journey.go_on(number, until="accept_enquiry")
    task, stranger = office.task(number), office.at(Role.SHO, here)
    stranger.get("/inbox")
    for address in ("", "/draft", "/claim", "/release"):
        assert stranger.post(f"/tasks/{task.id}{address}", {"accept": "ours"}).status_code == 404
    assert office.journey.steps(number) == ["accept_enquiry"]


# -- faults --------------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_shows_a_reference_and_no_trace(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    monkeypatch.setattr(tasks, "complete", broken)
    answer = head.post(f"/tasks/{task.id}", {"instruction": "यह निर्देश नहीं खोना चाहिए", "_op": "submit"})
    page = text_of(answer)
    assert answer.status_code == 500
    assert "Traceback" not in page
    assert "मालिक का नाम" not in page
    assert re.search(r"संकेत: [0-9a-f]{8}", page)
    assert "यह निर्देश नहीं खोना चाहिए" in page
    assert "वही फिर भेजें" in page


def broken(*_: object) -> None:
    raise RuntimeError("मालिक का नाम")


def test_a_busy_database_asks_to_send_again_and_keeps_the_form(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    answers = office.answers(task)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "complete", busy)
        answer = head.post(f"/tasks/{task.id}", {**answers, "_op": "submit"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    said = text_of(answer).partition("<main")[2]
    again = dict.fromkeys(re.findall(r'type="hidden" name="([^"]+)"', said))
    assert {"action", "scrutiny", "_op"} <= set(again)
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', said)
    resent: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in ("csrf_token", "next"):
            resent.setdefault(name, []).append(value)
    assert head.post(f"/tasks/{task.id}", resent).status_code == 303
    assert office.journey.steps(number) == ["route"]


def busy(*_: object) -> None:
    raise Unavailable


def test_too_much_at_once_is_refused_in_words(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get("/requisitions/new")
    office.app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = assistant.post("/requisitions/new", {"requesting_address": "अ" * 10_000})
    assert answer.status_code == 413
    assert "फाइल बहुत बड़ी है" in text_of(answer)


def test_an_address_that_only_takes_forms_says_so(office: Office) -> None:
    answer = office.at(Role.SHO).get("/sign-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "यह पता इस तरह नहीं खुलता" in text_of(answer)


# -- the case and its paper ----------------------------------------------------------------------------------------


def test_a_case_shows_its_way_and_its_paper_can_be_taken_away(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    office.journey.go_on(number)
    head, slug = office.at(Role.DM_SECTION_HEAD), number.replace("/", "-")
    assert "राहुल कुमार शर्मा" in text_of(head.get(f"/cases/{slug}"))
    assert "<svg" in text_of(head.get(f"/cases/{slug}/diagram"))
    assert "प्रकरण दर्ज हुआ" in text_of(head.get(f"/cases/{slug}/timeline"))
    page = text_of(head.get(f"/cases/{slug}/documents"))
    paper = re.search(r"/documents/[0-9a-f-]+", page)
    assert paper is not None
    answer = head.get(paper[0])
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert re.search(r"SRN/CAV/2026/\d{6}/\d\d", text_of(head.get("/certificates")))


LONG_ENOUGH = "विभाग ने पत्र भेजा"


def test_a_case_ends_on_the_departments_letter_with_a_reason(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    head, slug = office.at(Role.DM_SECTION_HEAD), number.replace("/", "-")
    address = f"/cases/{slug}/withdraw"
    assert f'href="{address}"' in text_of(head.get(f"/cases/{slug}"))
    head.get(address)
    short = head.post(address, withdrawal("नहीं", letter_scan=""), **MULTIPART)
    assert short.status_code == 422
    assert "कम से कम 10 अक्षर लिखें (अभी 4)" in text_of(short)
    assert 'href="#f-letter_scan"' in text_of(short), "the letter itself is part of the file"
    for bad, told in (
        (f"{LONG_ENOUGH} 999941057058", "आधार संख्या न लिखें"),
        (f"{LONG_ENOUGH}\u202e", "दिशा बदलने वाला"),
    ):
        page = text_of(head.post(address, withdrawal(bad), **MULTIPART))
        assert told in page
        assert LONG_ENOUGH in page
    answer = head.post(address, withdrawal(letter_scan=""), **MULTIPART)  # it was staged by the tries before
    assert answer.status_code == 303
    page = text_of(head.get(answer.headers["Location"]))
    assert "वापस लिया गया" in page
    assert "letter_scan.jpg" in text_of(head.get(f"/cases/{slug}/documents"))
    assert office.journey.steps(number) == []
    assert head.post(address, withdrawal(), **MULTIPART).status_code == 404


def test_a_whole_letter_is_withdrawn_in_one_act(office: Office) -> None:
    journey = office.journey
    letter, other = journey.register(candidate_count=3), journey.new_case()
    numbers = [journey.add(letter) for _ in range(3)]
    journey.go_on(numbers[2])
    head, address = office.at(Role.DM_SECTION_HEAD), f"/cases/{numbers[0].replace('/', '-')}/withdraw"
    assert "पूरी अधियाचना के खुले प्रकरण" in text_of(head.get(address))
    answer = head.post(address, withdrawal(scope="requisition"), **MULTIPART)
    assert "वापस लिए गए प्रकरण: 2" in text_of(head.get(answer.headers["Location"]))
    assert [journey.steps(number) for number in (*numbers, other)] == [[], [], [], ["scrutinise"]]
    with office.database.engine.connect() as connection:
        states = dict(connection.execute(select(case.c.number, case.c.status)).all())
    assert [states[number] for number in numbers] == ["withdrawn", "withdrawn", "issued"], (
        "a paper that has left stands"
    )
    alone = f"/cases/{other.replace('/', '-')}/withdraw"
    assert re.search(r'data-box="scope"[^>]* hidden', text_of(head.get(alone))), (
        "one case is the whole letter"
    )


def test_only_those_who_may_see_the_audit_trail(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1]).replace("/", "-")
    assert "प्रकरण दर्ज" in text_of(office.at(Role.DM).get(f"/cases/{number}/activity"))
    assistant = office.at(Role.DM_ASSISTANT)
    assert assistant.get(f"/cases/{number}/activity").status_code == 404
    assert "गतिविधि अभिलेख" not in text_of(assistant.get(f"/cases/{number}"))


def test_a_thana_reads_in_the_record_what_its_own_office_did(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:1])
    office.journey.go_on(number, until="visit")
    address = f"/cases/{number.replace('/', '-')}/activity"
    whole = text_of(office.at(Role.DM).get(address))
    own = text_of(office.at(Role.SHO, thanas(office)[0]).get(address))
    assert own.count("थानाध्यक्ष</small>") == whole.count("थानाध्यक्ष</small>") > 0
    assert "सहायक, सामान्य शाखा</small>" in whole
    assert "सहायक, सामान्य शाखा</small>" not in own
    assert office.at(Role.THANA_MUNSHI, thanas(office)[0]).get(address).status_code == 404


def test_a_code_that_belongs_to_no_paper_is_answered_to_anybody(office: Office) -> None:
    answer = Visitor(office.app).get("/verify/abcdefghijkl")
    assert answer.status_code == 404
    assert "ऐसा कोई पत्र नहीं मिला" in text_of(answer)
    assert '<html lang="en">' in text_of(Visitor(office.app).get("/verify/abcdefghijkl?lang=en"))


def test_an_address_of_nothing_advises_whoever_is_outside_to_nothing_he_cannot_do(office: Office) -> None:
    outside, inside = (
        text_of(each.get("/no-such-page")) for each in (office.app.test_client(), office.at(Role.DM))
    )
    assert "पत्र की सत्यता" in outside
    assert "प्रकरण को संख्या या नाम से खोजें" not in outside
    assert "प्रकरण को संख्या या नाम से खोजें" in inside


def test_readiness_wants_a_living_worker(office: Office) -> None:
    visitor = Visitor(office.app)
    assert text_of(visitor.get("/healthz")) == "ok\n"
    assert visitor.get("/readyz").status_code == 503
    jobs.beat(office.database, "test", office.now)
    answer = visitor.get("/readyz")
    told = answer.get_json()
    assert (answer.status_code, told.pop("signature"), set(told.values())) == (200, "ink", {True})


def test_who_decides_reads_beside_the_form_what_was_found_and_recommended(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:2])
    office.journey.go_on(number, until="decide")
    page = text_of(office.holder_of(office.task(number)).get(f"/tasks/{office.task(number).id}"))
    beside = page.partition("<aside")[2]
    assert beside.count("श्याम महतो") == 2  # a witness before each thana
    assert re.search(r"<dt>पुलिस अधीक्षक की अनुशंसा</dt><dd>कोई प्रतिकूल तथ्य नहीं</dd>", beside)


def test_a_thana_reads_beside_its_form_nothing_of_another_thana(office: Office) -> None:
    number = office.journey.new_case(thanas(office)[:2])
    office.journey.go_on(number, until="endorse_enquiry")
    for task in office.journey.waiting(number):
        page = text_of(office.holder_of(task).get(f"/tasks/{task.id}"))
        beside = page.partition("<main")[2].partition("<aside")[2]
        assert beside.count("श्याम महतो") == 1


def test_the_sdpo_reads_above_his_form_why_the_case_came_and_what_is_proposed(office: Office) -> None:
    journey = office.journey
    number = journey.add(journey.register(purpose="arms_licence_new"))
    journey.go_on(number, until="review_findings")
    page = text_of(office.holder_of(office.task(number)).get(f"/tasks/{office.task(number).id}"))
    above = page.partition('<form class="sheet"')[0]
    assert "यह प्रकरण समीक्षा हेतु क्यों आया" in above
    assert "<li>इस प्रयोजन के प्रत्येक प्रकरण की समीक्षा होती है</li>" in above
    assert "प्रस्तावित मंतव्य: कोई प्रतिकूल तथ्य नहीं" in above
