"""From answers to rows: one mapping a form. Search, papers and statements read what is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain import subjects
from app.domain.errors import FieldProblem, FormInvalid, NotFound, RouteStuck
from app.domain.ids import known_id, new_id
from app.domain.numbers import Outgoing, Series
from app.domain.offices import Endorser, OfficeKind, UnitKind
from app.domain.roles import Role
from app.models import ahead
from app.models.casefile import case_queries as cases
from app.models.district import office_queries as offices
from app.models.execution import workflow_queries as workflow
from app.models.staff import officer_queries as officers
from app.services.casefile import departments, neighbours, searchkeys, sentletters, submissions
from app.services.casefile.facts import NO_REPLY, REPLY, SCRUTINY, CaseFacts
from app.services.casefile.sentletters import To
from app.services.district import areas, calendars, series
from app.services.procedure import releases
from app.services.store import keys
from app.services.timekeeping import clockbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from app.domain.roles import Actor
    from app.models.scope import Session
    from app.models.tables.base import AnyRow
    from app.services.casefile.submissions import Context


LETTER_NO = "out_memo_no"  # among the answers, though on no form
#: Form -> the decisions with which a letter goes out.
_LETTERS = {
    SCRUTINY: frozenset({"forward", "return"}),
    "decide": frozenset({"hear_applicant"}),
    "recommend": frozenset({"hear_applicant"}),
    "endorse_enquiry": frozenset({"agree", "disagree"}),  # the report of a police station
}


def stamp(context: Context) -> None:
    """Add to the answers the numbers of the letters that go out with them."""
    _stamp_report(context)
    if not _sends_letter(context.task.form, context.answers):
        return
    office = _office(context)
    to, said = _addressees(context)
    if to:
        letters = sentletters.send(context, office, to, said)
        context.answers[sentletters.LETTERS] = letters
        context.answers[LETTER_NO] = letters[0]["number"]
    else:
        context.answers[LETTER_NO] = _number(context, office, Series.LETTER, _letter_alone(context))


#: Form of a step -> what its letter about a case alone is; any other is the notice of a hearing.
_ALONE = {"scrutinise": Outgoing.RETURNED, "endorse_enquiry": Outgoing.UNIT_REPORT}
#: Whom such a letter goes to, where that is an office of ours.
_READERS = {Outgoing.UNIT_REPORT: OfficeKind.SP_OFFICE, Outgoing.SP_REPORT: OfficeKind.DM_OFFICE}


def _letter_alone(context: Context) -> Outgoing:
    return _ALONE.get(context.task.form, Outgoing.HEARING)


def _number(context: Context, office: AnyRow, kind: Series, what: Outgoing) -> str:
    """The next number of the office, given to a letter about this case alone."""
    day = calendars.day(context.now)
    to = offices.only_of_kind(context.session, _READERS[what], day) if what in _READERS else None
    given = series.Given(what, day, context.case.id, to_office_id=to)
    return series.take(context.session, (office.id, office.code), kind, given)


def _addressees(context: Context) -> tuple[list[To], dict[str, Any]]:
    """To whom letters about several persons go with these answers, and what they quote; to nobody: a letter alone.

    A letter to another district tells of one person and his address there, so it is of one case. That the SP's office
    is missing is said at the step that would lie there.
    """
    answers, form = context.answers, context.task.form
    if form == SCRUTINY and answers.get("action") == "forward":
        sp = offices.only_of_kind(context.session, OfficeKind.SP_OFFICE, calendars.day(context.now))
        to = [To(_police_report_on(context, sp), sp)] if sp is not None else []
        return to, {"instruction": answers.get("instruction")}
    if form != "route":
        return [], {}
    asked = dict.fromkeys(UUID(row["thana"]) for row in answers["routes"])
    places = [str(letter["district"]) for letter in _letters(answers.get("other_district") or ())]
    forwarded = CaseFacts(context.session, context.case, context.now).answer(SCRUTINY)
    said = {
        "note": answers.get("sp_note"),
        "refers_to": forwarded.get(LETTER_NO),
        "years": (context.facts.get("checks") or {}).get("lookback_years"),
    }
    alone, reply_on = {"case": str(context.case.id)}, _reply_on(context) if places else context.case.due_on
    return [
        *(To(_report_on(context, thana), thana) for thana in asked),
        *(To(reply_on, place=place, said=alone) for place in places),
    ], said


#: The days that `checks` gives to what the police do one after another, from the SP's marking to his recommendation.
_DAYS_OF_POLICE = ("sla_sp_route", "sla_thana", "sla_sdpo", "sla_sp_review")


def _police_report_on(context: Context, sp: UUID) -> date:
    """By which day the SP is asked to report: his office's days and those of the offices below it, from today.

    What the case has beyond them is the DM's, to decide in. A day after the case's own is asked for only where that
    has gone by.
    """
    case = context.case
    engine = releases.load(context.session, case.release_id).engine
    said = releases.checks(engine, case.purpose, case.requisition_routing, context.facts.get("intake")) or {}
    days = sum(int(said.get(name) or 0) for name in _DAYS_OF_POLICE)
    day, _ = clockbook.step_due(context.session, (sp, OfficeKind.SP_OFFICE), days, context.now)
    is_past = case.due_on < calendars.day(context.now)
    return day if is_past else min(day, case.due_on)


def _report_on(context: Context, thana: UUID) -> date:
    """By which day a police station is to report: that of the clock which begins to run there with this step."""
    checks = context.facts.get("checks") or {}
    day = clockbook.due_of(context.session, (thana, OfficeKind.THANA), checks, context.now)
    return day or context.case.due_on


def _reply_on(context: Context) -> date:
    """By which day another district is to answer: the due day of the step that will wait for it."""
    release = releases.load(context.session, context.case.release_id).engine
    given = release.given_days(context.facts)
    days = (given[each] for each, step in release.user_tasks.items() if step.form == REPLY)
    office = _only(context, OfficeKind.SP_OFFICE)
    return clockbook.step_due(context.session, (office, OfficeKind.SP_OFFICE), next(days, 1), context.now)[0]


def _sends_letter(form: str, answers: Mapping[str, Any]) -> bool:
    """Whether a letter goes to another office, the department or the applicant with these answers."""
    chosen = {answers.get(name) for name in ("action", "dm_decision", "sp_decision", "agree")}
    return form == "route" or bool(chosen & _LETTERS.get(form, frozenset()))


def _stamp_report(context: Context) -> None:
    """Give the SP's report to the DM its number; where he signs the paper himself, no report goes before it."""
    signs_alone = (context.facts.get("checks") or {}).get("final_signatory") == "SP"
    if context.task.form != "recommend" or context.answers["action"] != "recommend" or signs_alone:
        return
    context.answers["sp_memo_no"] = _number(context, _office(context), Series.MEMO, Outgoing.SP_REPORT)


def _office(context: Context) -> AnyRow:
    office = offices.find(context.session, context.task.office_id)
    if office is None:
        raise NotFound
    return office


def project(context: Context, answer_id: UUID) -> dict[str, Any]:
    """Write the rows that this form stands for; -> routing values of the system (units, unit, rounds, reviewed)."""
    mapping = _MAPPINGS.get(context.task.form)
    return mapping(context, answer_id) if mapping is not None else {}


def register_person(
    session: Session, actor: Actor, case: AnyRow, answers: dict[str, Any], now: datetime
) -> None:
    """Rows of a new case: the person, the addresses, and the first answer."""
    submissions.keep(session, case, submissions.act_columns(actor, "intake", now), answers)
    key = keys.unlock(session, case.data_key_id)
    applicant_id = new_id(session.recorded_at)
    cases.insert_applicant(
        session,
        {
            "id": applicant_id,
            "case_id": case.id,
            "kind": subjects.kind_of(answers),
            "name": keys.seal_name(key, applicant_id, answers),
            "details": keys.seal_json(key, f"applicant|details|{applicant_id}", _details(answers)),
        },
    )
    cases.insert_addresses(session, _addresses(session, case, key, answers))


def correct_person(
    session: Session, case: AnyRow, answers: dict[str, Any], corrected_by: UUID, now: datetime
) -> None:
    """Keep corrected particulars of the person as a version of the first answer, which itself never changes.

    Addresses as they were marked to thanas stay: they say what was enquired about.
    """
    before = cases.last_answer(session, case.id, "intake")
    applicant = cases.applicant_of(session, case.id)
    if before is None or applicant is None:
        raise NotFound
    columns = {
        "user_task_id": None,
        "element_id": releases.CORRECTION,
        "element_path": releases.CORRECTION,
        "form": "intake",
        "enquiry_id": None,
        "supersedes_id": before.id,
        "at": now,
        "answered_by": corrected_by,
    }
    submissions.keep(session, case, columns, answers)
    key = keys.unlock(session, case.data_key_id)
    cases.set_applicant(
        session,
        applicant.id,
        keys.seal_name(key, applicant.id, answers),
        keys.seal_json(key, f"applicant|details|{applicant.id}", _details(answers)),
    )
    searchkeys.index_again(session, case, answers)


def place_anew(session: Session, case: AnyRow, answers: Mapping[str, Any]) -> None:
    """Let the addresses follow corrected particulars, as long as no unit has been asked about one."""
    key = keys.unlock(session, case.data_key_id)
    standing = {row.kind: row.id for row in cases.addresses_of(session, case.id) if row.kind != "stay"}
    for row in _addresses(session, case, key, {**answers, "stays": ()}):
        if row["kind"] not in standing:
            cases.insert_addresses(session, [row])
            continue
        address_id, kind = standing[row["kind"]], row["kind"]
        details = _places(answers)[kind]
        sealed = keys.seal_json(key, f"address|details|{address_id}", details)
        cases.set_address(session, address_id, known_id(details.get("thana")), sealed)
    thana = known_id(answers.get("perm_thana")) or known_id(answers.get("pres_thana"))
    sdpo = offices.nearest_of_kind(session, thana, OfficeKind.SDPO) if thana is not None else None
    workflow.set_sdpo(session, case.id, sdpo)


_ADDRESS = (
    *("house", "village", "panchayat", "po", "thana", "thana_other", "block"),
    *("district", "district_other", "state", "pin", "from", "to"),
)


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
    found = [*_places(answers).items(), *(("stay", dict(row)) for row in answers.get("stays") or [])]
    rows = []
    for kind, details in found:
        address_id = new_id(session.recorded_at)
        rows.append(
            {
                "id": address_id,
                "case_id": case.id,
                "kind": kind,
                "office_id": known_id(details.get("thana")),
                "details": keys.seal_json(key, f"address|details|{address_id}", details),
            }
        )
    return rows


def _places(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Where somebody lives, or a firm sits, by the kind of the address."""
    home = "firm" if subjects.kind_of(answers) == subjects.FIRM else "permanent"
    found = {home: {part: answers.get(f"perm_{part}") for part in _ADDRESS}}
    if answers.get("pres_village"):
        found["present"] = {part: answers.get(f"pres_{part}") for part in _ADDRESS}
    return found


def _route(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """One enquiry a thana, however many addresses lie in it, and one for every other unit that was asked."""
    answers = context.answers
    asked: dict[UUID, list[str]] = {}
    for row in answers["routes"]:
        asked.setdefault(UUID(row["thana"]), []).extend([row["address"]] if row.get("address") else [])
    units = [Asked(UnitKind.THANA, thana, {"addresses": found}) for thana, found in asked.items()]
    for kind, field in ((UnitKind.DCRB, "need_dcrb"), (UnitKind.SPECIAL_BRANCH, "need_sb")):
        if answers.get(field):
            units.append(Asked(kind, _only(context, OfficeKind(kind)), {}))
    units += [
        Asked(UnitKind.OTHER_DISTRICT, _only(context, OfficeKind.SP_OFFICE), letter)
        for letter in _letters(answers.get("other_district") or ())
    ]
    first = next(iter(asked))
    ahead.marking(context.session, context.case.id, first)
    _name_sdpo(context, first)
    _place_addresses(context, answers["routes"])
    return {"units": _open_enquiries(context, units, context.case.rounds)}


def _place_addresses(context: Context, routes: Iterable[Mapping[str, Any]]) -> None:
    """An address whose thana nobody knew lies in the one to which it was marked."""
    marked = {row["address"]: UUID(row["thana"]) for row in routes if row.get("address")}
    for address in cases.addresses_of(context.session, context.case.id):
        if address.office_id is None and str(address.id) in marked:
            cases.place_address(context.session, address.id, marked[str(address.id)])


def _letters(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """What each letter to another district asks about: one letter a district, however many addresses lie there."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        place = sentletters.place_of(row)
        period = {name: row.get(name) for name in ("period_from", "period_to")}
        new: dict[str, Any] = {"district": place, "office": row.get("office"), "addresses": [], **period}
        letter = found.setdefault(place, new)
        letter["addresses"] += [row["address"]] if row.get("address") else []
    yield from found.values()


def _only(context: Context, kind: OfficeKind) -> UUID:
    """The district's one office of a kind. Raises RouteStuck where it has none: an administrator must add it."""
    office_id = offices.only_of_kind(context.session, kind, calendars.day(context.now))
    if office_id is None:
        raise RouteStuck("no_office", context.task.element_id, lane=kind.value)
    return office_id


def _name_sdpo(context: Context, thana: UUID) -> None:
    """The SDPO over the thana of the first address reviews the case."""
    office_id = offices.nearest_of_kind(context.session, thana, OfficeKind.SDPO)
    workflow.set_sdpo(context.session, context.case.id, office_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit that is to enquire: its kind, its office, and what it is asked about."""

    kind: str
    office_id: UUID
    facts: Mapping[str, Any]


def _open_enquiries(context: Context, units: Sequence[Asked], rounds: int) -> list[dict[str, Any]]:
    rows, found = [], []
    for unit in units:
        enquiry_id = new_id(context.session.recorded_at)
        rows.append(
            {
                "id": enquiry_id,
                "case_id": context.case.id,
                "unit_kind": unit.kind,
                "office_id": unit.office_id,
                "officer_id": None,
                "round": rounds,
                "state": "open",
                "received_at": context.now,
                "facts": keys.seal_json(context.key, f"enquiry|facts|{enquiry_id}", unit.facts),
            }
        )
        found.append(_unit(enquiry_id, unit.kind, unit.office_id, rounds))
    cases.insert_enquiries(context.session, rows)
    letters = sentletters.named(context.answers)
    for row, unit in zip(rows, units, strict=True):
        if unit.kind == UnitKind.OTHER_DISTRICT:
            letter = letters.get(str(unit.facts["district"]))  # a unit that is asked again gets none
            number = letter.number if letter is not None else ""
            neighbours.ask(context.session, context.case, row["id"], unit.facts, number, context.now)
    return found


def _unit(enquiry_id: UUID, kind: str, office_id: UUID, rounds: int, **more: str) -> dict[str, Any]:
    """A unit as the engine holds it."""
    return {"id": str(enquiry_id), "kind": str(kind), "office_id": str(office_id), "round": rounds, **more}


def _accept(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """Ours: the officer is named. Another thana's: the unit is rewritten, and this thana loses sight of the case."""
    enquiry_id, answers, thana = context.task.enquiry_id, context.answers, context.task.office_id
    enquiries = cases.enquiries_of(context.session, context.case.id)
    enquiry = next((row for row in enquiries if row.id == enquiry_id), None)
    rounds = context.case.rounds if enquiry is None else enquiry.round
    if answers["accept"] == "other_thana":
        right = UUID(answers["correct_thana"])
        if enquiry is not None:
            asked = keys.open_json(context.key, f"enquiry|facts|{enquiry.id}", enquiry.facts)
            way = (thana, right)
            areas.passed_on(
                context.session, context.officer, context.case, asked.get("addresses", ()), way, context.now
            )
        cases.set_enquiry(
            context.session, enquiry_id, office_id=right, officer_id=None, received_at=context.now
        )
        if offices.nearest_of_kind(context.session, thana, OfficeKind.SDPO) == context.case.sdpo_office_id:
            _name_sdpo(context, right)
        return {"unit": _unit(enquiry_id, UnitKind.THANA, right, rounds)}
    named = UUID(answers["eo"])
    cases.set_enquiry(context.session, enquiry_id, officer_id=named, assigned_at=context.now)
    posts = officers.roles_in(context.session, named, thana, calendars.day(context.now))
    endorses = Endorser.ABOVE if Role.SHO in posts else Endorser.SHO
    return {"unit": _unit(enquiry_id, UnitKind.THANA, thana, rounds, endorses=endorses)}


def _records(context: Context, answer_id: UUID) -> dict[str, Any]:
    """Criminal cases and register entries become rows of their own: statements and searches read them."""
    cases.supersede_findings(context.session, context.task.enquiry_id, context.task.form)
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


def _reported(context: Context, state: str = "reported") -> None:
    cases.set_enquiry(context.session, context.task.enquiry_id, state=state, reported_at=context.now)


def _endorse(context: Context, _answer_id: UUID) -> dict[str, Any]:
    if context.answers["agree"] != "return_to_eo":
        _reported(context)
    return {}


def _search(context: Context, answer_id: UUID) -> dict[str, Any]:
    """The bureau's result; papers sent back are none."""
    if context.answers["action"] == "report":
        _records(context, answer_id)
        _reported(context)
    return {}


def _seal(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """The special branch has answered: what, stands in the sealed answer alone."""
    if context.answers["action"] == "report":
        _reported(context)
    return {}


def _reply(context: Context, answer_id: UUID) -> dict[str, Any]:
    """Another district's answer, or the word that none came."""
    if context.answers["od_state"] == "received":
        _records(context, answer_id)
        _reported(context)
    else:
        _reported(context, NO_REPLY)
    return {}


def _review(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """The SDPO settles every disputed row, or orders a re-enquiry; the round is marked as reviewed."""
    answers = context.answers
    if answers["sdpo_view"] == "re_enquiry":
        return {"reviewed": context.case.rounds, **_enquire_again(context, answers["re_units"], "re_units")}
    known = CaseFacts(context.session, context.case, context.now)
    disputed = sorted(row.key for row in known.unsettled.disputed)
    if disputed != sorted(row["row"] for row in answers.get("row_decisions") or ()):
        problem = FieldProblem("form.each_row_once", count=len(disputed))
        raise FormInvalid(answers, {"row_decisions": problem})
    return {"reviewed": context.case.rounds}


def _dispatch(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """A paper that goes by the portal lies in the department's inbox from this moment on."""
    if (
        context.answers["dispatch_mode"] == "portal"
        and not neighbours.is_asked(
            context.session, context.case.id
        )  # its answer goes with the end of the case
        and not departments.deliver(context.session, context.officer, context.case, context.now)
    ):
        raise FormInvalid(context.answers, {"dispatch_mode": FieldProblem("form.no_department_account")})
    return {}


def _recommend(context: Context, _answer_id: UUID) -> dict[str, Any]:
    """A re-enquiry opens a new round for the units named; two rounds at most."""
    if context.answers["action"] != "re_enquiry":
        return {}
    return _enquire_again(context, [row["unit"] for row in context.answers["re_enquiry"]], "re_enquiry")


def _enquire_again(context: Context, named: Iterable[str], field: str) -> dict[str, Any]:
    before = {str(row.id): row for row in cases.enquiries_of(context.session, context.case.id)}
    chosen = [before[each] for each in dict.fromkeys(named) if each in before]
    if not chosen:
        raise FormInvalid(context.answers, {field: FieldProblem("form.choice_unknown")})
    rounds = context.case.rounds + 1
    known = CaseFacts(context.session, context.case, context.now)
    units = [Asked(row.unit_kind, row.office_id, known.asked_of(row)) for row in chosen]
    workflow.set_rounds(context.session, context.case.id, rounds)
    return {"units": _open_enquiries(context, units, rounds), "rounds": rounds}


_MAPPINGS: dict[str, Callable[[Context, UUID], dict[str, Any]]] = {
    "route": _route,
    "accept_enquiry": _accept,
    "visit": _records,
    "check_registers": _records,
    "endorse_enquiry": _endorse,
    "search_records": _search,
    "write_special_report": _seal,
    REPLY: _reply,
    "review_findings": _review,
    "recommend": _recommend,
    "dispatch": _dispatch,
}
