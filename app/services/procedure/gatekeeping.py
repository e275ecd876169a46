"""What the deploy gate is told of the world: forms of the release, offices and roles, jobs, facts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app import engine, formjs, papers
from app.config import FONTS
from app.domain.findings import Findings
from app.domain.offices import LANES, ROLE_OFFICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.formjs import FieldType

PAPERS = "papers.json"
_TEXT = engine.FieldReads("string")

#: Fields that the mapping, the papers or the statements need; the gate refuses a release that drops one.
REQUIRED_FIELDS: dict[str, frozenset[str]] = {
    "requisition": frozenset(
        {
            "letter_no",
            "letter_date",
            "received_date",
            "requesting_dept",
            "requesting_designation",
            "purpose",
            "candidate_count",
        }
    ),
    "intake": frozenset(
        {"name_hi", "name_en", "gender", "dob", "relation", "father_hi", "father_en", "perm_thana"}
    ),
    "route": frozenset({"routes"}),
    "accept_enquiry": frozenset({"accept", "correct_thana", "eo"}),
    "visit": frozenset({"resident"}),
    "endorse_enquiry": frozenset({"agree"}),
    "recommend": frozenset({"action", "re_enquiry"}),
}


def check(
    files: Mapping[str, bytes], job_results: Mapping[str, tuple[str, ...]], fonts: Path = FONTS
) -> list[Any]:
    """Every reason why these files must not be deployed; an empty list lets them through.

    Diagrams and decisions are judged by the gate, forms and paper texts by the rooms that own them; no text
    may hold a letter that the papers' `fonts` cannot draw. Raises PapersUnavailable when those are not there.
    Every page of the workshop asks this of the same files: they are judged once.
    """
    return list(_check(tuple(sorted(files.items())), tuple(sorted(job_results.items())), fonts))


@lru_cache(maxsize=8)
def _check(
    files: tuple[tuple[str, bytes], ...], job_results: tuple[tuple[str, tuple[str, ...]], ...], fonts: Path
) -> tuple[Any, ...]:
    contents = dict(files)
    return (
        *engine.check(contents, known(contents, dict(job_results))),
        *papers.check_texts(contents.get(PAPERS, b""), fonts),
    )


def dictionary(
    files: Mapping[str, bytes], job_results: Mapping[str, tuple[str, ...]], release: engine.Release
) -> tuple[engine.RoutingValue, ...]:
    """The routing values that a deployed release reads, with their types, and what may never be set by hand."""
    return engine.dictionary(files, known(files, job_results), release.routing_reads)


def known(files: Mapping[str, bytes], job_results: Mapping[str, tuple[str, ...]]) -> engine.Known:
    """The world in which diagrams and decisions are judged, with the forms of these very files."""
    forms = {
        name.removesuffix(".form"): _reads(data) for name, data in files.items() if name.endswith(".form")
    }
    return engine.Known(
        forms=forms,
        job_kinds=frozenset(job_results),
        job_results={kind: dict.fromkeys(names, _TEXT) for kind, names in job_results.items() if names},
        lanes={lane: kind.value for lane, kind in LANES.items()},
        roles={role.value: {kind.value for kind in kinds} for role, kinds in ROLE_OFFICES.items()},
        facts={"findings": engine.FieldReads("context", columns=findings_read())},
        required_fields=_required(files),
    )


def _reads(data: bytes) -> engine.FormReads:
    try:
        form = formjs.load(data)
    except formjs.FormRefused as refused:
        faults = tuple(engine.FormFault(each.key, each.component, each.params) for each in refused.problems)
        return engine.FormReads(faults=faults)
    return engine.FormReads({name: _field(kind) for name, kind in formjs.field_types(form).items()})


def _field(kind: FieldType) -> engine.FieldReads:
    columns = None
    if kind.columns is not None:
        columns = {name: _field(each) for name, each in kind.columns.items()}
    return engine.FieldReads(kind.type, kind.pii, kind.codes, columns)


def findings_read() -> dict[str, engine.FieldReads]:
    """The inputs of the outcome table and the signs beside them: truth values, but for the residence."""
    nothing = Findings({}, ())
    found = dict.fromkeys({**nothing.inputs(), **nothing.signs()}, engine.FieldReads("boolean"))
    codes = frozenset({"resident", "not_resident", "address_incomplete"})
    return found | {"residence": engine.FieldReads("string", codes=codes)}


def _required(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Fields that tables, and the papers of this very release, need on the forms."""
    needed = {form: set(names) for form, names in REQUIRED_FIELDS.items()}
    if PAPERS in files and not papers.check_texts(files[PAPERS]):
        for form, key in papers.answers_read(files[PAPERS]):
            needed.setdefault(form, set()).add(key)
    return needed
