"""Particulars of a person asked for again: what was typed of them, what differs, both in the words of the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app import formjs
from app.domain import secrecy
from app.domain.errors import DomainError, FormInvalid
from app.domain.roles import Permission
from app.domain.text import tidy, words_refused
from app.models.execution import workflow_queries as workflow
from app.models.issuing import paper_queries as papers
from app.services.casefile.options import choices

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from app.domain.roles import Actor, Role
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.facts import CaseFacts
    from app.services.procedure.releases import Loaded

_ADDRESS = ("house", "village", "panchayat", "po", "block", "pin")
#: What a paper says of a person and an office may correct by itself. Where he lives decides who enquires: another
#: thana or district, and whatever was found, is a matter for a new enquiry.
ON_PAPER = (
    *("name_hi", "name_en", "own_name", "firm_name_hi", "firm_name_en"),
    *("gender", "dob", "relation", "father_hi", "father_en"),
    *(f"{which}_{part}" for which in ("perm", "pres") for part in _ADDRESS),
)
#: What else is known of him, and tells him from others or leads to him.
_BESIDE = (
    *("firm_kind", "firm_post", "firm_reg_no", "firm_reg_date", "firm_address", "alias", "former_name"),
    *("mother_hi", "spouse_name", "nationality", "mobile", "email", "epic_no", "id_proof"),
    *("identification_marks", "occupation", "perm_from", "perm_to", "pres_from", "pres_to"),
)
#: Which police station answers for an address: until the case is forwarded nobody has been asked.
PLACES = tuple(
    f"{which}_{part}"
    for which in ("perm", "pres")
    for part in ("state", "district", "district_other", "thana", "thana_unknown", "thana_other")
)
OF_CASE = (*ON_PAPER, *_BESIDE)
SHORTEST, LONGEST = 5, 1000  # letters of the reason
_DATE_BOXES = ("-d", "-m", "-y")
_FORWARDED = "checks"  # the decision that follows the forwarding of a case


class Refused(DomainError):
    """A correction that cannot be kept; `key` says what is missing (422)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One particular, as it stood and as it is to stand."""

    label_hi: str
    label_en: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A form as it was answered, of which some fields are asked for again."""

    form: formjs.Form
    values: dict[str, Any]
    facts: Mapping[str, Any]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Typed:
    """A correction as it was typed: the boxes by name, the ground and the reason, and which version it corrects.

    `op` is the button, where it only proposes a name.
    """

    boxes: Mapping[str, Sequence[str]]
    cause: str
    text: str
    version: str
    op: str = "submit"


def may_correct(session: Session, actor: Actor, case: AnyRow) -> bool:
    """Whether this post may correct the person of a case now: until its paper is decided, by how far it has come."""
    if not actor.may(Permission.CASE_CORRECT) or not _is_open(session, case):
        return False
    late = is_forwarded(session, case)
    return actor.may(Permission.CASE_CORRECT_LATE if late else Permission.CASE_CORRECT_EARLY)


def is_forwarded(session: Session, case: AnyRow) -> bool:
    """Whether the case has gone to the police."""
    return _FORWARDED in workflow.decided(session, case.id)


def _is_open(session: Session, case: AnyRow) -> bool:
    """What was decided on is corrected on the page of its paper, by whoever signed it."""
    return (
        case.status == "open"
        and not papers.of_case(session, case.id)
        and not workflow.open_jobs(session, case.id)
    )


def read(
    of: Asked, boxes: Mapping[str, Sequence[str]], fields: Collection[str], op: str = "submit"
) -> dict[str, Any]:
    """The particulars that were typed; what the page did not ask for stays as it was.

    `op` is the button that was pressed, where it only proposes a name.
    """
    names = {name for field in fields for name in (field, *(f"{field}{end}" for end in _DATE_BOXES))}
    typed = {name: texts for name, texts in boxes.items() if name in names}
    answered = formjs.read(of.form, typed, {}, options=of.options, op=op)
    sent = {next((name[: -len(end)] for end in _DATE_BOXES if name.endswith(end)), name) for name in typed}
    sent |= {name for name in fields if _is_tick(of.form, name)}  # a tick taken away sends nothing
    return {name: answered.get(name) for name in fields if name in sent}


def retyped(
    of: Asked, boxes: Mapping[str, Sequence[str]], fields: Collection[str], op: str = "submit"
) -> Asked:
    """The same form with what was typed."""
    return replace(of, values={**of.values, **read(of, boxes, fields, op)})


def checked(
    of: Asked, typed: Typed, fields: Collection[str], causes: Collection[str], version: str, now: datetime
) -> tuple[dict[str, Any], str]:
    """What differs, as it will be kept, and the reason; `version` is the one that stands now.

    Raises FormInvalid for a box, Refused naming what is missing, or that somebody else corrected it meanwhile.
    """
    changed = changes(of, read(of, typed.boxes, fields), fields, now)
    text = tidy(typed.text)
    if typed.version != version:
        raise Refused("correction.problem.meanwhile")
    if typed.cause not in causes:
        raise Refused("correction.problem.cause")
    if fault := words_refused(text):
        raise Refused(fault)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refused("correction.problem.text")
    if not changed:
        raise Refused("correction.problem.nothing_changed")
    return changed, text


def _is_tick(form: formjs.Form, name: str) -> bool:
    node = form.node(name)
    return node is not None and node.kind == "checkbox"


def changes(of: Asked, typed: Mapping[str, Any], fields: Collection[str], now: datetime) -> dict[str, Any]:
    """What differs, as it will be kept. Raises FormInvalid for one of these fields."""
    whole = {**of.values, **typed}
    judged = formjs.judge(of.form, whole, of.facts, of.options, now)
    problems = {name: problem for name, problem in judged.problems.items() if name in fields}
    if problems:
        raise FormInvalid(whole, problems)
    kept = judged.kept()
    return {
        name: kept.get(name) for name in typed if (kept.get(name) or None) != (of.values.get(name) or None)
    }


def in_words(
    session: Session, loaded: Loaded, known: CaseFacts, form: formjs.Form, changed: Mapping[str, Any]
) -> list[Change]:
    """What is to be corrected, in Hindi, in the order of the form; what stands now is what is `known`."""
    options = choices(session, form, loaded, known)
    return [
        _change(form, name, (known.intake.get(name), new), options, "hi")
        for name, new in _in_order(form, changed)
    ]


def as_read_by(
    role: Role,
    classes: Collection[str],
    form: formjs.Form,
    options: Mapping[str, Any],
    both: tuple[Mapping[str, Any], Mapping[str, Any]],
    language: str,
) -> list[Change]:
    """What differs between two versions, as far as a post reads these classes and answers."""
    before, after = (secrecy.read_by(role, each) for each in both)
    differs = {
        name: after.get(name)
        for name in OF_CASE + PLACES
        if (node := form.node(name)) is not None
        and node.pii in classes
        and (both[0].get(name) or None) != (both[1].get(name) or None)
        and (name in before or name in after)
    }
    return [
        _change(form, name, (before.get(name), new), options, language)
        for name, new in _in_order(form, differs)
    ]


def differences(
    form: formjs.Form, both: tuple[Mapping[str, Any], Mapping[str, Any]], language: str
) -> list[Change]:
    """What differs between two versions of a form whose every field the reader may read, in the form's order."""
    differs = {
        name: both[1].get(name) for name in form.level.inputs if both[0].get(name) != both[1].get(name)
    }
    return [
        _change(form, name, (both[0].get(name), new), {}, language) for name, new in _in_order(form, differs)
    ]


def _in_order(form: formjs.Form, changed: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, changed[name]) for name in form.level.inputs if name in changed]


def _change(
    form: formjs.Form, name: str, both: tuple[Any, Any], options: Mapping[str, Any], language: str
) -> Change:
    node = form.node(name)
    label = (node.label.hi, node.label.en) if node is not None else (name, name)
    before, after = (formjs.label(form, name, value, options, language) for value in both)
    return Change(*label, before, after)
