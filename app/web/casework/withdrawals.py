"""A case, or a whole letter, withdrawn on the department's letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, session, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.casework import withdrawals
from app.web.frame import confirmations, formviews
from app.web.frame.addresses import case_address
from app.web.frame.forms import is_submit, posted, uploads
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.domain.roles import Actor

bp = Blueprint("withdrawals", __name__)


def _keep(actor: Actor, number: str) -> None:
    """Keep a form whose session ran out as its officer's draft."""
    try:
        _save(actor, number)
    except FormInvalid:
        return  # a file was refused; the texts are kept


@bp.get("/cases/<number>/withdraw")
@requires(Permission.CASE_WITHDRAW)
def show(number: str) -> ResponseReturnValue:
    return _page(number, {}, 200)


@bp.post("/cases/<number>/withdraw")
@requires(Permission.CASE_WITHDRAW, keeps=_keep)
def send(number: str) -> ResponseReturnValue:
    form = posted()
    try:
        if not is_submit(form.op):
            _save(g.actor, number)
            anchor = formviews.anchor(form.op)
            return redirect(url_for("withdrawals.show", number=number, _anchor=anchor), code=303)
        ended = withdrawals.withdraw(
            transaction.database(), g.actor, number, form, uploads(), transaction.now()
        )
    except FormInvalid as invalid:
        return _page(number, invalid.problems, 422)
    return confirmations.tell_at(case_address(ended[0]), withdrawn=str(len(ended)))


def _save(actor: Actor, number: str) -> None:
    withdrawals.save_draft(transaction.database(), actor, number, posted(), uploads(), transaction.now())


def _page(number: str, problems: Mapping[str, Any], status: int) -> ResponseReturnValue:
    typed = posted() if problems else None
    found = transaction.read(lambda rows: withdrawals.view(rows, g.actor, number, transaction.now(), typed))
    return page(
        "cases/withdraw.html",
        status,
        withdrawal=found,
        problems=problems,
        sheet=formviews.sheet(found, problems),
        kept=session.pop("kept", ""),
    )
