"""Whom a case verifies: a person, or a firm, whose owners and partners have cases of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PERSON, FIRM = "person", "firm"
#: Under which fields of the intake the name of each stands, Hindi and English.
_NAMES = {PERSON: ("name_hi", "name_en"), FIRM: ("firm_name_hi", "firm_name_en")}


def kind_of(intake: Mapping[str, Any]) -> str:
    """`PERSON` or `FIRM`; where an intake says nothing, a person."""
    return FIRM if intake.get("subject_kind") == FIRM else PERSON


def names_of(intake: Mapping[str, Any]) -> tuple[str, str]:
    """What the person or firm is called, in Hindi and in English; empty where it is not written."""
    hindi, english = (str(intake.get(field) or "") for field in _NAMES[kind_of(intake)])
    return hindi, english


def firm_of(intake: Mapping[str, Any]) -> str:
    """The Hindi name of the firm, whether the case is the firm's own or a partner's; empty where there is none."""
    return str(intake.get("firm_name_hi") or "")
