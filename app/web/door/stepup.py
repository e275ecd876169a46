"""The page that asks for a fresh factor: what is about to be done, its digests, code or passkey; then the act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, g, jsonify, redirect, session, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.access import passkeys, stepup
from app.services.desk import taskpage, tasks
from app.services.papers import signing
from app.services.store import scopes
from app.services.store.scopes import actor_scope
from app.web.door.account import demo_code
from app.web.frame import confirmations, formviews, language
from app.web.frame.pages import page
from app.web.guard.access import factor_shown, requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError

bp = Blueprint("stepup", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the act covers, as its page tells it: where it can be looked at, what is done to it.

    `words` are what the officer himself has typed, where those are what he confirms.
    """

    text: str
    address: str
    done: str
    digest: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """An act that asks for a fresh factor: how its page tells one item, and what does it once it is proven."""

    tell: Callable[[stepup.Item], Line]
    perform: Callable[[stepup.StepUp], ResponseReturnValue]
    back: Callable[[Sequence[stepup.Item]], str]


@bp.get("/step-up/<uuid:step_up_id>")
@requires(Permission.ACCOUNT_OWN)
def show(step_up_id: UUID) -> ResponseReturnValue:
    return _page(_wanted(step_up_id), 200)


@bp.post("/step-up/<uuid:step_up_id>")
@requires(Permission.ACCOUNT_OWN)
def confirm(step_up_id: UUID) -> ResponseReturnValue:
    """Prove it by the code, and do the act; the session goes on under another token.

    What was proven and could not be done then (no database) is done by the same button without another code.
    """
    try:
        wanted = _wanted(step_up_id)
        if not wanted.is_proven:
            session["token"] = stepup.prove(
                transaction.database(),
                g.actor,
                wanted,
                factor_shown(),
                transaction.now(),
                token=session["token"],
            )
        return ACTS[wanted.action].perform(wanted)
    except stepup.CodeRefused as refused:
        return _page(wanted, 422, problem=refused) if not _pressed_twice(step_up_id) else _confirmed()
    except stepup.StepUpOver:
        if not _pressed_twice(step_up_id):
            raise
        return _confirmed()


@bp.post("/step-up/<uuid:step_up_id>/passkey")
@requires(Permission.ACCOUNT_OWN)
def ask_passkey(step_up_id: UUID) -> ResponseReturnValue:
    """What the officer's passkey has to sign, for this request alone; the page's script asks for it."""
    wanted, actor, now = _wanted(step_up_id), transaction.actor(), transaction.now()
    asked = transaction.write(
        lambda rows: stepup.request_passkey(rows, actor, wanted, now), scopes.door(actor.district_id)
    )
    return jsonify(asked)


def _pressed_twice(step_up_id: UUID) -> bool:
    """Whether the button was pressed before; the session then goes on under the token that this press gave it."""
    actor, database = transaction.actor(), transaction.database()
    if not database.read(lambda rows: stepup.is_proven(rows, actor, step_up_id), actor_scope(actor)):
        return False
    found = stepup.goes_on(database, session["token"], step_up_id, factor_shown(), transaction.now())
    if found is not None:
        session["token"], _ = found
    return True


def _confirmed() -> ResponseReturnValue:
    """What the second of two presses is told: the first has done it."""
    return page("account/confirmed.html", 200)


@bp.app_errorhandler(stepup.StepUpNeeded)
def ask(needed: stepup.StepUpNeeded) -> ResponseReturnValue:
    """Lead whoever does an act that needs a fresh factor to the page that asks for it."""
    return redirect(url_for("stepup.show", step_up_id=needed.step_up_id), code=303)


def _wanted(step_up_id: UUID) -> stepup.StepUp:
    actor, now = transaction.actor(), transaction.now()
    return transaction.database().read(
        lambda rows: stepup.see(rows, actor, step_up_id, now), actor_scope(actor)
    )


def _page(wanted: stepup.StepUp, status: int, problem: DomainError | None = None) -> ResponseReturnValue:
    act = ACTS[wanted.action]
    return page(
        "account/step_up.html",
        status,
        wanted=wanted,
        lines=[act.tell(each) for each in wanted.items],
        back=act.back(wanted.items),
        problem=problem.key if problem is not None else "",
        at_code=not isinstance(problem, stepup.PasskeyRefused),
        passkey_host=_passkey_host(),
        demo_code=demo_code(),
    )


def _passkey_host() -> str:
    """The name of the site where the officer's passkeys hold; empty where he has none."""
    actor = transaction.actor()
    return transaction.read(lambda rows: passkeys.host_for(rows, actor.officer_id))


# -- signing a task --------------------------------------------------------------------------------------


def _tell_task(item: stepup.Item) -> Line:
    task = taskpage.see(transaction.database(), g.actor, item.id, transaction.now())
    decision = formviews.sheet(task, {}).decision
    what, case = language.choose(task.head.step_hi, task.head.step_en), task.head.case
    return Line(
        text=f"{case.number} · {language.choose(case.name_hi, case.name_en)}",
        address=url_for("tasks.show", task_id=task.task_id),
        done=f"{what}: {decision.text}" if decision is not None and decision.text else what,
        digest=item.digest,
    )


def _sign(wanted: stepup.StepUp) -> ResponseReturnValue:
    task_id = wanted.items[0].id
    try:
        done = tasks.sign(transaction.database(), g.actor, task_id, wanted.id, transaction.now())
    except (FormInvalid, stepup.ContentChanged):
        return confirmations.tell_at(url_for("tasks.show", task_id=task_id), written_on="yes")
    confirmations.keep(done, signs_by_hand=transaction.database().office_keys.is_in_hand_of(g.actor))
    if done.next_task_id is not None:
        return redirect(url_for("tasks.show", task_id=done.next_task_id), code=303)
    return redirect(url_for("inbox.show"), code=303)


#: What asks for a fresh factor; a screen that brings another act adds it here when it is loaded.
ACTS: dict[str, Act] = {
    signing.ACTION: Act(_tell_task, _sign, lambda items: url_for("tasks.show", task_id=items[0].id)),
}
