"""The table of steps: a small change without the canvas and without scripts, and nothing of another is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app import engine
from app.domain.roles import Role
from tests.office import text_of

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

STEP = "/files/verification.bpmn/steps/decide"


@pytest.fixture
def admin(office: Office) -> Visitor:
    visitor = office.at(Role.PROCESS_ADMIN)
    visitor.get("/modeler")
    return visitor


@pytest.fixture
def proposal(admin: Visitor) -> str:
    return str(admin.post("/modeler/releases/1/proposals", {"title": "छोटा बदलाव"}).headers["Location"])


def fields(admin: Visitor, proposal: str, **changes: str) -> dict[str, str]:
    """The form of the magistrate's step as the page gives it, with these changes."""
    page = text_of(admin.get(proposal + STEP))
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    xml = admin.get(f"{proposal}/export").data
    step = next(one for one in engine.steps(route_of(xml)) if one.element_id == "decide")
    texts = engine.texts_of(step)
    return {**{name: getattr(texts, name) for name in texts.__slots__}, "seen": seen, **changes}


def route_of(package: bytes) -> bytes:
    from io import BytesIO
    from zipfile import ZipFile

    return ZipFile(BytesIO(package)).read("verification.bpmn")


def test_a_step_gets_other_days_and_its_reminders_follow(admin: Visitor, proposal: str) -> None:
    form = fields(admin, proposal, days="3", instructions_hi="पहले टिप्पणी देखें।")
    page = text_of(admin.post_and_follow(proposal + STEP, form))
    assert "जिला पदाधिकारी का निर्णय" in page
    xml = route_of(admin.get(f"{proposal}/export").data)
    step = next(one for one in engine.steps(xml) if one.element_id == "decide")
    assert (step.days_text, step.instructions_hi) == ("3", "पहले टिप्पणी देखें।")
    assert (
        "working days after(share * 3)"
        in engine.describe("verification.bpmn", xml)["warn_decide"].texts["timer"]
    )
    page = text_of(admin.get(proposal))
    assert "कोई त्रुटि नहीं" in page
    assert "कार्यदिवस" in page


def test_who_comes_second_sees_what_was_saved_beside_what_he_wrote(admin: Visitor, proposal: str) -> None:
    late = fields(admin, proposal, days="5")
    admin.post(proposal + STEP, fields(admin, proposal, days="4"))
    answer = admin.post(proposal + STEP, late)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "इसी बीच किसी और ने यह कार्य बदल दिया" in page
    assert 'value="5"' in page
    assert "सहेजा हुआ: 4" in page
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    assert admin.post(proposal + STEP, {**late, "seen": seen}).status_code == 303


def test_two_steps_of_one_file_are_changed_side_by_side(admin: Visitor, proposal: str) -> None:
    early = fields(admin, proposal, name_hi="अंतिम निर्णय")
    other = proposal + "/files/verification.bpmn/steps/recommend"
    [seen] = re.findall(r'name="seen" value="(\w+)"', text_of(admin.get(other)))
    form = {
        **dict.fromkeys(("form", "role"), ""),
        "name_hi": "मंतव्य",
        "name_en": "Opinion",
        "days": "2",
        "seen": seen,
    }
    assert admin.post(other, {**form, "form": "recommend", "role": "sp"}).status_code == 303
    assert admin.post(proposal + STEP, early).status_code == 303


def test_a_wrong_role_is_kept_and_said_at_the_step(admin: Visitor, proposal: str) -> None:
    admin.post(proposal + STEP, fields(admin, proposal, role="sho"))
    page = text_of(admin.get(proposal + STEP))
    assert "1 त्रुटि ठीक करनी है" in page


@pytest.mark.parametrize("role", [Role.SHO, Role.DM_SECTION_HEAD, Role.USER_ADMIN])
def test_other_officers_do_not_see_the_workshop(office: Office, proposal: str, role: Role) -> None:
    for address in (proposal, proposal + STEP, "/modeler", f"{proposal}/export"):
        assert office.at(role).get(address).status_code == 403


def test_dm_and_sp_read_but_do_not_write(office: Office, proposal: str) -> None:
    magistrate = office.at(Role.DM)
    assert "disabled" in text_of(magistrate.get(proposal + STEP))
    assert magistrate.post(proposal + STEP, {"name_hi": "x"}).status_code == 403
    assert magistrate.get(f"{proposal}/files/verification.bpmn/canvas").status_code == 403


def test_the_canvas_may_style_attributes_and_no_other_page_may(admin: Visitor, proposal: str) -> None:
    table = admin.get(f"{proposal}/files/verification.bpmn").headers["Content-Security-Policy"]
    for name in ("verification.bpmn", "checks.dmn", "visit.form"):
        canvas = admin.get(f"{proposal}/files/{name}/canvas").headers["Content-Security-Policy"]
        assert canvas == f"{table}; style-src-attr 'unsafe-inline'"
    assert "unsafe" not in table


@pytest.mark.parametrize(
    "path", ["/files/nothing.bpmn", "/files/verification.bpmn/steps/nothing", "/files/scenarios.json/canvas"]
)
def test_what_is_not_there_is_not_found(admin: Visitor, proposal: str, path: str) -> None:
    assert admin.get(proposal + path).status_code == 404
