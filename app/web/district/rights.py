"""Who may what: the rights matrix of the district in words, one post at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, g, request

from app.domain.keeping import Kept, kept
from app.domain.rights import MATRIX
from app.domain.roles import Permission, Role
from app.web.frame import language
from app.web.frame.pages import page
from app.web.guard.access import requires

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("rights", __name__)

GROUPS = ("see", "act", "rep", "adm")


@dataclass(frozen=True, slots=True)
class Right:
    """One act that a post may do, how far, and whether the product has it yet."""

    name: str
    extent: str
    is_there: bool


@bp.get("/admin/rights")
@requires(Permission.ADMIN_SEE)
def show() -> ResponseReturnValue:
    wanted = request.args.get("role", "")
    role = Role(wanted) if wanted in {str(each) for each in Role} else g.actor.post.role
    groups = {group: _rights(group, role) for group in GROUPS}
    there = [right.is_there for rights in groups.values() for right in rights]
    return page(
        "admin/rights.html",
        roles=list(Role),
        role=role,
        groups=groups,
        yes=sum(there),
        not_yet=there.count(False),
    )


def _rights(group: str, role: Role) -> list[Right]:
    return [
        Right(language.word("rights.row", row), _extent(row, role), kept(row, role) is Kept.YES)
        for row in MATRIX
        if row.startswith(f"{group}.") and role in MATRIX[row]
    ]


def _extent(row: str, role: Role) -> str:
    """How far the right reaches, in words: the narrowing word says it where there is one."""
    cell = MATRIX[row][role]
    narrow = language.word("rights.narrow", cell.narrow) if cell.narrow else ""
    reach = language.word("rights.reach", cell.reach)
    return narrow if narrow and cell.reach == "Y" else " · ".join(filter(None, (reach, narrow)))
