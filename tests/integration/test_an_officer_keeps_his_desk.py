"""What officers keep at their inbox: filters under a name, days to look again; and notes between their offices."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.tables.base import metadata
from app.models.tables.cases import note
from app.models.tables.officers import follow_up, saved_view
from app.services.casefile import notes
from app.services.casework import cases
from app.services.desk import desk, inbox
from app.services.desk.inbox import InboxQuery
from app.services.installation import upkeep
from app.services.store import audit, erasure, scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW

THANA, OTHER = "th_mufassil", "th_garkha"
TODAY = date(2026, 11, 23)


def page(journey, actor, now=NOW, **query):
    return journey.database.read(
        lambda rows: inbox.page(rows, actor, InboxQuery(**query), now), actor_scope(actor)
    )


def write(journey, actor, work):
    return journey.database.write(work, actor_scope(actor))


def everything(journey, table):
    with journey.database.engine.connect() as connection:
        return connection.execute(select(table)).all()


# -- filters under a name ------------------------------------------------------------------------------------


def save(journey, actor, name, filters, *, shared=False, now=NOW) -> None:
    write(journey, actor, lambda rows: desk.save_view(rows, actor, name, filters, now, shared=shared))


def names(journey, actor) -> list[tuple[str, bool]]:
    return [(view.name, view.is_own) for view in page(journey, actor).views]


def test_a_filter_is_ones_own_until_it_is_shared_with_the_office(journey):
    head, assistant = journey.staff.holder(Role.DM_SECTION_HEAD), journey.staff.holder(Role.DM_ASSISTANT)
    save(journey, head, "विलंबित शस्त्र", {"age": "late", "purpose": "arms_licence"})
    assert names(journey, head) == [("विलंबित शस्त्र", True)]
    assert names(journey, assistant) == []
    [view] = page(journey, head).views
    assert view.filters == {"age": "late", "purpose": "arms_licence"}
    write(journey, head, lambda rows: desk.share_view(rows, head, view.id, shared=True))
    assert names(journey, assistant) == [("विलंबित शस्त्र", False)]
    assert names(journey, journey.staff.holder(Role.SP)) == [], "another office"
    for act in (
        lambda rows: desk.share_view(rows, assistant, view.id, shared=False),
        lambda rows: desk.drop_view(rows, assistant, view.id),
    ):
        with pytest.raises(NotFound):
            write(journey, assistant, act)
    write(journey, head, lambda rows: desk.drop_view(rows, head, view.id))
    assert names(journey, head) == names(journey, assistant) == []


def test_the_name_of_a_filter_lies_sealed(journey):
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    save(journey, head, "राहुल के प्रकरण", {"age": "late"})
    [row] = everything(journey, saved_view)
    assert "राहुल".encode() not in bytes(row.name)


def test_a_name_used_again_takes_the_place_of_the_old_filter(journey):
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    save(journey, head, "आज", {"age": "last_day"})
    save(journey, head, " आज  ", {"age": "late"}, shared=True)
    [view] = page(journey, head).views
    assert (view.filters, view.is_shared) == ({"age": "late"}, True)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("", "desk.name_missing"),
        ("  \n ", "desk.name_missing"),
        ("क" * 61, "desk.too_long"),
        ("उल्टा \u202e नाम", "form.bidi"),
        ("\x07", "form.control"),
    ],
)
def test_a_name_that_cannot_stand_is_refused_with_its_reason(journey, name, key):
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    with pytest.raises(desk.Refused) as refused:
        save(journey, head, name, {"age": "late"})
    assert refused.value.key == key
    assert everything(journey, saved_view) == []


def test_an_officer_keeps_no_more_than_a_page_can_show(journey):
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    for number in range(desk.MOST_VIEWS):
        save(journey, head, f"छँटाई {number}", {"age": "late"})
    with pytest.raises(desk.Refused) as refused:
        save(journey, head, "एक और", {"age": "late"})
    assert refused.value.key == "desk.too_many_views"
    save(journey, head, "छँटाई 3", {"age": "left"})


# -- days to look again -----------------------------------------------------------------------------------


def look(journey, actor, task, day, words="", now=NOW) -> None:
    write(journey, actor, lambda rows: desk.look_again(rows, actor, task.id, day, words, now))


def test_a_day_to_look_again_stands_in_ones_own_inbox_alone(journey):
    numbers = [journey.new_case([THANA]) for _ in range(3)]
    tasks = [journey.waiting(number)[0] for number in numbers]
    head = journey.actor_of(tasks[0])
    look(journey, head, tasks[0], TODAY + timedelta(days=2), "फोन करके पता पूछें")
    look(journey, head, tasks[1], TODAY)
    found = page(journey, head)
    assert (found.again.due, found.again.all) == (1, 2)
    assert [row.case_number for row in page(journey, head, look="due").rows] == [numbers[1]]
    assert {row.case_number for row in page(journey, head, look="all", sort="newest").rows} == set(
        numbers[:2]
    )
    assert page(journey, head, look="due").found == 1
    row = next(row for row in found.rows if row.case_number == numbers[0])
    assert (row.look_on, row.look_note, row.is_look_due) == (
        TODAY + timedelta(days=2),
        "फोन करके पता पूछें",
        False,
    )
    later = page(journey, head, now=NOW + timedelta(days=2))
    assert later.again.due == 2
    chief = journey.staff.holder(Role.DM)
    assert page(journey, chief).again.all == 0
    assert "फोन".encode() not in b"".join(bytes(each.note or b"") for each in everything(journey, follow_up))
    look(journey, head, tasks[0], None)
    assert page(journey, head).again.all == 1


def test_what_is_done_is_looked_at_no_more(journey, tmp_path):
    number = journey.new_case([THANA])
    [task] = journey.waiting(number)
    head = journey.actor_of(task)
    look(journey, head, task, TODAY)
    journey.finish(task, journey.form_of(task))
    assert page(journey, head).again.all == 0
    assert len(everything(journey, follow_up)) == 1
    upkeep.run(journey.database, tmp_path, NOW)
    assert everything(journey, follow_up) == []


@pytest.mark.parametrize(
    ("day", "words", "key"),
    [
        (TODAY - timedelta(days=1), "", "desk.day_out_of_reach"),
        (TODAY + timedelta(days=400), "", "desk.day_out_of_reach"),
        (date.max, "", "desk.day_out_of_reach"),
        (TODAY, "x" * 201, "desk.too_long"),
    ],
)
def test_a_day_out_of_reach_is_refused(journey, day, words, key):
    [task] = journey.waiting(journey.new_case([THANA]))
    with pytest.raises(desk.Refused) as refused:
        look(journey, journey.actor_of(task), task, day, words)
    assert refused.value.key == key


def test_nobody_keeps_a_day_for_a_task_that_is_not_his(journey):
    [task] = journey.waiting(journey.new_case([THANA]))
    with pytest.raises(NotAllowed):
        look(journey, journey.staff.holder(Role.SP), task, TODAY)
    with pytest.raises(NotFound):
        look(journey, journey.staff.holder(Role.SHO), task, TODAY)


# -- notes between offices -----------------------------------------------------------------------------------


@pytest.fixture
def enquired(journey):
    """A case with enquiries at two thanas: its number, the two station house officers, the SP's reader."""
    number = journey.new_case([THANA, OTHER])
    journey.go_on(number, until="accept_enquiry")
    offices = journey.staff.offices(Role.SHO)
    heads = [journey.staff.holder(Role.SHO, offices[key]) for key in (THANA, OTHER)]
    return number, *heads, journey.staff.holder(Role.SP_READER)


def send(journey, actor, number, text, *, now=NOW, **asked) -> None:
    wanted = notes.Wanted(asked.get("to"), asked.get("answers"), text, asked.get("due"))
    write(journey, actor, lambda rows: cases.write_note(rows, actor, number, wanted, now))


def tab(journey, actor, number, now=NOW):
    return journey.database.read(
        lambda rows: cases.find(rows, actor, number, now, "correspondence"), actor_scope(actor)
    )


def test_a_query_is_read_and_answered_by_the_office_it_went_to(journey, enquired):
    number, first, second, reader = enquired
    text = "कृपया बताएँ कि अभ्यर्थी का किराये का पता\nकब से है।"
    send(journey, reader, number, text, to=first.post.office_id)
    assert page(journey, first).notes == 1
    assert [each.case_number for each in waiting(journey, first)] == [number]
    [asked] = tab(journey, first, number).notes
    assert (asked.text, asked.is_ours, asked.officer_hi) == (text, True, reader.name_hi)
    assert tab(journey, first, number).waiting_notes == 1
    assert page(journey, second).notes == 0
    assert tab(journey, second, number).notes == [], "the other thana of the case reads nothing of it"
    send(journey, first, number, "दो वर्ष से।", answers=asked.id)
    assert page(journey, first).notes == 0
    assert page(journey, reader).notes == 1
    answer = tab(journey, reader, number).notes[-1]
    assert (answer.text, answer.is_answer, answer.is_ours) == ("दो वर्ष से।", True, True)
    write(journey, reader, lambda rows: cases.settle_note(rows, reader, number, answer.id, NOW))
    assert page(journey, reader).notes == 0
    assert journey.database.read(audit.verify, scopes.record(218)) == []


def waiting(journey, actor, now=NOW):
    return journey.database.read(lambda rows: notes.waiting(rows, actor, now), actor_scope(actor))


def test_an_answer_that_is_due_is_late_the_day_after_until_it_comes(journey, enquired):
    number, first, _, reader = enquired
    send(journey, reader, number, "गवाह का पता क्या है?", to=first.post.office_id, due=TODAY)
    [on_the_day] = waiting(journey, first)
    assert (on_the_day.due_on, on_the_day.is_late) == (TODAY, False)
    tomorrow = NOW + timedelta(days=1)
    assert waiting(journey, first, tomorrow)[0].is_late
    [asked] = tab(journey, reader, number, tomorrow).notes
    assert (asked.due_on, asked.is_late) == (TODAY, True)
    send(journey, first, number, "ग्राम रामपुर।", answers=asked.id)
    assert not tab(journey, reader, number, tomorrow).notes[0].is_late


@pytest.mark.parametrize("days", [-1, 61])
def test_a_day_for_an_answer_that_is_past_or_far_is_refused(journey, enquired, days):
    number, first, _, reader = enquired
    with pytest.raises(notes.Refused) as refused:
        send(journey, reader, number, "कब तक?", to=first.post.office_id, due=TODAY + timedelta(days=days))
    assert refused.value.key == "note.due_out_of_reach"
    assert everything(journey, note) == []


def test_each_answer_stands_under_its_question(journey, enquired):
    number, first, second, reader = enquired
    send(journey, reader, number, "पहला प्रश्न", to=first.post.office_id)
    send(journey, reader, number, "दूसरा प्रश्न", to=second.post.office_id, now=NOW + timedelta(minutes=1))
    [asked] = tab(journey, first, number).notes
    send(journey, first, number, "पहले का उत्तर", answers=asked.id, now=NOW + timedelta(minutes=2))
    texts = [each.text for each in tab(journey, reader, number).notes]
    assert texts == ["पहला प्रश्न", "पहले का उत्तर", "दूसरा प्रश्न"]


def test_supervisors_read_what_two_offices_write_and_the_section_does_not(journey, enquired):
    number, first, _, reader = enquired
    send(journey, reader, number, "शीघ्र प्रतिवेदन भेजें।", to=first.post.office_id)
    for role in (Role.DM, Role.ADM, Role.SP):
        assert len(tab(journey, journey.staff.holder(role), number).notes) == 1, role
    for role in (Role.DM_SECTION_HEAD, Role.DM_ASSISTANT):
        assert tab(journey, journey.staff.holder(role), number).notes == [], role


def test_a_note_lies_sealed_and_goes_with_its_case(journey, enquired):
    number, first, _, reader = enquired
    send(journey, reader, number, "गोपनीय बात", to=first.post.office_id)
    [row] = everything(journey, note)
    assert "गोपनीय".encode() not in bytes(row.text)
    record = [
        each.detail for each in everything(journey, metadata.tables["audit"]) if each.action == "note:send"
    ]
    assert record == [{"to": str(first.post.office_id)}], "the record names offices, not words"
    head = journey.staff.holder(Role.DM_SECTION_HEAD)
    cases.withdraw(journey.database, head, number, {"reason": "विभाग का पत्र क-9 दिनांक 20-11-2026"}, NOW)
    write(journey, head, lambda rows: erasure.erase_case(rows, head, row.case_id, NOW))
    with pytest.raises(NotFound):
        tab(journey, reader, number)
    assert [each.name_hi for each in waiting(journey, first)] == [""], "no name is left of it"


def test_only_the_offices_of_the_case_can_be_written_to(journey, enquired):
    number, first, _, reader = enquired
    elsewhere = next(
        office for key, office in journey.staff.offices(Role.SHO).items() if key not in (THANA, OTHER)
    )
    for to in (elsewhere, None):
        with pytest.raises(notes.Refused) as refused:
            send(journey, reader, number, "एक प्रश्न", to=to)
        assert refused.value.key == "note.office_missing"
    offered = {each.id for each in tab(journey, reader, number).receivers}
    assert first.post.office_id in offered
    assert reader.post.office_id not in offered
    assert elsewhere not in offered


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "note.text_missing"),
        (" ? ", "note.text_missing"),
        ("क" * 2001, "desk.too_long"),
        ("अ\u202eब स", "form.bidi"),
        ("jke dqekj dk irk crk;sa", "form.legacy_font"),
    ],
)
def test_a_note_that_cannot_stand_is_refused_with_its_reason(journey, enquired, text, key):
    number, first, _, reader = enquired
    with pytest.raises(notes.Refused) as refused:
        send(journey, reader, number, text, to=first.post.office_id)
    assert refused.value.key == key
    assert everything(journey, note) == []


def test_a_query_to_others_is_neither_answered_nor_settled(journey, enquired):
    number, first, second, reader = enquired
    send(journey, reader, number, "एक प्रश्न", to=first.post.office_id)
    [row] = everything(journey, note)
    for actor in (second, reader):
        with pytest.raises(NotFound):
            send(journey, actor, number, "उत्तर", answers=row.id)
    with pytest.raises(NotFound):
        write(journey, second, lambda rows: cases.settle_note(rows, second, number, row.id, NOW))
    stranger = next(
        journey.staff.holder(Role.SHO, office)
        for key, office in journey.staff.offices(Role.SHO).items()
        if key not in (THANA, OTHER)
    )
    with pytest.raises(NotFound):
        send(journey, stranger, number, "उत्तर", to=reader.post.office_id)
    assert len(everything(journey, note)) == 1


# -- the note sheet of an office -----------------------------------------------------------------------------


def keep_note(journey, actor, number, text, **more) -> None:
    wanted = notes.Wanted(actor.post.office_id, None, text, **more)
    write(journey, actor, lambda rows: cases.write_note(rows, actor, number, wanted, NOW))


def internal(journey, actor, number) -> list[str]:
    view = journey.database.read(
        lambda rows: cases.find(rows, actor, number, NOW, "correspondence"), actor_scope(actor)
    )
    return [each.text for each in view.notes if each.is_internal]


def test_the_note_sheet_of_an_office_is_read_there_and_nowhere_else(journey):
    number = journey.new_case([THANA])
    journey.go_on(number, "visit", "check_registers", "search_records")
    dm, head, sp, reader, sho = (
        journey.staff.holder(role)
        for role in (Role.DM, Role.DM_SECTION_HEAD, Role.SP, Role.SP_READER, Role.SHO)
    )
    thana = journey.staff.offices(Role.SHO)[THANA]
    sho, munshi = (journey.staff.holder(role, thana) for role in (Role.SHO, Role.THANA_MUNSHI))
    keep_note(journey, head, number, "पत्र की मूल प्रति संचिका में है")
    keep_note(journey, sho, number, "ग्राम चौकीदार से भी पूछें")
    assert internal(journey, dm, number) == internal(journey, head, number) == ["पत्र की मूल प्रति संचिका में है"]
    assert internal(journey, munshi, number) == internal(journey, sho, number) == ["ग्राम चौकीदार से भी पूछें"]
    assert internal(journey, sp, number) == internal(journey, reader, number) == []
    for actor in (head, sho):
        assert not journey.database.read(
            lambda rows, by=actor: notes.waiting(rows, by, NOW), actor_scope(actor)
        )
    with journey.database.engine.connect() as connection:
        assert "मूल प्रति" not in str(connection.execute(select(note.c.text)).all())
    with pytest.raises(notes.Refused, match="own_asks_nothing"):
        keep_note(journey, head, number, "तिथि के साथ", due=date(2026, 11, 30))
