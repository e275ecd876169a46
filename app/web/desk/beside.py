"""The paper beside the form of a task: which one is asked for, and what the page shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, redirect, request, url_for

from app.domain.errors import DomainError, NotAllowed, NotFound
from app.domain.ids import known_id
from app.services.desk import looking
from app.web.frame import language, leaves
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.desk.taskpage import TaskView

_ACT = "look"


@dataclass(frozen=True, slots=True)
class Look:
    """`what` the buttons name, its title, the page of it or why there is none, and where the file itself lies."""

    what: str
    name: str
    leaf: leaves.Shown | None
    problem: str
    address: str


def is_look(op: str) -> bool:
    """Whether a button of the form asks for a page of a paper: `look:<paper>:<page>`; `look::` puts it away."""
    return op.partition(":")[0] == _ACT


def turned(task_id: UUID, op: str) -> ResponseReturnValue:
    """To the page of the task with what the button asks for."""
    _, _, asked = op.partition(":")
    what, _, number = asked.partition(":")
    if what != looking.PAPER and known_id(what) is None:
        return redirect(url_for("tasks.show", task_id=task_id), code=303)
    page = leaves.number_of(number)
    return redirect(url_for("tasks.show", task_id=task_id, look=what, page=page, _anchor=_ACT), code=303)


def look(task: TaskView) -> Look | None:
    """What the address of a task's page asks to have beside its form. Raises NotFound for what is not the case's."""
    what = request.args.get("look", "")
    if not what:
        return None
    if what == looking.PAPER:
        name, address = language.say("leaf.draft"), url_for("tasks.preview", task_id=task.task_id)
    else:
        name, address = _title(task, what), url_for("cases.document", document_id=what)
    try:
        file = looking.open_paper(transaction.database(), g.actor, task, what, transaction.now())
        leaf = leaves.shown(file.data, file.media_type, name, leaves.number_asked())
    except (NotFound, NotAllowed):
        raise
    except DomainError as refused:  # a decision that issues no paper, a paper that lacks something
        return Look(what, name, None, language.say(refused.key, **refused.params), address)
    return Look(what, name, leaf, "", address)


def _title(task: TaskView, what: str) -> str:
    for each in task.aside.documents:
        if str(each.id) == what:
            return language.choose(each.label_hi, each.label_en) or each.name
    raise NotFound
