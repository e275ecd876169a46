"""Decision tables and forms in their editors: nothing is lost on the way, what may not be is named, marks show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app import engine, formjs
from app.services.procedure import comparisons, releases
from tests.browser.test_an_administrator_changes_the_route import WIDE, begin
from tests.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.pages import Screen
    from tests.serving import Site

SHIPPED = releases.read_folder(ROOT)
FORMS = {name: data for name, data in SHIPPED.items() if name.endswith(".form")}
EDITOR = "document.querySelector('[data-editor]')"
#: Three places of the library's mark: what lies on top there must be the mark itself.
UNCOVERED = (
    "mark => { mark.scrollIntoView({ block: 'center', behavior: 'instant' });"
    "const box = (mark.querySelector('svg') || mark).getBoundingClientRect();"
    "return [[0.5, 0.5], [0.1, 0.1], [0.9, 0.9]].every(([x, y]) =>"
    " mark.contains(document.elementFromPoint(box.x + box.width * x, box.y + box.height * y))); }"
)
#: What the editor itself says in English when a field of each type is chosen and every group of its panel is open;
#: code, names of properties and the library's mark are the same in every language.
ENGLISH = (
    "async () => { const { editor } = " + EDITOR + "; const found = new Set();"
    "const fields = editor.get('formFieldRegistry').getAll(), types = new Set(fields.map((each) => each.type));"
    "for (const type of types) {"
    " editor.get('selection').set(fields.find((each) => each.type === type));"
    " await new Promise((done) => setTimeout(done, 80));"
    " for (const head of document.querySelectorAll('.bio-properties-panel-group-header:not(.open)')) head.click();"
    " await new Promise((done) => setTimeout(done, 80));"
    " for (const node of document.querySelectorAll('.fjs-palette-container *, .bio-properties-panel *')) {"
    "  if (node.closest('.cm-editor, [class*=entry-header-title], [class*=header-label]')) continue;"
    "  const own = [...node.childNodes].filter((each) => each.nodeType === 3).map((each) => each.data);"
    "  const said = ['title', 'placeholder', 'aria-label'].map((name) => node.getAttribute(name) ?? '');"
    "  for (const text of [...own, ...said]) if (/[A-Z]?[a-z]{3}/.test(text)) found.add(text); } }"
    "return [...found].filter((text) => !/Markdown|HTML/.test(text)); }"
)
WATCHED = (
    "window.shutOut = []; document.addEventListener('securitypolicyviolation',"
    " (event) => window.shutOut.push(event.violatedDirective));"
)


@pytest.fixture
def admin(desk: Callable[..., Screen], site: Site) -> Screen:
    screen = desk(WIDE).sign_in(site.account("process_admin"))
    screen.page.add_init_script(WATCHED)
    return screen


def enter(screen: Screen, proposal: str, name: str) -> None:
    screen.open(f"{proposal}/files/{name}/canvas")
    screen.page.locator("[data-ready]").wait_for()


def settled(screen: Screen) -> None:
    screen.page.locator("[data-state=saved]").wait_for()


def saved(screen: Screen, proposal: str, name: str) -> bytes:
    answer = screen.page.request.get(
        screen.page.url.partition("/modeler")[0] + f"{proposal}/files/{name}?text=yes"
    )
    assert answer.ok
    text: str = screen.page.evaluate(
        "html => new DOMParser().parseFromString(html, 'text/html').querySelector('#content').value",
        answer.text(),
    )
    return text.encode()


def test_a_table_is_changed_in_its_editor_and_comes_back_as_it_was(admin: Screen) -> None:
    proposal = begin(admin, "तालिका संपादक")
    for name in ("outcome.dmn", "checks.dmn"):
        enter(admin, proposal, name)
        text: str = admin.page.evaluate(
            f"{EDITOR}.modeler.saveXML({{ format: true }}).then((made) => made.xml)"
        )
        assert engine.describe(name, text.encode()) == engine.describe(name, SHIPPED[name]), name
        assert admin.page.locator("[data-editor]").get_attribute("data-warnings") == "0"
        assert admin.page.locator(".bjs-powered-by").first.evaluate(UNCOVERED), name
    cell = admin.page.locator("[data-element-id=checks_govt_service_sla_thana] [contenteditable]").first
    cell.fill("सात दिन")
    admin.page.locator("[data-found] li").first.wait_for()
    # The corner of the table is the library's own, and empty.
    assert [each for each in admin.accessibility_faults() if "index-column" not in each] == []
    cell.fill("9")
    admin.page.locator("[data-found] li").first.wait_for(state="detached")
    settled(admin)
    assert admin.page.evaluate("window.shutOut") == []
    admin.open(f"{proposal}/tables/checks.dmn")
    assert admin.page.locator("[name=cell-checks_govt_service_sla_thana]").input_value() == "9"


def test_a_form_keeps_what_its_editor_does_not_know_and_names_what_may_not_be(admin: Screen) -> None:
    proposal = begin(admin, "प्रपत्र संपादक")
    enter(admin, proposal, "scrutinise.form")
    written = admin.page.evaluate(
        "async (all) => { const found = {}; const { editor } = " + EDITOR + ";"
        "for (const [name, schema] of Object.entries(all)) {"
        " await editor.importSchema(schema); found[name] = editor.saveSchema(); }"
        "return found; }",
        {name: json.loads(data) for name, data in FORMS.items()},
    )
    back = {name: json.dumps(schema).encode() for name, schema in written.items()}
    assert [line for each in comparisons.compare(FORMS, back) for line in each.lines] == []
    assert {name: formjs.entries(data) for name, data in back.items()} == {
        name: formjs.entries(data) for name, data in FORMS.items()
    }

    enter(admin, proposal, "scrutinise.form")
    label = formjs.entries(FORMS["scrutinise.form"])[0].label_hi
    assert admin.page.locator(".fjs-powered-by").first.evaluate(UNCOVERED)
    admin.page.locator(".fjs-form").get_by_text(label).first.click()
    admin.page.get_by_label("नाम, अंग्रेजी में").fill("What the letter says")
    admin.page.get_by_label("गोपनीयता वर्ग").select_option("P2")
    settled(admin)
    changed = formjs.entries(saved(admin, proposal, "scrutinise.form"))[0]
    assert (changed.label_en, changed.pii, changed.label_hi) == ("What the letter says", "P2", label)

    assert admin.page.evaluate(ENGLISH) == [], "an administrator reads the editor in Hindi"
    assert not admin.page.locator(".fjs-palette-field[data-field-type=html]").is_visible()
    admin.page.evaluate(
        "const { editor } = " + EDITOR + ";"
        "editor.get('modeling').addFormField({ type: 'html', id: 'Field_trap', content: 'x' },"
        " editor.get('formFieldRegistry').getForm?.() ?? editor._getState().schema, 0);"
    )
    fault = admin.page.locator("[data-found] li")
    fault.first.wait_for()
    assert "Field_trap" in fault.first.inner_text()
    assert admin.page.evaluate("window.shutOut") == []
    assert admin.accessibility_faults() == []
    admin.picture("editor-form")
