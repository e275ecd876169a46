"""What is held about a person, given to him on his letter: looked at first, taken away behind a fresh factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request, url_for

from app.domain.numbers import in_address
from app.domain.roles import Permission
from app.services.casework import subjects
from app.web.door import stepup
from app.web.frame import language
from app.web.frame.addresses import case_address
from app.web.frame.forms import day_of, day_text
from app.web.frame.language import say, word
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction
from app.web.request.files import file_response

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.casework.subjects import Held

bp = Blueprint("subjects", __name__)

_LONGEST = 60


@bp.get("/cases/<number>/subject")
@requires(Permission.SUBJECT_EXPORT)
def show(number: str) -> ResponseReturnValue:
    """What would be given, and the box for the person's letter."""
    return _page(number)


@bp.post("/cases/<number>/subject")
@requires(Permission.SUBJECT_EXPORT)
def ask(number: str) -> ResponseReturnValue:
    """Enter the request, and ask for the code."""
    actor, now, form = transaction.actor(), transaction.now(), request.form
    wanted = subjects.Request(
        day_of(form, "dated"),
        form.get("diary_no", ""),
        form.get("proven") == "yes",
        form.getlist("also"),
    )
    try:
        asked = transaction.write(lambda rows: subjects.ask(rows, actor, number, wanted, now))
    except subjects.Refused as refused:
        typed = {name: form.get(name, "")[:_LONGEST] for name in ("diary_no", "proven")}
        typed |= {"dated": day_text(form, "dated")}
        return _page(number, 422, problems=refused.problems, typed=typed, also=form.getlist("also"))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _page(number: str, status: int = 200, **more: Any) -> ResponseReturnValue:
    now = transaction.now()
    held, alike = transaction.read(lambda rows: subjects.look(rows, g.actor, number, now))
    shown = {"problems": {}, "typed": {}, "also": [], **more}
    return page("cases/subject.html", status, held=held, alike=alike, **shown)


# -- confirmed by a code ---------------------------------------------------------------------------------


def _number(item: Item) -> str:
    return transaction.read(lambda rows: subjects.number_of(rows, item))


def _tell(item: Item) -> stepup.Line:
    number = _number(item)
    return stepup.Line(number, case_address(number), say("subject.title"), item.digest)


def _give(wanted: StepUp) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    found = transaction.read(lambda rows: subjects.gather(rows, actor, wanted, now))
    sheets = [(held, _sheet(held)) for held in found]
    file = subjects.give(transaction.database(), actor, wanted, sheets, now)
    return file_response(file.data, file.media_type, file.name)


def _back(items: Sequence[Item]) -> str:
    return url_for("subjects.show", number=in_address(_number(items[0])))


stepup.ACTS[subjects.EXPORT] = stepup.Act(_tell, _give, _back)


# -- in words ----------------------------------------------------------------------------------------------


def _sheet(held: Held) -> subjects.Sheet:
    strip = held.strip
    letter = say("subject.letter", number=strip.letter_no, dated=language.day(strip.letter_date))
    taken = say("subject.stamp", name=language.pick(g.actor, "name"), at=language.moment(transaction.now()))
    return subjects.Sheet(
        title=say("subject.sheet", number=held.number),
        language=language.current(),
        above=[f"{strip.requester_hi} · {letter}", language.pick(strip, "purpose")],
        header=[say("subject.what"), say("subject.held")],
        rows=list(_rows(held)),
        below=[say("subject.not_given"), say("subject.rights")],
        stamp=taken,
    )


def _rows(held: Held) -> Iterator[tuple[str, str]]:
    yield from held.answers
    yield say("subject.state"), word("case.status", held.strip.status)
    for step in held.steps:
        if step.at is not None:
            told = f"{language.office(step)} · {language.day(step.at)}"
            yield language.pick(step, "step"), told
    for paper in held.papers:
        if paper.issued_at is not None:
            told = f"{paper.number} · {language.day(paper.issued_at)} · {word('paper.status', paper.status)}"
            yield say("subject.paper"), told
    yield say("subject.shared"), held.strip.requester_hi
    kept = say("subject.open") if held.kept_until is None else language.day(held.kept_until)
    yield say("subject.kept_until"), kept
