"""The texts of the papers of a proposal on plain pages: the list, one paper with its boxes, and a look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from flask import Blueprint, g, redirect, request, url_for

from app import papers
from app.domain.errors import NotFound
from app.domain.roles import Permission
from app.services.deployment import papertexts
from app.services.deployment import release_proposals as proposals
from app.web.deployment import findings
from app.web.deployment.proposals import keep
from app.web.frame import confirmations, language, leaves
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.services.deployment.release_proposals import Proposal

bp = Blueprint("papertexts", __name__)

_PAGE = "page_"  # kinds of text that stand on the public page, not on a paper
_BODIES = ("letter", "certificate", "slip", "order")


@bp.get("/modeler/proposals/<uuid:proposal_id>/papers")
@requires(Permission.PROCESS_SEE)
def listing(proposal_id: UUID) -> ResponseReturnValue:
    found, contents, data = _read(proposal_id)
    faulty = {each.element_id for each in _problems(contents)}
    rows = [
        {
            "name": each.name,
            "title": _title(each.name),
            "group": _group(each.kind),
            "is_faulty": each.name in faulty,
        }
        for each in papers.paper_texts(data)
    ]
    known = {row["name"] for row in rows}
    rows.append(
        {
            "name": papers.WORDS,
            "title": _title(papers.WORDS),
            "group": "piece",
            "is_faulty": bool(faulty - known),
        }
    )
    groups = [(group, [row for row in rows if row["group"] == group]) for group in ("paper", "piece", "page")]
    return page("modeler/papers.html", proposal=found, groups=[each for each in groups if each[1]])


def _group(kind: str) -> str:
    if kind.startswith(_PAGE):
        return "page"
    whole = kind.split("_", maxsplit=1)[0] in _BODIES and not kind.endswith("_frame")
    return "paper" if whole else "piece"


def _title(name: str) -> str:
    return language.known(f"paper_text.name.{name}") or name


@bp.get("/modeler/proposals/<uuid:proposal_id>/papers/<name>")
@requires(Permission.PROCESS_SEE)
def show(proposal_id: UUID, name: str) -> ResponseReturnValue:
    return _page(proposal_id, name)


def _page(proposal_id: UUID, name: str, status: int = 200, fault: str = "") -> ResponseReturnValue:
    found, contents, data = _read(proposal_id)
    kind = _kind(data, name)
    boxes = [_box(box) for box in papers.boxes(data, name)]
    at = {box["key"] for box in boxes} | {box["aspect"] for box in boxes}
    problems: dict[str, list[findings.Told]] = {}
    for each in _problems(contents):
        if each.element_id == name or (name == papers.WORDS and each.element_id in at | {papers.WORDS}):
            place = str(each.params.get("text") or each.params.get("path") or "")
            problems.setdefault(place if place in at else "", []).extend(findings.told([each]))
    return page(
        "modeler/paper.html",
        status,
        proposal=found,
        file=found.file(papertexts.PAPERS),
        name=name,
        title=_title(name),
        boxes=boxes,
        holders=papers.holders(data, kind),
        may_answer=kind in ("letter", "certificate"),
        problems=problems,
        count=sum(len(each) for each in problems.values()),
        has_preview=bool(kind) and papers.has_specimen(kind),
        notes=confirmations.take_notes(),
        fault=fault,
    )


def _box(box: papers.TextBox) -> dict[str, Any]:
    """A box with its label; a word within the papers is named by its group and what it is the word for."""
    label = language.known(f"paper_text.{box.aspect}")
    if not label:
        group, _, rest = box.aspect.partition(".")
        label = language.known(f"paper_text.words.{group}") or group
        label = f"{label}: {rest}" if rest else label
    return {
        "key": box.key,
        "aspect": box.aspect,
        "label": label,
        "language": box.language,
        "text": box.text,
        "rows": min(14, 2 + box.text.count("\n") + len(box.text) // 70),
    }


@bp.post("/modeler/proposals/<uuid:proposal_id>/papers/<name>")
@requires(Permission.PROCESS_CHANGE)
def change(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """Keep the texts of one paper; what another saved meanwhile is shown beside them."""
    _, _, data = _read(proposal_id)
    _kind(data, name)
    typed = {
        field.removeprefix("text-"): text.replace("\r\n", "\n")
        for field, text in request.form.items()
        if field.startswith("text-")
    }
    lost = keep(proposal_id, papertexts.PAPERS, papers.change_boxes(data, name, typed))
    return lost or redirect(url_for("papertexts.show", proposal_id=proposal_id, name=name), code=303)


@bp.get("/modeler/proposals/<uuid:proposal_id>/papers/<name>/preview.pdf")
@requires(Permission.PROCESS_SEE)
def preview(proposal_id: UUID, name: str) -> ResponseReturnValue:
    """The paper with a made-up case, marked as a draft; where it cannot be drawn the page says why."""
    _, contents, _ = _read(proposal_id)
    asked = request.args.get("language", "")
    spoken: papers.Spoken = next((each for each in get_args(papers.Spoken) if each == asked), "hi")
    try:
        pdf = papertexts.draw(transaction.database(), contents, name, spoken, transaction.now())
    except (papertexts.Unreadable, papers.PaperRefused) as refused:
        return _page(proposal_id, name, 422, language.refusal(refused))
    return leaves.draft_response(pdf)


def _problems(contents: dict[str, bytes]) -> Sequence[Any]:
    """What the gate says of the texts alone; the other files have pages of their own."""
    return papers.check_texts(contents[papertexts.PAPERS], transaction.database().fonts)


def _kind(data: bytes, name: str) -> str:
    """The kind of a paper; none of the words. Raises NotFound for a name that the file does not hold."""
    if name == papers.WORDS:
        return ""
    kind = next((each.kind for each in papers.paper_texts(data) if each.name == name), "")
    if not kind:
        raise NotFound
    return kind


def _read(proposal_id: UUID) -> tuple[Proposal, dict[str, bytes], bytes]:
    found, contents = transaction.read(
        lambda rows: (proposals.view(rows, g.actor, proposal_id), proposals.files(rows, proposal_id))
    )
    return found, contents, papertexts.file(contents)
