"""The process administrator at the canvas: what he draws, chooses and reads, by the words on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.pages import Screen

_CANVAS = "document.querySelector('[data-canvas]').modeler"


class Canvas:
    """The open page with a diagram."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.page = screen, screen.page

    def open(self, proposal: str, name: str) -> Canvas:
        self.screen.open(f"{proposal}/files/{name}/canvas")
        self.page.locator("[data-ready]").wait_for()
        return self

    def ask(self, script: str, *given: Any) -> Any:
        """Ask the drawing itself, for what only its own coordinates can tell."""
        return self.page.evaluate(f"([...given]) => {{ const modeler = {_CANVAS}; {script} }}", list(given))

    def shape(self, element_id: str) -> Locator:
        return self.page.locator(f"[data-element-id='{element_id}']").first

    def show(self, element_id: str) -> Canvas:
        """Bring a shape or a flow into sight."""
        self.ask(
            "const one = modeler.get('elementRegistry').get(given[0]);"
            "modeler.get('canvas').scrollToElement(one, {top: 150, right: 150, bottom: 150, left: 150});",
            element_id,
        )
        return self

    def choose(self, element_id: str) -> Canvas:
        """Bring a shape into sight and press it."""
        self.show(element_id)
        self.shape(element_id).locator(".djs-hit").first.click(force=True)
        return self

    def choose_lane(self, name: str) -> Canvas:
        """Press the strip of a lane that bears its name; of two of one name the newer."""
        lane = self.ask(
            "const one = modeler.get('elementRegistry').filter((each) => each.type === 'bpmn:Lane' &&"
            " (each.businessObject.name || '') === given[0]).pop();"
            "const box = modeler.get('canvas').viewbox();"
            "modeler.get('canvas').viewbox({...box, x: one.x - 200, y: one.y + one.height / 2 - box.height / 2});"
            "return one.id;",
            name,
        )
        x, _ = self.middle(lane, of="one.x + 15")
        self.page.mouse.click(x, self.middle(lane)[1])
        return self

    def middle_of_lane(self, name: str) -> float:
        """How far down on the glass the middle of a lane is."""
        lane = self.ask(
            "return modeler.get('elementRegistry').filter((one) => one.type === 'bpmn:Lane' &&"
            " one.businessObject.name === given[0]).pop().id;",
            name,
        )
        return self.middle(lane)[1]

    def press(self, act: str) -> Canvas:
        """Press a sign beside the chosen shape."""
        self.page.locator(".djs-context-pad").get_by_role("button", name=act, exact=True).click()
        return self

    def middle(self, element_id: str, of: str = "") -> tuple[float, float]:
        """Where on the glass the middle of a shape, or of a flow's longest part, is; `of`: another x of it."""
        x, y = self.ask(
            "const one = modeler.get('elementRegistry').get(given[0]);"
            "const box = modeler.get('canvas').viewbox();"
            "const frame = modeler.get('canvas').getContainer().getBoundingClientRect();"
            "let x = one.x + one.width / 2, y = one.y + one.height / 2;"
            "if (one.waypoints) {"
            "  const parts = one.waypoints.slice(1).map((to, at) => [one.waypoints[at], to]);"
            "  const long = ([a, b]) => Math.hypot(a.x - b.x, a.y - b.y);"
            "  const [a, b] = parts.sort((p, q) => long(q) - long(p))[0];"
            "  x = (a.x + b.x) / 2; y = (a.y + b.y) / 2;"
            "}"
            f"{f'x = {of};' if of else ''}"
            "return [frame.x + (x - box.x) * box.scale, frame.y + (y - box.y) * box.scale];",
            element_id,
        )
        return x, y

    def drag(self, tool: str, x: float, y: float) -> Canvas:
        """Take a shape from the palette by its name, and put it down there."""
        self.page.locator(".djs-palette").get_by_role("button", name=tool, exact=True).click()
        self.page.mouse.move(x - 6, y - 6, steps=4)
        self.page.mouse.move(x, y, steps=4)
        self.page.mouse.click(x, y)
        return self

    def fill(self, label: str, text: str) -> Canvas:
        box = self.page.locator("[data-properties]").get_by_label(label, exact=True)
        box.fill(text)
        box.blur()
        return self

    def pick(self, label: str, choice: str) -> Canvas:
        self.page.locator("[data-properties]").get_by_label(label, exact=True).select_option(label=choice)
        return self

    def settled(self) -> Canvas:
        """Wait until what was drawn is saved and checked."""
        self.page.locator("[data-state=saved]").wait_for()
        return self

    def saved(self) -> bytes:
        """The file as the canvas writes it."""
        text: str = self.ask("return modeler.saveXML({ format: true }).then((made) => made.xml);")
        return text.encode()

    def faults(self) -> list[str]:
        return self.page.locator("[data-found] li").all_inner_texts()
