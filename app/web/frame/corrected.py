"""The page on which something is corrected: what was typed there, and what its template draws of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import request

from app.services.casefile import particulars
from app.web.frame import formviews
from app.web.frame.forms import posted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from app.domain.errors import FieldProblem

_OWN = frozenset({"cause", "reason", "version"})  # boxes that are not of the form itself


@dataclass(frozen=True, slots=True)
class Tried:
    """A correction as it was sent, and what keeps it from being kept."""

    typed: particulars.Typed
    problems: Mapping[str, FieldProblem] = field(default_factory=dict)
    refused: str = ""


def sent() -> particulars.Typed:
    """The correction that this request sends."""
    form, everything = request.form, posted()
    boxes = {name: texts for name, texts in everything.values.items() if name not in _OWN}
    return particulars.Typed(
        boxes, form.get("cause", ""), form.get("reason", ""), form.get("version", ""), everything.op
    )


def drawn(
    asked: particulars.Asked, fields: Collection[str], causes: Collection[str], tried: Tried | None
) -> dict[str, Any]:
    """What the template needs: the boxes with what was typed, the grounds, the reason, and the refusal."""
    typed = tried.typed if tried is not None else None
    shown = asked if typed is None else particulars.retyped(asked, typed.boxes, fields, typed.op)
    return {
        "sheet": formviews.sheet_with(shown, fields, tried.problems if tried is not None else {}),
        "causes": causes,
        "cause": typed.cause if typed is not None else "",
        "reason": typed.text if typed is not None else "",
        "longest": particulars.LONGEST,
        "refused": tried.refused if tried is not None else "",
    }
