"""Pages with an editor: of a diagram, a decision table, a form. They need scripts; plain pages stand beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, url_for

from app import formjs
from app.domain.errors import NotFound
from app.domain.offices import LANES
from app.domain.roles import Permission, Role
from app.services.deployment import release_proposals as proposals
from app.services.deployment import vocabulary
from app.web.deployment import findings
from app.web.deployment.sentences import SIGNS, field_label
from app.web.deployment.titles import titles
from app.web.frame import language
from app.web.frame.language import say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.headers import EDITOR_POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("canvas", __name__)

#: The words of the page's script; each is `canvas.<word>` of the catalogue.
WORDS = (
    *("saved", "saving", "not_saved", "offline", "problems_none", "problems_one", "problems_many"),
    *(
        "elsewhere",
        "nothing_chosen",
        "nothing_read",
        "several_chosen",
        "running",
        "name_hi",
        "name_en",
        "form",
        "form_none",
        "role",
    ),
    *("role_none", "days", "days_hint", "days_kind", "days_number", "days_value", "instructions_hi"),
    *("instructions_en", "service", "decision", "called", "repeat", "repeat_hint", "timer", "timer_kind"),
    *("timer_reminders", "timer_after", "timer_days", "timer_own", "interrupts", "lane", "lane_none"),
    *("condition", "condition_default", "condition_make_default", "condition_none", "condition_own"),
    *("condition_field", "condition_sign", "condition_value", "condition_add", "condition_remove"),
    *(
        "condition_all",
        "condition_any",
        "is",
        "is_not",
        "less",
        "more",
        "at_least",
        "at_most",
        "true",
        "false",
    ),
    *("sentence_if", "sentence_default", "sentence_always", "and", "or", "message", "id", "choose"),
    *("kind_userTask", "kind_serviceTask", "kind_businessRuleTask", "kind_callActivity", "kind_subProcess"),
    *("kind_startEvent", "kind_endEvent", "kind_boundaryEvent", "kind_intermediateCatchEvent"),
    *("kind_exclusiveGateway", "kind_parallelGateway", "kind_inclusiveGateway", "kind_sequenceFlow"),
    *("kind_lane", "kind_participant", "kind_process", "kind_textAnnotation", "kind_other", "read_only"),
    *("case_purpose", "case_sample", "rounds", "undo", "redo", "fit", "zoom_in", "zoom_out", "copied"),
)

#: Of these, what the pages of the other two editors say, too.
_SAVING = (*WORDS[:8], "read_only", "choose")
#: The words of the editor of forms for what form-js does not know; each is `editor.<word>` of the catalogue.
_FIELD_WORDS = (
    *("own", "label_hi", "label_en", "description_en", "error_hi", "error_en", "text_en", "pii"),
    *formjs.PII_CLASSES,
)


@bp.get("/modeler/proposals/<uuid:proposal_id>/files/<name>/canvas")
@requires(Permission.PROCESS_CHANGE)
def draw(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """The editor for this kind of file. A file that no editor can show is changed as text."""
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    kind = name.rpartition(".")[2]
    if name not in contents or kind not in ("bpmn", "dmn", "form"):
        raise NotFound
    if kind == "form" and not formjs.is_form(contents[name]):
        return redirect(url_for("proposals.file", proposal_id=proposal_id, name=name, text="yes"), code=303)
    file = found.file(name)
    given = {
        "text": contents[name].decode(),
        "sha256": file.sha256,
        "file": name,
        "readOnly": not found.may_change,
        "language": language.current(),
        "problems": findings.plain(proposals.problems(transaction.database(), contents), contents),
        **(_of_diagram(contents) if kind == "bpmn" else _of_file()),
    }
    template = "modeler/canvas.html" if kind == "bpmn" else "modeler/editor.html"
    bundle = "tables" if kind == "dmn" else "fields"
    title = titles(contents)[name]
    html, status = page(template, proposal=found, file=file, title=title, given=given, bundle=bundle)
    answer = Response(html, status)
    answer.headers["Content-Security-Policy"] = EDITOR_POLICY
    return answer


def _of_diagram(contents: Mapping[str, bytes]) -> dict[str, Any]:
    choices = vocabulary.choices(contents)
    for decision in choices["decisions"]:
        for field in decision["fields"]:
            path = f"{decision['id']}.{field['key']}"
            field["en"] = field["en"] or field_label(path)
            for option in field["options"]:
                option[language.current()] = field_label(f"{path}.{option['value']}") or option["value"]
    said = {
        f"says_{sign}": say(f"sentence.{sign}", left="{left}", right="{right}") for sign in SIGNS.values()
    }
    return {
        "choices": choices,
        "words": {each: word("canvas", each) for each in WORDS} | said,
        "names": _names(),
    }


def _of_file() -> dict[str, Any]:
    saving = {each: word("canvas", each) for each in _SAVING}
    return {"words": saving | {each: word("editor", each) for each in _FIELD_WORDS}}


def _names() -> dict[str, dict[str, str]]:
    """What machine keys are called: lanes by their offices, roles, jobs."""
    return {
        "lanes": {lane: word("office_kind", kind) for lane, kind in LANES.items()},
        "roles": {role.value: word("role", role) for role in Role},
        "services": {name: word("job", name) for name in vocabulary.services()},
        "messages": {name: word("canvas.message", name) for name in vocabulary.MESSAGES},
    }
