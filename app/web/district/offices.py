"""The offices of the district: seen, added from a day on, taken back until then; and what it still lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.errors import Conflict, FormInvalid, NotFound
from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.district import calendars, foundings
from app.services.installation import lacks
from app.web.frame import confirmations, formviews
from app.web.frame.forms import posted
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from app.formjs import Posted
    from app.services.installation.lacks import Point

bp = Blueprint("offices", __name__)

#: Where each point of the list is put right, and by which right; the keys stand in the settings of the machine.
_PUT_RIGHT = {
    "offices": ("offices.listing", Permission.OFFICE_KEEP),
    "sdpo": ("offices.listing", Permission.OFFICE_KEEP),
    "thana": ("offices.listing", Permission.OFFICE_KEEP),
    "superiors": ("thanas.listing", Permission.THANA_KEEP),
    "areas": ("thanas.listing", Permission.THANA_KEEP),
    "post": ("posts.listing", Permission.POSTING_CHANGE),
    "pair": ("entrycodes.new_officer", Permission.ENTRY_CODE),
    "post_waiting": ("entrycodes.show", Permission.ENTRY_CODE),
    "letterhead": ("modeler.release", Permission.PROCESS_SEE),
    "series": ("series.show", Permission.SERIES_SEE),
    "calendar": ("calendar.show", Permission.CALENDAR_SEE),
}


@bp.get("/admin/offices")
@requires(Permission.OFFICE_KEEP)
def listing() -> ResponseReturnValue:
    return _listing()


@bp.get("/admin/offices/new")
@requires(Permission.OFFICE_KEEP)
def new() -> ResponseReturnValue:
    """Draw an empty form; ?kind= chooses the kind of office."""
    return _form({}, kind=request.args.get("kind", ""))


@bp.post("/admin/offices/new")
@requires(Permission.OFFICE_KEEP)
def add() -> ResponseReturnValue:
    actor, now, typed = transaction.actor(), transaction.now(), posted()
    if typed.op != "submit":
        return _form({}, typed=typed)
    try:
        transaction.write(lambda rows: foundings.add(rows, actor, typed, now))
    except FormInvalid as invalid:
        return _form(invalid.problems, typed=typed)
    return confirmations.tell_at(url_for("offices.listing"), offices="added")


@bp.post("/admin/offices/undo")
@requires(Permission.OFFICE_KEEP)
def undo() -> ResponseReturnValue:
    """Take an office back whose day has not come."""
    actor, now, office_id = transaction.actor(), transaction.now(), known_id(request.form.get("office", ""))
    if office_id is None:
        return redirect(url_for("offices.listing"), code=303)
    try:
        transaction.write(lambda rows: foundings.take_back(rows, actor, office_id, now))
    except NotFound:
        return _listing(422, is_refused=True)
    return confirmations.tell_at(url_for("offices.listing"), offices="undone")


@bp.get("/admin/lacks")
@requires(Permission.ADMIN_SEE)
def lacking() -> ResponseReturnValue:
    """What the district still lacks before its first case, each with the page that puts it right."""
    now, keys = transaction.now(), transaction.database().office_keys
    points = transaction.read(lambda rows: lacks.of(rows, keys.states(g.actor.district_id, now), now))
    return page(
        "offices/lacks.html",
        points=[(each, _put_right(each)) for each in points],
        is_ready=lacks.is_ready(points),
        count=sum(each.state is lacks.State.LACKS for each in points),
        may_settle=g.actor.may(Permission.POLICY_APPROVE),
        told=confirmations.take_notes().get("lacks", ""),
    )


@bp.post("/admin/lacks/letterhead")
@requires(Permission.POLICY_APPROVE)
def see_letterhead() -> ResponseReturnValue:
    """Whoever approves the settings has read the designations, and finds them right."""
    actor, now, digest = transaction.actor(), transaction.now(), request.form.get("digest", "")
    try:
        transaction.write(lambda rows: lacks.see_letterhead(rows, actor, digest, now))
    except Conflict:
        confirmations.note("lacks", "changed")
    return redirect(url_for("offices.lacking"), code=303)


def _put_right(point: Point) -> str:
    """The page that puts a point right, for whoever may open it."""
    endpoint, permission = _PUT_RIGHT.get(point.key, ("", None))
    if permission is None or not g.actor.may(permission) or point.state is lacks.State.READY:
        return ""
    return url_for(endpoint)


def _listing(status: int = 200, *, is_refused: bool = False) -> ResponseReturnValue:
    now = transaction.now()
    found = transaction.read(lambda rows: foundings.listed(rows, g.actor, now))
    return page(
        "offices/offices.html",
        status,
        offices=found,
        by_id={row.id: row for row in found},
        today=calendars.day(now),
        told=confirmations.take_notes().get("offices", ""),
        is_refused=is_refused,
    )


def _form(problems: Mapping[str, Any], *, typed: Posted | None = None, kind: str = "") -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    filled = transaction.read(lambda rows: foundings.blank(rows, actor, now, kind=kind, typed=typed))
    return page(
        "offices/form.html",
        422 if problems else 200,
        filled=filled,
        problems=problems,
        sheet=formviews.sheet(filled, problems),
    )
