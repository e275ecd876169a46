"""Issued papers: their registers, the page of each, and what becomes of it: printed again, revoked."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.district import calendars
from app.services.papers import certificates, paperacts, paperlife
from app.web.door import stepup
from app.web.frame.forms import day_of, day_text
from app.web.frame.language import day, say, word
from app.web.frame.leaves import paper_response
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import language_asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp

bp = Blueprint("certificates", __name__)

_A_PAGE = 50
_LONGEST = 120
_YEAR, _FIRST_YEAR = 4, 2020


@bp.get("/certificates")
@requires(Permission.PAPER_REGISTER)
def register() -> ResponseReturnValue:
    after = request.args.get("after", "")[:_LONGEST]
    rows = transaction.read(lambda rows: certificates.register_page(rows, g.actor, _key(after), _A_PAGE + 1))
    shown = rows[:_A_PAGE]
    return page(
        "certificates/register.html",
        papers=shown,
        after=after,
        next_after=_mark(shown[-1].entered_at, shown[-1].id) if len(rows) > _A_PAGE else "",
        may_see_case=g.actor.may(Permission.CASE_SEE),
        may_read_record=g.actor.may(Permission.RECORD_READ),
        may_see_registers=g.actor.may(Permission.PAPER_SEE),
    )


@bp.get("/certificates/revocations")
@requires(Permission.PAPER_SEE)
def revocations() -> ResponseReturnValue:
    """The register of revocations of a year."""
    this_year = calendars.day(transaction.now()).year
    wanted = request.args.get("year", "")
    year = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) == _YEAR else this_year
    year = min(max(year, _FIRST_YEAR), this_year)
    rows = transaction.read(lambda rows: paperlife.revocations(rows, year))
    return page("certificates/revocations.html", rows=rows, year=year, this_year=this_year, first=_FIRST_YEAR)


@bp.get("/certificates/<uuid:certificate_id>")
@requires(Permission.PAPER_OPEN)
def show(certificate_id: UUID) -> ResponseReturnValue:
    return _page(certificate_id)


@bp.post("/certificates/<uuid:certificate_id>/reprint")
@requires(Permission.PAPER_REPRINT)
def reprint(certificate_id: UUID) -> ResponseReturnValue:
    """Take a duplicate; it is fetched from the page of the paper."""
    reason = request.form.get("reason", "")
    try:
        paperlife.reprint(transaction.database(), g.actor, certificate_id, reason, transaction.now())
    except paperacts.Refused as refused:
        return _page(certificate_id, 422, reprint_problem=refused.key)
    return redirect(url_for("certificates.show", certificate_id=certificate_id, _anchor="acts"), code=303)


@bp.post("/certificates/<uuid:certificate_id>/revoke")
@requires(Permission.PAPER_REVOKE)
def revoke(certificate_id: UUID) -> ResponseReturnValue:
    """Ask for the code that revokes the paper by this order."""
    form = request.form
    order = paperlife.Order(form.get("ground", ""), day_of(form, "effective"), form.get("order", ""))
    try:
        asked = paperlife.ask_to_revoke(
            transaction.database(), g.actor, certificate_id, order, transaction.now()
        )
    except paperacts.Refused as refused:
        typed = {"ground": order.ground, "effective": day_text(form, "effective"), "order": order.text}
        return _page(certificate_id, 422, revoke_problem=refused.key, typed=typed)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/certificates/acts/<uuid:act_id>")
@requires(Permission.PAPER_OPEN)
def act(act_id: UUID) -> ResponseReturnValue:
    """The duplicate, or the order that revoked."""
    now, spoken = transaction.now(), language_asked()
    found = paperlife.file(transaction.database(), g.actor, act_id, now, spoken)
    return paper_response(found)


def _page(certificate_id: UUID, status: int = 200, **more: Any) -> ResponseReturnValue:
    now, keys = transaction.now(), transaction.database().office_keys
    paper = transaction.read(lambda rows: paperlife.see(rows, g.actor, certificate_id, now))
    return page(
        "certificates/paper.html",
        status,
        paper=paper,
        today=calendars.day(now),
        reasons=paperlife.REASONS,
        grounds=paperlife.GROUNDS,
        by_hand=any(key.state == "officer" for key in keys.of_post(g.actor, now)),
        **{"reprint_problem": "", "revoke_problem": "", "typed": {}, **more},
    )


# -- the act behind the code -----------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    number, certificate_id, order = transaction.read(lambda rows: paperlife.asked(rows, item))
    done = f"{say('papers.life.revoke')}: {word('papers.life.ground', order.ground)}"
    if order.effective is not None:
        done = f"{done} · {say('papers.life.effective_line', at=day(order.effective))}"
    address = url_for("certificates.show", certificate_id=certificate_id)
    return stepup.Line(number, address, done, item.digest, order.text)


def _revoke(wanted: StepUp) -> ResponseReturnValue:
    certificate_id = paperlife.revoke(transaction.database(), g.actor, wanted, transaction.now())
    return redirect(url_for("certificates.show", certificate_id=certificate_id, _anchor="acts"), code=303)


def _back(_items: Sequence[Item]) -> str:
    return url_for("certificates.register")


stepup.ACTS[paperlife.REVOKE] = stepup.Act(_tell, _revoke, _back)


def _mark(at: datetime, last: UUID) -> str:
    text = f"{at.isoformat()}|{last.hex}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _key(mark: str) -> tuple[datetime, UUID] | None:
    try:
        at, _, last = urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        return (moment, UUID(last)) if moment.tzinfo is not None else None
    except ValueError:
        return None
