"""What is known of a case, for expressions: facts of forms and decisions. Read when asked for, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import findings
from app.models import ahead
from app.models import case_queries as cases
from app.models import office_queries as offices
from app.models import workflow_queries as workflow
from app.services import calendars, keys, releases
from app.services.options import labels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app import formjs
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.releases import Loaded

INTAKE, VISIT, REGISTERS, ROUTE = "intake", "visit", "check_registers", "route"


@dataclass(frozen=True, slots=True)
class Residence:
    """One address of a person as it was written, and the police station that answers for it."""

    kind: str  # perm | pres
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


class CaseFacts:
    """The facts of one case; `enquiry_id` narrows the findings to one unit's."""

    def __init__(
        self, session: Session, case: AnyRow, now: datetime, *, enquiry_id: UUID | None = None
    ) -> None:
        self.session, self.case, self.now, self.enquiry_id = session, case, now, enquiry_id

    @cached_property
    def key(self) -> bytes:
        return keys.unlock(self.session, self.case.data_key_id)

    @cached_property
    def intake(self) -> dict[str, Any]:
        return self.answer(INTAKE)

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

    def findings(self) -> dict[str, Any]:
        """The inputs of the outcome table, derived from the answers of the units (or of the one unit)."""
        units = [
            findings.Unit(
                kind=row.unit_kind,
                office_id=str(row.office_id),
                visit=self.answer(VISIT, row.id),
                registers=self.answer(REGISTERS, row.id),
            )
            for row in self.enquiries
            if row.state != "cancelled" and self.enquiry_id in (None, row.id)
        ]
        return findings.derive(self.intake, units)

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
            "rounds": self.case.rounds,
            "outcome_proposed": self.proposed_outcome(loaded) if task.enquiry_id is not None else "",
            "today": calendars.day(self.now),
            "now": calendars.local(self.now),
            "due_on": task.due_on,
            "created_at": calendars.local(task.created_at),
        }

    def particulars(self) -> Particulars:
        """The person and the addresses in a few lines."""
        person = self.intake
        return Particulars(
            date.fromisoformat(person["dob"]) if person.get("dob") else None,
            [self._residence(person, kind) for kind in ("perm", "pres") if person.get(f"{kind}_thana")],
            str(person.get("mobile") or ""),
        )

    def _residence(self, person: Mapping[str, Any], kind: str) -> Residence:
        parts = [person.get(f"{kind}_{part}") for part in ("house", "village", "po")]
        thana = offices.find(self.session, UUID(person[f"{kind}_thana"]))
        return Residence(
            kind,
            ", ".join(str(part) for part in parts if part),
            str(person.get(f"{kind}_pin") or ""),
            *(("", "", "") if thana is None else (thana.kind, thana.name_hi, thana.name_en)),
        )

    def option_labels(
        self, form: formjs.Form, loaded: Loaded, values: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The names of what was chosen from lists that live outside the form, to show an answer in words."""
        return labels(self.session, form, loaded, self, values)


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


class LetterFacts:
    """The facts of a start form: the letter's own values, and what `checks` says of its purpose."""

    def __init__(self, session: Session, letter: AnyRow | None, loaded: Loaded, now: datetime) -> None:
        self._session, self._letter, self._loaded, self._now = session, letter, loaded, now

    def for_form(self) -> dict[str, Any]:
        routing = {} if self._letter is None else self._letter.routing
        checks = releases.checks(self._loaded.engine, routing["purpose"], routing) if routing else {}
        return {
            "requisition": routing,
            "checks": checks,
            "today": calendars.day(self._now),
            "now": calendars.local(self._now),
            "received_on": None if self._letter is None else self._letter.received_on,
        }
