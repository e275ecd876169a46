"""Signing on the officer's own machine: his certificate, what waits for his hand, and what he brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.pades import KeyRefused
from app.services.papers import ownsigning
from app.web.door import stepup
from app.web.frame.forms import uploads
from app.web.frame.leaves import paper_response
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("ownsigning", __name__)

_PARTS = ("paper", "bytes", "attributes")


@bp.get("/signatures/own")
@requires(Permission.PAPER_SIGN)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/signatures/own")
@requires(Permission.PAPER_SIGN)
def bring() -> ResponseReturnValue:
    """Take the signatures that were made; each file is told of."""
    files = [(each.name, each.data) for each in uploads() if each.field == "signature"]
    if not files:
        return _page(422, problem="papers.own.no_file")
    now = transaction.now()
    found = ownsigning.bring(transaction.database(), transaction.actor(), files, now)
    return _page(422 if any(each.problem for each in found) else 200, brought=found)


@bp.get("/signatures/own/<uuid:paper_id>/<part>")
@requires(Permission.PAPER_SIGN)
def take(paper_id: UUID, part: str) -> ResponseReturnValue:
    """The paper, the bytes to be signed, or the attributes for a bare signature."""
    wanted = cast("ownsigning.Part", part if part in _PARTS else "paper")
    now = transaction.now()
    file = ownsigning.take(transaction.database(), transaction.actor(), paper_id, wanted, now)
    return paper_response(file)


@bp.post("/signatures/own/certificate")
@requires(Permission.PAPER_SIGN)
def enter() -> ResponseReturnValue:
    """Enter a certificate, which asks for a code; or take the present one away."""
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    if request.form.get("_op") == "remove":
        ownsigning.remove(database, actor, now)
        return redirect(url_for("ownsigning.show"), code=303)
    data = next((each.data for each in uploads() if each.field == "certificate"), b"")
    try:
        asked = ownsigning.enter(database, actor, data, now)
    except KeyRefused as refused:
        return _page(422, certificate_problem=refused.key)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _page(status: int = 200, **more: Any) -> ResponseReturnValue:
    now = transaction.now()
    desk = transaction.read(lambda rows: ownsigning.desk(rows, g.actor, now))
    return page(
        "signatures/own.html",
        status,
        desk=desk,
        is_pss=desk.certificate is not None and desk.certificate.scheme == "pss",
        departs=transaction.database().office_keys.takes_rsa_2048,
        **{"brought": [], "problem": "", "certificate_problem": "", **more},
    )


# -- the act behind the code -----------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    found = transaction.read(lambda rows: ownsigning.asked(rows, item))
    said = f"{found.subject} · {found.issuer}"
    return stepup.Line(said, url_for("ownsigning.show"), found.fingerprint.hex(), item.digest)


def _confirm(wanted: StepUp) -> ResponseReturnValue:
    ownsigning.confirm(transaction.database(), g.actor, wanted, transaction.now())
    return redirect(url_for("ownsigning.show"), code=303)


def _back(_items: Sequence[Item]) -> str:
    return url_for("ownsigning.show")


stepup.ACTS[ownsigning.ENTER] = stepup.Act(_tell, _confirm, _back)
