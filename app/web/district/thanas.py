"""The list of police stations: renamed, split and merged from a day on, told before it is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.ids import known_id
from app.domain.roles import Permission
from app.services.district import thanas
from app.services.district.thanas import Refused, Wanted
from app.web.frame import confirmations
from app.web.frame.forms import known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("thanas", __name__, url_prefix="/admin/thanas")

_LONGEST, _LONGEST_LIST = 80, 20_000
_BOXES = ("on", "name_hi", "name_en", "to")


@bp.get("")
@requires(Permission.THANA_KEEP)
def listing() -> ResponseReturnValue:
    """Every station, and what is planned."""
    return _listing()


@bp.get("/<key>")
@requires(Permission.THANA_KEEP)
def show(key: str) -> ResponseReturnValue:
    """One station; `kind` in the address chooses the change whose form is shown."""
    kind = request.args.get("kind", "")
    return _station(key, kind if kind in thanas.KINDS else "")


@bp.post("/<key>")
@requires(Permission.THANA_KEEP)
def change(key: str) -> ResponseReturnValue:
    """Tell what a change would do, or plan it once that was read."""
    typed: dict[str, Any] = {box: request.form.get(box, "").strip()[:_LONGEST] for box in _BOXES}
    typed["more"] = request.form.get("more", "")[:_LONGEST_LIST]
    typed["villages"] = tuple(request.form.getlist("village"))
    kind = request.form.get("kind", "")
    wanted = Wanted(kind=kind, **{**typed, "on": known_day(typed["on"])})
    actor, now = transaction.actor(), transaction.now()
    if request.form.get("_op") == "edit":
        return _station(key, kind, typed=typed)
    try:
        if request.form.get("_op") != "do":
            preview = thanas.look(transaction.database(), actor, key, wanted, now)
            return _station(key, kind, typed=typed, preview=preview)
        transaction.write(lambda rows: thanas.plan(rows, actor, key, wanted, now))
    except Refused as refused:
        return _station(key, kind, 422, typed=typed, refused=refused)
    return confirmations.tell_at(url_for("thanas.listing"), thanas="planned")


@bp.post("/undo")
@requires(Permission.THANA_KEEP)
def undo() -> ResponseReturnValue:
    """Take a planned change back."""
    actor, now, change_id = transaction.actor(), transaction.now(), known_id(request.form.get("change", ""))
    if change_id is None:
        return redirect(url_for("thanas.listing"), code=303)
    try:
        transaction.write(lambda rows: thanas.take_back(rows, actor, change_id, now))
    except Refused as refused:
        return _listing(422, refused=refused)
    return confirmations.tell_at(url_for("thanas.listing"), thanas="undone")


def _listing(status: int = 200, refused: Refused | None = None) -> ResponseReturnValue:
    found = transaction.read(lambda rows: thanas.page(rows, g.actor, transaction.now()))
    told = confirmations.take_notes().get("thanas", "")
    return page("thanas/thanas.html", status, found=found, told=told, refused=refused)


def _station(key: str, kind: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    found = transaction.read(lambda rows: thanas.station(rows, g.actor, key, transaction.now()))
    return page(
        "thanas/thana.html",
        status,
        station=found,
        kind=kind,
        kinds=thanas.KINDS,
        **{"typed": {}, "preview": None, "refused": None, **more},
    )
