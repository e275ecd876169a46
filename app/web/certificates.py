"""Issued papers: the register for the offices."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, g, request

from app.domain.roles import Permission
from app.services import certificates
from app.web import transaction
from app.web.access import requires
from app.web.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("certificates", __name__)

_A_PAGE = 50
_LONGEST = 120


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
        may_see_paper=g.actor.may(Permission.PAPER_SEE),
    )


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
