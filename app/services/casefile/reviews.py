"""Why a case lies before the SDPO, and what outcome the units' answers propose, in the words of its release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.services.procedure.releases import Loaded

#: The form and the field whose choices are the outcomes of the table, in words.
_WORDED = ("endorse_enquiry", "sho_outcome")
_CLEAN = "no_adverse"


@dataclass(frozen=True, slots=True)
class Review:
    """`reasons`: purpose, asked, contradiction, record, not_checked, premises, outcome, or the lot alone."""

    reasons: list[str]
    outcome_hi: str
    outcome_en: str


def of(facts: Mapping[str, Any], loaded: Loaded) -> Review:
    """What brought the case to review, by the facts of its form (`CaseFacts.for_form`)."""
    code = (facts.get("outcome") or {}).get("recommendation")
    form = loaded.forms.get(_WORDED[0])
    hindi, english = (
        "" if form is None else formjs.label(form, _WORDED[1], code, {}, lang) for lang in ("hi", "en")
    )
    return Review(list(_reasons(facts)) or ["lot"], hindi, english)


def _reasons(facts: Mapping[str, Any]) -> Iterator[str]:
    """The terms of the shipped route's condition (decisions, 14); who comes by none of them was drawn."""
    checks, route, outcome, found = (
        facts.get(name) or {} for name in ("checks", "route", "outcome", "findings")
    )
    if checks.get("sdpo") == "always":
        yield "purpose"
    elif route.get("need_sdpo"):
        yield "asked"
    for reason, sign in (
        ("contradiction", "contradiction"),
        ("record", "record_rows"),
        ("not_checked", "not_checked"),
    ):
        if found.get(sign):
            yield reason
    if found.get("premises_unsuitable", False) is None:
        yield "premises"
    if outcome.get("sdpo_review") or outcome.get("recommendation") != _CLEAN:
        yield "outcome"
