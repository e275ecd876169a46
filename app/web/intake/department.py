"""The requesting department's own screens: its letters by stage, and the papers delivered to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app.domain.roles import Permission
from app.services.casefile import departments
from app.services.intake import lodgements
from app.services.papers import bundles, deliveries, letterpapers, replies
from app.web.frame import leaves
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import limits, transaction
from app.web.request.files import ask_letter_file, language_asked

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

bp = Blueprint("department", __name__)

_LONGEST = 120


@bp.get("/department")
@requires(Permission.DEPARTMENT_SEE)
def letters() -> ResponseReturnValue:
    after = request.args.get("after", "")[:_LONGEST]
    rows, following = transaction.read(lambda rows: departments.letters(rows, g.actor, after))
    older = url_for("department.letters", after=following) if following else ""
    unopened, own, ready = transaction.read(
        lambda rows: (
            departments.unopened(rows, g.actor),
            lodgements.listing(rows, g.actor),
            bundles.waiting_count(rows, g.actor, transaction.now()),
        )
    )
    return page(
        "department/letters.html",
        letters=rows,
        after=after,
        older=older,
        unopened=unopened,
        lodgements=own,
        ready=ready,
    )


@bp.post("/department/find")
@requires(Permission.DEPARTMENT_FIND)
@limits.search
def find() -> ResponseReturnValue:
    """Look for a person of the department's letters; what was typed names somebody, so it is posted."""
    actor, now = transaction.actor(), transaction.now()
    text = request.form.get("search", "").strip()[:_LONGEST]
    found = transaction.write(lambda rows: departments.find(rows, actor, text, now)) if text else []
    return page("department/found.html", found=found, search=text)


@bp.get("/department/letters/<uuid:requisition_id>")
@requires(Permission.DEPARTMENT_SEE)
def letter(requisition_id: UUID) -> ResponseReturnValue:
    found, persons = transaction.read(lambda rows: departments.letter(rows, g.actor, requisition_id))
    parts, answers = transaction.read(
        lambda rows: (
            letterpapers.parts(rows, g.actor, requisition_id),
            [each for each in replies.of_letter(rows, requisition_id) if each.number],
        )
    )
    return page("department/letter.html", letter=found, persons=persons, parts=parts, answers=answers)


@bp.get("/department/replies/<uuid:reply_id>")
@requires(Permission.DEPARTMENT_PAPER)
def reply(reply_id: UUID) -> ResponseReturnValue:
    """The consolidated reply to a letter of the department."""
    now, spoken = transaction.now(), language_asked()
    file = replies.draw(transaction.database(), g.actor, reply_id, now, spoken)
    return leaves.paper_response(file)


@bp.post("/department/letters/<uuid:requisition_id>/papers")
@requires(Permission.DEPARTMENT_PAPER)
def take_all(requisition_id: UUID) -> ResponseReturnValue:
    """Have the delivered papers of a letter put into one file."""
    return ask_letter_file(requisition_id)


@bp.get("/department/papers")
@requires(Permission.DEPARTMENT_PAPER)
def papers() -> ResponseReturnValue:
    after = request.args.get("after", "")[:_LONGEST]
    rows, following = transaction.read(lambda rows: departments.inbox(rows, g.actor, after))
    older = url_for("department.papers", after=following) if following else ""
    return page("department/papers.html", papers=rows, after=after, older=older)


@bp.post("/department/papers/<uuid:delivery_id>")
@requires(Permission.DEPARTMENT_PAPER)
def open_paper(delivery_id: UUID) -> ResponseReturnValue:
    """Open a paper; by a press, for the first opening is noted. Its pages follow, and from there the file."""
    deliveries.open_first(transaction.database(), g.actor, delivery_id, transaction.now())
    return redirect(url_for("department.paper", delivery_id=delivery_id, page=1), code=303)


@bp.get("/department/papers/<uuid:delivery_id>")
@requires(Permission.DEPARTMENT_PAPER)
def paper(delivery_id: UUID) -> ResponseReturnValue:
    """A paper that was opened, to take away or to look at; to its place on the list where it was not."""
    database, now, turns = transaction.database(), transaction.now(), leaves.is_asked()
    file = deliveries.take(database, g.actor, delivery_id, now, turns=turns)
    if file is None:
        return redirect(url_for("department.papers"), code=303)
    return leaves.paper_response(file)
