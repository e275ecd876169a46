"""Routing values of a stopped case: seen, tried on it without a trace, proposed by one officer, set by another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import Conflict, RouteStuck
from app.domain.roles import Permission
from app.services.deployment import amendments
from app.services.deployment.amendments import Amendment, Refused, Wanted
from app.services.procedure import procedures
from app.web.deployment.sentences import Sentences
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.deployment.retrial import Foreseen
    from app.services.deployment.routingvalues import Value

bp = Blueprint("amendments", __name__, url_prefix="/admin/values")


@dataclass(frozen=True, slots=True)
class Line:
    """A value as the page names it: what it is called, what it is now, what it may be."""

    value: Value
    label: str
    now: str
    choices: list[tuple[str, str]]


class _Words:
    """The values of one release, and what they say, in the page's language."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._sentences = Sentences(contents)

    def label(self, name: str) -> str:
        return self._sentences.named(name)[0]

    def say(self, name: str, value: Any) -> str:
        """A value in words; a truth value as yes or no, a code by its option, a number as it is."""
        if isinstance(value, bool):
            return language.word("canvas", str(value).lower())
        return self._sentences.named(name)[1].get(str(value), str(value))

    def line(self, value: Value) -> Line:
        name = value.spot.name
        if not value.is_there or value.value is None:
            now = language.say("amendment.nothing")
        else:
            now = self.say(name, value.value)
        choices = [(code, self.say(name, code)) for code in value.codes]
        if value.type == "boolean":
            choices = [(str(each).lower(), self.say(name, each)) for each in (True, False)]
        return Line(value, self.label(name), now, choices)


@bp.get("")
@requires(Permission.VALUES_SEE)
def listing() -> ResponseReturnValue:
    """Everything that was proposed; what waits comes first."""
    actor = g.actor

    def read(rows: Any) -> tuple[list[Amendment], dict[UUID, _Words]]:
        found = amendments.listing(rows, actor)
        return found, {
            each: _Words(procedures.contents(rows, each)) for each in {one.row.release_id for one in found}
        }

    found, words = transaction.read(read)
    found.sort(key=lambda one: one.row.state != amendments.PROPOSED)
    return page(
        "admin/amendments.html",
        found=[(one, *_change(one, words[one.row.release_id])) for one in found],
        notes=confirmations.take_notes(),
    )


def _change(found: Amendment, words: _Words) -> tuple[str, str, str]:
    """What the value is called, and what it was and is to be, in words."""
    name = found.row.name
    is_known = found.has_before and found.before is not None
    before = words.say(name, found.before) if is_known else language.say("amendment.nothing")
    return words.label(name), before, words.say(name, found.after)


@bp.get("/incidents/<uuid:incident_id>")
@requires(Permission.VALUES_SEE)
def show(incident_id: UUID) -> ResponseReturnValue:
    """The values of a stopped case; one of them with its form, where the address names it."""
    return _page(incident_id, Wanted(request.args.get("name", ""), request.args.get("unit", ""), ""))


@bp.post("/incidents/<uuid:incident_id>")
@requires(Permission.VALUES_PROPOSE)
def propose(incident_id: UUID) -> ResponseReturnValue:
    """Try a change on the case and show what would follow; or, seen, put it before the officers who approve."""
    form, database, now = request.form, transaction.database(), transaction.now()
    wanted = Wanted(*(form.get(name, "").strip()[:200] for name in ("name", "unit", "value", "reason")))
    try:
        if form.get("_op") != "propose":
            foreseen = amendments.foresee(database, g.actor, incident_id, wanted, now)
            return _page(incident_id, wanted, foreseen=foreseen)
        amendment_id = amendments.propose(database, g.actor, incident_id, wanted, now)
    except Refused as refused:
        return _page(incident_id, wanted, 422, language.refusal(refused))
    return confirmations.tell_at(url_for("amendments.read", amendment_id=amendment_id), amendment="proposed")


def _page(
    incident_id: UUID,
    wanted: Wanted,
    status: int = 200,
    fault: str = "",
    foreseen: Foreseen | None = None,
) -> ResponseReturnValue:
    stop = amendments.look(transaction.database(), g.actor, incident_id, transaction.now())
    words = _Words(transaction.read(lambda rows: procedures.contents(rows, stop.release_id)))
    lines = [words.line(each) for each in stop.values]
    chosen = next(
        (
            each
            for each in lines
            if (each.value.spot.name, each.value.spot.unit) == (wanted.name, wanted.unit)
        ),
        None,
    )
    return page(
        "admin/values.html",
        status,
        stop=stop,
        why=language.incident,
        free=_by_unit([each for each in lines if not each.value.bound]),
        bound=[each for each in lines if each.value.bound],
        chosen=chosen if chosen is not None and not chosen.value.bound else None,
        wanted=wanted,
        reasons=amendments.REASONS,
        foreseen=foreseen,
        fault=fault,
        may_propose=g.actor.may(Permission.VALUES_PROPOSE) and stop.proposed is None,
    )


def _by_unit(lines: Sequence[Line]) -> list[tuple[Value, list[Line]]]:
    """The lines of the whole case, then those of each unit, with a value that names it."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.value.spot.unit, []).append(line)
    return [(each[0].value, each) for each in groups.values()]


@bp.get("/<uuid:amendment_id>")
@requires(Permission.VALUES_SEE)
def read(amendment_id: UUID) -> ResponseReturnValue:
    return _of_one(amendment_id)


def _of_one(amendment_id: UUID, status: int = 200, fault: str = "") -> ResponseReturnValue:
    """One change with what would follow of it now, and what the reader may do with it."""
    actor = g.actor

    def look(rows: Any) -> tuple[Amendment, _Words]:
        found = amendments.find(rows, actor, amendment_id)
        return found, _Words(procedures.contents(rows, found.row.release_id))

    found, words = transaction.read(look)
    is_waiting = found.row.state == amendments.PROPOSED
    foreseen = None
    if is_waiting:
        foreseen = amendments.foresee_again(transaction.database(), actor, found, transaction.now())
    label, before, after = _change(found, words)
    is_own = found.row.proposed_by == actor.officer_id
    may_approve = actor.may(Permission.VALUES_APPROVE) and not is_own
    return page(
        "admin/amendment.html",
        status,
        found=found,
        row=found.row,
        label=label,
        before=before,
        after=after,
        why=language.incident,
        is_waiting=is_waiting,
        foreseen=foreseen,
        may_approve=may_approve and is_waiting,
        may_undo=may_approve and found.may_undo,
        may_take_back=is_own and is_waiting,
        fault=fault,
        notes=confirmations.take_notes(),
    )


@bp.post("/<uuid:amendment_id>")
@requires(Permission.VALUES_SEE)
def decide(amendment_id: UUID) -> ResponseReturnValue:
    """Approve or go back (each by a fresh factor), refuse, or take one's own proposal back."""
    actor, now, act = transaction.actor(), transaction.now(), request.form.get("_op", "")
    try:
        if act in ("approve", "undo"):
            asked = transaction.write(
                lambda rows: amendments.to_decide(rows, actor, amendment_id, now, is_undo=act == "undo")
            )
            return redirect(url_for("stepup.show", step_up_id=asked), code=303)
        if act in ("refuse", "take_back"):
            settle = amendments.refuse if act == "refuse" else amendments.take_back
            transaction.write(lambda rows: settle(rows, actor, amendment_id, now))
            confirmations.note("amendment", act)
    except Refused as refused:
        return _of_one(amendment_id, 422, language.refusal(refused))
    return redirect(url_for("amendments.read", amendment_id=amendment_id), code=303)


def _address(items: Sequence[Item]) -> str:
    return url_for("amendments.read", amendment_id=items[0].id)


def _tell(item: Item) -> stepup.Line:
    actor = transaction.actor()

    def look(rows: Any) -> str:
        found = amendments.find(rows, actor, item.id)
        label, before, after = _change(found, _Words(procedures.contents(rows, found.row.release_id)))
        number = found.row.case_number
        return language.say("amendment.one", number=number, label=label, before=before, after=after)

    return stepup.Line(transaction.read(look), _address([item]), language.say("amendment.title"), item.digest)


def _perform(wanted: StepUp) -> ResponseReturnValue:
    actor, now, amendment_id = transaction.actor(), transaction.now(), wanted.items[0].id
    try:
        if wanted.action == amendments.UNDO:
            transaction.write(lambda rows: amendments.undo(rows, actor, amendment_id, wanted.id, now))
            confirmations.note("amendment", "undone")
        else:
            outcome = amendments.approve(transaction.database(), actor, amendment_id, wanted.id, now)
            confirmations.note("amendment", f"done_{outcome}")
    except Refused as refused:
        return _of_one(amendment_id, 422, language.refusal(refused))
    except (RouteStuck, Conflict):
        return _of_one(amendment_id, 409, language.say("amendment.refused.moved"))
    return redirect(url_for("amendments.read", amendment_id=amendment_id), code=303)


for _act in (amendments.APPROVE, amendments.UNDO):
    stepup.ACTS[_act] = stepup.Act(_tell, _perform, _address)
