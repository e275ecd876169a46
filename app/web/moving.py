"""Moving running cases to the release in force: the list with how each fares, the act behind a fresh factor."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, g, redirect, request, url_for

from app import engine
from app.domain.roles import Permission
from app.services.deployment import moving
from app.services.procedure import procedures
from app.web import confirmations, language, stepup, transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("moving", __name__)


@bp.get("/modeler/moving")
@requires(Permission.PROCESS_CHANGE)
def show() -> ResponseReturnValue:
    return _page()


def _page(status: int = 200, fault: str = "") -> ResponseReturnValue:
    after = _uuid(request.args.get("after", ""))
    found = moving.overview(transaction.database(), g.actor, after, transaction.now())
    return page(
        "modeler/moving.html",
        status,
        found=found,
        steps=_steps(),
        fault=fault,
        notes=confirmations.take_notes(),
    )


def _steps() -> dict[str, str]:
    """Steps of every release that an open case may run on, by their names; the newest release's name wins."""
    procedure = transaction.read(procedures.in_force)
    labels: dict[str, str] = {}
    for plan in procedure.plans:
        labels |= {
            one.element_id: language.choose(one.name_hi, one.name_en) for one in engine.steps(plan.xml)
        }
    return labels


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@bp.post("/modeler/moving")
@requires(Permission.PROCESS_CHANGE)
def move() -> ResponseReturnValue:
    """Ask the officer anew who he is; the worker then moves what can go over."""
    return _ask(is_back=False)


@bp.post("/modeler/moving/back")
@requires(Permission.PROCESS_CHANGE)
def back() -> ResponseReturnValue:
    """The same for the way back, of the cases in which nothing was done since."""
    return _ask(is_back=True)


def _ask(*, is_back: bool) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    try:
        asked = transaction.write(lambda rows: moving.to_ask(rows, actor, now, is_back=is_back))
    except moving.UnderWay as refused:
        return _page(422, language.refusal(refused))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _address(_items: Sequence[Item]) -> str:
    return url_for("moving.show")


def _tell(item: Item) -> stepup.Line:
    actor = transaction.actor()
    version = transaction.read(lambda rows: moving.read_item(rows, actor))
    text = language.say("moving.to", version=version)
    return stepup.Line(text, url_for("moving.show"), language.say("moving.title"), item.digest)


def _perform(wanted: StepUp) -> ResponseReturnValue:
    actor, now, is_back = transaction.actor(), transaction.now(), wanted.action == moving.BACK
    try:
        transaction.write(lambda rows: moving.ask(rows, actor, wanted.id, now, is_back=is_back))
    except moving.UnderWay as refused:
        return _page(422, language.refusal(refused))
    confirmations.note("asked", "1")
    return redirect(url_for("moving.show"), code=303)


for _act in (moving.MOVE, moving.BACK):
    stepup.ACTS[_act] = stepup.Act(_tell, _perform, _address)
