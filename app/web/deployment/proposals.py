"""A proposal on its pages: its files, its steps as a table, what the gate says, sending, approving, returning."""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, jsonify, redirect, request, url_for

from app import engine
from app.domain.errors import DomainError, NotFound, ReleaseRefused
from app.domain.roles import Permission
from app.services.deployment import dryruns, papertexts, replays, scenarios, trials, vocabulary
from app.services.deployment import release_proposals as proposals
from app.services.procedure import comparisons, procedures
from app.web.deployment import differences, findings
from app.web.deployment.sentences import Sentences
from app.web.deployment.titles import titles
from app.web.door import stepup
from app.web.frame import confirmations, diagrams, language
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.access.stepup import Item, StepUp
    from app.services.deployment.release_proposals import FileChanged, Proposal

bp = Blueprint("proposals", __name__)

_TEXTS = tuple(field.name for field in fields(engine.StepTexts))


@bp.get("/modeler/proposals/<uuid:proposal_id>")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID) -> ResponseReturnValue:
    return _page(proposal_id)


def _page(proposal_id: UUID, status: int = 200, fault: str = "", note: str = "") -> ResponseReturnValue:
    found, contents, current = transaction.read(
        lambda rows: (
            proposals.view(rows, g.actor, proposal_id),
            proposals.files(rows, proposal_id),
            procedures.in_force(rows),
        )
    )
    tried = transaction.read(lambda rows: dryruns.newest(rows, proposal_id, contents))
    return page(
        "modeler/proposal.html",
        status,
        proposal=found,
        titles=titles(contents),
        replay=transaction.read(lambda rows: replays.newest(rows, proposal_id, contents)),
        trial=trials.known(contents) or (tried.found if tried is not None and tried.is_of_now else None),
        problems=findings.told(_problems(contents), contents),
        parts=differences.table(
            comparisons.compare(current.contents, contents), Sentences(contents, current.contents)
        ),
        in_force=current.row.version,
        is_stale=found.row.status == proposals.SENT and found.row.against_release_id != current.row.id,
        fault=fault,
        note=note,
        notes=confirmations.take_notes(),
    )


@bp.get("/modeler/proposals/<uuid:proposal_id>/files/<name>")
@requires(Permission.PROCESS_SEE)
def file(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """A file as it can be read without scripts; a diagram as the table of its steps."""
    found, contents = _read(proposal_id, name)
    if name == scenarios.SCENARIOS and not request.args.get("text"):
        return redirect(url_for("scenarios.show", proposal_id=proposal_id), code=303)
    if name == papertexts.PAPERS and not request.args.get("text") and papertexts.is_readable(contents):
        return redirect(url_for("papertexts.listing", proposal_id=proposal_id), code=303)
    if name.endswith(".dmn"):
        return redirect(url_for("decisions.show", proposal_id=proposal_id, name=name), code=303)
    if name.endswith(".form") and not request.args.get("text"):
        return redirect(url_for("formtable.show", proposal_id=proposal_id, name=name), code=303)
    if name.endswith(".bpmn"):
        steps = engine.steps(contents[name])
        return page(
            "modeler/steps.html",
            proposal=found,
            file=found.file(name),
            title=titles(contents)[name],
            steps=steps,
            titles=_titles(contents),
            sentences=Sentences(contents),
        )
    title, text = titles(contents)[name], contents[name].decode()
    return page("modeler/file.html", proposal=found, file=found.file(name), title=title, text=text)


@bp.get("/modeler/proposals/<uuid:proposal_id>/files/<name>/steps/<element_id>")
@requires(Permission.PROCESS_SEE)
def step(proposal_id: UUID, name: str, element_id: str) -> ResponseReturnValue:
    found, contents = _read(proposal_id, name)
    return _step_page(found, contents, name, element_id)


@bp.post("/modeler/proposals/<uuid:proposal_id>/files/<name>/steps/<element_id>")
@requires(Permission.PROCESS_CHANGE)
def change_step(proposal_id: UUID, name: str, element_id: str) -> ResponseReturnValue:
    """Change one step. The page names what it saw: where another changed the same step since, both are shown."""
    found, contents = _read(proposal_id, name)
    saved = engine.texts_of(_step_of(contents[name], element_id))
    typed = engine.StepTexts(**{each: " ".join(request.form.get(each, "").split()) for each in _TEXTS})
    if request.form.get("seen") != _seen(saved):
        return _step_page(found, contents, name, element_id, typed=typed, status=409)
    changed = engine.change_step(contents[name], element_id, typed)
    if typed != saved:
        _save(proposal_id, name, changed, found.file(name).sha256)
    return confirmations.tell_at(url_for("proposals.file", proposal_id=proposal_id, name=name), saved="1")


def _step_page(
    found: Proposal,
    contents: Mapping[str, bytes],
    name: str,
    element_id: str,
    *,
    typed: engine.StepTexts | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    drawn = _step_of(contents[name], element_id)
    saved = engine.texts_of(drawn)
    problems = findings.told(_problems(contents), contents)
    return page(
        "modeler/step.html",
        status,
        proposal=found,
        file=found.file(name),
        title=titles(contents)[name],
        step=drawn,
        texts=typed or saved,
        saved=saved if typed is not None else None,
        seen=_seen(saved),
        forms=vocabulary.forms(contents),
        roles=vocabulary.roles().get(drawn.lane, []),
        titles=_titles(contents),
        problems=[each for each in problems if each.file == name and each.element == element_id],
    )


def _problems(contents: Mapping[str, bytes]) -> list[Any]:
    return proposals.problems(transaction.database(), contents)


def _step_of(xml: bytes, element_id: str) -> engine.UserTaskDefinition:
    found = next((one for one in engine.steps(xml) if one.element_id == element_id), None)
    if found is None:
        raise NotFound
    return found


def _seen(texts: engine.StepTexts) -> str:
    """What a page saw of a step, as a short sum."""
    return sha256("\0".join(getattr(texts, each) for each in _TEXTS).encode()).hexdigest()[:32]


def _titles(contents: Mapping[str, bytes]) -> dict[str, str]:
    """Form -> its title in the page's language."""
    return {
        form["key"]: language.choose(form["hi"], form["en"]) or form["key"]
        for form in vocabulary.forms(contents)
    }


@bp.post("/modeler/proposals/<uuid:proposal_id>/files/<name>")
@requires(Permission.PROCESS_CHANGE)
def save(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """Keep a whole file. A script that saves while it is drawn is told its sum, and what the gate says of it."""
    content = request.form.get("content", "").encode()
    by_script = bool(request.headers.get("X-Draft"))
    try:
        mark = _save(proposal_id, name, content, request.form.get("sha256", ""))
    except proposals.FileChanged as changed:
        return (jsonify({"conflict": True}), 409) if by_script else _both(proposal_id, changed)
    except DomainError as refused:
        if by_script:
            return jsonify({"refused": language.refusal(refused)}), 422
        raise
    if not by_script:
        return confirmations.tell_at(url_for("proposals.file", proposal_id=proposal_id, name=name), saved="1")
    contents = transaction.read(lambda rows: proposals.files(rows, proposal_id))
    return jsonify({"sha256": mark, "problems": findings.plain(_problems(contents), contents)})


def _save(proposal_id: UUID, name: str, data: bytes, known: str) -> str:
    actor, now = transaction.actor(), transaction.now()
    return transaction.write(lambda rows: proposals.save(rows, actor, proposal_id, name, data, known, now))


def keep(proposal_id: UUID, name: str, data: bytes) -> ResponseReturnValue | None:
    """Keep a file whose page names the sum that it saw; -> the page of a conflict when another was faster."""
    try:
        _save(proposal_id, name, data, request.form.get("sha256", ""))
    except proposals.FileChanged as changed:
        return _both(proposal_id, changed)
    confirmations.note("saved", "1")
    return None


def _both(proposal_id: UUID, changed: FileChanged) -> ResponseReturnValue:
    """The page of a conflict: what was saved by the other, and what came too late; one shall stand."""
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    old, new = {changed.name: changed.saved}, {changed.name: changed.typed}
    names = Sentences({**contents, **new})
    differing = comparisons.compare(old, new)
    return page(
        "modeler/conflict.html",
        409,
        proposal=found,
        file=found.file(changed.name),
        title=names.titles[changed.name],
        typed=changed.typed.decode(),
        parts=differences.table(differing, names),
        pairs=diagrams.of_comparison(old, new, differing, names.titles),
        size=diagrams.SIZES[0],
    )


def _read(proposal_id: UUID, name: str) -> tuple[Proposal, dict[str, bytes]]:
    """A proposal and its files. Raises NotFound for one that does not hold this file."""
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    if name not in contents:
        raise NotFound
    return found, contents


# -- the way of a proposal ---------------------------------------------------------------------------------


@bp.post("/modeler/proposals/<uuid:proposal_id>/send")
@requires(Permission.PROCESS_CHANGE)
def send(proposal_id: UUID) -> ResponseReturnValue:
    database, actor, now = transaction.database(), transaction.actor(), transaction.now()
    note = request.form.get("note", "")

    def tried_and_sent() -> None:
        dryruns.first(database, actor, proposal_id, now)
        proposals.send(database, actor, proposal_id, note, now)

    return _act(proposal_id, tried_and_sent, "sent")


@bp.post("/modeler/proposals/<uuid:proposal_id>/take-back")
@requires(Permission.PROCESS_CHANGE)
def take_back(proposal_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    return _act(
        proposal_id,
        lambda: transaction.write(lambda rows: proposals.take_back(rows, actor, proposal_id, now)),
        "taken_back",
    )


@bp.post("/modeler/proposals/<uuid:proposal_id>/return")
@requires(Permission.PROCESS_APPROVE)
def send_back(proposal_id: UUID) -> ResponseReturnValue:
    actor, now, reason = transaction.actor(), transaction.now(), request.form.get("note", "")
    return _act(
        proposal_id,
        lambda: transaction.write(lambda rows: proposals.send_back(rows, actor, proposal_id, reason, now)),
        "returned",
    )


@bp.post("/modeler/proposals/<uuid:proposal_id>/approve")
@requires(Permission.PROCESS_APPROVE)
def approve(proposal_id: UUID) -> ResponseReturnValue:
    """Ask the officer anew who he is; what he then confirms comes into force."""
    actor, now = transaction.actor(), transaction.now()
    try:
        dryruns.first(transaction.database(), actor, proposal_id, now)
        asked = transaction.write(lambda rows: proposals.to_approve(rows, actor, proposal_id, now))
    except (proposals.Refused, ReleaseRefused) as refused:
        return _page(proposal_id, 422, language.refusal(refused))
    return redirect(url_for("stepup.show", step_up_id=asked), code=303)


def _address(items: Sequence[Item]) -> str:
    return url_for("proposals.show", proposal_id=items[0].id)


def _tell(item: Item) -> stepup.Line:
    row = transaction.read(lambda rows: proposals.view(rows, g.actor, item.id)).row
    return stepup.Line(
        row.title, _address([item]), language.word("step_up", proposals.APPROVE, "button"), item.digest
    )


def _approve(wanted: StepUp) -> ResponseReturnValue:
    proposal_id, actor, now = wanted.items[0].id, transaction.actor(), transaction.now()
    return _act(
        proposal_id,
        lambda: proposals.approve(transaction.database(), actor, proposal_id, wanted.id, now),
        "approved",
    )


stepup.ACTS[proposals.APPROVE] = stepup.Act(_tell, _approve, _address)


@bp.post("/modeler/proposals/<uuid:proposal_id>/drop")
@requires(Permission.PROCESS_CHANGE)
def drop(proposal_id: UUID) -> ResponseReturnValue:
    actor, now = transaction.actor(), transaction.now()
    transaction.write(lambda rows: proposals.drop(rows, actor, proposal_id, now))
    return redirect(url_for("modeler.release"), code=303)


def _act(proposal_id: UUID, work: Callable[[], Any], told: str) -> ResponseReturnValue:
    """Do it and come back to the proposal; what is refused is said there, with what was typed."""
    try:
        work()
    except (proposals.Refused, ReleaseRefused) as refused:
        return _page(proposal_id, 422, language.refusal(refused), request.form.get("note", ""))
    return confirmations.tell_at(url_for("proposals.show", proposal_id=proposal_id), told=told)
