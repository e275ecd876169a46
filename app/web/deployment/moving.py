"""Moving running cases to the release in force: the list with how each fares, asked by one, ordered by another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, request, url_for

from app import engine
from app.domain.ids import known_id
from app.domain.offices import LANES
from app.domain.roles import Permission
from app.services.deployment import choices, mapping, moving, orders
from app.services.procedure import procedures
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.language import word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.headers import EDITOR_POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor
    from app.services.access.stepup import Item, StepUp

bp = Blueprint("moving", __name__)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of older releases as the page shows it: names, what it may become, which answers would have no place."""

    group: choices.Group
    name: str
    office: str
    may_become: list[tuple[str, str]]
    lost: list[str]


@bp.get("/modeler/moving")
@requires(Permission.MOVE_SEE)
def show() -> ResponseReturnValue:
    return _page()


def _page(
    status: int = 200, fault: str = "", refused: choices.Refused | None = None, note: str = ""
) -> ResponseReturnValue:
    after = known_id(request.args.get("after", ""))
    database = transaction.database()
    found = moving.overview(database, g.actor, after, transaction.now())
    table = choices.show(database, g.actor)
    order = transaction.read(lambda rows: orders.of_now(rows, g.actor))
    html, status = page(
        "modeler/moving.html",
        status,
        found=found,
        order=order,
        may_ask=g.actor.may(Permission.MOVE_ASK),
        note=note,
        table=table,
        lines=[_of_step(group) for group in table.groups],
        gone=mapping.GONE,
        given=_diagrams(table),
        refused=refused,
        steps={group.step.element_id: _name(group.step) for group in table.groups} | _steps(),
        fault=fault,
        notes=confirmations.take_notes(),
    )
    answer = Response(html, status)
    answer.headers["Content-Security-Policy"] = EDITOR_POLICY
    return answer


def _of_step(group: choices.Group) -> StepLine:
    kind = LANES.get(group.step.lane)
    return StepLine(
        group,
        _name(group.step),
        word("office_kind", kind) if kind is not None else "",
        [(each.element_id, _name(each)) for each in group.may_become],
        [language.choose(*each) for each in group.told.lost],
    )


def _name(step: engine.UserTaskDefinition) -> str:
    return language.choose(step.name_hi, step.name_en)


def _diagrams(table: choices.Table) -> dict[str, dict[str, str]] | None:
    """The diagrams of both releases by their processes, for the script that lets steps be picked on them."""
    if not table.needing or table.older is None:
        return None
    older, newer = table.older, table.newer
    old, new = transaction.read(
        lambda rows: (procedures.release(rows, older), procedures.release(rows, newer))
    )
    return {
        name: {plan.process: plan.xml.decode() for plan in each.plans}
        for name, each in (("old", old), ("new", new))
    }


def _steps() -> dict[str, str]:
    """Steps of every release that an open case may run on, by their names; the newest release's name wins."""
    procedure = transaction.read(procedures.in_force)
    labels: dict[str, str] = {}
    for plan in procedure.plans:
        labels |= {
            one.element_id: language.choose(one.name_hi, one.name_en) for one in engine.steps(plan.xml)
        }
    return labels


@bp.post("/modeler/moving/steps")
@requires(Permission.MOVE_ASK)
def choose() -> ResponseReturnValue:
    """Keep what becomes of each step; what cannot be is told beside it, and nothing that was chosen is lost."""
    wanted = {
        name.removeprefix("step."): value for name, value in request.form.items() if name.startswith("step.")
    }
    try:
        choices.save(transaction.database(), transaction.actor(), wanted, transaction.now())
    except choices.Refused as refused:
        return _page(422, language.refusal(refused), refused)
    return confirmations.tell_at(url_for("moving.show"), told="chosen")


@bp.post("/modeler/moving/try")
@requires(Permission.MOVE_ASK)
def try_all() -> ResponseReturnValue:
    """Have the worker try every case; nothing of any is changed."""
    actor, now = transaction.actor(), transaction.now()
    try:
        transaction.write(lambda rows: moving.ask_look(rows, actor, now))
    except moving.UnderWay as refused:
        return _page(422, language.refusal(refused))
    return redirect(url_for("moving.show"), code=303)


@bp.post("/modeler/moving/stop")
@requires(Permission.MOVE_SEE)
def stop() -> ResponseReturnValue:
    """End the trial or the move that is under way."""
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: moving.stop(rows, actor, now))
    return redirect(url_for("moving.show"), code=303)


@bp.post("/modeler/moving")
@requires(Permission.MOVE_ASK)
def move() -> ResponseReturnValue:
    """Ask the officers who approve to have the cases moved."""
    return _ask(is_back=False)


@bp.post("/modeler/moving/back")
@requires(Permission.MOVE_ASK)
def back() -> ResponseReturnValue:
    """The same for the way back, of the cases in which nothing was done since."""
    return _ask(is_back=True)


def _ask(*, is_back: bool) -> ResponseReturnValue:
    note = request.form.get("note", "")
    return _done("asked", lambda rows, actor, now: orders.ask(rows, actor, note, now, is_back=is_back), note)


@bp.post("/modeler/moving/take-back")
@requires(Permission.MOVE_ASK)
def take_back() -> ResponseReturnValue:
    """Ask no more."""
    return _done("taken_back", orders.take_back)


@bp.post("/modeler/moving/send-back")
@requires(Permission.MOVE_APPROVE)
def send_back() -> ResponseReturnValue:
    """Give no order, and say why."""
    note = request.form.get("note", "")
    return _done("sent_back", lambda rows, actor, now: orders.send_back(rows, actor, note, now), note)


def _done(told: str, act: Callable[[Any, Actor, datetime], None], note: str = "") -> ResponseReturnValue:
    """Do one act on what is asked, and show the page anew; what was typed stays where it is refused."""
    actor, now = transaction.actor(), transaction.now()
    try:
        transaction.write(lambda rows: act(rows, actor, now))
    except (moving.UnderWay, orders.Refused) as refused:
        return _page(422, language.refusal(refused), note=note)
    return confirmations.tell_at(url_for("moving.show"), told=told)


@bp.post("/modeler/moving/order")
@requires(Permission.MOVE_APPROVE)
def give() -> ResponseReturnValue:
    """Ask the officer anew who he is; the worker then moves what can go over."""
    actor, now = transaction.actor(), transaction.now()
    try:
        asked = transaction.write(lambda rows: orders.to_give(rows, actor, now))
    except (moving.UnderWay, orders.Refused) as refused:
        return _page(422, language.refusal(refused))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _address(_items: Sequence[Item]) -> str:
    return url_for("moving.show")


def _tell(item: Item) -> stepup.Line:
    actor = transaction.actor()
    version = transaction.read(lambda rows: orders.version_asked(rows, actor))
    text = language.say("moving.to", version=version)
    return stepup.Line(text, url_for("moving.show"), language.say("moving.title"), item.digest)


def _perform(wanted: StepUp) -> ResponseReturnValue:
    return _done("ordered", lambda rows, actor, now: orders.give(rows, actor, wanted.id, now))


stepup.ACTS[orders.APPROVE] = stepup.Act(_tell, _perform, _address)
