"""The table of rules, in stages: a later stage is asked only about what passed the earlier ones.

A rule is a function from the release to its findings; its name is the name of its texts in the catalogue
`gate`, its docstring the reason for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.engine.gate import (
    decision_rules,
    element_rules,
    event_rules,
    expression_rules,
    file_rules,
    flow_rules,
    id_rules,
    label_rules,
    office_rules,
    path_rules,
    reference_rules,
    repeat_rules,
    shape_rules,
    signature_rules,
    token_rules,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.engine.gate.findings import Finding
    from app.engine.gate.release import Release

    Rule = Callable[[Release], Iterator[Finding]]

#: Can the files be read at all?
READABLE: tuple[Rule, ...] = (
    file_rules.file_name,
    file_rules.release_too_large,
    file_rules.xml_doctype,
    file_rules.xml_unreadable,
    file_rules.root_element,
)

#: Do they hold only what the engine understands, under names that can be told apart?
UNDERSTOOD: tuple[Rule, ...] = (
    file_rules.too_many_nodes,
    element_rules.script,
    element_rules.unseen_task,
    element_rules.data_element,
    element_rules.complex_gateway,
    element_rules.event_gateway,
    element_rules.ad_hoc,
    element_rules.transaction,
    element_rules.event_sub_process,
    element_rules.loop_marker,
    element_rules.loop_count,
    element_rules.loop_completion,
    element_rules.nested_lanes,
    element_rules.timer_cycle,
    element_rules.event_kind,
    element_rules.element_kind,
    element_rules.attribute_kind,
    element_rules.extension_kind,
    element_rules.property_name,
    element_rules.unsafe_text,
    element_rules.long_text,
    decision_rules.decision_element,
    id_rules.id_missing,
    id_rules.id_form,
    id_rules.id_reserved,
    id_rules.id_twice,
    id_rules.key_twice,
    id_rules.process_id,
    id_rules.process_executable,
    id_rules.pools,
)

#: Do they keep the published schema? (After the rules above, which name the shape and the remedy.)
VALID: tuple[Rule, ...] = (file_rules.schema,)

#: Are its parts right, and will every step find its office, its form and its words?
SOUND: tuple[Rule, ...] = (
    id_rules.start_process,
    label_rules.label_hi,
    label_rules.label_en,
    label_rules.label_long,
    office_rules.lane_unknown,
    office_rules.lane_reference,
    office_rules.lane_missing,
    office_rules.lane_twice,
    office_rules.role_missing,
    office_rules.role_elsewhere,
    office_rules.unit_lane,
    reference_rules.form_missing,
    reference_rules.form_unknown,
    reference_rules.form_refused,
    reference_rules.field_dropped,
    reference_rules.service_missing,
    reference_rules.service_result,
    reference_rules.parameter_name,
    reference_rules.decision_missing,
    reference_rules.called_missing,
    reference_rules.called_in_circle,
    reference_rules.message_unknown,
    flow_rules.flow_loose,
    flow_rules.flow_doubled,
    flow_rules.flow_backwards,
    flow_rules.fork_without_gateway,
    flow_rules.join_without_gateway,
    flow_rules.condition_ignored,
    flow_rules.condition_on_default,
    flow_rules.condition_missing,
    flow_rules.condition_alone,
    flow_rules.default_missing,
    flow_rules.default_stray,
    path_rules.start_single,
    path_rules.end_missing,
    path_rules.dead_end,
    path_rules.unreachable,
    path_rules.trap,
    path_rules.loop_without_step,
    token_rules.side_way,
    path_rules.nested_deep,
    signature_rules.unsigned_way,
    signature_rules.own_enquiry,
    signature_rules.signatory_unknown,
    event_rules.boundary_loose,
    event_rules.timer_empty,
    event_rules.error_uncaught,
    event_rules.error_interrupting,
    repeat_rules.repeat_place,
    repeat_rules.collection_missing,
    repeat_rules.collection_property,
    repeat_rules.collection_item,
    repeat_rules.collection_output,
    repeat_rules.collection_overwrites,
    shape_rules.shape_missing,
    shape_rules.shape_stray,
    shape_rules.shape_bounds,
    expression_rules.feel_syntax,
    expression_rules.field_reserved,
    decision_rules.decision_logic,
    decision_rules.decision_twice,
    decision_rules.decision_cells,
    decision_rules.decision_output,
    decision_rules.decision_required,
    decision_rules.decision_fault,
)

#: Does every token find its way, and do the expressions read what is there by then, and give what is asked for?
RUNS: tuple[Rule, ...] = (
    token_rules.deadlock,
    token_rules.doubled_token,
    token_rules.tangled,
    token_rules.never_reached,
    signature_rules.signed_by_another,
    expression_rules.function_unknown,
    expression_rules.name_unknown,
    expression_rules.name_too_early,
    expression_rules.personal_value,
    expression_rules.code_unknown,
    expression_rules.type_mismatch,
    expression_rules.condition_type,
    expression_rules.days_type,
    expression_rules.timer_type,
    expression_rules.timer_range,
    expression_rules.timer_list,
    decision_rules.decision_uncovered,
    decision_rules.decision_overlap,
)

STAGES: tuple[tuple[Rule, ...], ...] = (READABLE, UNDERSTOOD, VALID, SOUND, RUNS)
