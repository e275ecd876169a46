"""Decisions and forms without an editor: cells and labels as plain boxes, tried and seen before they are sent."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from app import engine, formjs
from app.domain.roles import Role
from app.services.deployment import packages
from tests.office import text_of
from tests.sources import ROOT

if TYPE_CHECKING:
    from tests.office import Office
    from tests.visitor import Visitor

TABLE, FORM = "/tables/checks.dmn", "/forms/scrutinise.form"
DAYS = "checks_govt_service_sla_thana"


@pytest.fixture
def admin(office: Office) -> Visitor:
    visitor = office.at(Role.PROCESS_ADMIN)
    visitor.get("/modeler")
    return visitor


@pytest.fixture
def proposal(admin: Visitor) -> str:
    return str(admin.post("/modeler/releases/1/proposals", {"title": "दिन बदलना"}).headers["Location"])


def boxes(page: str) -> dict[str, str]:
    """Every box of the page by its name, as a browser would send it."""
    found = re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page)
    found += re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page)
    ticked = re.findall(r'<input type="checkbox"[^>]* name="([^"]+)" checked', page)
    return {name: unescape(value) for name, value in found} | dict.fromkeys(ticked, "on")


def contents(office: Office, admin: Visitor, proposal: str) -> dict[str, bytes]:
    return packages.unpack(office.database, admin.get(f"{proposal}/export").data)


def test_days_of_a_purpose_are_a_number_in_a_table(office: Office, admin: Visitor, proposal: str) -> None:
    form = boxes(text_of(admin.get(proposal + TABLE)))
    assert form[f"cell-{DAYS}"] == "7"
    page = text_of(admin.post_and_follow(proposal + TABLE, {**form, f"cell-{DAYS}": "9"}))
    assert "कोई कमी या टकराव नहीं" in page
    changed = contents(office, admin, proposal)["checks.dmn"]
    assert engine.ask(changed, "checks", {"case.purpose": "govt_service"})["sla_thana"] == 9
    said = text_of(admin.get(proposal))
    assert "सरकारी सेवा में नियुक्ति" in said
    assert "<ins>9</ins>" in said


def test_a_word_among_the_days_is_told_with_its_rule(admin: Visitor, proposal: str) -> None:
    form = boxes(text_of(admin.get(proposal + TABLE)))
    page = text_of(admin.post_and_follow(proposal + TABLE, {**form, f"cell-{DAYS}": "सात दिन"}))
    assert "त्रुटि" in page
    assert "checks.dmn" in page


def test_a_gap_is_told_with_an_example(admin: Visitor, proposal: str) -> None:
    form = boxes(text_of(admin.get(f"{proposal}/tables/outcome.dmn?all=yes")))
    last = [name for name in form if re.fullmatch(r"cell-outcome_rule_\d+_if_residence", name)][-1]
    page = text_of(admin.post_and_follow(f"{proposal}/tables/outcome.dmn", {**form, last: '"not_resident"'}))
    assert "outcome.dmn" in page
    assert "strip-bad" in page


def test_a_table_is_tried_with_a_case_of_ones_own(admin: Visitor, proposal: str) -> None:
    page = text_of(admin.get(f"{proposal}{TABLE}?decision=checks&case.purpose=govt_service"))
    assert "<dt>थाना: जाँच के कार्यदिवस</dt><dd>7</dd>" in page
    page = text_of(admin.get(f"{proposal}{TABLE}?decision=checks&case.purpose=nothing"))
    assert "कोई नियम नहीं" in page
    assert admin.get(f"{proposal}{TABLE}?decision=%00x&case.purpose=%27").status_code == 200


def test_a_label_is_changed_and_seen_as_an_officer_will_see_it(
    office: Office, admin: Visitor, proposal: str
) -> None:
    page = text_of(admin.get(proposal + FORM))
    before = contents(office, admin, proposal)["scrutinise.form"]
    assert json.loads(formjs.change_texts(before, {}, {})) == json.loads(before)
    form = boxes(page)
    place = next(name for name, value in form.items() if value == "विशेष निर्देश")
    page = text_of(admin.post_and_follow(proposal + FORM, {**form, place: "थाना को विशेष निर्देश"}))
    assert page.count("थाना को विशेष निर्देश") >= 2, "in the table and in the preview"
    assert "Special instruction" in text_of(admin.get(f"{proposal}{FORM}?preview=en"))
    after = json.loads(contents(office, admin, proposal)["scrutinise.form"])
    changed = json.loads(before)
    next(one for one in changed["components"] if one.get("key") == "instruction")["label"] = (
        "थाना को विशेष निर्देश"
    )
    assert after == changed, "nothing else changes"


def test_a_day_has_its_label_like_every_other_box(office: Office, admin: Visitor, proposal: str) -> None:
    address = f"{proposal}/forms/answer_defects.form"
    page = text_of(admin.get(address))
    assert "<summary>उत्तर का दिनांक " in page
    form = boxes(page)
    place = next(name for name, value in form.items() if value == "उत्तर का दिनांक")
    admin.post_and_follow(address, {**form, place: "विभाग के उत्तर का दिनांक"})
    after = json.loads(contents(office, admin, proposal)["answer_defects.form"])
    changed = next(one for one in after["components"] if one.get("key") == "answer_letter_date")
    assert (changed["dateLabel"], "label" in changed) == ("विभाग के उत्तर का दिनांक", False)


def test_a_copy_of_a_form_serves_a_new_step(office: Office, admin: Visitor, proposal: str) -> None:
    admin.get(proposal + FORM)
    names = {"key": "countersign", "title_hi": "प्रतिहस्ताक्षर", "title_en": "Countersignature"}
    assert admin.post(f"{proposal}{FORM}/copy", names).status_code == 303
    made = json.loads(contents(office, admin, proposal)["countersign.form"])
    assert (made["id"], made["properties"]["label_hi"]) == ("countersign", "प्रतिहस्ताक्षर")
    assert "प्रतिहस्ताक्षर" in text_of(admin.get(f"{proposal}/files/verification.bpmn/steps/decide"))
    assert admin.post(f"{proposal}{FORM}/copy", names).status_code == 422, "one of this name is there"
    assert admin.post(f"{proposal}{FORM}/copy", {**names, "key": "../x"}).status_code == 422


def test_two_at_one_table_see_both_versions(admin: Visitor, proposal: str) -> None:
    early = boxes(text_of(admin.get(proposal + TABLE)))
    admin.post(proposal + TABLE, {**early, f"cell-{DAYS}": "8"})
    answer = admin.post(proposal + TABLE, {**early, f"cell-{DAYS}": "9"})
    assert answer.status_code == 409
    page = text_of(answer)
    assert "<del>8</del>" in page
    assert "<ins>9</ins>" in page


def test_a_form_that_no_editor_can_show_is_changed_as_text(admin: Visitor, proposal: str) -> None:
    """Its text may be anything that fits; the page of the editor would stay empty."""
    page = text_of(admin.get(f"{proposal}/files/visit.form?text=yes"))
    broken = {"sha256": boxes(page)["sha256"], "content": '{"components": [7]}'}
    admin.post(f"{proposal}/files/visit.form", broken)
    answer = admin.get(f"{proposal}/files/visit.form/canvas")
    assert answer.status_code == 303
    assert "{&#34;components&#34;: [7]}" in text_of(admin.get(str(answer.headers["Location"])))


def test_a_fault_calls_a_field_by_its_label_and_leads_to_it(admin: Visitor, proposal: str) -> None:
    page = text_of(admin.get(f"{proposal}/files/decide.form?text=yes"))
    text = (ROOT / "forms" / "decide.form").read_text(encoding="utf-8")
    broken = text.replace('"label_en": "I sign this decision"', '"label_en": ""')
    admin.post(f"{proposal}/files/decide.form", {"sha256": boxes(page)["sha256"], "content": broken})
    told = text_of(admin.get(proposal))
    assert f'href="{proposal}/files/decide.form#Field_sign"' in told
    assert "घटक “इस निर्णय पर मेरे हस्ताक्षर हैं” का अंग्रेजी लेबल" in told
    form = text_of(admin.get(f"{proposal}/files/decide.form", follow_redirects=True))
    assert '<details class="fold" id="Field_sign" open>' in form


def test_files_are_listed_by_what_they_are_called(admin: Visitor, proposal: str) -> None:
    for address in (proposal, "/modeler/releases/1", "/modeler"):
        page = text_of(admin.get(address))
        for title, name in (
            ("स्थल भ्रमण", "visit.form"),
            ("जाँच की सूची", "checks.dmn"),
            ("पत्रों के पाठ", "papers.json"),
        ):
            assert re.search(f"{title}(</a>)?<small>{re.escape(name)}</small>", page), (address, name)
