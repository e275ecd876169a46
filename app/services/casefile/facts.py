"""What is known of a case, for expressions: facts of forms and decisions. Read when asked for, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from app.domain import subjects
from app.domain.findings import RESIDENCE, Findings, Unit
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.services.casefile import departments, neighbours, requisitionwords
from app.services.district import calendars
from app.services.procedure import releases
from app.services.store import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.procedure.releases import Loaded

#: Forms of the shipped route that the program knows by name.
INTAKE, SCRUTINY, ROUTE, REVIEW, HEARING = "intake", "scrutinise", "route", "review_findings", "hold_hearing"
DISPATCH = "dispatch"
REPLY = "record_reply"  # the step that waits for another district's answer
NO_REPLY = "no_reply"  # state of an enquiry without whose report the case has gone on
#: The box by which a form says that it signs (GLOSSARY.md).
SIGN = "sign"
#: Form of a unit -> what the findings call its answers.
_TOLD_BY = {
    "visit": "visit",
    "check_registers": "registers",
    "search_records": "search",
    REPLY: "reply",
}

_HOME_STATE = "bihar"
_ADDRESSES = ("perm", "pres")
_KINDS = {"perm": "permanent", "pres": "present"}  # part of the form -> kind of the address


@dataclass(frozen=True, slots=True)
class Residence:
    """One address of a person or firm as it was written, and the police station that answers for it."""

    kind: str  # perm | pres | firm
    text: str
    pin: str
    thana_kind: str
    thana_hi: str
    thana_en: str


@dataclass(frozen=True, slots=True)
class Particulars:
    """What one must know of a person at a glance."""

    born: date | None
    residences: list[Residence]
    mobile: str


def lives_outside(person: Mapping[str, Any], own: str) -> bool:
    """Whether an address, or a stay, lies outside the district with this code."""
    places = [{part: person.get(f"{which}_{part}") for part in ("state", "district")} for which in _ADDRESSES]
    places += person.get("stays") or []
    return any(
        (place.get("state") or _HOME_STATE) != _HOME_STATE or (place.get("district") or own) != own
        for place in places
    )


class CaseFacts:
    """The facts of one case; `enquiry_id` narrows the findings to one unit's.

    `corrected` are particulars of the person as they are to be, where a correction is looked at before it holds.
    """

    def __init__(
        self,
        session: Session,
        case: AnyRow,
        now: datetime,
        *,
        enquiry_id: UUID | None = None,
        corrected: Mapping[str, Any] | None = None,
    ) -> None:
        self.session, self.case, self.now, self.enquiry_id = session, case, now, enquiry_id
        self._corrected = corrected or {}

    @cached_property
    def key(self) -> bytes:
        return keys.unlock(self.session, self.case.data_key_id)

    @cached_property
    def intake(self) -> dict[str, Any]:
        """The answers of the intake, and whether an address lies outside the district.

        A thana that nobody knew then is the one to which the address was marked.
        """
        person = self._marked({**self.answer(INTAKE), **self._corrected})
        return {**person, "outside_district": lives_outside(person, str(self.session.district_id))}

    def _marked(self, person: dict[str, Any]) -> dict[str, Any]:
        unknown = {which: kind for which, kind in _KINDS.items() if person.get(f"{which}_thana_unknown")}
        if not unknown:
            return person
        rows = {row.kind: row.office_id for row in cases.addresses_of(self.session, self.case.id)}
        found = {
            f"{which}_thana": rows.get(kind) or rows.get(subjects.FIRM) for which, kind in unknown.items()
        }
        return {**person, **{name: str(office_id) for name, office_id in found.items() if office_id}}

    @cached_property
    def enquiries(self) -> list[AnyRow]:
        return list(cases.enquiries_of(self.session, self.case.id))

    @cached_property
    def decided(self) -> dict[str, Any]:
        """The latest result of each decision and service of the route."""
        return workflow.decided(self.session, self.case.id)

    def answer(self, form: str, enquiry_id: UUID | None = None) -> dict[str, Any]:
        """The latest answers of a form, opened; empty when it was never sent."""
        row = cases.last_answer(self.session, self.case.id, form, enquiry_id)
        return {} if row is None else self.open_answer(row)

    def open_answer(self, row: AnyRow) -> dict[str, Any]:
        opened: dict[str, Any] = keys.open_json(self.key, f"answer|values|{row.id}", row.values)
        return opened

    def person(self) -> dict[str, str]:
        """The names a list and a strip show."""
        row = cases.applicant_of(self.session, self.case.id)
        if row is None:
            return keys.NO_NAME
        return keys.open_name(self.session, self.case.data_key_id, row.id, row.name)

    def purpose(self, loaded: Loaded) -> tuple[str, str]:
        return loaded.purpose_names(self.case.purpose)

    @cached_property
    def units(self) -> list[Unit]:
        """What each unit (or the one unit) has answered, in the order of the rounds."""
        return [
            self._unit(row)
            for row in self.enquiries
            if row.state != "cancelled" and self.enquiry_id in (None, row.id)
        ]

    def asked_of(self, row: AnyRow) -> dict[str, Any]:
        """What a unit was asked about: the addresses, and of another district which one."""
        opened: dict[str, Any] = keys.open_json(self.key, f"enquiry|facts|{row.id}", row.facts)
        return opened

    def _unit(self, row: AnyRow) -> Unit:
        asked = self.asked_of(row)
        answers = {name: self.answer(form, row.id) for form, name in _TOLD_BY.items()}
        return Unit(
            kind=row.unit_kind,
            office_id=str(row.office_id),
            addresses=frozenset(asked.get("addresses", ())),
            district=str(asked.get("district") or self.session.district_id),
            is_left_out=row.state == NO_REPLY,
            **answers,
        )

    @cached_property
    def unsettled(self) -> Findings:
        """What the units say, before the SDPO has decided anything."""
        return Findings(self.intake, self.units)

    @cached_property
    def found(self) -> Findings:
        """What the answers of the units (or of the one unit) say of the person, as the SDPO settled it."""
        settled = self.answer(REVIEW)
        verdicts = {row["row"]: row["decision"] for row in settled.get("row_decisions") or ()}
        if settled.get("residence_decision"):
            verdicts[RESIDENCE] = settled["residence_decision"]
        return Findings(self.intake, self.units, verdicts)

    def findings(self) -> dict[str, Any]:
        """The inputs of the outcome table, and what besides brings a case to the SDPO."""
        return {**self.found.inputs(), **self.found.signs()}

    def proposed_outcome(self, loaded: Loaded) -> str:
        """What the outcome table says on these findings: a proposal, never a verdict."""
        result = loaded.engine.decide("outcome", {"findings": self.findings()})
        return str(result["recommendation"]) if result else ""

    def for_form(self, loaded: Loaded, task: AnyRow) -> dict[str, Any]:
        """The names that a task's form may read, beside its own fields."""
        return {
            **self.decided,
            "requisition": self.case.requisition_routing,
            "intake": self.intake,
            "route": self.answer(ROUTE),
            "hearing": self.answer(HEARING),
            "rounds": self.case.rounds,
            "findings": self._for_judges() if task.enquiry_id is None else {},
            "own_district": str(self.session.district_id),
            "outcome_proposed": self.proposed_outcome(loaded) if task.enquiry_id is not None else "",
            "department_has_inbox": task.form == DISPATCH
            and (
                neighbours.is_asked(self.session, self.case.id)
                or departments.has_inbox(self.session, self.case.requisition_id, self.now)
            ),
            "requesting_email": self._requesting_email() if task.form == DISPATCH else None,
            "paper_for_ink": task.form == DISPATCH and departments.is_for_ink(self.session, self.case.id),
            "today": calendars.day(self.now),
            "now": calendars.local(self.now),
            "due_on": task.due_on,
            "created_at": calendars.local(task.created_at),
        }

    def _requesting_email(self) -> str | None:
        """Where the department reads its mail, if its letter says so."""
        return requisitionwords.as_of(self.session, self.case.requisition_id, None).get("requesting_email")

    def _for_judges(self) -> dict[str, Any]:
        """The findings as those read them who settle and decide: with what there is to settle."""
        return {
            **self.findings(),
            "disputed_rows": len(self.unsettled.disputed),
            "residence_disputed": bool(self.found.residence_dispute),
        }

    def particulars(self) -> Particulars:
        """The person, or the firm, and the addresses in a few lines."""
        person = self.intake
        return Particulars(
            date.fromisoformat(person["dob"]) if person.get("dob") else None,
            [self._residence(person, kind) for kind in _ADDRESSES if person.get(f"{kind}_village")],
            str(person.get("mobile") or ""),
        )

    def _residence(self, person: Mapping[str, Any], kind: str) -> Residence:
        text = [person.get(f"{kind}_{part}") for part in ("house", "village", "po", "district_other")]
        thana = offices.find(self.session, UUID(own)) if (own := person.get(f"{kind}_thana")) else None
        elsewhere = str(person.get(f"{kind}_thana_other") or "")
        is_firm = subjects.kind_of(person) == subjects.FIRM
        return Residence(
            subjects.FIRM if is_firm else kind,
            ", ".join(str(part) for part in text if part),
            str(person.get(f"{kind}_pin") or ""),
            *(
                ("thana", elsewhere, elsewhere)
                if thana is None
                else (thana.kind, thana.name_hi, thana.name_en)
            ),
        )


class CaseHost:
    """What the engine may ask of the world during one step: the case's facts, and the working calendar."""

    def __init__(self, session: Session, case: AnyRow, now: datetime) -> None:
        self._facts, self._now = CaseFacts(session, case, now), now

    def facts(self) -> Mapping[str, Any]:
        """`requisition.*`, `intake.*` and `findings.*` of the decisions; never stored in engine data."""
        ahead.facts(self._facts.session, self._facts.case.id)
        return {
            "requisition": self._facts.case.requisition_routing,
            "intake": self._facts.intake,
            "findings": self._facts.findings(),
        }

    def working_days_after(self, days: Any) -> str:
        """The instant that lies so many working days after this step, as ISO text."""
        due = calendars.of(self._facts.session).due(self._now, days)
        return due.isoformat()


class OfLetter(Protocol):
    """What the rules of a candidate's form read of a letter."""

    @property
    def routing(self) -> Mapping[str, Any]: ...
    @property
    def received_on(self) -> date: ...


class LetterFacts:
    """The facts of a start form: the letter's own values, and what `checks` says of its purpose."""

    def __init__(
        self, session: Session, letter: AnyRow | OfLetter | None, loaded: Loaded, now: datetime
    ) -> None:
        self._session, self._letter, self._loaded, self._now = session, letter, loaded, now

    def for_form(self) -> dict[str, Any]:
        routing = {} if self._letter is None else self._letter.routing
        checks = releases.checks(self._loaded.engine, routing["purpose"], routing) if routing else {}
        return {
            "requisition": routing,
            "checks": checks,
            "own_district": str(self._session.district_id),
            "today": calendars.day(self._now),
            "now": calendars.local(self._now),
            "received_on": None if self._letter is None else self._letter.received_on,
            "duplicate_found": False,
        }
