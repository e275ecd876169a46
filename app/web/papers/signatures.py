"""Today's signatures: what waits for one officer to sign, signed as a list by one code; and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import DomainError
from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.desk import signatures
from app.services.jobs import keysback
from app.services.papers import ownsigning, signing
from app.web.door import stepup
from app.web.frame import formviews, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.desk.signatures import Waiting

bp = Blueprint("signatures", __name__)

ALL = "all"


@bp.get("/signatures")
@requires(Permission.LIST_SIGN)
def show() -> ResponseReturnValue:
    """The list; nothing is chosen until the officer chooses: all, one letter, or one by one."""
    waiting = _waiting()
    wanted = request.args.get("choose", "")
    chosen = {line.task_id for group in waiting.groups if wanted in (ALL, group.key) for line in group.lines}
    return _page(waiting, chosen, 200)


@bp.post("/signatures")
@requires(Permission.LIST_SIGN)
def ask() -> ResponseReturnValue:
    """Ask for the code that signs what was chosen; nothing is sent before."""
    chosen = {found for text in request.form.getlist("task") if (found := known_id(text)) is not None}
    try:
        asked = signatures.ask(transaction.database(), g.actor, chosen, transaction.now())
    except signatures.NothingChosen as refused:
        return _page(_waiting(), chosen, 422, refused)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/signatures/<uuid:step_up_id>")
@requires(Permission.LIST_SIGN)
def done(step_up_id: UUID) -> ResponseReturnValue:
    """What became of each case of the list; the same however often it is read."""
    found = transaction.read(lambda rows: signatures.outcomes(rows, g.actor, step_up_id))
    return page(
        "signatures/done.html",
        outcomes=found,
        signed=[each for each in found if each.state == "done"],
        signs_by_hand=transaction.database().office_keys.is_in_hand_of(g.actor),
    )


def _waiting() -> Waiting:
    return signatures.waiting(transaction.database(), g.actor, transaction.now())


def _page(
    waiting: Waiting, chosen: set[UUID], status: int, problem: DomainError | None = None
) -> ResponseReturnValue:
    now = transaction.now()
    office_keys = transaction.database().office_keys
    keys, is_by_hand = office_keys.of_post(g.actor, now), office_keys.is_in_hand_of(g.actor)
    return page(
        "signatures/waiting.html",
        status,
        waiting=waiting,
        chosen=chosen,
        may_decide=g.actor.may(Permission.PAPER_SIGN),
        problem=problem.key if problem is not None else "",
        at_once=signatures.AT_ONCE,
        keys=keys,
        stopped=keysback.counts(transaction.database(), g.actor.district_id) if keys else {},
        departs=office_keys.takes_rsa_2048,
        desk=transaction.read(lambda rows: ownsigning.desk(rows, g.actor, now)) if is_by_hand else None,
    )


# -- the act behind the code -----------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    try:
        shown = transaction.read(lambda rows: signatures.show(rows, g.actor, item, transaction.now()))
    except DomainError as gone:  # somebody else was faster: the list says so, and will leave it out
        return stepup.Line(language.refusal(gone), url_for("signatures.show"), "", item.digest)
    decision = formviews.sheet(shown, {}).decision
    what = language.choose(shown.step_hi, shown.step_en)
    return stepup.Line(
        text=f"{shown.case_number} · {language.choose(shown.name_hi, shown.name_en)}",
        address=url_for("tasks.show", task_id=item.id),
        done=f"{what}: {decision.text}" if decision is not None and decision.text else what,
        digest=item.digest,
    )


def _sign(wanted: StepUp) -> ResponseReturnValue:
    signatures.sign(transaction.database(), g.actor, wanted, transaction.now())
    return redirect(url_for("signatures.done", step_up_id=wanted.id), code=303)


stepup.ACTS[signing.BATCH] = stepup.Act(_tell, _sign, lambda _items: url_for("signatures.show"))
