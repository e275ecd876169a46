"""A form that comes when its session has ended: kept sealed for its officer, shown to him once, done by nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from app.domain.numbers import in_address
from app.domain.roles import Permission, Role
from app.models.scope import SystemReason, SystemScope
from app.models.tables.base import metadata
from app.models.tables.officers import posting
from app.services.access import interrupted
from app.services.store.scopes import actor_scope
from tests.addresses import ADDRESSES
from tests.journey import LETTER
from tests.office import text_of
from tests.two_districts import unknown
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.office import Office

#: What is sent there are factors, or nothing that anybody typed: none of it is kept.
FACTORS = {"signin", "demo", "newcomers", "account", "stepup", "passkeys", "phones"}
OF_KEEPING = {"draft", "data_key"}
IDLE = timedelta(minutes=45)


def forms(office: Office) -> Iterator[tuple[str, str, Permission]]:
    """Every address to which a signed-in officer sends a form, without those that keep it in a draft of theirs."""
    paths = office.app.url_map.bind("localhost")
    for rule in office.app.url_map.iter_rules():
        view, known = office.app.view_functions[rule.endpoint], ADDRESSES[rule.endpoint]
        if "POST" in rule.methods and isinstance(view.access, Permission) and not view.keeps:
            named = dict.fromkeys(rule.arguments, unknown(known.thing)) | known.parts
            yield rule.endpoint, paths.build(rule.endpoint, named, method="POST"), view.access


def counted(office: Office) -> dict[str, int]:
    """How many rows each table has, without those in which a form is kept."""
    scope = SystemScope(SystemReason.HEALTH)
    return office.database.read(
        lambda rows: {
            table.name: rows.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
            if table.name not in OF_KEEPING
        },
        scope,
    )


def test_every_form_is_kept_for_its_officer_and_does_nothing(office: Office) -> None:
    """Whatever it is about, of whatever post; only factors and what a script sends by itself are not."""
    of_role: dict[Role, tuple[Any, Any]] = {}
    for role in map(Role, office.journey.staff.roles()):
        browser = office.at(role)
        browser.get("/account")
        of_role[role] = browser, office.journey.staff.holder(role)
    office.now += IDLE
    before, wrong, kept = counted(office), [], set()
    for endpoint, address, permission in forms(office):
        able = [pair for pair in of_role.values() if pair[1].may(permission)]
        assert able, f"nobody of the demo may send {endpoint}"
        browser, actor = able[0]
        word = f"टंकित {endpoint}"
        answer = browser.post(address, {"reason": word})
        sent = office.database.write(
            lambda rows, by=actor: interrupted.take(rows, by, office.now), actor_scope(actor)
        )
        if (sent is None) != (endpoint.partition(".")[0] in FACTORS) or answer.status_code != 303:
            wrong.append(f"{endpoint}: {answer.status_code}, {sent}")
        elif sent is not None:
            kept.add(endpoint)
            if (sent.address, list(sent.boxes)) != (address, [("reason", word)]):
                wrong.append(f"{endpoint}: {sent}")
    assert not wrong, "\n".join(wrong)
    assert {"cases.write_note", "signatures.ask"} <= kept
    assert counted(office) == before, "none was done"


def test_a_form_sent_after_the_session_ended_waits_behind_the_door(office: Office) -> None:
    number = office.journey.new_case(["th_mufassil"])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    office.now += timedelta(minutes=45)
    typed = {**office.answers(task), "instruction": ["अभ्यर्थी का दूसरा पता भी देखें"]}
    answer = head.post(f"/tasks/{task.id}", typed)
    assert answer.headers["Location"] == f"/sign-in?next=/tasks/{task.id}"
    assert office.journey.steps(number) == ["scrutinise"], "nothing was sent"
    door = text_of(head.get(answer.headers["Location"]))
    assert "सत्र समाप्त; आपका लिखा सुरक्षित है" in door
    officer_id = office.journey.staff.holder(Role.DM_SECTION_HEAD).officer_id
    back = head.post_and_follow(f"/demo/enter?next=/tasks/{task.id}", {"officer": str(officer_id)})
    assert "आपका लिखा सुरक्षित है" in text_of(back)
    assert "अभ्यर्थी का दूसरा पता भी देखें" in text_of(back)


def test_a_letter_typed_into_a_dead_session_is_kept_too(office: Office) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get("/requisitions/new")
    letter = {"requesting_dept": LETTER["requesting_dept"]}
    office.now += timedelta(minutes=45)
    assert (
        assistant.post("/requisitions/new", letter).headers["Location"] == "/sign-in?next=/requisitions/new"
    )
    fresh = office.at(Role.DM_ASSISTANT)
    assert "शिक्षा विभाग, बिहार" in text_of(fresh.get("/requisitions/new"))


def test_every_other_form_waits_behind_the_door_too_and_is_shown_once(office: Office) -> None:
    """A note to another office: sealed for the officer who wrote it, done by nobody before he sends it again."""
    number, word = office.journey.new_case(["th_mufassil"]), "थाना से पता फिर पूछना है"
    head, address = office.at(Role.DM_SECTION_HEAD), f"/cases/{in_address(number)}/notes"
    tab = f"/cases/{in_address(number)}/correspondence"
    receiver = re.findall(r'<option value="([0-9a-f-]{36})"', text_of(head.get(tab)))[0]
    office.now += timedelta(minutes=45)
    answer = head.post(address, {"to": receiver, "text": word, "password": "secret phrase"})
    assert answer.headers["Location"] == "/sign-in?next=/kept"
    assert "आपका लिखा सुरक्षित है" in text_of(head.get(answer.headers["Location"]))
    assert office.at(Role.SHO).get("/kept").status_code == 303, "nothing of his"
    officer_id = office.journey.staff.holder(Role.DM_SECTION_HEAD).officer_id
    back = text_of(head.post_and_follow("/demo/enter?next=/kept", {"officer": str(officer_id)}))
    assert word in back
    assert "secret phrase" not in back
    assert f'action="{address}"' in back
    boxes = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', back[back.index("<main") :]))
    assert word not in text_of(head.get(tab)), "nothing is done yet"
    assert head.get("/kept").status_code == 303, "it is shown once"
    assert head.post(address, boxes).status_code == 303
    assert word in text_of(head.get(tab))


def test_a_form_is_not_kept_that_is_too_long_or_that_its_officer_may_not_send(office: Office) -> None:
    head = office.at(Role.DM_SECTION_HEAD)
    head.get("/inbox")
    office.now += timedelta(minutes=45)
    fits = {"text": "क" * (interrupted.LONGEST - 200)}
    too_long, of_the_dm = {"text": "क" * interrupted.LONGEST}, {"number": "SRN-2026-00001", "days": "3"}
    for address, typed, is_kept in (
        ("/cases/SRN-2026-00001/notes", too_long, False),
        ("/inspections", of_the_dm, False),
        ("/cases/SRN-2026-00001/notes", fits, True),
    ):
        answer = head.post(address, typed)
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith("next=/kept") is is_kept, address
        fresh = text_of(office.at(Role.DM_SECTION_HEAD).get("/kept"))
        assert (typed.get("text", "SRN-2026-00001") in fresh) is is_kept, address


def test_a_session_that_was_signed_out_keeps_nothing(office: Office) -> None:
    number = office.journey.new_case(["th_mufassil"])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    old = head.client.get_cookie("esp").value
    head.post("/sign-out")
    head.client.set_cookie("esp", old)
    answer = head.post(f"/tasks/{task.id}", {"instruction": "किसी और का लिखा"})
    assert answer.status_code == 303
    assert "किसी और का लिखा" not in text_of(office.at(Role.DM_SECTION_HEAD).get(f"/tasks/{task.id}"))


def test_a_script_is_told_of_the_end_of_the_session_without_a_page(office: Office) -> None:
    number = office.journey.new_case(["th_mufassil"])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    office.now += timedelta(minutes=45)
    head.headers = {"X-Draft": "1"}
    assert head.post(f"/tasks/{task.id}/draft", {"instruction": "रुका हुआ", "_op": "draft"}).status_code == 401
    assert "रुका हुआ" in text_of(office.at(Role.DM_SECTION_HEAD).get(f"/tasks/{task.id}"))


def test_a_page_that_is_older_than_the_session_is_sent_again_with_all_that_was_filled_in(
    office: Office,
) -> None:
    """Two tabs: the officer signs out and in again in one, and sends the form of the other."""
    number = office.journey.new_case(["th_mufassil"])
    head, task = office.at(Role.DM_SECTION_HEAD), office.task(number)
    head.get(f"/tasks/{task.id}")
    old = head._token
    head.post("/sign-out")
    head.enter(office.journey.staff.holder(Role.DM_SECTION_HEAD).officer_id, office.now)
    head.get("/inbox")
    typed = {**office.answers(task), "instruction": ["अभ्यर्थी का दूसरा पता भी देखें"], "csrf_token": old}
    assert head.post(f"/tasks/{task.id}", typed).status_code == 400, (
        "a browser that does not say whence it comes"
    )
    head.headers = {"Sec-Fetch-Site": "same-origin"}
    answer = head.post(f"/tasks/{task.id}", typed)
    assert answer.status_code == 400
    assert "यह पृष्ठ आपके पिछले सत्र का है" in text_of(answer)
    assert office.journey.steps(number) == ["scrutinise"], "nothing was sent"
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text_of(answer))
    again = {name: value for name, value in fields if name in typed and name != "csrf_token"}
    assert again["instruction"] == "अभ्यर्थी का दूसरा पता भी देखें"
    assert head.post(f"/tasks/{task.id}", {**typed, "csrf_token": head._token}).status_code == 303
    assert office.journey.steps(number) == ["route"]


def test_a_form_sent_after_the_browser_has_forgotten_the_session_says_so_and_shows_what_was_typed(
    office: Office,
) -> None:
    assistant = office.at(Role.DM_ASSISTANT)
    assistant.get("/requisitions/new")
    assistant.client.delete_cookie("esp")
    assistant.headers = {"Sec-Fetch-Site": "same-origin"}
    page = text_of(assistant.post("/requisitions/new", {"requesting_address": "नया सचिवालय, पटना 800015"}))
    assert "आपका सत्र समाप्त हो चुका है" in page
    assert "नया सचिवालय, पटना 800015" in page
    assert "वही फिर भेजें" not in page, "no button is named that is not there"


def test_who_was_relieved_of_his_last_post_is_told_why_and_his_words_wait_for_the_next(
    office: Office,
) -> None:
    sho = office.journey.staff.holder(Role.SHO)
    munshi = office.journey.staff.holder(Role.THANA_MUNSHI, sho.post.office_id)
    browser, stranger = Visitor(office.app).enter(munshi.officer_id, office.now), Visitor(office.app)
    own = posting.c.id == munshi.post.posting_id
    relieved_on = office.now.date()

    def set_end(last: date | None) -> None:
        with office.database.engine.execution_options(writing=True).begin() as connection:
            connection.execute(update(posting).where(own).values(valid_to=last))

    number = office.journey.new_case(["th_mufassil"])
    before = counted(office)
    set_end(relieved_on - timedelta(days=1))
    opened = browser.get("/inbox")
    assert (opened.status_code, opened.headers["Location"]) == (303, "/sign-in")
    assert "आप अभी किसी पद पर नहीं हैं" in text_of(browser.get("/sign-in"))
    assert "किसी पद पर" not in text_of(stranger.get("/sign-in")), "no outsider learns anything"
    words = "आवेदक का पता कार्यालय की पंजी में नहीं मिला"
    sent = browser.post(f"/cases/{in_address(number)}/notes", {"text": words, "office": "x"})
    assert sent.status_code == 303
    told = text_of(browser.get("/sign-in"))
    assert "आपका लिखा सुरक्षित है" in told
    assert words not in told
    assert counted(office) == before, "nothing was done"
    assert "आपका लिखा सुरक्षित है" not in text_of(browser.get("/sign-in"))
    set_end(None)
    assert words in text_of(browser.get("/kept")), "in the next post, once"
    assert words not in text_of(browser.get("/kept"))
