"""Which paper a decision asks for: its text, the office that issues it, who signs, who gets copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app import formjs, papers
from app.domain.errors import NotFound
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.services.casefile.options import choices
from app.services.district import calendars

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.papers import Copy, Words
    from app.services.casefile.facts import CaseFacts
    from app.services.procedure.releases import Loaded

#: Form of the deciding step, by who signs.
_SIGNING = {"DM": "decide", "SP": "recommend"}
DECIDING = frozenset(_SIGNING.values())
_BOXES = {"decide": "dm_decision", "recommend": "sp_decision"}
_CERTIFICATE = "CERTIFICATE"
#: Decisions after which the facts, and the reason for the decision, go out with the paper.
_WITH_FACTS = frozenset({"issue_with_detail", "refuse"})
_ISSUING = _WITH_FACTS | {"issue_clear"}
#: Heads of the district's offices, by their code under प्रतिलिपि -> the setting of their designation.
_HEADS = {"sp": "sp_designation", "dm": "dm_designation_letter"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose paper it is and of which kind. `output` is what the paper is: adverse facts make a report of it."""

    side: str  # dm | sp
    form: str  # where it was decided
    decision: Mapping[str, Any]
    template: str
    output: str  # REPORT | CERTIFICATE | NOC_REPORT
    office_id: UUID
    office_code: str
    district_office_id: UUID  # the office that keeps the district's one series of certificate numbers
    signed_by: UUID | None
    copies: tuple[Copy, ...]

    @property
    def with_facts(self) -> bool:
        """Whether the facts that were found go out with the paper."""
        return _chosen(self.decision) in _WITH_FACTS


@dataclass(frozen=True, slots=True)
class Proposed:
    """A decision that nobody has sent yet, and the officer who thinks of sending it."""

    answers: Mapping[str, Any]
    officer_id: UUID


def of(session: Session, known: CaseFacts, loaded: Loaded, proposed: Proposed | None = None) -> Plan:
    """The paper that a decided case gets, or would get. Raises NotFound where it gets none, or none yet."""
    checks = known.decided.get("checks") or {}
    signatory = str(checks.get("final_signatory", "DM"))
    form = _SIGNING[signatory]
    if proposed is None:
        decision, signed_by = _decided(session, known, form)
    elif issues(checks, proposed.answers):
        decision, signed_by = proposed.answers, proposed.officer_id
    else:
        raise NotFound
    template, output = _text(loaded, str(checks.get("output", "REPORT")), decision, known)
    issuing, dm = _issuing_offices(session, signatory)
    return Plan(
        side=signatory.lower(),
        form=form,
        decision=decision,
        template=template,
        output=output,
        office_id=issuing.id,
        office_code=issuing.code,
        district_office_id=dm.id,
        signed_by=signed_by,
        copies=_Copies(session, known, loaded, form).of(decision.get("copies") or ()),
    )


def issues(checks: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether these answers issue the paper: a decision that issues one, by whoever signs it after these checks."""
    form = _SIGNING[str(checks.get("final_signatory", "DM"))]
    return answers.get(_BOXES[form]) in _ISSUING


def is_decided(form: str, answers: Mapping[str, Any]) -> bool:
    """Whether the box that decides on the paper is answered in this form."""
    return bool(answers.get(_BOXES[form]))


def _decided(session: Session, known: CaseFacts, form: str) -> tuple[Mapping[str, Any], UUID | None]:
    row = cases.last_answer(session, known.case.id, form)
    if row is None:
        raise NotFound
    return known.open_answer(row), row.answered_by


def _text(loaded: Loaded, wanted: str, decision: Mapping[str, Any], known: CaseFacts) -> tuple[str, str]:
    """The template and what it is: the finding decides the text, the decision whether facts go."""
    template = loaded.texts.choose(wanted, _outcome(decision, known))
    if loaded.texts.template(template).kind == "certificate":
        return template, _CERTIFICATE
    return template, "REPORT" if wanted == _CERTIFICATE else wanted


def _outcome(decision: Mapping[str, Any], known: CaseFacts) -> str:
    recommended = known.answer("recommend").get("sp_outcome") or decision.get("sp_outcome")
    found = str(recommended or "no_adverse")
    if _chosen(decision) in _WITH_FACTS:
        return found if found in ("adverse", "attention") else "attention"
    return "not_resident" if found == "not_resident" else "no_adverse"


def _chosen(decision: Mapping[str, Any]) -> str:
    return str(decision.get("dm_decision") or decision.get("sp_decision") or "")


def _issuing_offices(session: Session, signatory: str) -> tuple[AnyRow, AnyRow]:
    """The office that issues, and the DM's office. Raises NotFound when the district lacks one."""
    today = calendars.day(session.recorded_at)
    found = []
    for kind in ("dm_office" if signatory == "DM" else "sp_office", "dm_office"):
        office_id = offices.only_of_kind(session, kind, today)
        office = offices.find(session, office_id) if office_id is not None else None
        if office is None:
            raise NotFound
        found.append(office)
    return found[0], found[1]


class _Copies:
    """Turns the codes that were ticked under प्रतिलिपि into lines. A code unknown here goes by its own label."""

    def __init__(self, session: Session, known: CaseFacts, loaded: Loaded, form: str) -> None:
        self._session, self._known, self._loaded, self._form = session, known, loaded, form

    def of(self, codes: Any) -> tuple[Copy, ...]:
        """The copies in the order of the form; the office copy has no addressee, each thana its own line."""
        found: list[Copy] = []
        for code in codes:
            if code == "sho":
                found += [papers.Copy(code, self._at("sho_designation", thana)) for thana in self._thanas()]
            elif code in _HEADS:
                found.append(papers.Copy(code, self._at(_HEADS[code], self._district())))
            else:
                found.append(papers.Copy(code, papers.Words() if code == "office" else self._label(code)))
        return tuple(found)

    def _at(self, designation: str, place: Words) -> Words:
        said = self._loaded.texts.setting(designation)
        return papers.Words(f"{said.hi}, {place.hi}", f"{said.en}, {place.en}")

    def _district(self) -> Words:
        district = offices.district(self._session)
        return papers.Words(district.name_hi, district.name_en)

    def _thanas(self) -> list[Words]:
        """The thanas that reported, each once."""
        named = {
            row.office_id: papers.Words(f"{row.office_hi} थाना", f"{row.office_en} P.S.")
            for row in self._known.enquiries
            if row.state == "reported" and row.unit_kind == "thana"
        }
        return list(named.values())

    def _label(self, code: str) -> Words:
        form = self._loaded.form(self._form)
        options = choices(self._session, form, self._loaded, self._known)
        return papers.Words(
            formjs.label(form, "copies", [code], options, "hi"),
            formjs.label(form, "copies", [code], options, "en"),
        )
