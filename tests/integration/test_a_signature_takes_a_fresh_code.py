"""Signing asks for a fresh code, for this act and this content alone, once; without it nothing leaves the office."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.domain.errors import NotFound
from app.domain.roles import Role
from app.models.tables.audit import audit
from app.models.tables.officers import login_session, posting, step_up
from app.services.access import officers, stepup
from app.services.desk import signatures, tasks
from app.services.papers import signing
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from tests.districts import NOW
from tests.doorway import Doorway, is_in
from tests.journey import Journey
from tests.office import text_of
from tests.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.districts import Walked


class Desk:
    """The DM's desk with a case on it that waits for his decision."""

    def __init__(self, district: Walked, folder: Path) -> None:
        self.doorway = Doorway(district.database, folder, NOW, demo=True)
        self.journey = Journey(self.doorway.database, NOW)
        self.number: str = district.told
        [self.task] = self.journey.waiting(self.number)
        self.dm = self.doorway.let_in("dm")
        self.address = f"/tasks/{self.task.id}"

    def send(self, **changes: Any):
        """Fill in the form and send it as the browser does."""
        browser = self.dm.browser
        browser.get(self.address)
        return browser.post(self.address, dict(self.journey.form_of(self.task, **changes).values))

    def confirm(self, answer, code: str = ""):
        self.dm.browser.get(answer.headers["Location"])
        code = code or self.dm.phone.code(self.doorway.now)
        return self.dm.browser.post(answer.headers["Location"], {"code": code})

    def goes_on(self, **by: float) -> None:
        self.doorway.goes_on(**by)
        self.journey.now = self.doorway.now

    @property
    def is_done(self) -> bool:
        return self.task.id not in {each.id for each in self.journey.waiting(self.number)}

    def rows(self, table) -> list:
        with self.doorway.database.engine.connect() as connection:
            return list(connection.execute(select(table)))


def before_the_decision(journey: Journey) -> str:
    number = journey.new_case()
    journey.go_on(number, until="decide")
    return number


@pytest.fixture
def desk(walked: Callable[..., Walked], tmp_path: Path) -> Iterator[Desk]:
    made = Desk(walked(before_the_decision), tmp_path)
    yield made
    made.doorway.close()


def test_a_decision_waits_for_the_code_and_is_then_sent(desk: Desk) -> None:
    answer = desk.send()
    assert answer.headers["Location"].startswith("/step-up/")
    assert not desk.is_done
    page = text_of(desk.dm.browser.get(answer.headers["Location"]))
    assert desk.number in page
    assert "निर्गत करें" in page
    desk.goes_on(minutes=1)
    assert desk.confirm(answer).headers["Location"] == "/inbox"
    assert desk.is_done
    assert desk.number in text_of(desk.dm.browser.get("/inbox"))


def test_a_wrong_code_sends_nothing_and_is_told(desk: Desk) -> None:
    answer = desk.send()
    refused = desk.confirm(answer, "000000")
    assert refused.status_code == 422
    assert "यह कोड सही नहीं है" in text_of(refused)
    assert not desk.is_done
    desk.goes_on(minutes=1)
    assert desk.confirm(answer).status_code == 303
    assert desk.is_done


def test_the_code_of_signing_in_does_not_sign(desk: Desk) -> None:
    desk.doorway.goes_on(minutes=5)
    code = desk.dm.phone.code(desk.doorway.now)
    desk.doorway.sign_in(desk.dm, code=code)
    assert desk.confirm(desk.send(), code).status_code == 422
    assert not desk.is_done


def test_a_code_signs_one_act_alone(desk: Desk) -> None:
    second = desk.journey.new_case()
    desk.journey.go_on(second, until="decide")
    desk.goes_on(minutes=1)
    code = desk.dm.phone.code(desk.doorway.now)
    assert desk.confirm(desk.send(), code).status_code == 303
    [desk.task] = desk.journey.waiting(second)
    desk.number, desk.address = second, f"/tasks/{desk.task.id}"
    assert desk.confirm(desk.send(), code).status_code == 422
    assert not desk.is_done


def test_what_is_written_on_after_the_question_is_not_signed(desk: Desk) -> None:
    answer = desk.send()
    other = dict(desk.journey.form_of(desk.task, lang="both").values)
    desk.dm.browser.get(desk.address)
    desk.dm.browser.post(f"{desk.address}/draft", {**other, "_op": "draft"})
    desk.goes_on(minutes=1)
    back = desk.confirm(answer)
    assert back.headers["Location"] == desk.address
    assert not desk.is_done
    assert "हस्ताक्षर नहीं हुआ" in text_of(desk.dm.browser.get(desk.address))


def test_who_lost_his_post_between_question_and_code_signs_nothing(desk: Desk) -> None:
    answer = desk.send()
    desk.goes_on(minutes=1)
    with desk.doorway.database.engine.execution_options(writing=True).begin() as connection:
        own = update(posting).where(posting.c.officer_id == desk.dm.id)
        connection.execute(own.values(role=Role.DM_SECTION_HEAD.value))
    assert desk.confirm(answer).status_code in {403, 404}
    assert not desk.is_done


def test_five_minutes_later_the_question_is_over_and_the_form_kept(desk: Desk) -> None:
    answer = desk.send(lang="both")
    desk.goes_on(minutes=6)
    over = desk.dm.browser.get(answer.headers["Location"])
    assert over.status_code == 422
    assert "इसका समय बीत गया" in text_of(over)
    view = desk.journey.page_of(desk.task)
    assert view.values["lang"] == "both"


def test_a_question_is_for_its_own_session_and_officer(desk: Desk) -> None:
    answer = desk.send()
    desk.goes_on(minutes=1)
    elsewhere = Visitor(desk.doorway.app)
    elsewhere.sign_in("dm", desk.dm.password, desk.dm.phone.code(desk.doorway.now))
    assert elsewhere.get(answer.headers["Location"]).status_code == 404
    sp = desk.doorway.let_in("sp")
    assert sp.browser.get(answer.headers["Location"]).status_code == 404


def test_the_session_goes_on_under_another_token(desk: Desk) -> None:
    answer = desk.send()
    before = desk.dm.browser.client.get_cookie("esp").value
    desk.goes_on(minutes=1)
    desk.confirm(answer)
    assert is_in(desk.dm.browser)
    thief = Visitor(desk.doorway.app)
    thief.client.set_cookie("esp", before)
    assert not is_in(thief)
    assert len({bytes(row.digest) for row in desk.rows(login_session)}) == len(desk.rows(login_session))


def test_a_second_press_whose_first_answer_was_lost_is_told_that_it_is_done(desk: Desk) -> None:
    answer = desk.send()
    address = answer.headers["Location"]
    browser, code = desk.dm.browser, desk.dm.phone.code(desk.doorway.now)
    browser.get(address)
    before = browser.client.get_cookie("esp")
    assert browser.post(address, {"code": code}).status_code == 303
    assert desk.is_done
    browser.client.set_cookie("esp", before.value)  # the browser gave the first answer up
    again = browser.post(address, {"code": code})
    assert again.status_code == 200
    assert "यह पुष्टि दर्ज हो चुकी है" in text_of(again)
    assert is_in(browser), "the session goes on"
    browser.client.set_cookie("esp", before.value)
    assert not is_in(browser), "the old token opens nothing else"
    desk.goes_on(seconds=60)
    assert "/sign-in" in browser.post(address, {"code": code}).headers["Location"], "nor this, later"


def test_who_took_the_old_cookie_and_knows_the_request_does_not_get_the_new_session(desk: Desk) -> None:
    address = desk.send().headers["Location"]
    browser, code = desk.dm.browser, desk.dm.phone.code(desk.doorway.now)
    browser.get(address)
    thief = Visitor(desk.doorway.app)
    thief.client.set_cookie("esp", browser.client.get_cookie("esp").value)
    thief._token = browser._token
    assert browser.post(address, {"code": code}).status_code == 303
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for shown in ({}, {"code": wrong}, {"passkey": "{}"}, {"code": wrong, "passkey": code}, {"code": ""}):
        assert "/sign-in" in thief.post(address, shown).headers["Location"], shown
    assert not is_in(thief)
    assert "/sign-in" in thief.post(address, {"code": code}).headers["Location"], "each guess was counted"
    assert not is_in(thief)
    assert is_in(browser)


def test_two_presses_at_one_moment_sign_once_and_neither_is_told_of_a_wrong_code(desk: Desk) -> None:
    address = desk.send().headers["Location"]
    browser, code = desk.dm.browser, desk.dm.phone.code(desk.doorway.now)
    browser.get(address)
    before = browser.client.get_cookie("esp")
    second = Visitor(desk.doorway.app)
    second.client.set_cookie("esp", before.value)
    second._token = browser._token
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: each.post(address, {"code": code}), (browser, second)))
    assert desk.is_done
    assert {each.status_code for each in answers} <= {200, 303}
    assert not [each for each in answers if "/sign-in" in each.headers.get("Location", "")]


def test_a_return_signs_nothing_and_asks_for_nothing(desk: Desk) -> None:
    answer = desk.send(dm_decision="re_enquiry", dm_reason="पूर्व के निवास की पुष्टि आवश्यक है।", sign=False)
    assert answer.headers["Location"] == "/inbox"
    assert desk.is_done


def test_the_record_ties_the_act_to_the_code(desk: Desk) -> None:
    answer = desk.send()
    desk.goes_on(minutes=1)
    desk.confirm(answer)
    [asked] = [row for row in desk.rows(step_up) if row.officer_id == desk.dm.id]
    acts = [row for row in desk.rows(audit) if row.detail.get("step_up") == str(asked.id)]
    assert [row.action for row in acts] == ["task:complete"]
    confirmed = [row for row in desk.rows(audit) if row.action == "factor:confirm"]
    assert [row.object for row in confirmed] == [f"step_up:{asked.id}"]
    assert confirmed[0].detail["act"] == signing.ACTION


def test_guesses_at_the_question_are_slowed(desk: Desk) -> None:
    answer = desk.send()
    for _ in range(5):
        desk.confirm(answer, "000000")
    refused = desk.confirm(answer)
    assert "थोड़ी प्रतीक्षा" in text_of(refused)
    assert not desk.is_done


def test_the_demo_shows_the_code_and_says_that_it_is_the_demo(desk: Desk) -> None:
    desk.goes_on(minutes=1)
    answer = desk.send()
    page = text_of(desk.dm.browser.get(answer.headers["Location"]))
    assert "डेमो: आपके प्रमाणक ऐप का कोड" in page
    assert desk.dm.browser.confirm(answer).status_code == 303
    assert desk.is_done


def test_outside_the_demo_no_page_shows_a_code(desk: Desk) -> None:
    plain = Doorway(desk.doorway.url, desk.doorway.folder, desk.doorway.now)
    desk.dm.browser = Visitor(plain.app)
    desk.goes_on(minutes=1)
    plain.now = desk.doorway.now
    assert plain.sign_in(desk.dm).status_code == 303
    answer = desk.send()
    for address in (answer.headers["Location"], "/account/factors/codes"):
        page = text_of(desk.dm.browser.get(address))
        assert "demo-code" not in page
        assert "डेमो" not in page
    plain.close()


def test_an_old_request_is_swept(desk: Desk) -> None:
    desk.send()
    desk.doorway.database.write(
        lambda session: stepup.sweep(session, NOW + timedelta(days=2)), scopes.door(218)
    )
    assert desk.rows(step_up) == []


# -- beneath the pages -----------------------------------------------------------------------------------


def complete(desk: Desk):
    """Send the decision through the service alone; -> the request for a factor."""
    actor = desk.journey.actor_of(desk.task)
    with pytest.raises(stepup.StepUpNeeded) as needed:
        tasks.complete(
            desk.doorway.database, actor, desk.task.id, desk.journey.form_of(desk.task), [], desk.journey.now
        )
    return actor, needed.value.step_up_id


def test_no_service_signs_without_a_proven_request(desk: Desk) -> None:
    actor, asked = complete(desk)
    for wanted, refusal in ((asked, stepup.StepUpOver), (uuid4(), NotFound)):
        with pytest.raises(refusal):
            tasks.sign(desk.doorway.database, actor, desk.task.id, wanted, desk.journey.now)
    assert not desk.is_done


def test_a_proven_request_works_once_and_for_its_act(desk: Desk) -> None:
    actor, asked = complete(desk)
    desk.journey.confirm(actor, asked)
    database, now = desk.doorway.database, desk.journey.now
    seen = database.read(lambda session: stepup.see(session, actor, asked, now), actor_scope(actor))

    def use(action: str, items) -> None:
        database.write(
            lambda session: stepup.use(session, actor, asked, action, items, now), actor_scope(actor)
        )

    for action, items in [
        ("role:grant", seen.items),
        (signing.ACTION, [stepup.item("task:other", {})]),
        (signing.ACTION, [*seen.items, stepup.item("task:other", {})]),
    ]:
        with pytest.raises(stepup.ContentChanged):
            use(action, items)
    with pytest.raises(stepup.ContentChanged):  # nor is it a list of many that one code covers
        database.write(
            lambda session: stepup.spend(session, actor, asked, signatures.BATCH, now), actor_scope(actor)
        )
    sp = replace(desk.journey.staff.holder(Role.SP), session_id=actor.session_id)
    for other, scope in (  # another officer, also where the row is in sight; another session of the officer
        (sp, actor_scope(sp)),
        (sp, actor_scope(actor)),
        (replace(actor, session_id=uuid4()), actor_scope(actor)),
    ):
        with pytest.raises(NotFound):
            database.write(
                lambda session, by=other: stepup.use(session, by, asked, signing.ACTION, seen.items, now),
                scope,
            )
    use(signing.ACTION, seen.items)
    with pytest.raises(stepup.StepUpOver):
        use(signing.ACTION, seen.items)


def test_a_batch_is_asked_for_once_and_holds_for_all_of_it(desk: Desk) -> None:
    actor = desk.journey.staff.holder(Role.DM)
    database, now = desk.doorway.database, desk.journey.now
    items = [stepup.item(f"paper:{number}", {"number": number}) for number in range(3)]
    asked = database.write(
        lambda session: stepup.begin(session, actor, "paper:revoke", items, now), actor_scope(actor)
    )
    desk.journey.confirm(actor, asked)
    database.write(
        lambda session: stepup.use(session, actor, asked, "paper:revoke", items[::-1], now),
        actor_scope(actor),
    )


def test_a_session_that_ended_proves_nothing(desk: Desk) -> None:
    actor, asked = complete(desk)
    database = desk.doorway.database
    database.write(lambda session: officers.sign_out(session, actor, NOW), actor_scope(actor))
    other = desk.journey.staff.__class__(database, NOW).holder(Role.DM)
    desk.journey.confirm(actor, asked)
    with pytest.raises(NotFound):
        tasks.sign(database, other, desk.task.id, asked, NOW)


@pytest.mark.parametrize(
    ("form", "answers", "is_one"),
    [
        ("decide", {"dm_decision": "issue_clear", "sign": True}, True),
        ("decide", {"dm_decision": "issue_clear"}, True),
        ("decide", {"dm_decision": "re_enquiry"}, False),
        ("recommend", {"action": "recommend"}, True),
        ("recommend", {"action": "return"}, False),
        ("recommend", {}, True),
        ("review", {"sign": True}, True),
        ("endorse_enquiry", {"action": "endorse"}, False),
    ],
)
def test_a_form_that_decides_signs_even_where_a_release_lost_the_box(
    form: str,
    answers: dict,
    is_one: bool,  # noqa: FBT001 - pytest hands it by name
) -> None:
    assert signing.signs(form, answers) is is_one
