"""A report is written where there is no line: it waits on the phone, sealed, and goes out when the line is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.models.tables.cases import document
from app.models.tables.visits import failed_visit
from app.models.tables.workflow import user_task
from tests.browser.conftest import LOOKS
from tests.browser.test_a_photo_from_the_phone_reaches_the_case import account_of, at_the_door, photo, unfold

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from playwright.sync_api import Page, Route

    from tests.browser.pages import Screen
    from tests.journey import Journey
    from tests.serving import Site

PHONE = next(look for look in LOOKS if look.touch)
#: A phone whose clock is two days ahead.
WRONG_CLOCK = "const clock = Date.now; Date.now = () => clock() + 172_800_000;"
#: Where the phone says that it is, to so many metres.
STANDING = {"latitude": 25.780123, "longitude": 84.747312, "accuracy": 11.4}
#: All that a page of this site may find on the phone, as one text; bytes as the letters they would be.
LYING = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), String((await caches.keys()).length)];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done) => { indexedDB.open(name).onsuccess = (e) => done(e.target.result); });
    for (const store of database.objectStoreNames) {
      const all = await new Promise((done) => {
        database.transaction(store).objectStore(store).getAll().onsuccess = (e) => done(e.target.result);
      });
      for (const one of all) for (const value of Object.values(one)) {
        const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
        found.push(isBytes ? new TextDecoder().decode(value) : JSON.stringify(value));
      }
    }
    database.close();
  }
  return found.join("\\n");
}"""
WITNESSES = ("श्यामनारायण महतो", "गीतांजलि देवी")


def write_report(page: Page) -> None:
    for label in ("स्वयं", "निवासी हैं", "हाँ", "जन्म से"):
        page.get_by_label(label, exact=True).locator("visible=true").first.check()
    for place, name in enumerate(WITNESSES):
        page.locator(f"input[name='witnesses-{place}-name']").fill(name)
        page.locator(f"input[name='witnesses-{place}-gist'][value=known_good]").check()
    page.get_by_label("मैंने स्वयं जाँच की है", exact=True).check()


def fail_to_meet_without_a_line(screen: Screen, task_id: UUID) -> None:
    """Record a failed visit where the line goes first before the phone has its key, and then again."""
    page = screen.page
    page.route("**/phone/key", lambda route: route.abort("internetdisconnected"))
    screen.open(f"/tasks/{task_id}")
    page.wait_for_load_state("networkidle")

    page.context.set_offline(True)
    page.locator("summary", has_text="असफल भ्रमण दर्ज करें").click()
    page.get_by_label("घर बंद मिला", exact=True).check()
    page.locator("#visit-met-neighbour").check()
    page.locator("#visit-note").fill("पड़ोसी रामेश्वर ने बताया")
    screen.button("असफल भ्रमण दर्ज करें").click()
    page.locator("[data-visit-problem]", has_text="पृष्ठ खुला रखें").wait_for()
    page.unroute("**/phone/key")
    with page.expect_response("**/phone/key"):
        page.context.set_offline(False)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    screen.button("असफल भ्रमण दर्ज करें").click()


def leave_a_text_on_the_phone(screen: Screen, task_id: UUID) -> None:
    """Write of the first witness where the line goes, and close the page before it is back."""
    page = screen.page
    with page.expect_response("**/phone/key"):
        screen.open(f"/tasks/{task_id}")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.get_by_label("निवासी हैं", exact=True).check()
    page.locator("input[name='witnesses-0-name']").fill(WITNESSES[0])
    page.get_by_role("status").get_by_text("इस फोन पर सुरक्षित").first.wait_for()
    page.goto("about:blank")
    page.context.set_offline(False)


def test_a_report_written_without_a_line_waits_sealed_and_goes_out_with_it(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    _, task = at_the_door(journey)
    screen = desk(PHONE, geolocation=STANDING, permissions=["geolocation"])
    page = screen.page
    page.add_init_script(WRONG_CLOCK)
    screen.sign_in(account_of(site, journey, task))
    fail_to_meet_without_a_line(screen, task.id)
    panel = page.get_by_role("status", name="इस फोन पर रखा हुआ")
    panel.get_by_text("असफल भ्रमण").wait_for()
    waits = page.locator("[data-visit-problem]", has_text="लाइन की प्रतीक्षा")
    waits.wait_for()
    visit_lies = page.evaluate(LYING)
    assert not [word for word in ("रामेश्वर", "neighbour", str(task.id)) if word in visit_lies]
    page.context.set_offline(False)
    waits.wait_for(state="detached")
    page.context.set_offline(True)
    write_report(page)
    unfold(screen, "भ्रमण का स्थान")
    screen.button("सहमत हूँ, स्थान लिखें").click()
    page.wait_for_function(
        "() => document.querySelector('[name=position]').value === '25.78012, 84.74731 ±12m'"
    )
    unfold(screen, "स्थल फोटो")
    page.locator("input[type=file][name=site_photo]").set_input_files(
        {"name": "IMG_2026.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    panel.get_by_text("IMG_2026.jpg").wait_for()
    screen.button("प्रतिवेदन भेजें").click()
    panel.get_by_text("प्रतिवेदन का प्रारूप").wait_for()
    assert panel.get_by_text("इस फोन पर सुरक्षित, लाइन की प्रतीक्षा").count() == 2, "the visit has gone already"
    lying = page.evaluate(LYING)
    assert len(lying) > len(photo()) / 2, "it does lie there"
    for word in (*WITNESSES, "रामेश्वर", "known_good", "IMG_2026", "25.78", str(task.id), "JFIF"):
        assert word not in lying, word
    screen.sound("visit-without-a-line")

    page.context.set_offline(False)
    page.wait_for_url(lambda address: str(task.id) not in address)
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 1
    with journey.database.engine.connect() as connection:
        state = connection.execute(select(user_task.c.state).where(user_task.c.id == task.id)).scalar_one()
        photos = connection.execute(
            select(document).where(document.c.case_id == task.case_id, document.c.field == "site_photo")
        ).all()
        [visit] = connection.execute(select(failed_visit).where(failed_visit.c.user_task_id == task.id)).all()
    assert (state, len(photos)) == ("done", 1)
    now = datetime.now(UTC)  # noqa: TID251 - the program runs by the machine's clock
    assert abs(now - visit.visited_at) < timedelta(minutes=10), "not by the phone's clock"


def test_what_a_closed_page_left_on_the_phone_opens_for_its_officer_alone(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    _, task = at_the_door(journey)
    screen = desk(PHONE)
    page, account = screen.page, account_of(site, journey, task)
    screen.sign_in(account)
    leave_a_text_on_the_phone(screen, task.id)

    screen.open("/inbox")
    page.get_by_text("इस फोन पर बिना भेजा काम है").wait_for()
    page.locator("details.me summary").click()
    page.get_by_role("button", name="बाहर निकलें").click()
    page.wait_for_url("**/sign-in*")
    screen.sign_in(next(each for each in site.accounts() if each.role == "sho"))
    screen.open("/phone")
    page.get_by_text("इस फोन पर आपका कुछ भी शेष नहीं है").wait_for()
    assert WITNESSES[0] not in page.evaluate(LYING)
    page.locator("details.me summary").click()
    page.get_by_role("button", name="बाहर निकलें").click()
    page.wait_for_url("**/sign-in*")
    screen.sign_in(account)
    screen.open(f"/tasks/{task.id}")
    page.locator(f"input[name='witnesses-0-name'][value='{WITNESSES[0]}']").wait_for()
    assert page.locator("input[name='witnesses-0-name']").input_value() == WITNESSES[0]


def test_what_is_answered_before_the_phone_has_its_key_stays_under_the_officers_hand(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    _, task = at_the_door(journey)
    screen = desk(PHONE).sign_in(account_of(site, journey, task))
    page = screen.page
    asked: list[Route] = []
    page.route("**/phone/key", lambda route: asked.append(route))  # noqa: PLW0108 - a builtin takes no listener
    screen.open(f"/tasks/{task.id}")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("निवासी हैं", exact=True).check()
    with page.expect_response("**/tasks/*/items"):
        asked.pop().continue_()
    page.get_by_label("हाँ", exact=True).locator("visible=true").first.check()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.isTheSamePage"), "a page drawn anew takes what was answered meanwhile"
    assert page.locator("input[name=identity_verified][value=yes]").is_checked()


def test_what_lies_on_the_phone_and_what_is_typed_before_its_key_comes_are_both_kept(
    desk: Callable[..., Screen], site: Site, journey: Journey
) -> None:
    _, task = at_the_door(journey)
    screen = desk(PHONE).sign_in(account_of(site, journey, task))
    page = screen.page
    leave_a_text_on_the_phone(screen, task.id)

    asked: list[Route] = []
    page.route("**/phone/key", lambda route: asked.append(route))  # noqa: PLW0108 - a builtin takes no listener
    screen.open(f"/tasks/{task.id}")
    page.get_by_label("निवासी हैं", exact=True).check()
    page.locator("input[name='witnesses-0-name']").fill(WITNESSES[1])
    asked.pop().continue_()
    panel = page.get_by_role("status", name="इस फोन पर रखा हुआ")
    panel.get_by_text("दूसरी जगह बदला गया").first.wait_for()
    assert page.locator("input[name='witnesses-0-name']").input_value() == WITNESSES[1]
    page.unroute("**/phone/key")
    panel.get_by_role("button", name="फोन से मिटाएँ").click()
    page.locator(f"input[name='witnesses-0-name'][value='{WITNESSES[0]}']").wait_for()
