"""Files made to do harm: refused by their bytes or their tree; nothing is fetched, expanded or run."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from app.engine.gate import check
from app.engine.xml import MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, XmlRefused, load_xml
from tests.process import stock, world

if TYPE_CHECKING:
    from pathlib import Path

HONEST = (world.HERE / "sound" / "choice.bpmn").read_text(encoding="utf-8")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_BODY = HONEST.removeprefix(_HEAD)
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def with_doctype(subset: str, use: str = "") -> bytes:
    body = _BODY.replace('name="निर्णय लें"', f'name="निर्णय लें {use}"', 1)
    return f"{_HEAD}<!DOCTYPE definitions {subset}>{body}".encode()


def nested(depth: int) -> bytes:
    return (_HEAD + "<a>" * depth + "</a>" * depth).encode()


HOSTILE: dict[str, bytes] = {
    "external_entity": with_doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
    "external_dtd": with_doctype('SYSTEM "http://127.0.0.1:9/evil.dtd"'),
    "parameter_entity": with_doctype('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]'),
    "billion_laughs": with_doctype(f'[<!ENTITY l0 "ha">{_LAUGHS}]', "&l9;"),
    "quadratic_growth": with_doctype(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 100),
    "empty_doctype": with_doctype(""),
    "stylesheet_instruction": (_HEAD + '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>' + _BODY).encode(),
    "instruction_inside": HONEST.replace("<bpmn:process ", "<?php x ?><bpmn:process ", 1).encode(),
    "utf_16": HONEST.replace("UTF-8", "UTF-16", 1).encode("utf-16"),
    "utf_7": HONEST.replace("UTF-8", "UTF-7", 1).encode(),
    "latin_1": HONEST.replace("UTF-8", "ISO-8859-1", 1).encode(),
    "broken_utf_8": HONEST.encode()[:-200] + b"\xff\xfe" + HONEST.encode()[-200:],
    "nul": HONEST.encode().replace(b"choice", b"cho\0ice", 1),
    "undefined_entity": HONEST.replace('name="निर्णय लें"', 'name="&nbsp;"', 1).encode(),
    "truncated": HONEST.encode()[: len(HONEST) // 2],
    "empty": b"",
    "blank": b" \n ",
    "not_xml": b"PK\x03\x04 not a diagram",
    "deep": nested(MAX_DEPTH + 1),
    "very_deep": nested(200_000),
    "very_many": (_HEAD + "<a>" + "<b/>" * (MAX_ELEMENTS + 1) + "</a>").encode(),
    "too_large": (_HEAD + f"<a>{'x' * MAX_BYTES}</a>").encode(),
    "huge_attribute": (_HEAD + f'<a b="{"x" * (MAX_BYTES + 1)}"/>').encode(),
    "many_attributes": (_HEAD + "<a " + " ".join(f'a{n}="1"' for n in range(200_000)) + "/>").encode(),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("ending", ["bpmn", "dmn"])
def test_a_hostile_file_is_refused(name: str, ending: str):
    problems = check({f"choice.{ending}": HOSTILE[name]}, world.known())
    assert {problem.rule for problem in problems} <= {"xml_unreadable", "xml_doctype"}
    assert [problem.file for problem in problems] == [f"choice.{ending}"]
    with pytest.raises(XmlRefused):
        load_xml(HOSTILE[name])


def test_an_honest_file_with_the_same_words_is_read():
    commented = HONEST.replace("<bpmn:process ", "<!-- सत्यापन का मार्ग --><bpmn:process ", 1)
    assert check({"choice.bpmn": commented.encode()}, world.known("choice")) == []
    assert check({"choice.bpmn": b"\xef\xbb\xbf" + HONEST.encode()}, world.known("choice")) == []


def test_nothing_is_fetched_for_a_file_that_names_an_address():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        calls: list[object] = []
        waiting = threading.Thread(target=lambda: calls.append(_accepted(listener)))
        waiting.start()
        for data in (
            with_doctype(f'[<!ENTITY x SYSTEM "{address}">]', "&x;"),
            with_doctype(f'SYSTEM "{address}"'),
            _BODY.replace(
                "<bpmn:process ",
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/><bpmn:process ',
                1,
            ).encode(),
            _BODY.replace(
                "targetNamespace=", f'xsi:schemaLocation="http://x {address}" targetNamespace=', 1
            ).encode(),
        ):
            check({"choice.bpmn": data}, world.known("choice"))
        waiting.join()
    assert calls == [None]


def _accepted(listener: socket.socket) -> object:
    try:
        return listener.accept()
    except TimeoutError:
        return None


def test_an_included_file_is_an_unknown_element():
    included = _BODY.replace(
        "<bpmn:process ", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/><bpmn:process ', 1
    )
    problems = check({"choice.bpmn": included.encode()}, world.known("choice"))
    assert [problem.rule for problem in problems] == ["element_kind"]


CODE = [
    '__import__("os").system("touch {mark}")',
    "().__class__.__base__.__subclasses__()",
    "[].append.__globals__",
    '(lambda: open("{mark}", "w"))()',
    "[x for x in ().__class__.__mro__]",
    'f"{{scrutinise}}"',
    "(x := 1)",
    "9**9**9**9",
    '"a" * 1000000000 = "b"',
    "not " * 5000 + "true",
    "(" * 5000 + "1" + ")" * 5000,
    "scrutinise.__class__.__init__.__globals__",
    "scrutinise.action.format(1)",
    'eval("1")',
    "𝑒val(1)",
    "`id`",
    "${{7*7}}",
    "{{{{7*7}}}}",
    "scrutinise.action; drop table officer",
    "\u202escrutinise.action",
]


#: Proper FEEL, if nonsense: it gives null. A parameter may be null; a condition, a time or days may not.
NULL = {"[].append.__globals__", "9**9**9**9"}
PLACES = ["condition", "timer", "days", "parameter"]


@pytest.mark.parametrize(
    ("text", "place"),
    [(text, place) for text in CODE for place in PLACES if place != "parameter" or text not in NULL],
)
def test_code_in_an_expression_is_refused_and_never_run(text: str, place: str, tmp_path: Path):
    mark = tmp_path / "was_run"
    source = expression_at(place, text.format(mark=mark))
    name = next(iter(source))
    problems = check(source, world.known(name.removesuffix(".bpmn")))
    assert problems
    assert all(problem.file == name for problem in problems)
    assert not mark.exists()


def expression_at(place: str, text: str) -> dict[str, bytes]:
    """An honest diagram with the text in one place."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    name, old, new = {
        "condition": ("choice", "scrutinise.action in (&quot;return&quot;, &quot;refuse&quot;)", escaped),
        "timer": ("reminder", "&quot;2030-01-01T10:00:00+05:30&quot;", escaped),
        "parameter": ("signed_report", 'value="&quot;hi&quot;"', f'value="{escaped}"'),
        "days": (
            "choice",
            '<spiffworkflow:property name="candidateRole" value="dm" />',
            (
                '<spiffworkflow:property name="candidateRole" value="dm" />'
                f'<spiffworkflow:property name="days" value="{escaped}" />'
            ),
        ),
    }[place]
    source = (world.HERE / "sound" / f"{name}.bpmn").read_text(encoding="utf-8")
    assert old in source
    return {f"{name}.bpmn": source.replace(old, new, 1).encode()}


@pytest.mark.parametrize(
    "name",
    [
        "../choice.bpmn",
        "Choice.bpmn",
        "choice.exe",
        "choice",
        "a/b.bpmn",
        "con.bpmn.",
        "\u0441hoice.bpmn",
        "",
    ],
)
def test_a_file_name_is_a_plain_key(name: str):
    problems = check({name: HONEST.encode()}, world.known("choice"))
    assert "file_name" in {problem.rule for problem in problems}


def test_a_release_has_a_size():
    problems = check({f"f{n}.form": b"x" * 100_000 for n in range(201)}, world.known())
    assert [problem.rule for problem in problems] == ["release_too_large"]


def long_route(tasks: int) -> bytes:
    """A chain of steps, each drawn as plainly as XML allows."""
    steps = "".join(f'<bpmn:userTask id="t{n}"/>' for n in range(tasks))
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(tasks - 1)
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">'
        f'<bpmn:process id="long" isExecutable="true"><bpmn:startEvent id="begin"/>{steps}'
        f'<bpmn:sequenceFlow id="f" sourceRef="begin" targetRef="t0"/>{flows}</bpmn:process></bpmn:definitions>'
    ).encode()


def test_a_route_longer_than_the_engine_can_walk_is_refused():
    ran = stock.run({"long.bpmn": long_route(3000)}, stock.Given("long"))
    assert ran.verdict == "refuses"
    assert "RecursionError" in ran.why
    problems = check({"long.bpmn": long_route(3000)}, world.known("long"))
    assert [problem.rule for problem in problems] == ["too_many_nodes"]
