"""The procedure: every release, what it holds, what differs between two, and where a change of it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request, url_for

from app.domain.errors import NotFound, ReleaseRefused
from app.domain.roles import Permission
from app.services.deployment import orders, packages
from app.services.deployment import release_proposals as proposals
from app.services.procedure import comparisons, procedures
from app.web.deployment import differences, findings
from app.web.deployment.sentences import Sentences
from app.web.deployment.titles import titles
from app.web.frame import diagrams, language
from app.web.frame.forms import uploads
from app.web.frame.pages import page
from app.web.guard.access import requires
from app.web.request import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from flask.typing import ResponseReturnValue

    from app.domain.errors import DomainError
    from app.services.procedure.procedures import Procedure
    from app.services.store.database import Session

bp = Blueprint("modeler", __name__)


@bp.get("/modeler")
@requires(Permission.PROCESS_SEE)
def release() -> ResponseReturnValue:
    """The release in force, what is in the making, and all that was in force before."""
    return _overview()


def _overview(status: int = 200, refused: DomainError | None = None) -> ResponseReturnValue:
    found, before, waiting = transaction.read(
        lambda rows: (procedures.in_force(rows), procedures.listing(rows), proposals.listing(rows))
    )
    may_move = g.actor.may(Permission.MOVE_SEE)
    return page(
        "modeler/overview.html",
        status,
        fault=language.refusal(refused) if refused is not None else "",
        problems=findings.told(getattr(refused, "problems", [])),
        release=found,
        titles=titles(found.contents),
        releases=before,
        proposals=waiting,
        drawings=diagrams.plain(found.plans),
        size=diagrams.size(),
        may_change=g.actor.may(Permission.PROCESS_CHANGE),
        may_move=may_move,
        order=transaction.read(lambda rows: orders.of_now(rows, g.actor)) if may_move else None,
    )


@bp.get("/modeler/releases/<int:version>")
@requires(Permission.PROCESS_SEE)
def one(version: int) -> ResponseReturnValue:
    found = transaction.read(lambda rows: procedures.release(rows, version))
    return page(
        "modeler/release.html",
        release=found,
        titles=titles(found.contents),
        drawings=diagrams.plain(found.plans),
        size=diagrams.size(),
        may_change=g.actor.may(Permission.PROCESS_CHANGE),
    )


@bp.get("/modeler/releases/<int:version>/compare")
@requires(Permission.PROCESS_SEE)
def compare(version: int) -> ResponseReturnValue:
    """What differs between this release and another one: the one in force, unless `with` says which."""
    wanted = request.args.get("with", type=int)

    def both(rows: Session) -> tuple[Procedure, Procedure]:
        other = procedures.in_force(rows) if wanted is None else procedures.release(rows, wanted)
        return other, procedures.release(rows, version)

    old, new = transaction.read(both)
    found = comparisons.compare(old.contents, new.contents)
    names = Sentences(new.contents, old.contents)
    return page(
        "modeler/compare.html",
        old=old.row.version,
        new=new.row.version,
        parts=differences.table(found, names),
        pairs=diagrams.of_comparison(old.contents, new.contents, found, names.titles),
        size=diagrams.size(),
    )


@bp.get("/modeler/releases/<int:version>/export")
@requires(Permission.PROCESS_SEE)
def export(version: int) -> ResponseReturnValue:
    """The release as one file."""
    found = transaction.read(lambda rows: procedures.release(rows, version))
    return _package(packages.pack(found.contents), f"release-{version}")


def _package(data: bytes, name: str) -> Response:
    answer = Response(data, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


@bp.post("/modeler/releases/<int:version>/proposals")
@requires(Permission.PROCESS_CHANGE)
def begin(version: int) -> ResponseReturnValue:
    """Start a proposal from this release."""
    actor, now, title = transaction.actor(), transaction.now(), request.form.get("title", "")

    def start(rows: Session) -> UUID:
        return proposals.begin(rows, actor, procedures.release(rows, version).row.id, title, now)

    return _opened(transaction.write(start))


@bp.post("/modeler/import")
@requires(Permission.PROCESS_CHANGE)
def bring_in() -> ResponseReturnValue:
    """Start a proposal from the files of a package."""
    actor, now, title = transaction.actor(), transaction.now(), request.form.get("title", "")
    files = uploads()
    if not files:
        return _overview(422, packages.PackageRefused("error.package_missing"))
    try:
        contents = packages.unpack(transaction.database(), files[0].data)
    except (packages.PackageRefused, ReleaseRefused) as refused:
        return _overview(422, refused)

    def start(rows: Session) -> UUID:
        base = procedures.in_force(rows).row.id
        return proposals.begin(rows, actor, base, title, now, contents)

    return _opened(transaction.write(start))


def _opened(proposal_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("proposals.show", proposal_id=proposal_id), code=303)


@bp.get("/modeler/proposals/<uuid:proposal_id>/compare")
@requires(Permission.PROCESS_SEE)
def compare_proposal(proposal_id: UUID) -> ResponseReturnValue:
    """What a proposal changes: against the release in force, or the one that `with` names."""
    wanted = request.args.get("with", type=int)

    def both(rows: Session) -> tuple[Procedure, dict[str, bytes]]:
        other = procedures.in_force(rows) if wanted is None else procedures.release(rows, wanted)
        return other, proposals.files(rows, proposal_id)

    old, contents = transaction.read(both)
    found = comparisons.compare(old.contents, contents)
    names = Sentences(contents, old.contents)
    return page(
        "modeler/compare.html",
        old=old.row.version,
        new=None,
        proposal_id=proposal_id,
        parts=differences.table(found, names),
        pairs=diagrams.of_comparison(old.contents, contents, found, names.titles),
        size=diagrams.size(),
    )


@bp.get("/modeler/proposals/<uuid:proposal_id>/export")
@requires(Permission.PROCESS_SEE)
def export_proposal(proposal_id: UUID) -> ResponseReturnValue:
    found = transaction.read(lambda rows: proposals.files(rows, proposal_id))
    if not found:
        raise NotFound
    return _package(packages.pack(found), "proposal")
