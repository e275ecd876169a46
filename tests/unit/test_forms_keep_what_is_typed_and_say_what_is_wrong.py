"""Answers of a form: read, judged, kept and drawn, one rule a test, through every kind of field."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import formjs
from app.domain.errors import FieldProblem
from tests import sources

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "checks": {"lookback_years": 5, "output": "REPORT", "final_signatory": "DM"},
    "rounds": 0,
}
SHIPPED = {path.stem: path.read_bytes() for path in sorted((sources.ROOT / "forms").glob("*.form"))}
AADHAAR = "234123412346"


def form(*components: dict[str, Any]) -> formjs.Form:
    return formjs.load(schema(*components))


def schema(*components: dict[str, Any]) -> bytes:
    whole = {"type": "default", "id": "trial", "schemaVersion": 19, "components": list(components)}
    return json.dumps(whole).encode()


def field(key: str, kind: str = "textfield", **more: Any) -> dict[str, Any]:
    properties = {"label_en": key, "pii": "P1", **more.pop("properties", {})}
    name = "path" if kind == "dynamiclist" else "key"
    return {"type": kind, "id": f"c_{key}", name: key, "label": "लेबल", "properties": properties, **more}


def choice(key: str, *codes: str, kind: str = "radio", **more: Any) -> dict[str, Any]:
    values = [{"value": code, "label": "विकल्प"} for code in codes]
    properties = {f"en.{code}": code for code in codes} | more.pop("properties", {})
    return field(key, kind, values=values, properties=properties, **more)


def faults(trial: formjs.Form, posted: dict[str, list[str]], **staged: Any) -> dict[str, str]:
    found = formjs.judge(trial, formjs.read(trial, posted, staged), FACTS, {}, NOW).problems
    return {name: problem.key for name, problem in found.items()}


def kept(trial: formjs.Form, posted: dict[str, list[str]]) -> dict[str, Any]:
    return formjs.clean(trial, formjs.read(trial, posted, {}), FACTS)


def refusals(*components: dict[str, Any]) -> set[str]:
    with pytest.raises(formjs.FormRefused) as refused:
        form(*components)
    return {problem.rule for problem in refused.value.problems}


@pytest.mark.parametrize(
    ("component", "posted", "value"),
    [
        (field("a"), {"a": ["  राम "]}, "राम"),
        (field("a"), {"a": ["%2541 &amp;lt; \\u0041 %E0+"]}, "%2541 &amp;lt; \\u0041 %E0+"),
        (field("a", "number"), {"a": ["२,०२६"]}, 2026),
        (field("a", "number", decimalDigits=2), {"a": ["1.25"]}, 1.25),
        (
            field("a", "datetime", subtype="date"),
            {"a-d": ["५"], "a-m": ["11"], "a-y": ["2026"]},
            "2026-11-05",
        ),
        (
            field("a", "datetime", properties={"precision": "month"}),
            {"a-m": ["3"], "a-y": ["2020"]},
            "2020-03",
        ),
        (field("a", "datetime", subtype="time"), {"a-t": ["1430"]}, "14:30"),
        (
            field("a", "datetime", subtype="datetime"),
            {"a-d": ["24"], "a-m": ["11"], "a-y": ["2026"], "a-t": ["9.05"]},
            "2026-11-24T09:05+05:30",
        ),
        (choice("a", "x", "y"), {"a": ["y"]}, "y"),
        (choice("a", "true", "false", properties={"as": "boolean"}), {"a": ["false"]}, False),
        (choice("a", "x", "y", kind="checklist"), {"a": ["y", "x", "y"]}, ["y", "x"]),
        (field("a", "checkbox"), {"a": ["true"]}, True),
        (field("a", "checkbox"), {}, False),
    ],
)
def test_each_kind_keeps_what_was_typed_rightly(component: dict, posted: dict, value: Any) -> None:
    trial = form(component)
    assert faults(trial, posted) == {}
    assert kept(trial, posted) == {"a": value}


@pytest.mark.parametrize(
    ("component", "posted", "problem"),
    [
        (field("a", "number"), {"a": ["बारह"]}, "form.number"),
        (field("a", "number"), {"a": [AADHAAR]}, "form.too_large_number"),
        (
            field("a", "datetime", subtype="date"),
            {"a-d": ["31"], "a-m": ["2"], "a-y": ["2026"]},
            "form.no_such_day",
        ),
        (
            field("a", "datetime", subtype="date"),
            {"a-d": ["31"], "a-m": ["2"], "a-y": ["26"]},
            "form.wrong.date",
        ),
        (field("a", "datetime", subtype="date"), {"a-d": ["31"]}, "form.incomplete.date"),
        (choice("a", "x"), {"a": ["z"]}, "form.choice_unknown"),
        (choice("a", "x", kind="checklist"), {"a": ["x", "z"]}, "form.choice_unknown"),
        (field("a", "textarea", validate={"maxLength": 3}), {"a": ["abcd"]}, "form.too_long"),
        (field("a"), {"a": ["a\nb"]}, "form.one_line"),
        (field("a"), {"a": ["a\u202eb"]}, "form.bidi"),
        (field("a"), {"a": ["a\x07b"]}, "form.control"),
        (field("a"), {"a": [f"सं० {AADHAAR[:4]} {AADHAAR[4:8]}-{AADHAAR[8:]}"]}, "form.aadhaar"),
        (field("a", validate={"pattern": r"\d{6}"}), {"a": ["84130"]}, "form.pattern"),
    ],
)
def test_what_is_typed_wrong_is_told_and_stays_on_the_page(
    component: dict, posted: dict, problem: str
) -> None:
    trial = form(component)
    assert faults(trial, posted) == {"a": problem}
    values = formjs.read(trial, posted, {})
    (box,) = formjs.draw(trial, values, {}, FACTS, {}, "hi")
    shown = {part.name: part.value for part in box.parts} or {"a": box.value}
    if component["type"] not in ("radio", "checklist"):
        assert {name: [str(text)] for name, text in shown.items() if text} == posted


def test_a_day_that_no_calendar_holds_is_told_so_and_not_in_words_of_a_later_day() -> None:
    trial = form(
        field(
            "a",
            "datetime",
            subtype="date",
            properties={"error_hi": "दिनांक लिखें; आज के बाद का नहीं", "error_en": "A date not after today"},
        )
    )
    values = formjs.read(trial, {"a-d": ["३१"], "a-m": ["02"], "a-y": ["2026"]}, {})
    problem = formjs.judge(trial, values, FACTS, {}, NOW).problems["a"]
    assert (problem.key, problem.params, problem.hi) == ("form.no_such_day", {"day": "31-02-2026"}, "")


def test_zero_width_joiners_are_letters_of_devanagari() -> None:
    assert faults(form(field("a")), {"a": ["क्\u200dष"]}) == {}


def test_a_key_that_is_not_on_the_form_is_refused_and_said() -> None:
    assert faults(form(field("a")), {"a": ["x"], "typename": ["y"]}) == {"": "form.unknown_key"}


def test_a_field_that_came_twice_is_refused() -> None:
    assert faults(form(field("a")), {"a": ["x", "y"]}) == {"a": "form.repeated_key"}


def test_a_hidden_field_is_neither_required_nor_stored() -> None:
    hidden = field("b", conditional={"hide": '=not(a = "x")'}, validate={"required": True})
    trial = form(choice("a", "x", "y"), hidden)
    assert faults(trial, {"a": ["y"], "b": ["भूला हुआ"]}) == {}
    assert kept(trial, {"a": ["y"], "b": ["भूला हुआ"]}) == {"a": "y"}
    assert faults(trial, {"a": ["x"]}) == {"b": "form.required"}


def test_what_hangs_on_a_hidden_field_is_hidden_with_it() -> None:
    second = choice("b", "on", conditional={"hide": '=not(a = "x")'})
    trial = form(field("c", conditional={"hide": '=not(b = "on")'}), second, choice("a", "x", "y"))
    assert kept(trial, {"a": ["y"], "b": ["on"], "c": ["z"]}) == {"a": "y"}


def test_columns_see_their_row_before_the_form() -> None:
    column = field("b", conditional={"hide": '=not(a = "x")'}, validate={"required": True})
    rows = field("rows", "dynamiclist", components=[choice("a", "x", "y"), {**column, "id": "c_column"}])
    rows["components"][0]["id"] = "c_inner"
    trial = form(choice("a", "x", "y"), rows)
    found = faults(trial, {"a": ["y"], "rows-0-a": ["x"], "rows-1-a": ["y"], "rows-n": ["2"]})
    assert found == {"rows-0-b": "form.required"}


def test_rows_come_and_go_by_buttons_and_nothing_is_lost() -> None:
    trial = form(field("rows", "dynamiclist", components=[field("a")]))
    posted = {"rows-0-a": ["एक"], "rows-1-a": ["दो"], "rows-n": ["2"]}
    more = formjs.read(trial, posted, {}, op="add:rows")
    assert [row["a"] for row in more["rows"]] == ["एक", "दो", None]
    assert [row["a"] for row in formjs.read(trial, posted, {}, op="del:rows-0")["rows"]] == ["दो"]


def test_rows_that_are_given_can_neither_be_added_nor_taken_out() -> None:
    trial = form(field("rows", "dynamiclist", components=[field("a")], allowAddRemove=False))
    posted = {"rows-0-a": ["एक"], "rows-1-a": ["दो"], "rows-n": ["2"]}
    for op in ("add:rows", "del:rows-0"):
        assert [row["a"] for row in formjs.read(trial, posted, {}, op=op)["rows"]] == ["एक", "दो"]
    (box,) = formjs.draw(trial, formjs.read(trial, posted, {}), {}, FACTS, {}, "hi")
    assert (box.add, [row.remove for row in box.rows]) == ("", ["", ""])


def test_a_row_nobody_wrote_into_is_no_answer_beyond_those_needed() -> None:
    rows = field("rows", "dynamiclist", components=[field("a", validate={"required": True})])
    assert kept(form(rows), {"rows-0-a": ["x"], "rows-n": ["3"]}) == {"rows": [{"a": "x"}]}
    rows["properties"]["min_rows"] = "2"
    assert faults(form(rows), {"rows-0-a": ["x"], "rows-n": ["3"]}) == {"rows-1-a": "form.required"}


def test_a_proposed_answer_stands_until_it_is_changed() -> None:
    proposed = choice("b", "clean", "dark", properties={"computed": 'if a = "x" then "clean" else "dark"'})
    reason = field("c", conditional={"hide": "=b = b_proposed"}, validate={"required": True})
    trial = form(choice("a", "x", "y"), proposed, reason)
    assert kept(trial, {"a": ["x"]}) == {"a": "x", "b": "clean"}
    assert faults(trial, {"a": ["x"], "b": ["dark"]}) == {"c": "form.required"}


def test_a_rule_between_fields_waits_until_both_are_answered_and_then_must_be_true() -> None:
    rule = {"check": "b >= a", "check_hi": "क्रम जाँचें", "check_en": "Check the order"}
    trial = form(field("a", "number"), field("b", "number", properties=rule))
    assert faults(trial, {"b": ["1"]}) == {}
    assert faults(trial, {"a": ["2"], "b": ["1"]}) == {"b": "form.check"}


def test_only_what_a_rule_reads_of_the_facts_leaves_the_server() -> None:
    hide = '=not(a = "x" and checks.output = "REPORT")'
    trial = form(choice("a", "x", "y"), field("b", conditional={"hide": hide}))
    box = formjs.draw(trial, {"a": "y"}, {}, FACTS, {}, "en")[1]
    assert "checks" not in box.hide
    assert "lookback" not in box.hide


def test_a_condition_that_still_waits_stays_open_for_pages_without_scripts() -> None:
    trial = form(choice("a", "x", "y"), field("b", conditional={"hide": '=not(a = "x")'}))
    waiting = formjs.draw(trial, {"a": None}, {}, FACTS, {}, "hi")[1]
    settled = formjs.draw(trial, {"a": "y"}, {}, FACTS, {}, "hi")[1]
    assert (waiting.is_off, waiting.is_hidden, waiting.when) == (True, False, (("लेबल", "विकल्प"),))
    assert (settled.is_off, settled.is_hidden) == (True, True)


def test_fields_that_wait_for_the_same_answer_stand_in_one_fold_that_opens_on_what_is_wrong() -> None:
    hide = '=not(a = "x")'
    only_when = {"conditional": {"hide": hide}, "validate": {"minLength": 3}}
    trial = form(choice("a", "x", "y"), field("b", **only_when), field("c", **only_when), field("d"))
    drawn = formjs.draw(trial, {"a": None}, {}, FACTS, {}, "hi")
    folds = [([box.name for box in run.boxes], run.waits, run.is_open) for run in formjs.runs(drawn)]
    assert folds == [(["a"], False, False), (["b", "c"], True, False), (["d"], False, False)]
    wrong = formjs.draw(trial, {"a": None}, {"c": FieldProblem("form.too_short", least=3)}, FACTS, {}, "hi")
    assert [run.is_open for run in formjs.runs(wrong)] == [False, True, False]
    asked = formjs.draw(trial, {"a": "x"}, {}, FACTS, {}, "hi")
    assert not any(run.waits for run in formjs.runs(asked)), "what applies is never folded away"


def test_a_proposal_that_no_answer_can_change_is_asked_for_where_it_is_none() -> None:
    proposed = choice("a", "x", "y", properties={"computed": 'if rounds > 0 then "x" else null'})
    proposed["validate"] = {"required": True}
    trial = form(proposed)
    (asked,) = formjs.draw(trial, {"a": None}, {}, {"rounds": 0}, {}, "hi")
    (given,) = formjs.draw(trial, {"a": None}, {}, {"rounds": 1}, {}, "hi")
    assert (asked.computed, given.proposed) == ("", "विकल्प")
    assert faults(trial, {}) == {"a": "form.required.choice"}


def test_the_first_of_a_list_is_proposed_where_the_form_says_so() -> None:
    given = [{"value": "b", "hi": "ब", "en": "B"}, {"value": "a", "hi": "अ", "en": "A"}]
    plain = field("a", "radio", valuesKey="officers")
    trial = form({**plain, "properties": {**plain["properties"], "propose_first": "true"}})
    assert formjs.initial(trial, {}, {"officers": given}) == {"a": "b"}
    assert formjs.initial(trial, {}, {"officers": []}) == {"a": None}
    assert formjs.initial(form(plain), {}, {"officers": given}) == {"a": None}


def test_a_fold_stands_open_for_what_was_written_in_it_and_not_for_a_default() -> None:
    inner = [field("a"), choice("b", "x", "y", properties={"default": '="x"'})]
    group = {"type": "group", "id": "g", "label": "समूह", "components": inner}
    trial = form({**group, "properties": {"label_en": "Group", "fold": "true"}})
    first = formjs.initial(trial, {}, {})
    assert [formjs.draw(trial, {**first, **more}, {}, {}, {}, "hi")[0].is_open for more in (
        {}, {"a": "कुछ"}, {"b": "y"})] == [False, True, True]  # fmt: skip


def test_a_fold_says_what_it_holds_and_opens_when_that_must_be_answered() -> None:
    folded = field("b", properties={"fold": "true", "required_when": '=a = "x"'})
    trial = form(choice("a", "x", "y"), folded)
    closed, wanted, told = (
        formjs.draw(trial, values, {}, {}, {}, "hi")[1]
        for values in ({"a": "y", "b": None}, {"a": "x", "b": None}, {"a": "y", "b": "लिखा"})
    )
    assert [box.is_open for box in (closed, wanted, told)] == [False, True, True]
    assert told.said == "लिखा"
    assert json.loads(closed.wanted) == ["=", ["name", "a"], ["lit", "x"]]


def test_a_tick_in_the_place_of_answers_tells_nothing_where_it_is_not_set() -> None:
    trial = form(field("a", "checkbox", properties={"short_cut": "true"}), field("b", "checkbox"))

    told = [
        [said for _, said in formjs.show(trial, {"a": value, "b": value}, {}, "hi", formjs.PII_CLASSES)]
        for value in (True, False)
    ]
    assert told == [["हाँ", "हाँ"], ["नहीं"]]


def test_groups_in_rows_have_places_of_their_own() -> None:
    group = {"type": "group", "id": "g", "label": "समूह", "properties": {"label_en": "Group"}}
    rows = field("rows", "dynamiclist", components=[{**group, "components": [field("a")]}])
    (box,) = formjs.draw(form(rows), {"rows": [{"a": "x"}, {"a": "y"}]}, {}, {}, {}, "hi")
    assert [row.boxes[0].id for row in box.rows] == ["f-rows-0-g", "f-rows-1-g"]


def test_what_does_not_apply_is_named_by_its_place() -> None:
    hidden = field("b", conditional={"hide": '=not(a = "x")'})
    trial = form(choice("a", "x", "y"), hidden)
    assert formjs.not_asked(trial, {"a": "y"}, {}) == {"b"}
    assert formjs.not_asked(trial, {"a": "x"}, {}) == frozenset()


@pytest.mark.parametrize("kind", ["html", "iframe", "documentPreview", "expression", "image", "table"])
def test_components_that_could_run_or_leak_are_refused(kind: str) -> None:
    assert refusals({"type": kind, "id": "c"}) == {"type"}


@pytest.mark.parametrize(
    ("component", "rule"),
    [
        (field("typename"), "key_reserved"),
        (field("aadhaar_no"), "key_forbidden"),
        (field("caste"), "key_forbidden"),
        (field("Name"), "key_wrong"),
        (field("a", properties={"pii": ""}), "pii"),
        (field("a", properties={"label_en": ""}), "label_en"),
        (field("a", properties={"requird_when": "true"}), "property"),
        (field("a", conditional={"hide": "=b +"}), "rule"),
        (field("a", conditional={"hide": "=nowhere = 1"}), "rule_name"),
        (field("a", conditional={"hide": "=not(no_function(1) = 1)"}), "rule_name"),
        (field("a", conditional={"hide": "=a = null"}), "condition_cycle"),
        (field("a", validate={"pattern": "(a+)+"}), "pattern_slow"),
        (field("a", validate={"pattern": "("}), "pattern_wrong"),
        (field("a", "radio"), "options"),
        (choice("a", "x", properties={"propose_first": "true"}), "setting"),
        (field("a", properties={"capitals": "some"}), "setting"),
        (field("a", properties={"short_cut": "true"}), "setting"),
        (field("a", properties={"decision": "true"}), "decision"),
        (choice("a", "x", properties={"primary": "=b"}), "rule_name"),
        (field("a", "dynamiclist", components=[]), "list_empty"),
        ({"type": "button", "id": "c", "action": "reset"}, "button"),
    ],
)
def test_a_schema_that_is_not_understood_is_refused_with_its_reason(component: dict, rule: str) -> None:
    assert rule in refusals(component)


@given(st.binary(max_size=300))
def test_any_bytes_load_or_are_refused(data: bytes) -> None:
    with pytest.raises(formjs.FormRefused):
        formjs.load(data)


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_any_post_is_answered_without_an_exception(key: str) -> None:
    shipped = formjs.load(SHIPPED[key])
    names = [
        part
        for each in shipped.fields
        for part in (each.key, f"{each.key}-d", f"{each.key}-0-x", f"{each.key}-n")
    ]

    @given(
        st.dictionaries(
            st.sampled_from([*names, "typename"]) | st.text(), st.lists(st.text(), max_size=3), max_size=12
        ),
        st.text(),
    )
    def any_post(posted: dict[str, list[str]], op: str) -> None:
        values = formjs.read(shipped, posted, {}, op=op)
        json.dumps(values)
        problems = formjs.judge(shipped, values, FACTS, {}, NOW).problems
        formjs.draw(shipped, values, problems, FACTS, {}, "hi")
        json.dumps(formjs.clean(shipped, values, FACTS))

    any_post()


def test_sealed_answers_are_left_out_wherever_they_stand() -> None:
    column = field("note", properties={"pii": "P4"})
    trial = form(
        field("open"),
        field("sealed", properties={"pii": "P4"}),
        field("rows", "dynamiclist", components=[field("name"), column]),
    )
    values = {"open": "a", "sealed": "b", "rows": [{"name": "c", "note": "d"}], "_old": "e"}
    kept_back = formjs.without(trial, values, {"P4"})
    assert kept_back == {"open": "a", "rows": [{"name": "c"}], "_old": "e"}


def test_today_is_offered_where_a_day_must_be_given_and_none_may_be_later():
    def offered(facts: dict[str, Any] | None = None, **more: Any) -> str:
        day = field("day", "datetime", subtype="date", dateLabel="दिन", **more)
        known = FACTS | {"today": NOW.date()} if facts is None else facts
        return formjs.draw(form(day), {}, {}, known, {}, "hi")[0].today

    needed, latest = {"validate": {"required": True}}, {"properties": {"max": "=today"}}
    assert offered(**needed, **latest) == "2026-11-24"
    assert offered(**latest) == "", "nobody has to give it"
    assert offered(**needed) == "", "it may be to come"
    assert offered(**needed, properties={"max": '=today - duration("P14Y")'}) == "", "today is no answer"
    assert offered(FACTS, **needed, **latest) == "", "the day is not known"
