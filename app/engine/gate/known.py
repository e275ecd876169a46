"""What the gate must know of the world around a release: offices, roles, forms, jobs, messages, facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from app.domain.offices import Endorser, UnitKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class FieldReads:
    """One value that an expression may read.

    `type` is FEEL's: string, number, boolean, date, time, date and time, days and time duration,
    years and months duration, list, context, or Any. `codes` is the closed list it is chosen from
    (None: open). `pii` is P0 to P4. `columns` are the fields of a context, or of each row of a list;
    `item` is what a list of plain values holds.
    """

    type: str = "Any"
    pii: str = "P0"
    codes: frozenset[str] | None = None
    columns: Mapping[str, FieldReads] | None = None
    item: FieldReads | None = None


@dataclass(frozen=True, slots=True)
class FormFault:
    """Why a form does not load: a key of the catalogue `forms`, with the field it is about."""

    key: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormReads:
    """The fields of one form of the release, or the reasons why it does not load."""

    fields: Mapping[str, FieldReads] = field(default_factory=dict)
    faults: tuple[FormFault, ...] = ()


_TEXT, _NUMBER = FieldReads("string"), FieldReads("number")
_UNIT = MappingProxyType(
    {
        "id": _TEXT,
        "kind": FieldReads("string", codes=frozenset(UnitKind)),
        "office_id": _TEXT,
        "round": _NUMBER,
        "endorses": FieldReads("string", codes=frozenset(Endorser)),
    }
)

#: The values that the host itself hands to the engine; they need no producer in the diagram.
SYSTEM: Mapping[str, FieldReads] = MappingProxyType(
    {
        "case": FieldReads(
            "context",
            columns={
                "id": _TEXT,
                "purpose": _TEXT,
                "received_on": FieldReads("date"),
                "sdpo_office_id": _TEXT,
                "sample": _NUMBER,
            },
        ),
        "units": FieldReads("list", columns=_UNIT),
        "rounds": _NUMBER,
        "reviewed": _NUMBER,  # the round that the SDPO has reviewed; below 0 before the first
    }
)

#: The item that a call over `units` hands to each called process.
UNIT = FieldReads("context", columns=_UNIT)


@dataclass(frozen=True, slots=True)
class Known:
    """The closed lists that a release is checked against; the caller fills them from domain and forms.

    `forms`: form key -> what the form of this release holds. `job_kinds`: service operations, and
    `job_results` the fields that some of them answer with. `lanes`: lane name -> kind of office. `roles`:
    role -> kinds of office it sits in. `unit_kinds`: kinds of office that follow from the unit.
    `messages`: what the host sends. `facts`: top-level keys that the host reads for decisions and
    expressions, beside the forms `requisition` and `intake`. `required_fields`: form key -> fields that a
    paper, a statement or a table needs. `start_processes`: processes that the host starts. A job of
    `signed_jobs` must not be reached but through a task of `signing_roles`. `signatory`: the decision and its output
    that name whose signature a paper takes, `signatories` the roles behind each name; `in_use`: the output of the
    same table that tells which purposes are offered, and what it says of one that is not. No post does the steps of
    both `enquiring_forms` and `judging_forms`.
    """

    forms: Mapping[str, FormReads]
    job_kinds: Collection[str]
    lanes: Mapping[str, str]
    roles: Mapping[str, Collection[str]]
    job_results: Mapping[str, Mapping[str, FieldReads]] = field(default_factory=dict)
    unit_kinds: Collection[str] = frozenset({"thana", "dcrb", "special_branch"})
    messages: Collection[str] = frozenset({"case_withdrawn"})
    facts: Mapping[str, FieldReads] = field(default_factory=dict)
    system: Mapping[str, FieldReads] = field(default_factory=lambda: SYSTEM)
    functions: Collection[str] = frozenset({"working days after"})
    required_fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    start_processes: Collection[str] = frozenset({"verification"})
    signed_jobs: Collection[str] = frozenset({"issue_report"})
    signing_roles: Collection[str] = frozenset({"dm", "adm", "sp"})
    signatory: tuple[str, str] = ("checks", "final_signatory")
    signatories: Mapping[str, Collection[str]] = field(
        default_factory=lambda: {"DM": frozenset({"dm", "adm"}), "SP": frozenset({"sp"})}
    )
    in_use: tuple[str, str] = ("enabled", "no")
    enquiring_forms: Collection[str] = frozenset({"visit", "check_registers"})
    judging_forms: Collection[str] = frozenset({"endorse_enquiry", "review_findings", "recommend", "decide"})
