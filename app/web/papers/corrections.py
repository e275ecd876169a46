"""A corrected paper in place of an issued one: the form of the correction, its draft, and the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import FormInvalid
from app.domain.roles import Permission
from app.services.papers import corrections, paperacts, superseding
from app.web.door import stepup
from app.web.frame import formviews, leaves
from app.web.frame.forms import is_submit, posted
from app.web.frame.language import say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import FieldProblem
    from app.services.access.stepup import Item, StepUp

bp = Blueprint("corrections", __name__)

_OWN = frozenset({"cause", "explanation", "language"})  # boxes that are not the candidate's form


@bp.get("/certificates/<uuid:certificate_id>/correct")
@requires(Permission.PAPER_CORRECT)
def show(certificate_id: UUID) -> ResponseReturnValue:
    return _page(_sheet(certificate_id), 200)


@bp.post("/certificates/<uuid:certificate_id>/correct")
@requires(Permission.PAPER_CORRECT)
def prepare(certificate_id: UUID) -> ResponseReturnValue:
    """Keep the correction; it waits on the paper's page for whoever signs."""
    form = request.form
    sent = posted()
    boxes = {name: texts for name, texts in sent.values.items() if name not in _OWN}
    typed = corrections.Typed(
        boxes, form.get("cause", ""), form.get("explanation", ""), form.get("language", ""), sent.op
    )
    if not is_submit(sent.op):  # a name proposed in the other script, a choice found by its name
        return _page(_sheet(certificate_id, typed), 200, typed)
    try:
        corrections.prepare(transaction.database(), g.actor, certificate_id, typed, transaction.now())
    except FormInvalid as invalid:
        return _page(_sheet(certificate_id, typed), 422, typed, problems=invalid.problems)
    except paperacts.Refused as refused:
        return _page(_sheet(certificate_id, typed), 422, typed, refused=refused.key)
    return redirect(
        url_for("certificates.show", certificate_id=certificate_id, _anchor="correction"), code=303
    )


@bp.get("/certificates/corrections/<uuid:act_id>")
@requires(Permission.PAPER_CORRECT)
def preview(act_id: UUID) -> ResponseReturnValue:
    """The corrected paper as a draft."""
    drawn = superseding.preview(transaction.database(), g.actor, act_id, transaction.now())
    return leaves.draft_response(drawn)


@bp.post("/certificates/corrections/<uuid:act_id>")
@requires(Permission.PAPER_SUPERSEDE)
def sign(act_id: UUID) -> ResponseReturnValue:
    """Ask for the code that signs the corrected paper."""
    asked = superseding.ask_to_sign(transaction.database(), g.actor, act_id, transaction.now())
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _sheet(certificate_id: UUID, typed: corrections.Typed | None = None) -> corrections.Sheet:
    now = transaction.now()
    found = transaction.read(lambda rows: corrections.sheet(rows, g.actor, certificate_id, now))
    return found if typed is None else corrections.retyped(found, typed)


def _page(
    filled: corrections.Sheet,
    status: int,
    typed: corrections.Typed | None = None,
    problems: Mapping[str, FieldProblem] | None = None,
    refused: str = "",
) -> ResponseReturnValue:
    return page(
        "certificates/correct.html",
        status,
        paper=filled.paper,
        sheet=formviews.sheet_with(filled.asked, corrections.FIELDS, problems or {}),
        causes=corrections.CAUSES,
        languages=corrections.LANGUAGES,
        language=filled.language,
        cause=typed.cause if typed is not None else "",
        explanation=typed.text if typed is not None else "",
        refused=refused,
    )


# -- the act behind the code -----------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    number, cause, certificate_id = transaction.read(lambda rows: superseding.asked(rows, item))
    done = f"{say('papers.life.correct')}: {word('papers.life.cause', cause)}"
    return stepup.Line(number, url_for("certificates.show", certificate_id=certificate_id), done, item.digest)


def _sign(wanted: StepUp) -> ResponseReturnValue:
    certificate_id = superseding.sign(transaction.database(), g.actor, wanted, transaction.now())
    return redirect(
        url_for("certificates.show", certificate_id=certificate_id, _anchor="correction"), code=303
    )


def _back(_items: Sequence[Item]) -> str:
    return url_for("certificates.register")


stepup.ACTS[superseding.ACTION] = stepup.Act(_tell, _sign, _back)
