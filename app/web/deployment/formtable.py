"""A form of a proposal as a table of its fields, a copy of it under another name, and how an officer will see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, g, redirect, request, url_for

from app import formjs
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.services.deployment import release_proposals as proposals
from app.web.deployment import findings
from app.web.deployment.proposals import keep
from app.web.deployment.titles import titles
from app.web.frame import confirmations, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.deployment.release_proposals import Proposal

bp = Blueprint("formtable", __name__)

_TEXTS = ("label_hi", "label_en", "hint_hi", "hint_en")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")


@bp.get("/modeler/proposals/<uuid:proposal_id>/forms/<name>")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID, name: str) -> ResponseReturnValue:
    found, contents = _read(proposal_id, name)
    problems = findings.told(proposals.problems(transaction.database(), contents), contents)
    shown = request.args.get("preview")
    return page(
        "modeler/form.html",
        proposal=found,
        file=found.file(name),
        title=titles(contents)[name],
        entries=_entries(contents[name]),
        problems=[each for each in problems if each.file == name],
        preview=shown if shown in language.LANGUAGES else language.current(),
        boxes=_preview(contents[name], shown if shown in language.LANGUAGES else language.current()),
        notes=confirmations.take_notes(),
        fault="",
    )


def _entries(data: bytes) -> list[formjs.Entry]:
    try:
        return formjs.entries(data)
    except (ValueError, AttributeError):
        return []


def _preview(data: bytes, shown: str) -> list[formjs.Box]:
    """The boxes of the form, empty; none of a form that does not load: the gate says why."""
    try:
        return formjs.draw(formjs.load(data), {}, {}, {}, {}, shown)
    except formjs.FormRefused:
        return []


@bp.post("/modeler/proposals/<uuid:proposal_id>/forms/<name>")
@requires(Permission.PROCESS_CHANGE)
def change(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """Keep the texts of every field; what another saved meanwhile is shown beside it."""
    _, contents = _read(proposal_id, name)
    texts: dict[str, dict[str, str]] = {}
    required = {}
    for entry in _entries(contents[name]):
        texts[entry.place] = {
            each: " ".join(request.form.get(f"{each}-{entry.place}", "").split()) for each in _TEXTS
        }
        required[entry.place] = f"required-{entry.place}" in request.form
    lost = keep(proposal_id, name, formjs.change_texts(contents[name], texts, required))
    return lost or redirect(url_for("formtable.show", proposal_id=proposal_id, name=name), code=303)


@bp.post("/modeler/proposals/<uuid:proposal_id>/forms/<name>/copy")
@requires(Permission.PROCESS_CHANGE)
def copy(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """Add a copy of this form under a key of its own, for a new step."""
    _, contents = _read(proposal_id, name)
    key = request.form.get("key", "").strip()
    titles = [" ".join(request.form.get(each, "").split())[:120] for each in ("title_hi", "title_en")]
    if not _KEY.fullmatch(key) or not all(titles):
        raise proposals.Refused("error.form_key")
    actor, now, data = transaction.actor(), transaction.now(), formjs.renamed(contents[name], key, *titles)
    transaction.write(lambda rows: proposals.add_file(rows, actor, proposal_id, f"{key}.form", data, now))
    return redirect(url_for("formtable.show", proposal_id=proposal_id, name=f"{key}.form"), code=303)


def _read(proposal_id: UUID, name: str) -> tuple[Proposal, dict[str, bytes]]:
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    if name not in contents or not name.endswith(".form"):
        raise NotFound
    return found, contents
