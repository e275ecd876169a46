"""Departments that may have an account, kept by the process administrator; and whose letter a requisition is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.casefile import departments
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("departments", __name__)


@bp.get("/admin/departments")
@requires(Permission.DEPARTMENT_KEEP)
def listing() -> ResponseReturnValue:
    return _page({}, {})


@bp.post("/admin/departments")
@requires(Permission.DEPARTMENT_KEEP)
def add() -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    typed = {box: request.form.get(box, "") for box in ("name_hi", "name_en")}
    try:
        transaction.write(lambda rows: departments.add(rows, actor, **typed, now=now))
    except departments.Refused as refused:
        return _page(typed, refused.problems)
    return redirect(url_for("departments.listing"), code=303)


@bp.post("/requisitions/<uuid:requisition_id>/department")
@requires(Permission.CASE_REGISTER)
def link(requisition_id: UUID) -> ResponseReturnValue:
    """Let a letter belong to the account of a department."""
    actor, now = transaction.actor(), transaction.now()
    office_id = known_id(request.form.get("office", ""))
    transaction.write(lambda rows: departments.link(rows, actor, requisition_id, office_id, now))
    return redirect(
        url_for("requisitions.view", requisition_id=requisition_id, _anchor="department"), code=303
    )


def _page(typed: Mapping[str, str], problems: Mapping[str, str]) -> ResponseReturnValue:
    known = transaction.read(lambda rows: departments.known(rows, transaction.now()))
    return page(
        "admin/departments.html",
        422 if problems else 200,
        departments=known,
        typed=typed,
        problems=problems,
    )
