"""From answers to rows: one mapping a form. Search, papers and statements read what is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import numbers
from app.domain.errors import FieldProblem, FormInvalid, NotFound
from app.domain.ids import new_id
from app.models import case_queries as cases
from app.models import office_queries as offices
from app.models import paper_queries as papers
from app.models import workflow_queries as workflow
from app.services import calendars, casefile, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from app import formjs
    from app.domain.roles import Actor
    from app.models.base import AnyRow
    from app.models.scope import Session
    from app.services.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class Context:
    """One submission on its way into the tables; the session sees exactly this case."""

    session: Session
    actor: Actor
    case: AnyRow
    task: AnyRow
    form: formjs.Form
    answers: dict[str, Any]
    facts: Mapping[str, Any]
    now: datetime

    @property
    def key(self) -> bytes:
        return keys.unlock(self.session, self.case.data_key_id)


def stamp(context: Context) -> None:
    """Add to the answers what the system gives at signing: the memo number of the SP's report to the DM.

    Where the SP signs the paper himself, that has a number of its own and no report goes before it.
    """
    signs_alone = (context.facts.get("checks") or {}).get("final_signatory") == "SP"
    if context.task.form != "recommend" or context.answers["action"] != "recommend" or signs_alone:
        return
    office = offices.find(context.session, context.task.office_id)
    if office is None:
        raise NotFound
    year = calendars.day(context.now).year
    serial = papers.next_number(context.session, office.id, "memo", year)
    context.answers["sp_memo_no"] = numbers.memo_number(office.code, year, serial)


def project(context: Context, answer_id: UUID) -> dict[str, Any]:
    """Write the rows that this form stands for; -> routing values of the system (units, unit, rounds)."""
    mapping = _MAPPINGS.get(context.task.form)
    return mapping(context, answer_id) if mapping is not None else {}


def propose(known: CaseFacts, task: AnyRow) -> dict[str, Any]:
    """First values of a form that the case itself suggests: the thanas of the addresses, the last visit."""
    proposal = _PROPOSALS.get(task.form)
    return proposal(known, task) if proposal is not None else {}


def register_person(
    session: Session, actor: Actor, case: AnyRow, answers: dict[str, Any], now: datetime
) -> None:
    """Rows of a new case: the person, the addresses, and the first answer."""
    casefile.insert_answer(session, case, casefile.act_columns(actor, "intake", now), answers)
    key = keys.unlock(session, case.data_key_id)
    applicant_id = new_id(session.recorded_at)
    cases.insert_applicant(
        session,
        {
            "id": applicant_id,
            "case_id": case.id,
            "kind": "person",
            "name": keys.seal_name(key, applicant_id, answers),
            "details": keys.seal_json(key, f"applicant|details|{applicant_id}", _details(answers)),
        },
    )
    cases.insert_addresses(session, _addresses(session, case, key, answers))


_ADDRESS = ("house", "village", "panchayat", "po", "thana", "block", "district", "state", "pin", "from", "to")


def _details(answers: Mapping[str, Any]) -> dict[str, Any]:
    wanted = (
        "gender",
        "dob",
        "relation",
        "nationality",
        "mobile",
        "email",
        "epic_no",
        "alias",
        "former_name",
    )
    return {name: answers.get(name) for name in wanted}


def _addresses(
    session: Session, case: AnyRow, key: bytes, answers: Mapping[str, Any]
) -> list[dict[str, Any]]:
    found = [("permanent", {part: answers.get(f"perm_{part}") for part in _ADDRESS})]
    if answers.get("pres_thana"):
        found.append(("present", {part: answers.get(f"pres_{part}") for part in _ADDRESS}))
    found += [("stay", dict(row)) for row in answers.get("stays") or []]
    rows = []
    for kind, details in found:
        address_id = new_id(session.recorded_at)
        rows.append(
            {
                "id": address_id,
                "case_id": case.id,
                "kind": kind,
                "office_id": _uuid(details.get("thana")),
                "details": keys.seal_json(key, f"address|details|{address_id}", details),
            }
        )
    return rows


def _route(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """One enquiry per thana named, however many addresses lie in it."""
    thanas = dict.fromkeys(row["thana"] for row in context.answers["routes"])
    return {
        "units": _open_enquiries(context, [("thana", UUID(each)) for each in thanas], context.case.rounds)
    }


def _open_enquiries(context: Context, units: list[tuple[str, UUID]], rounds: int) -> list[dict[str, Any]]:
    rows, found = [], []
    for kind, office_id in units:
        enquiry_id = new_id(context.session.recorded_at)
        rows.append(
            {
                "id": enquiry_id,
                "case_id": context.case.id,
                "unit_kind": kind,
                "office_id": office_id,
                "officer_id": None,
                "round": rounds,
                "state": "open",
                "received_at": context.now,
                "facts": keys.seal_json(context.key, f"enquiry|facts|{enquiry_id}", {}),
            }
        )
        found.append({"id": str(enquiry_id), "kind": kind, "office_id": str(office_id), "round": rounds})
    cases.insert_enquiries(context.session, rows)
    return found


def _accept(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """Ours: the officer is named. Another thana's: the unit is rewritten, and this thana loses sight of the case."""
    enquiry_id, answers = context.task.enquiry_id, context.answers
    if answers["accept"] != "other_thana":
        cases.set_enquiry(
            context.session, enquiry_id, officer_id=UUID(answers["eo"]), assigned_at=context.now
        )
        return {}
    office_id = UUID(answers["correct_thana"])
    row = cases.enquiry_row(context.session, enquiry_id)
    cases.set_enquiry(
        context.session, enquiry_id, office_id=office_id, officer_id=None, received_at=context.now
    )
    return {
        "unit": {
            "id": str(enquiry_id),
            "kind": "thana",
            "office_id": str(office_id),
            "round": row.round if row is not None else context.case.rounds,
        }
    }


def _registers(context: Context, answer_id: UUID) -> dict[str, Any]:
    """Criminal cases and register entries become rows of their own: a paper and a rule can read them."""
    cases.supersede_findings(context.session, context.task.enquiry_id)
    rows = []
    for kind, name in (("fir", "cases"), ("entry", "entries")):
        for seq, facts in enumerate(context.answers.get(name) or []):
            finding_id = new_id(context.session.recorded_at)
            rows.append(
                {
                    "id": finding_id,
                    "case_id": context.case.id,
                    "enquiry_id": context.task.enquiry_id,
                    "answer_id": answer_id,
                    "kind": kind,
                    "seq": seq,
                    "facts": keys.seal_json(context.key, f"finding|facts|{finding_id}", facts),
                    "superseded": False,
                }
            )
    cases.insert_findings(context.session, rows)
    return {}


def _endorse(context: Context, _answer_id: UUID) -> dict[str, Any]:
    if context.answers["agree"] != "return_to_eo":
        cases.set_enquiry(context.session, context.task.enquiry_id, state="reported", reported_at=context.now)
    return {}


def _recommend(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """A re-enquiry opens a new round for the units named; two rounds at most."""
    if context.answers["action"] != "re_enquiry":
        return {}
    before = {str(row.id): row for row in cases.enquiries_of(context.session, context.case.id)}
    named = dict.fromkeys(row["unit"] for row in context.answers["re_enquiry"])
    if not named or any(each not in before for each in named):
        raise FormInvalid(context.answers, {"re_enquiry": FieldProblem("form.choice_unknown")})
    rounds = context.case.rounds + 1
    units = [(before[each].unit_kind, before[each].office_id) for each in named]
    workflow.set_rounds(context.session, context.case.id, rounds)
    return {"units": _open_enquiries(context, units, rounds), "rounds": rounds}


def asked_again(session: Session, case: AnyRow, task: AnyRow) -> list[str]:
    """The points that the SP gave to the unit of this task when he sent the case back; of others nothing is told."""
    if task.enquiry_id is None or not case.rounds:
        return []
    row = cases.last_answer(session, case.id, "recommend")
    if row is None:
        return []
    units = {str(unit.id): unit for unit in cases.enquiries_of(session, case.id)}
    own = units[str(task.enquiry_id)]
    values = keys.open_json(keys.unlock(session, case.data_key_id), f"answer|values|{row.id}", row.values)
    return [
        str(line["point"])
        for line in values.get("re_enquiry") or []
        if own.round == case.rounds
        and line["unit"] in units
        and units[line["unit"]].office_id == own.office_id
    ]


_MAPPINGS: dict[str, Callable[[Context, UUID], dict[str, Any]]] = {
    "route": _route,
    "accept_enquiry": _accept,
    "check_registers": _registers,
    "endorse_enquiry": _endorse,
    "recommend": _recommend,
}


def _propose_routes(known: CaseFacts, _task: AnyRow) -> dict[str, Any]:
    """A row per address with its thana: only the doubtful ones need a decision."""
    rows = [
        {"thana": str(row.office_id), "address": str(row.id)}
        for row in cases.addresses_of(known.session, known.case.id)
        if row.office_id is not None
    ]
    return {"routes": rows} if rows else {}


def _propose_last(known: CaseFacts, task: AnyRow) -> dict[str, Any]:
    """A second visit, or a check after a return, begins with the last report, without its time and a locked door."""
    last = known.answer(task.form, task.enquiry_id)
    once = {"visit_dt", "next_visit"} | ({"resident"} if last.get("resident") == "house_locked" else set())
    return {name: value for name, value in last.items() if name not in once}


_PROPOSALS: dict[str, Callable[[CaseFacts, AnyRow], dict[str, Any]]] = {
    "route": _propose_routes,
    "visit": _propose_last,
    "check_registers": _propose_last,
}


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (TypeError, ValueError):
        return None
