"""Posts: who holds which in an office; orders that post and relieve, confirmed by a code, agreed to by a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Blueprint, g, redirect, request, url_for

from app.domain import posts as rules
from app.domain.errors import NotFound
from app.domain.ids import known_id
from app.domain.roles import Permission, Role
from app.services.desk import charge, inbox
from app.services.district import calendars
from app.services.staff import absences, postings, vacancies
from app.web.door import stepup
from app.web.frame import confirmations, language
from app.web.frame.forms import day_text, known_day
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.staff.postings import Place, Typed

bp = Blueprint("posts", __name__)

_LONGEST = 400


@bp.get("/posts")
@requires(Permission.POSTING_CHANGE)
def listing() -> ResponseReturnValue:
    """The staff of one office; whoever has several chooses."""
    return _listing(200)


def _listing(
    status: int, problems: Mapping[str, str] | None = None, refused_id: str = ""
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    wanted = known_id(request.args.get("office", ""))

    def look(rows: Any) -> dict[str, Any]:
        places = postings.places(rows, actor, now)
        here = _chosen(places, wanted)
        return {
            "places": places,
            "chosen": here,
            "staff": postings.staff(rows, actor, here, now) if here is not None else [],
            "relieved": absences.relieved(rows, actor, here, now) if here is not None else [],
            "certified": absences.certified_in(rows, actor, here) if here is not None else [],
            "waiting": postings.waiting(rows, actor),
            "vacant": vacancies.of(rows, actor, now),
            "refused": postings.refused(rows, actor, now),
        }

    notes = confirmations.take_notes()
    return page(
        "posts/listing.html",
        status,
        **transaction.read(look),
        told=notes.get("posting", ""),
        freed=int(notes.get("freed", "0")),
        freed_view=notes.get("freed_view", ""),
        problems=problems or {},
        refused_id=refused_id,
        may_certify=absences.may(actor),
        typed_reason=request.form.get("reason", "")[:_LONGEST],
    )


@bp.get("/posts/<uuid:office_id>/new")
@requires(Permission.POSTING_CHANGE)
def order(office_id: UUID) -> ResponseReturnValue:
    today = calendars.day(transaction.now()).isoformat()
    return _order_page(office_id, 200, {"valid_from": today, "kind": rules.REGULAR}, {})


@bp.post("/posts/<uuid:office_id>/new")
@requires(Permission.POSTING_CHANGE)
def give(office_id: UUID) -> ResponseReturnValue:
    """Post an officer, once it is confirmed by a code."""
    actor, now = transaction.actor(), transaction.now()
    form = _texts()
    typed = _typed(form)
    try:
        asked = transaction.write(
            lambda rows: postings.to_post(
                rows, actor, postings.place(rows, actor, office_id, now), typed, now
            )
        )
    except postings.Refused as refused:
        return _order_page(office_id, 422, form, refused.problems)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/posts/postings/<uuid:posting_id>/end")
@requires(Permission.POSTING_CHANGE)
def ending(posting_id: UUID) -> ResponseReturnValue:
    return _ending_page(posting_id, 200, {"valid_from": calendars.day(transaction.now()).isoformat()}, {})


@bp.post("/posts/postings/<uuid:posting_id>/end")
@requires(Permission.POSTING_CHANGE)
def end(posting_id: UUID) -> ResponseReturnValue:
    """Relieve an officer of a post, once it is confirmed by a code."""
    actor, now = transaction.actor(), transaction.now()
    form = _texts()
    day, order_no = known_day(form["valid_from"]), form.get("order_no", "")
    try:
        asked = transaction.write(
            lambda rows: postings.to_relieve(rows, actor, posting_id, day, order_no, now)
        )
    except postings.Refused as refused:
        return _ending_page(posting_id, 422, form, refused.problems)
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.get("/posts/postings/<uuid:posting_id>/charge")
@requires(Permission.CHARGE_CERTIFY)
def absent(posting_id: UUID) -> ResponseReturnValue:
    """The charge of an officer who is gone, to be certified in his place."""
    return _absent_page(posting_id, 200, {}, {})


@bp.post("/posts/postings/<uuid:posting_id>/charge")
@requires(Permission.CHARGE_CERTIFY)
def certify(posting_id: UUID) -> ResponseReturnValue:
    """Certify the list once, however often the form is sent, and lead to the page that is printed."""
    form = _absent_texts()
    list_id = known_id(form["list"])
    typed = absences.Typed(form["why"], form["order_no"], known_day(form["order_on"]))
    try:
        kept = absences.certify(
            transaction.database(), g.actor, posting_id, list_id or uuid4(), typed, transaction.now()
        )
    except postings.Refused as refused:
        return _absent_page(posting_id, 422, form, refused.problems)
    return redirect(url_for("posts.charge_list", posting_id=posting_id, list_id=kept), code=303)


@bp.get("/posts/postings/<uuid:posting_id>/charge/<uuid:list_id>")
@requires(Permission.CHARGE_CERTIFY)
def charge_list(posting_id: UUID, list_id: UUID) -> ResponseReturnValue:
    """A certified list, as it stood when it was certified, to be printed and signed."""
    made = transaction.read(lambda rows: absences.certified(rows, g.actor, posting_id, list_id))
    return page(
        "inbox/charge.html",
        found=made.charge,
        most=charge.MOST,
        printed_at=made.at,
        giver=made.absent,
        certified=made,
    )


@bp.post("/posts/orders/<uuid:order_id>/agree")
@requires(Permission.POSTING_CHANGE)
def agree(order_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    asked = transaction.write(lambda rows: postings.to_agree(rows, actor, order_id, now))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


@bp.post("/posts/orders/<uuid:order_id>/refuse")
@requires(Permission.POSTING_CHANGE)
def refuse(order_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    reason = request.form.get("reason", "")
    try:
        transaction.write(lambda rows: postings.refuse(rows, actor, order_id, reason, now))
    except postings.Refused as refused:
        return _listing(422, refused.problems, str(order_id))
    return _told("refused", url_for("posts.listing"))


# -- confirmed by a code ---------------------------------------------------------------------------------


def _tell(item: Item) -> stepup.Line:
    row = transaction.read(lambda rows: postings.order_of(rows, item))
    role, kind = language.word("role", row.role), language.word("post", row.kind)
    days = {"since": language.day(row.valid_from), "until": language.day(row.valid_to)}
    key = "posting.line.relieve" if row.act == postings.RELIEVE else _LINES[row.valid_to is not None]
    return stepup.Line(
        text=f"{language.pick(row, 'name')} ({row.username})",
        address=url_for("posts.listing", office=row.office_id),
        done=language.say(key, role=role, kind=kind, office=language.office(row), **days),
        digest=item.digest,
    )


_LINES = ("posting.line.post", "posting.line.post_until")


def _staff_of(items: Sequence[Item]) -> str:
    """The address of the staff that an order is about: where whoever gave it looks next."""
    row = transaction.read(lambda rows: postings.order_of(rows, items[0]))
    return url_for("posts.listing", office=row.office_id)


def _confirm(wanted: StepUp) -> ResponseReturnValue:
    act = postings.confirm if wanted.action == postings.ORDER else postings.agree
    address = _staff_of(wanted.items)
    settled = act(transaction.database(), g.actor, wanted, transaction.now())
    if settled.freed:
        confirmations.note("freed", str(len(settled.freed)))
        confirmations.note("freed_view", inbox.view_of(g.actor, settled.freed))
    return _told(settled.state, address)


for _action in (postings.ORDER, postings.AGREE):
    stepup.ACTS[_action] = stepup.Act(_tell, _confirm, _staff_of)


# -- pages -----------------------------------------------------------------------------------------------


def _told(state: str, address: str) -> ResponseReturnValue:
    return confirmations.tell_at(address, posting=state)


def _chosen(places: Sequence[Place], wanted: UUID | None) -> Place | None:
    """The office that is asked for, else the officer's own; nothing where neither is his to post in."""
    for office_id in (wanted, g.actor.post.office_id):
        found = next((each for each in places if each.id == office_id), None)
        if found is not None:
            return found
    if wanted is not None:
        raise NotFound
    return None


def _texts() -> dict[str, str]:
    """What was typed, a day as one text."""
    plain = {name: text[:_LONGEST] for name, text in request.form.items()}
    return plain | {name: day_text(plain, name) for name in ("valid_from", "valid_to")}


def _absent_texts() -> dict[str, str]:
    names = ("why", "order_no", "list")
    plain = {name: request.form.get(name, "")[:_LONGEST] for name in names}
    return plain | {"order_on": day_text(request.form, "order_on")}


def _typed(form: Mapping[str, str]) -> Typed:
    last = form["valid_to"]
    return postings.Typed(
        username=form.get("username", ""),
        role=form.get("role", ""),
        kind=form.get("kind", ""),
        valid_from=known_day(form["valid_from"]),
        valid_to=known_day(last),
        has_end=bool(last),
        order_no=form.get("order_no", ""),
        moves=form.get("moves") == "yes",
    )


def _order_page(
    office_id: UUID, status: int, typed: Mapping[str, str], problems: Mapping[str, str]
) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    where, accounts = transaction.read(
        lambda rows: (postings.place(rows, actor, office_id, now), postings.proposed(rows, actor))
    )
    roles, kinds = postings.roles_for(actor, where), postings.kinds_for(actor, where)
    plain = [role for role in roles if role not in rules.GUARDED]
    return page(
        "posts/order.html",
        status,
        where=where,
        accounts=accounts,
        roles=roles,
        kinds=kinds,
        kinds_of_two=[kind for kind in kinds if any(rules.takes_two(actor, role, kind) for role in plain)],
        roles_of_two=[role for role in roles if role in rules.GUARDED],
        typed=typed,
        problems=problems,
        longest=postings.LONGEST_ORDER,
    )


def _ending_page(
    posting_id: UUID, status: int, typed: Mapping[str, str], problems: Mapping[str, str]
) -> ResponseReturnValue:
    row = transaction.read(lambda rows: postings.posted(rows, g.actor, posting_id))
    return page(
        "posts/end.html",
        status,
        posting=row,
        takes_two=rules.takes_two(g.actor, Role(row.role), row.kind),
        typed=typed,
        problems=problems,
        longest=postings.LONGEST_ORDER,
    )


def _absent_page(
    posting_id: UUID, status: int, typed: Mapping[str, str], problems: Mapping[str, str]
) -> ResponseReturnValue:
    row = transaction.read(lambda rows: absences.of_posting(rows, g.actor, posting_id))
    return page(
        "posts/absent.html",
        status,
        posting=row,
        reasons=list(absences.Why),
        typed={"list": str(uuid4()), **typed},
        problems=problems,
        longest=postings.LONGEST_ORDER,
    )
