"""The server's drawing: every shape, both languages, states in words, nothing that a page would not allow."""

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.engine import shapes
from app.engine.diagram import Box, DiagramFault, read
from app.engine.drawing import SIGNS, Look, Mark, draw
from app.engine.xml import XmlRefused
from tests.diagrams import Sketch, straight
from tests.sources import ROOT

SVG = "{http://www.w3.org/2000/svg}"
SHIPPED = sorted((ROOT / "processes").glob("*.bpmn"))
MANY = '<bpmn:multiInstanceLoopCharacteristics isSequential="{}"/>'
TIMER, MESSAGE = "<bpmn:timerEventDefinition/>", "<bpmn:messageEventDefinition/>"


def drawn(
    sketch: Sketch | bytes, marks: dict[str, Mark] | None = None, lang: str = "hi", **more: Any
) -> etree._Element:
    xml = sketch if isinstance(sketch, bytes) else sketch.xml()
    look = Look(language="en" if lang == "en" else "hi", marks=marks or {}, **more)
    return etree.fromstring(f"<page>{draw(xml, look)}</page>")


def node(page: etree._Element, element_id: str) -> etree._Element:
    (found,) = page.xpath(f'//*[@data-element="{element_id}"]')
    return found


def classes(element: etree._Element) -> set[str]:
    return set(element.get("class", "").split())


def said(element: etree._Element) -> str:
    """The visible words of an element, its title left out."""
    return " ".join(" ".join("".join(row.itertext()).split()) for row in element.iter(f"{SVG}text"))


def title(element: etree._Element) -> str:
    return element.findtext(f"{SVG}title") or ""


@pytest.mark.parametrize(
    ("kind", "more", "wanted"),
    [
        ("task", {}, {"task"}),
        ("userTask", {}, {"task"}),
        ("serviceTask", {}, {"task"}),
        ("businessRuleTask", {}, {"task"}),
        ("scriptTask", {}, {"task"}),
        ("manualTask", {}, {"task"}),
        ("sendTask", {}, {"task"}),
        ("receiveTask", {}, {"task"}),
        ("callActivity", {"inside": MANY.format("false")}, {"task", "call"}),
        ("subProcess", {"di": 'isExpanded="false"'}, {"task", "sub"}),
        ("subProcess", {"di": 'isExpanded="true"'}, {"frame"}),
        ("transaction", {}, {"task", "sub"}),
        ("exclusiveGateway", {}, {"gateway"}),
        ("parallelGateway", {}, {"gateway"}),
        ("inclusiveGateway", {}, {"gateway"}),
        ("complexGateway", {}, {"gateway"}),
        ("eventBasedGateway", {}, {"gateway"}),
        ("startEvent", {}, {"event", "start"}),
        ("startEvent", {"inside": MESSAGE}, {"event", "start"}),
        ("endEvent", {"inside": "<bpmn:terminateEventDefinition/>"}, {"event", "end"}),
        ("endEvent", {"inside": "<bpmn:errorEventDefinition/>"}, {"event", "end"}),
        ("intermediateCatchEvent", {"inside": TIMER}, {"event"}),
        ("intermediateThrowEvent", {"inside": "<bpmn:signalEventDefinition/>"}, {"event"}),
        ("boundaryEvent", {"inside": TIMER, "attachedToRef": "x", "cancelActivity": "false"}, {"event"}),
        ("dataObjectReference", {}, {"dataObjectReference"}),
        ("dataStoreReference", {}, {"dataStoreReference"}),
        ("group", {}, {"group"}),
    ],
)
def test_every_kind_of_shape_has_its_look(kind: str, more: dict[str, str], wanted: set[str]) -> None:
    shape = node(drawn(Sketch().node(kind, "shape", "नाम", **more)), "shape")
    assert wanted <= classes(shape)
    assert len(shape) > 1
    assert title(shape) == "नाम"


def test_a_note_is_written_with_its_text() -> None:
    note = Sketch().node("textAnnotation", "note", inside="<bpmn:text>दो थानों में\n साथ-साथ</bpmn:text>")
    assert said(node(drawn(note), "note")) == "दो थानों में साथ-साथ"


def test_tasks_say_by_a_picture_what_they_are() -> None:
    pictures = {
        etree.tostring(node(drawn(Sketch().node(kind, "t")), "t").find(f"{SVG}path[@class='icon']"))
        for kind in ("userTask", "serviceTask", "businessRuleTask", "scriptTask", "manualTask", "receiveTask")
    }
    assert len(pictures) == 6


def test_an_event_that_does_not_interrupt_has_a_broken_edge() -> None:
    def edges(cancel: str) -> list[str]:
        event = Sketch().node("boundaryEvent", "warn", attachedToRef="x", cancelActivity=cancel, inside=TIMER)
        return [circle.get("class", "") for circle in node(drawn(event), "warn").iter(f"{SVG}circle")]

    assert edges("false") == ["edge open", "ring open"]
    assert edges("true") == ["edge", "ring"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_repeated_call_shows_how_it_repeats(sequential: str) -> None:
    shape = node(drawn(Sketch().node("callActivity", "call", inside=MANY.format(sequential))), "call")
    (foot,) = shape.findall(f"{SVG}path[@class='foot']")
    assert ("H" in foot.get("d", "")) == (sequential == "true")


def test_flows_have_heads_and_round_corners_and_their_words() -> None:
    page = drawn(straight().flow("begin", "finish", "सीधे"))
    (line,) = page.xpath("//*[local-name()='path'][@marker-end][1]")[:1]
    assert "Q" in line.get("d")
    assert "सीधे" in said(page)
    assert {marker.get("markerUnits") for marker in page.iter(f"{SVG}marker")} == {"userSpaceOnUse"}


def test_a_default_flow_and_a_conditional_flow_are_told_apart() -> None:
    condition = "<bpmn:conditionExpression>x</bpmn:conditionExpression>"
    sketch = (
        Sketch().node("exclusiveGateway", "choice", default="choice_to_a").node("task", "a").node("task", "b")
    )
    page = drawn(
        sketch.flow("choice", "a").flow("choice", "b", inside=condition).flow("a", "b", inside=condition)
    )
    assert len(page.xpath("//*[@class='flow default']")) == 1
    assert len(page.xpath("//*[@class='flow condition']")) == 1


def test_message_flows_and_associations_look_unlike_flows() -> None:
    sketch = straight().flow("visit", "begin", kind="association").flow("finish", "begin", kind="messageFlow")
    page = drawn(sketch)
    assert len(page.xpath("//*[@class='association'][not(@marker-end)]")) == 1
    assert page.xpath("//*[@class='message']")[0].get("marker-end").endswith("-open)")


def test_lanes_bear_the_names_of_offices_and_not_the_keys_of_machines() -> None:
    sketch = straight().lane("l1", "sp_office").lane("l2", "own_lane")
    page = drawn(sketch, lanes={"sp_office": "पुलिस अधीक्षक का कार्यालय"})
    assert said(node(page, "l1")) == "पुलिस अधीक्षक का कार्यालय"
    assert said(node(page, "l2")) == "own_lane"
    assert "rotate(-90" in etree.tostring(node(page, "l1")).decode()


def test_labels_are_said_in_the_language_asked_for() -> None:
    assert said(node(drawn(straight()), "visit")) == "भ्रमण"
    assert said(node(drawn(straight(), lang="en"), "visit")) == "Visit"
    assert said(node(drawn(straight(english=""), lang="en"), "visit")) == "भ्रमण"


@pytest.mark.parametrize("state", SIGNS)
def test_a_state_is_a_sign_and_a_word_besides_its_colour(state: Any) -> None:
    page = drawn(straight(), {"visit": Mark(state, "यहाँ"), "begin": Mark(state, "यहाँ")})
    assert state in classes(node(page, "visit"))
    assert said(node(page, "visit")).count(f"{SIGNS[state]} यहाँ") == 1
    assert title(node(page, "visit")) == "भ्रमण, यहाँ"
    assert SIGNS[state] in said(node(page, "begin"))
    assert title(node(page, "begin")) == "आरंभ, यहाँ"


def test_a_badge_says_who_holds_a_step_with_the_sign_of_its_state() -> None:
    page = drawn(straight(), {"visit": Mark("late", "विलंबित", "थाना मांझी · 2 कार्यदिवस विलंब")})
    (badge,) = page.xpath("//*[contains(@class, 'badge')]")
    assert said(badge) == "! थाना मांझी · 2 कार्यदिवस विलंब"
    assert title(node(page, "visit")) == "भ्रमण, विलंबित, थाना मांझी · 2 कार्यदिवस विलंब"


def test_a_mark_without_words_writes_none_into_the_step() -> None:
    page = drawn(straight(), {"visit": Mark("late", badge="7 लंबित, 2 विलंबित")})
    assert said(node(page, "visit")) == "भ्रमण"
    assert not drawn(straight(), {"visit": Mark("done", "पूरा")}).xpath("//*[contains(@class, 'badge')]")


def test_a_way_is_marked_only_where_it_is_given() -> None:
    marks = {"visit": Mark("late")}
    assert not drawn(straight(), marks).xpath(
        "//*[local-name()='g' or @class='flow done'][contains(@class, 'done')]"
    )
    page = drawn(straight(), marks, way={"begin_to_visit"})
    assert len(page.xpath("//*[@class='flow done']")) == 1
    assert "✓" in said(node(page, "begin"))
    assert "✓" not in said(node(page, "finish"))


def test_a_step_may_lead_to_a_page() -> None:
    page = drawn(straight(), links={"visit": "/inbox?step=visit&late=1"})
    (link,) = page.iter(f"{SVG}a")
    assert link.get("href") == "/inbox?step=visit&late=1"
    assert link[0].get("data-element") == "visit"
    assert {svg.get("role") for svg in page.iter(f"{SVG}svg")} == {"group"}


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "//evil.example", "https://evil.example", "/\\evil", ""]
)
def test_an_address_off_the_site_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        draw(straight().xml(), Look(links={"visit": address}))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=40))
def test_any_name_is_drawn_as_text(name: str) -> None:
    page = drawn(straight(name, name).flow("begin", "finish", name), {"visit": Mark("late", name, name)})
    assert title(node(page, "visit")).startswith(name)
    assert not list(page.iter(f"{SVG}script"))


def test_markup_in_names_stays_text() -> None:
    hostile = '<script>alert(1)</script>"><img onerror=x>&amp;'
    page = drawn(
        straight(hostile), {"visit": Mark("current", hostile, hostile)}, links={"visit": '/?q="><script>'}
    )
    assert said(node(page, "visit")).startswith("<script>alert(1)</script>")
    assert not page.xpath("//*[local-name()='script' or local-name()='img']")


def test_nothing_needs_an_inline_style_or_a_script() -> None:
    for path in SHIPPED:
        page = drawn(path.read_bytes(), {"visit": Mark("late", "क", "ख"), "scrutinise": Mark("done", "पूरा")})
        names = {name for element in page.iter() for name in element.attrib}
        assert not [name for name in names if name == "style" or name.startswith("on")]
        assert {etree.QName(element).localname for element in page.iter(f"{SVG}*")} <= {
            *(
                "svg",
                "defs",
                "marker",
                "path",
                "g",
                "title",
                "rect",
                "circle",
                "polygon",
                "text",
                "tspan",
                "a",
            )
        }


def test_every_class_has_its_look_in_the_stylesheet() -> None:
    css = (ROOT / "frontend" / "styles" / "bpmn.css").read_text()
    structure = {
        "node",
        "start",
        "plain",
        "sub",
        "label",
        "word",
        "default",
        "bpmn",
        "edge",
        "dataObjectReference",
    }
    used = set()
    for state in SIGNS:
        marks = {"visit": Mark(state, "क", "ख"), "begin": Mark(state)}  # type: ignore[arg-type]
        page = drawn(straight().lane("l", "thana"), marks, way={"begin_to_visit"}, widest=300)
        used |= {name for element in page.iter() for name in classes(element)}
    assert not [name for name in used - structure if f".{name}" not in css]


def test_two_drawings_on_one_page_share_no_id() -> None:
    page = [drawn(path.read_bytes(), name=f"d{at}-") for at, path in enumerate([*SHIPPED, *SHIPPED])]
    ids = Counter(element.get("id") for one in page for element in one.iter() if element.get("id"))
    assert ids
    assert max(ids.values()) == 1


def test_labels_break_between_words_only() -> None:
    words = "क्षेत्रीय पुलिस उपाधीक्षक द्वारा अग्रसारण एवं अंकन"
    shape = node(drawn(straight(words)), "visit")
    rows = ["".join(row.itertext()) for row in shape.iter(f"{SVG}tspan")]
    assert len(rows) > 2
    assert " ".join(rows) == words


def test_letters_are_large_enough_to_read() -> None:
    for svg in drawn(straight()).iter(f"{SVG}svg"):
        assert 13 <= float(svg.get("font-size", "0")) <= 14
        _, _, width, height = (float(part) for part in svg.get("viewBox", "").split())
        assert (float(svg.get("width", "0")), float(svg.get("height", "0"))) == (width, height)


def test_the_inside_of_a_closed_sub_process_is_a_drawing_of_its_own() -> None:
    sketch = Sketch().node("subProcess", "deeper", "भीतर", inside='<bpmn:task id="inner" name="काम"/>')
    second = (
        '<bpmndi:BPMNDiagram id="d2"><bpmndi:BPMNPlane id="plane2" bpmnElement="deeper">'
        '<bpmndi:BPMNShape id="i_s" bpmnElement="inner"><dc:Bounds x="0" y="0" width="100" height="80"/>'
        "</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    )
    page = drawn(sketch.xml().decode().replace("</bpmn:definitions>", second).encode())
    assert [svg.get("aria-label") for svg in page.iter(f"{SVG}svg")] == ["प्रक्रिया", "भीतर"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda xml: re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", xml), "no_plane"),
        (lambda xml: re.sub(rb"<bpmndi:BPMN(Shape|Edge).*</bpmndi:BPMN(Shape|Edge)>", b"", xml), "no_shapes"),
        (lambda xml: xml.replace(b'bpmnElement="visit"', b'bpmnElement="ghost"'), "no_element"),
        (lambda xml: xml.replace(b'bpmnElement="both"', b'bpmnElement="ghost"'), "no_element"),
        (lambda xml: re.sub(rb"<dc:Bounds[^>]*/>", b"", xml, count=1), "no_place"),
        (lambda xml: re.sub(rb"<di:waypoint[^>]*/>", b"", xml), "no_place"),
        (lambda xml: xml.replace(b'width="130"', b'width="wide"'), "bad_number"),
        (lambda xml: xml.replace(b'width="130"', b'width="nan"'), "bad_number"),
        (lambda xml: xml.replace(b'width="130"', b'width="1e300"'), "bad_number"),
    ],
)
def test_a_drawing_that_is_not_there_is_said_clearly(change: object, code: str) -> None:
    broken = change(straight().xml())  # type: ignore[operator]
    assert broken != straight().xml()
    with pytest.raises(DiagramFault) as fault:
        draw(broken, Look())
    assert fault.value.code == code


def test_bad_xml_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(XmlRefused):
        draw(b"<!DOCTYPE x []><x/>", Look())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_drawing_too_wide_for_a_page_is_cut_into_pieces_that_show_everything(path: Any) -> None:
    whole, cut = drawn(path.read_bytes()), drawn(path.read_bytes(), widest=1600, lanes={"thana": "थाना"})
    pieces = list(cut.iter(f"{SVG}svg"))
    assert len(pieces) > 1
    assert all(float(piece.get("width", "0")) <= 1600 for piece in pieces)
    assert [piece.get("aria-label", "")[-5:] for piece in pieces] == [
        f"({number}/{len(pieces)})" for number in range(1, len(pieces) + 1)
    ]
    elements = [
        {one.get("data-element") for one in page.xpath("//*[@data-element]")} for page in (whole, cut)
    ]
    assert elements[0] == elements[1]
    lanes = whole.xpath("//*[@class='node lane']")
    assert all(len(piece.xpath(".//*[contains(@class, 'gutter')]")) == len(lanes) for piece in pieces[1:])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_cut_goes_through_no_step(path: Any) -> None:
    xml = path.read_bytes()
    (plane,) = read(xml).planes
    steps = [shape.box for shape in plane.nodes if shape.kind.endswith(("Task", "Activity"))]
    pieces = list(drawn(xml, widest=1600).iter(f"{SVG}svg"))
    for piece in pieces[1:]:
        cut = float(piece.get("viewBox", "").split()[0]) + 30  # what the piece before shows too
        assert not [box for box in steps if box.x < cut < box.right]


def test_a_drawing_that_fits_stays_in_one_piece() -> None:
    assert len(list(drawn(straight(), widest=1600).iter(f"{SVG}svg"))) == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["hi", "en"])
def test_the_shipped_diagrams_are_drawn_whole(path: object, lang: str) -> None:
    xml = path.read_bytes()  # type: ignore[attr-defined]
    page = drawn(xml, lang=lang)
    shapes = [shape.id for plane in read(xml).planes for shape in plane.nodes]
    assert sorted(element.get("data-element") for element in page.xpath("//*[@data-element]")) == sorted(
        shapes
    )
    unnamed = [
        one for one in shapes if not title(node(page, one)) and "gateway" not in classes(node(page, one))
    ]
    assert not unnamed


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_badge_covers_no_shape_of_the_shipped_diagrams(path: object) -> None:
    xml = path.read_bytes()  # type: ignore[attr-defined]
    (plane,) = read(xml).planes
    small = [shape.box for shape in plane.nodes if shape.box.height < 200]
    for shape in plane.nodes:
        if shape.kind != "userTask":
            continue
        page = drawn(xml, {shape.id: Mark("late", "विलंबित", "थाना मुफस्सिल · 12 कार्यदिवस विलंब")})
        (plate,) = page.xpath("//*[contains(@class, 'badge')]/*[local-name()='rect']")
        badge = Box(*(float(plate.get(name)) for name in ("x", "y", "width", "height")))
        assert not [box for box in small if box.meets(badge)], shape.id


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", ["hi", "en"])
def test_no_label_of_the_shipped_diagrams_runs_over_a_shape_or_another_label(path: object, lang: str) -> None:
    (plane,) = read(path.read_bytes()).planes  # type: ignore[attr-defined]
    language = "en" if lang == "en" else "hi"
    boxes = {shape.id: shape.box for shape in plane.nodes if shape.box.height < 200}
    around = [shape for shape in plane.nodes if shape.kind.endswith(("Event", "Gateway"))]
    labels = {f"label of {one.id}": shapes.outside(one, one.said(language)) for one in around}
    labels |= {f"label of {one.id}": shapes.beside(one, one.said(language)) for one in plane.links}
    written = {name: inner(label[1]) for name, label in labels.items() if label}
    for name, box in written.items():
        others = {**boxes, **written}
        assert not [other for other, taken in others.items() if other != name and taken.meets(box)], name


def inner(box: Box) -> Box:
    """What of a label's box is surely ink; its width is an estimate on the wide side."""
    return Box(box.x + 2, box.y + 2, box.width - 4, box.height - 4)
