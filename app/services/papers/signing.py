"""Which forms sign, what a clean case is signed with, and what exactly is signed: the answers under one digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.services.access import stepup
from app.services.casefile.facts import SIGN
from app.services.papers import paperplan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.models.tables.base import AnyRow

ACTION = "task:sign"
BATCH = "task:sign_all"  # many tasks in one act
#: The decisions by which a deciding form does not sign.
_RETURNS = frozenset({"re_enquiry", "return"})
#: What an officer answers by signing a clean case as one of a list, beside what its form proposes.
_CLEAN: dict[str, dict[str, Any]] = {
    "decide": {"dm_decision": "issue_clear", SIGN: True},
    "recommend": {
        "action": "recommend",
        "sp_outcome": "no_adverse",
        "sp_decision": "issue_clear",
        SIGN: True,
    },
}


def signs(form: str, answers: Mapping[str, Any]) -> bool:
    """Whether these answers are a signature.

    In the forms that decide on a paper everything is one but a return, whether an administrator's release still has
    the box or not.
    """
    if answers.get(SIGN) is True:
        return True
    decided = {answers.get("dm_decision"), answers.get("action")}
    return form in paperplan.DECIDING and not decided & _RETURNS


def prepared(form: str, proposed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that a clean case is signed with: those its form proposes, and the decision to issue."""
    return {**proposed, **_CLEAN[form]}


def thing(task_id: UUID) -> str:
    """What a request for a fresh factor calls a task."""
    return f"task:{task_id}"


def content(task: AnyRow, case: AnyRow, person: Mapping[str, Any], answers: Mapping[str, Any]) -> stepup.Item:
    """What is signed: the task, its case and person, the release that asked, every answer as it will be kept."""
    signed = {
        "task": str(task.id),
        "case": case.number,
        "release": str(case.release_id),
        "form": task.form,
        "person": person,
        "answers": answers,
    }
    return stepup.item(thing(task.id), signed)
