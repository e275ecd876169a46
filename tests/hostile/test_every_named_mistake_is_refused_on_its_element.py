"""The shipped route with one mistake in it: each class that hangs, dies, misleads or attacks is refused where it is.

The classes are those of the study of the engine (what it takes and does not survive) and of the study of attacks by
an edited diagram. What each does to the stock engine stands with its own small file in `tests/process/broken/`;
here it comes as an administrator would send it: the whole release, with one thing changed.
"""

from __future__ import annotations

import cProfile
from typing import TYPE_CHECKING

import pytest

from app import engine
from app.services.jobs.jobs import RESULTS
from app.services.procedure import gatekeeping, releases
from tests.mistakes import (
    SP_SIGNS,
    C,
    E,
    Mistake,
    O,
    V,
    condition,
    drawn,
    element,
    file_of,
    flow,
    inside,
    leads,
    mistake,
    of_kind,
    property_of,
    says,
    swap,
    swap_all,
    swap_bounds,
)
from tests.process.test_every_refusal_says_what_to_do_in_both_languages import texts
from tests.sources import ROOT

if TYPE_CHECKING:
    from tests.mistakes import Change

SHIPPED = releases.read_folder(ROOT)
KNOWN = gatekeeping.known(SHIPPED, RESULTS)
#: Calls of functions within which each of these releases is judged; the shipped one takes a third of it.
MOST_CALLS = 6_000_000

SIGNER = "signatory_known_to_signed_by_sp"
DECIDE = '<bpmn:userTask id="decide" name="जिला पदाधिकारी का निर्णय">'
TIMER = "for share in [0.7, 1, 1.4, 2] return working days after(share * checks.sla_dm_issue)"
LABEL = '<spiffworkflow:property name="label_en" value="{}" />'
DIAGRAM = SHIPPED[V].decode()


def event(kind: str, name: str, definition: str, more: str = "") -> Mistake:
    inner = f'<bpmn:{definition} id="{name}_kind" />'
    return mistake("event_kind", V, name, element(f'<bpmn:{kind} id="{name}" {more}>{inner}</bpmn:{kind}>'))


def stranger(rule: str, kind: str, more: str = "", inner: str = "") -> Mistake:
    return mistake(rule, V, "odd", element(f'<bpmn:{kind} id="odd" name="नया" {more}>{inner}</bpmn:{kind}>'))


OF_THE_ENGINE: dict[str, Mistake] = {
    # refused by the engine, but not in words or not on a shape
    "complex gateway": stranger("complex_gateway", "complexGateway"),
    "flow to nowhere": mistake("flow_loose", V, "checks_to_route", leads("checks_to_route", target="gone")),
    "two ways out of a task": mistake(
        "fork_without_gateway", V, "route", flow("more", "route", "enter_outcome")
    ),
    "no start": mistake(
        "start_single", V, "handle_case", of_kind("begin_handling", "intermediateThrowEvent")
    ),
    "sub-process without end": mistake(
        "end_missing", V, "odd", element('<bpmn:subProcess id="odd" name="नया"></bpmn:subProcess>')
    ),
    "call of nothing": mistake(
        "called_missing", V, "conduct_enquiries", swap('calledElement="enquiry"', 'calledElement="inquiry"')
    ),
    "decision of nothing": mistake("decision_missing", V, "checks", swap(">checks</spiff", ">cheks</spiff")),
    "service of nothing": mistake(
        "service_missing", V, "issue_report", swap('Operator id="issue_report"', 'Operator id="isue_report"')
    ),
    "service without operation": stranger("service_missing", "serviceTask"),
    "repetition over nothing": mistake(
        "collection_missing",
        V,
        "conduct_enquiries",
        swap("<bpmn:loopDataInputRef>units</bpmn:loopDataInputRef>", ""),
    ),
    "data store": stranger("data_element", "dataStoreReference"),
    "compensation at the border": event(
        "boundaryEvent", "undo", "compensateEventDefinition", 'attachedToRef="route"'
    ),
    "not executable": mistake(
        "process_executable", V, "verification", swap('isExecutable="true"', 'isExecutable="false"')
    ),
    # taken without a word, and wrong
    "link": event("intermediateThrowEvent", "jump", "linkEventDefinition", 'name="x"'),
    "compensation": event("intermediateThrowEvent", "undo", "compensateEventDefinition"),
    "signal at the end": mistake(
        "event_kind", V, "close_case", inside("close_case", '<bpmn:signalEventDefinition id="s" />')
    ),
    "escalation": event("endEvent", "above", "escalationEventDefinition"),
    "condition on the way out of a task": mistake(
        "condition_ignored", V, "checks_to_route", says("checks_to_route", SP_SIGNS)
    ),
    "flow from nowhere": mistake("flow_loose", V, "checks_to_route", leads("checks_to_route", source="gone")),
    "island": mistake(
        "unreachable",
        V,
        "odd",
        element('<bpmn:exclusiveGateway id="odd" />'),
        flow("away", "odd", "enter_issue"),
    ),
    "nothing follows": mistake("dead_end", V, "checks", leads("checks_to_route", source="scrutiny_decided")),
    "default of nothing": mistake(
        "default_missing",
        V,
        "signatory_known",
        swap('default="signatory_known_to_enter_decision"', 'default="x"'),
    ),
    "id of the engine": mistake("id_reserved", V, "End", swap_all('"route"', '"End"')),
    "attribute of another engine": mistake(
        "attribute_kind",
        V,
        "decide",
        swap('<bpmn:userTask id="decide"', '<bpmn:userTask xmlns:c="urn:c" c:a="1" id="decide"'),
    ),
    "ad-hoc": stranger("ad_hoc", "adHocSubProcess", 'ordering="Sequential"'),
    # taken, and dies when a case comes there
    "neither condition nor default": mistake(
        "default_missing", V, "signatory_known", swap('default="signatory_known_to_enter_decision"', "")
    ),
    "not a sentence of FEEL": mistake("feel_syntax", V, SIGNER, condition("checks.final_signatory == 1")),
    "name of nothing": mistake("name_unknown", V, SIGNER, condition('checks.signatory = "SP"')),
    "duration without quotes": mistake("name_unknown", V, "warn_decide", swap(TIMER, "P3D")),
    "no duration": mistake("timer_type", V, "warn_decide", swap(TIMER, '"three days"')),
    "collection of nothing": mistake(
        "collection_missing", V, "conduct_enquiries", swap("InputRef>units<", "InputRef>reports<")
    ),
    "object that nobody sets": stranger("data_element", "dataObjectReference"),
    "answer that nobody has given yet": mistake(
        "name_too_early",
        V,
        "scrutiny_decided_to_close_case",
        swap('scrutinise.action = "close"', 'decide.dm_decision = "hearing"'),
    ),
    # taken, and hangs
    "choice that a join of all awaits": mistake(
        "deadlock", V, "enter_issue", of_kind("enter_issue", "parallelGateway")
    ),
    "branches that nothing joins": mistake(
        "doubled_token", E, "gather_findings", of_kind("gather_findings", "exclusiveGateway")
    ),
    "event sub-process": stranger("event_sub_process", "subProcess", 'triggeredByEvent="true"'),
    "loop without a person": mistake(
        "loop_without_step", V, "enter_issue", flow("round", "dispatch_shared", "enter_issue", SP_SIGNS)
    ),
    "loop back into a task": mistake(
        "join_without_gateway", V, "route", leads("recommendation_made_to_enter_scrutiny", target="route")
    ),
    # never looked at
    "lane of no office": mistake("lane_unknown", V, "verification_sdpo", swap('name="sdpo"', 'name="sdo"')),
    "form of nothing": mistake("form_unknown", V, "decide", property_of("decide", "formKey", "decision")),
    "role of nobody": mistake(
        "role_missing", V, "decide", property_of("decide", "candidateRole", "collector")
    ),
    "role of another office": mistake(
        "role_elsewhere", V, "decide", property_of("decide", "candidateRole", "sho")
    ),
    # the ten findings, and the schema
    "id twice": mistake("id_twice", V, "route", element('<bpmn:exclusiveGateway id="route" />')),
    "against the schema": mistake(
        "schema",
        V,
        "decide",
        swap('<bpmn:userTask id="decide"', '<bpmn:incoming>x</bpmn:incoming><bpmn:userTask id="decide"'),
    ),
    "key that makes a case unreadable": mistake(
        "id_reserved", V, "typename", swap_all('"route"', '"typename"')
    ),
    "reference that the modeler drops": mistake(
        "collection_property", V, "conduct_enquiries", swap('<bpmn:property id="units" name="units" />', "")
    ),
    "round that overwrites the last": mistake(
        "collection_overwrites",
        V,
        "conduct_enquiries",
        swap("<bpmn:loopDataOutputRef>reports<", "<bpmn:loopDataOutputRef>units<"),
    ),
    "table with a gap": mistake(
        "decision_uncovered",
        O,
        "outcome",
        swap_all(
            '<inputEntry id="outcome_rule_17_if_juvenile_record">\n          <text>-</text>',
            '<inputEntry id="outcome_rule_17_if_juvenile_record">\n          <text>true</text>',
        ),
    ),
    "table with two answers": mistake(
        "decision_overlap", C, "checks", swap('"central_forces"', '"govt_service"')
    ),
}


def named(rule: str, node: str, text: str) -> Mistake:
    """The element is called something else."""
    return mistake(rule, V, node, swap(f'name="{NAMES[node]}"', f'name="{text}"'))


def at_head_of_decide(text: str) -> Change:
    """The first extension of the DM's step."""
    opened = f"{DECIDE}\n        <bpmn:extensionElements>"
    return swap(opened, opened + text)


def doctype(subset: str, use: str = "") -> Mistake:
    head, body = DIAGRAM.split("?>", 1)
    made = f"{head}?><!DOCTYPE d {subset}>{body.replace(NAMES['decide'], NAMES['decide'] + use, 1)}"
    return file_of("xml_doctype", V, made.encode())


def unreadable(data: bytes, rule: str = "xml_unreadable") -> Mistake:
    return file_of(rule, V, data)


def code(place: str, text: str) -> Mistake:
    """Code in one place where the route reckons; the rule depends on what is wrong with it as FEEL."""
    rule = {"dunder": "name_unknown", "bomb": "condition_type"}.get(text, "feel_syntax")
    said = {"dunder": "().__class__.__base__", "bomb": "9**9**9"}.get(text, text)
    file, shape, change = {
        "condition": (V, SIGNER, condition(said)),
        "timer": (V, "warn_decide", swap(TIMER, said)),
        "days": (V, "decide", property_of("decide", "days", said)),
        "parameter": (
            V,
            "issue_report",
            swap(
                "<spiffworkflow:parameters />",
                f"<spiffworkflow:parameters>{PARAMETER.format(said)}</spiffworkflow:parameters>",
            ),
        ),
        "input": (O, "outcome_read_wanted", swap("<text>findings.wanted</text>", f"<text>{said}</text>")),
        "cell": (
            O,
            "outcome_rule_1_if_wanted",
            swap(
                '<inputEntry id="outcome_rule_1_if_wanted">\n          <text>true</text>',
                f'<inputEntry id="outcome_rule_1_if_wanted">\n          <text>{said}</text>',
            ),
        ),
        "output": (
            C,
            "checks_govt_service_final_signatory",
            swap(
                '<outputEntry id="checks_govt_service_final_signatory">\n          <text>"DM"</text>',
                f'<outputEntry id="checks_govt_service_final_signatory">\n          <text>{said}</text>',
            ),
        ),
    }[place]
    return mistake(rule, file, shape, change)


PARAMETER = '<spiffworkflow:parameter id="x" type="any" value="{}" />'
OWN_PAPER = (
    element(
        '<bpmn:serviceTask id="paper" name="पत्र"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="label_en" value="Paper" /></spiffworkflow:properties>'
        '<spiffworkflow:serviceTaskOperator id="issue_report"><spiffworkflow:parameters />'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    ),
    flow("own", "paper", "enter_endorsement"),
    leads("gather_findings_to_enter_endorsement", target="paper"),
    drawn("paper"),
)
NAMES = {"decide": "जिला पदाधिकारी का निर्णय", "verification_sdpo": "sdpo"}
LAMBDA = "(lambda: open(&quot;/tmp/x&quot;))()"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))

OF_ATTACKS: dict[str, Mistake] = {
    # XML
    "entity of a file": doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
    "definition from elsewhere": doctype('SYSTEM "http://127.0.0.1:9/evil.dtd"'),
    "entity of parameters": doctype('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]'),
    "a billion laughs": doctype(f'[<!ENTITY l0 "ha">{LAUGHS}]', "&l9;"),
    "quadratic growth": doctype(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 100),
    "inclusion": mistake(
        "element_kind",
        V,
        "verification",
        swap(
            "<bpmn:property ",
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x" /><bpmn:property ',
        ),
    ),
    "utf-16": unreadable(DIAGRAM.replace("UTF-8", "UTF-16", 1).encode("utf-16")),
    "utf-7": unreadable(DIAGRAM.replace("UTF-8", "UTF-7", 1).encode()),
    "deep": unreadable(b"<a>" * 200_000 + b"</a>" * 200_000),
    "many": unreadable(b"<a>" + b"<b/>" * 100_000 + b"</a>"),
    "instruction": unreadable(
        DIAGRAM.replace("<bpmn:process ", "<?php x ?><bpmn:process ", 1).encode(), "xml_doctype"
    ),
    "nul": unreadable(DIAGRAM.replace("decide", "de\0cide", 1).encode()),
    "huge attribute": unreadable(f'<a b="{"x" * 2_000_001}" />'.encode()),
    "long attribute": mistake("long_text", V, "decide", property_of("decide", "instructions_en", "x" * 5000)),
    "truncated": unreadable(DIAGRAM.encode()[:30_000]),
    "empty": unreadable(b""),
    "too many shapes": mistake(
        "too_many_nodes", V, "", element("".join(f'<bpmn:exclusiveGateway id="g{n}" />' for n in range(400)))
    ),
    # code
    "script task": stranger(
        "script", "scriptTask", 'scriptFormat="python"', "<bpmn:script>import os</bpmn:script>"
    ),
    "script before a task": mistake(
        "script",
        V,
        "decide",
        at_head_of_decide("<spiffworkflow:preScript>import os</spiffworkflow:preScript>"),
    ),
    **{
        f"lambda in a {place}": code(place, LAMBDA)
        for place in ("condition", "timer", "days", "parameter", "input", "cell", "output")
    },
    "members of a class": code("condition", "[x for x in ().__class__.__mro__]"),
    "text that is put together": code("condition", "f&quot;{decide}&quot;"),
    "assignment": code("condition", "(x := 1)"),
    "letters that look like others": mistake("function_unknown", V, SIGNER, condition("𝑒val(1)")),
    "deep not": code("condition", "not " * 900 + "true"),
    # hangs
    "a million instances": mistake(
        "loop_count",
        V,
        "conduct_enquiries",
        swap(
            "<bpmn:loopDataInputRef>units</bpmn:loopDataInputRef>",
            "<bpmn:loopCardinality>1000000</bpmn:loopCardinality>",
        ),
    ),
    "fan-out by doubled flows": mistake(
        "flow_doubled", E, "share_work_to_check_registers", flow("twice", "share_work", "check_registers")
    ),
    "fan-out by branches": mistake(
        "doubled_token", E, "enter_endorsement", flow("third", "share_work", "enter_endorsement")
    ),
    "timer of years": mistake("timer_range", V, "warn_decide", swap(TIMER, 'duration("P3660D")')),
    "timer of a second": mistake("timer_range", V, "warn_decide", swap(TIMER, 'duration("PT1S")')),
    "timer for ever": mistake("timer_cycle", V, "warn_decide", swap_all("bpmn:timeDate", "bpmn:timeCycle")),
    "call of itself": mistake(
        "called_in_circle",
        V,
        "conduct_enquiries",
        swap('calledElement="enquiry"', 'calledElement="verification"'),
    ),
    "calls in a circle": mistake(
        "called_in_circle",
        E,
        "back",
        element('<bpmn:callActivity id="back" name="फिर" calledElement="verification" />'),
    ),
    # what people read
    "markup in a name": named("unsafe_text", "decide", "&lt;script&gt;x&lt;/script&gt;"),
    "markup in an English name": mistake(
        "unsafe_text", V, "decide", property_of("decide", "label_en", "&lt;img src=x onerror=y&gt;")
    ),
    "markup in a documentation": mistake(
        "unsafe_text",
        V,
        "decide",
        swap(DECIDE, DECIDE + "<bpmn:documentation>&lt;script&gt;x&lt;/script&gt;</bpmn:documentation>"),
    ),
    "markup in an instruction": mistake(
        "unsafe_text", V, "decide", property_of("decide", "instructions_en", "&lt;script&gt;x&lt;/script&gt;")
    ),
    "markup in an id": mistake("id_form", V, "a<b>", swap_all('"route"', '"a&lt;b&gt;"')),
    "address that runs": named("unsafe_text", "decide", "javascript:alert(1)"),
    "formula": named("unsafe_text", "decide", "=HYPERLINK(1)"),
    "marks that turn the text": named("unsafe_text", "decide", "निर्णय\u202eabc"),
    "member of every object": mistake("id_reserved", V, "constructor", swap_all('"route"', '"constructor"')),
    "key that is a path": mistake(
        "form_unknown", V, "decide", property_of("decide", "formKey", "../../etc/passwd")
    ),
    "file that is a path": Mistake("file_name", "../x.bpmn", "", (), {"../x.bpmn": b"x"}),
    # lanes
    "in two lanes": mistake(
        "lane_twice",
        V,
        "decide",
        swap(
            "<bpmn:flowNodeRef>route</",
            "<bpmn:flowNodeRef>decide</bpmn:flowNodeRef><bpmn:flowNodeRef>route</",
        ),
    ),
    "lane with a letter that looks alike": mistake(
        "lane_unknown", V, "verification_sdpo", swap('name="sdpo"', 'name="sd\u0440o"')
    ),
    "in no lane": mistake(
        "lane_missing", V, "decide", swap("<bpmn:flowNodeRef>decide</bpmn:flowNodeRef>", "")
    ),
    "bounds without end": mistake("shape_bounds", V, "decide", swap_bounds("decide", "NaN")),
    # who signs
    "way past every signature": mistake(
        "unsigned_way", V, "issue_report", leads("scrutiny_decided_to_checks", target="enter_issue")
    ),
    "thana reaches the paper": mistake("unsigned_way", E, "paper", *OWN_PAPER),
    "way past the DM, with the SP's word": mistake(
        "signed_by_another",
        V,
        "issue_report",
        property_of("decide", "candidateRole", "sp"),
        swap("<bpmn:flowNodeRef>decide</bpmn:flowNodeRef>", ""),
        swap(
            "<bpmn:flowNodeRef>recommend</bpmn:flowNodeRef>",
            "<bpmn:flowNodeRef>recommend</bpmn:flowNodeRef><bpmn:flowNodeRef>decide</bpmn:flowNodeRef>",
        ),
    ),
    "way past the DM": mistake(
        "signed_by_another",
        V,
        "issue_report",
        condition('checks.final_signatory != ""'),
    ),
    "who enquires endorses": mistake(
        "own_enquiry",
        E,
        "endorse_enquiry",
        property_of("endorse_enquiry", "candidateRole", "enquiry_officer"),
    ),
    "a signatory who is none": mistake(
        "signatory_unknown",
        C,
        "checks_govt_service",
        swap(
            '<outputEntry id="checks_govt_service_final_signatory">\n          <text>"DM"</text>',
            '<outputEntry id="checks_govt_service_final_signatory">\n          <text>"SHO"</text>',
        ),
    ),
    # what the first gate let through
    "field of nothing": mistake("name_unknown", V, SIGNER, condition('decide.nothing = "x"')),
    "task that sends": stranger("unseen_task", "sendTask"),
    "extension of another tool": mistake(
        "extension_kind",
        V,
        "decide",
        at_head_of_decide('<z:x xmlns:z="urn:z" />'),
    ),
}


@pytest.mark.parametrize("name", OF_THE_ENGINE)
def test_what_the_engine_does_not_survive_is_refused_where_it_is(name: str):
    refused(OF_THE_ENGINE[name])


@pytest.mark.parametrize("name", OF_ATTACKS)
def test_an_attack_by_an_edited_route_is_refused_where_it_is(name: str):
    refused(OF_ATTACKS[name])


def refused(one: Mistake) -> None:
    files = one.made_in(SHIPPED)
    counted = cProfile.Profile()
    counted.enable()
    found = engine.check(files, KNOWN)
    counted.disable()
    where = one.told_in or one.file
    assert (one.rule, where, one.element) in {(each.rule, each.file, each.element_id) for each in found}
    assert sum(each.callcount for each in counted.getstats()) < MOST_CALLS
    for language in ("hi", "en"):
        said = texts(language) | texts(language, "forms")
        for each in found:
            assert all(said[key] % each.params for key in (each.key, each.remedy))
