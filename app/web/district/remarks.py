"""One row of the record with what was said about it, and the form that says something more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.numbers import in_address
from app.domain.roles import Permission
from app.services.casework import remarks
from app.web.door import stepup
from app.web.frame import language
from app.web.frame.addresses import case_address
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("remarks", __name__)

_LONGEST = 4 * remarks.LONGEST  # of a text that is shown again


@bp.get("/record/rows/<chain>/<int:seq>")
@requires(Permission.RECORD_ANNOTATE)
def show(chain: str, seq: int) -> ResponseReturnValue:
    return _page(chain, seq)


@bp.post("/record/rows/<chain>/<int:seq>")
@requires(Permission.RECORD_ANNOTATE)
def ask(chain: str, seq: int) -> ResponseReturnValue:
    """Take the annotation, and ask for the code that it needs."""
    actor, now = transaction.actor(), transaction.now()
    category, text = (request.form.get(name, "") for name in ("category", "text"))
    try:
        asked = transaction.write(lambda rows: remarks.ask(rows, actor, (chain, seq), category, text, now))
    except remarks.Refused as refused:
        return _page(chain, seq, 422, refused, {"category": category, "text": text[:_LONGEST]})
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _page(
    chain: str,
    seq: int,
    status: int = 200,
    refused: remarks.Refused | None = None,
    typed: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    found = remarks.look(transaction.database(), g.actor, (chain, seq), transaction.now())
    return page(
        "reports/remarks.html",
        status,
        found=found,
        back=_back(found),
        categories=remarks.CATEGORIES,
        least=remarks.SHORTEST,
        most=remarks.LONGEST,
        refused=refused,
        typed=typed or {},
    )


def _back(found: remarks.Target) -> str:
    """The page on which the row stands: the record's for whoever reads it, else the case's."""
    if g.actor.may(Permission.RECORD_READ):
        if found.chain in remarks.CHAINS:
            return url_for("record.chain", chain=found.chain)
        return url_for("record.case", number=in_address(found.case_number))
    if found.case_number:
        return case_address(found.case_number, "opened" if found.chain in remarks.CHAINS else "activity")
    return url_for("watch.show")


# -- confirmed by a code ---------------------------------------------------------------------------------


def _address(items: Sequence[Item]) -> str:
    chain, seq, _ = remarks.place_of(items[0])
    return url_for("remarks.show", chain=chain, seq=seq)


def _tell(item: Item) -> stepup.Line:
    chain, seq, category = remarks.place_of(item)
    known = language.word("record.chain", chain) if chain in remarks.CHAINS else chain
    done = f"{language.say('annotation.title')}: {language.word('annotation.category', category)}"
    typed = transaction.read(lambda rows: remarks.text_of(rows, g.actor, item))
    row = language.say("annotation.row", chain=known, seq=seq)
    return stepup.Line(row, _address([item]), done, item.digest, typed)


def _add(wanted: StepUp) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    chain, seq = transaction.write(lambda rows: remarks.add(rows, actor, wanted, now))
    return redirect(url_for("remarks.show", chain=chain, seq=seq), code=303)


stepup.ACTS[remarks.ANNOTATE] = stepup.Act(_tell, _add, _address)
