"""The crime register: searched by names in either script, its entries read, typed, corrected and taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, request, url_for

from app.domain.errors import FormInvalid
from app.domain.ids import known_id
from app.domain.retention import Withheld
from app.domain.roles import Permission
from app.services.antecedents import crimedesk, crimesearch
from app.web.frame import confirmations, formviews
from app.web.frame.forms import posted
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.formjs import Posted

bp = Blueprint("crimes", __name__)

_LONGEST = 200  # signs of what is typed that a page repeats
_NO_BOXES = dict.fromkeys(crimesearch.BOXES, "")


@bp.get("/crimes")
@requires(Permission.CRIME_SEARCH)
def form() -> ResponseReturnValue:
    return _search(_NO_BOXES)


@bp.post("/crimes")
@requires(Permission.CRIME_SEARCH)
@limits.search
def find() -> ResponseReturnValue:
    typed = {key: request.form.get(key, "") for key in crimesearch.BOXES}
    actor, now = transaction.actor(), transaction.now()
    try:
        found = transaction.write(lambda rows: crimesearch.search(rows, actor, typed, now))
    except crimesearch.Refused as refused:
        return _search(typed, refused=refused)
    return _search(typed, found=found)


def _search(
    typed: Mapping[str, str],
    found: crimesearch.Found | None = None,
    refused: crimesearch.Refused | None = None,
) -> ResponseReturnValue:
    return page(
        "crimes/search.html",
        422 if refused else 200,
        typed=typed,
        found=found,
        refused=refused,
        may_list=g.actor.may(Permission.CRIME_LISTS),
        may_keep=g.actor.may(Permission.CRIME_KEEP),
        told=confirmations.take_notes().get("crimes", ""),
    )


@bp.get("/crimes/<uuid:accused_id>")
@requires(Permission.CRIME_SEARCH)
def show(accused_id: UUID) -> ResponseReturnValue:
    return _entry(accused_id)


def _entry(
    accused_id: UUID, fault: str = "", field: str = "", typed: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    entry = crimesearch.see(transaction.database(), g.actor, accused_id, transaction.now())
    return page(
        "crimes/entry.html",
        422 if fault else 200,
        entry=entry,
        fault=fault,
        field=field,
        typed=typed or {},
        reasons=crimedesk.REASONS,
        orders=list(Withheld),
        may_keep=g.actor.may(Permission.CRIME_KEEP),
        told=confirmations.take_notes().get("crimes", ""),
    )


@bp.get("/crimes/new")
@requires(Permission.CRIME_KEEP)
def new() -> ResponseReturnValue:
    """Draw an empty form; with ?beside= the criminal case of an entry that has another accused."""
    return _form({}, beside=known_id(request.args.get("beside", "")))


@bp.post("/crimes/new")
@requires(Permission.CRIME_KEEP)
def enter() -> ResponseReturnValue:
    actor, now, typed = transaction.actor(), transaction.now(), posted()
    if typed.op != "submit":
        return _form({}, typed=typed)
    try:
        put = transaction.write(lambda rows: crimedesk.enter(rows, actor, typed, now))
    except FormInvalid as invalid:
        return _form(invalid.problems, typed=typed)
    return confirmations.tell_at(url_for("crimes.show", accused_id=put.id), crimes=put.what)


@bp.get("/crimes/<uuid:accused_id>/correct")
@requires(Permission.CRIME_KEEP)
def correcting(accused_id: UUID) -> ResponseReturnValue:
    return _form({}, entry_id=accused_id)


@bp.post("/crimes/<uuid:accused_id>/correct")
@requires(Permission.CRIME_KEEP)
def correct(accused_id: UUID) -> ResponseReturnValue:
    actor, now, typed = transaction.actor(), transaction.now(), posted()
    if typed.op != "submit":
        return _form({}, typed=typed, entry_id=accused_id)
    try:
        put = transaction.write(lambda rows: crimedesk.correct(rows, actor, accused_id, typed, now))
    except FormInvalid as invalid:
        return _form(invalid.problems, typed=typed, entry_id=accused_id)
    return confirmations.tell_at(url_for("crimes.show", accused_id=put.id), crimes=put.what)


@bp.post("/crimes/<uuid:accused_id>/remove")
@requires(Permission.CRIME_KEEP)
def remove(accused_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("reason", "")
    try:
        transaction.write(lambda rows: crimedesk.remove(rows, actor, accused_id, reason, now))
    except crimedesk.ReasonMissing as missing:
        return _entry(accused_id, missing.key, "reason")
    return confirmations.tell_at(url_for("crimes.form"), crimes="removed")


@bp.get("/crimes/withheld")
@requires(Permission.CRIME_KEEP)
def withheld() -> ResponseReturnValue:
    """What an order took from search."""
    found = transaction.read(lambda rows: crimedesk.withheld(rows, g.actor))
    return page("crimes/withheld.html", found=found)


@bp.post("/crimes/<uuid:accused_id>/withhold")
@requires(Permission.CRIME_KEEP)
def withhold(accused_id: UUID) -> ResponseReturnValue:
    """Take an entry from search at once, on an order."""
    actor, now = transaction.actor(), transaction.now()
    typed = {key: request.form.get(key, "")[:_LONGEST] for key in ("why", "order_no")}
    try:
        transaction.write(
            lambda rows: crimedesk.withhold(rows, actor, accused_id, typed["why"], typed["order_no"], now)
        )
    except crimedesk.OrderRefused as refused:
        return _entry(accused_id, refused.key, refused.box, typed)
    return confirmations.tell_at(url_for("crimes.show", accused_id=accused_id), crimes="withheld")


@bp.post("/crimes/<uuid:accused_id>/restore")
@requires(Permission.CRIME_KEEP)
def restore(accused_id: UUID) -> ResponseReturnValue:
    actor, now, order_no = transaction.actor(), transaction.now(), request.form.get("order_no", "")
    try:
        transaction.write(lambda rows: crimedesk.restore(rows, actor, accused_id, order_no, now))
    except crimedesk.OrderRefused as refused:
        return _entry(accused_id, refused.key, refused.box, {"order_no": order_no[:_LONGEST]})
    return confirmations.tell_at(url_for("crimes.show", accused_id=accused_id), crimes="restored")


def _form(
    problems: Mapping[str, Any],
    *,
    typed: Posted | None = None,
    beside: UUID | None = None,
    entry_id: UUID | None = None,
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    shown = entry_id if entry_id is not None else beside
    if shown is not None:
        crimesearch.see(transaction.database(), actor, shown, now)  # its view is recorded first
    filled = transaction.read(
        lambda rows: crimedesk.blank(rows, actor, now, typed=typed, beside=beside, entry_id=entry_id)
    )
    return page(
        "crimes/form.html",
        422 if problems else 200,
        filled=filled,
        entry_id=entry_id,
        problems=problems,
        sheet=formviews.sheet(filled, problems),
    )
