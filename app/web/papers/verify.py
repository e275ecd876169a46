"""The public check of a paper: by its code, by number and day of birth, or by the file itself; open to everybody."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, request, url_for

from app.services.papers import papercheck
from app.services.store.documents import MAX_BYTES
from app.web.frame.forms import day_of
from app.web.frame.pages import page
from app.web.guard.access import asks_only, public
from app.web.request import limits, transaction

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.services.papers.papercheck import PublicPaper

bp = Blueprint("verify", __name__)

_LONGEST = 400  # characters of a code with its signed token


@bp.get("/verify")
@public
@limits.verify
def ask() -> ResponseReturnValue:
    """Where somebody without a camera types the code that is printed beside the QR."""
    code = papercheck.as_made(request.args.get("code", "")[:_LONGEST])
    if code:
        return redirect(url_for("verify.show", token=code, lang=request.args.get("lang")), code=303)
    return _page(None)


@bp.post("/verify")
@asks_only
@public
@limits.verify
def by_birth() -> ResponseReturnValue:
    """By the number on the paper and the day of birth: posted, for neither has a place in an address."""
    number, born = request.form.get("number", ""), day_of(request.form, "born")
    if not number.strip() or born is None:
        return _page(None, 422, problem="verify.problem.birth", number=number[:_LONGEST])
    now = transaction.now()
    paper = papercheck.by_birth(transaction.database(), number[:_LONGEST], born, now)
    return _page(paper, _status(paper), number=number[:_LONGEST])


@bp.post("/verify/file")
@asks_only
@public
@limits.verify
def by_file() -> ResponseReturnValue:
    """By the PDF itself: hashed and forgotten."""
    found = request.files.get("paper")
    data = found.read(MAX_BYTES + 1) if found is not None else b""
    if not data.startswith(b"%PDF-"):
        return _page(None, 422, problem="verify.problem.file")
    if len(data) > MAX_BYTES:
        return _page(None, 422, problem="verify.problem.large")
    paper = papercheck.by_file(transaction.database(), data, transaction.now())
    return _page(paper, _status(paper))


@bp.get("/verify/key")
@public
@limits.verify
def key() -> ResponseReturnValue:
    """The public half of the key that signs papers, for whoever checks them without this site."""
    raw = transaction.database().keys.paper_key().public_key().public_bytes_raw()
    return Response(b64encode(raw).decode() + "\n", mimetype="text/plain")


@bp.get("/verify/<token>")
@public
@limits.verify
def show(token: str) -> ResponseReturnValue:
    paper = papercheck.by_code(transaction.database(), token[:_LONGEST], transaction.now())
    return _page(paper, _status(paper))


@bp.get("/V/<token>")
@public
@limits.verify
def scanned(token: str) -> ResponseReturnValue:
    """Where the QR leads: code and signed token, in capitals."""
    return show(token)


def _status(paper: PublicPaper) -> int:
    return 404 if paper.state == "unknown" else 200


def _page(paper: PublicPaper | None, status: int = 200, **more: Any) -> ResponseReturnValue:
    return page("certificates/verify.html", status, paper=paper, **{"problem": "", "number": "", **more})
