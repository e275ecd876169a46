"""Which forms sign, and what exactly is signed: the answers of a task under one digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.services import paperplan, stepup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.models.base import AnyRow

ACTION = "task:sign"
#: The box by which a form says that it signs (GLOSSARY.md), and the decisions by which a deciding form does not.
_BOX = "sign"
_RETURNS = frozenset({"re_enquiry", "return"})


def signs(form: str, answers: Mapping[str, Any]) -> bool:
    """Whether these answers are a signature.

    In the forms that decide on a paper everything is one but a return, whether an administrator's release still has
    the box or not.
    """
    if answers.get(_BOX) is True:
        return True
    decided = {answers.get("dm_decision"), answers.get("action")}
    return form in paperplan.DECIDING and not decided & _RETURNS


def content(task: AnyRow, case: AnyRow, answers: Mapping[str, Any]) -> stepup.Item:
    """What is signed: the task, its case, the release that asked, and every answer as it will be kept."""
    signed = {
        "task": str(task.id),
        "case": case.number,
        "release": str(case.release_id),
        "form": task.form,
        "answers": answers,
    }
    return stepup.item(f"task:{task.id}", signed)
