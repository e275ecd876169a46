"""Help: one page a screen, in both languages, open to everybody; how accessible the product is, and what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort

from app.web.frame.helping import HELP_TOPICS, help_topics, way_to
from app.web.frame.pages import page
from app.web.guard.access import public_page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("help", __name__)


@bp.get("/help/<screen>")
@public_page
def topic(screen: str) -> ResponseReturnValue:
    if screen not in HELP_TOPICS:
        abort(404)
    return page("help/topic.html", screen=screen, groups=help_topics(), back=way_to(screen))


@bp.get("/accessibility")
@public_page
def accessibility() -> ResponseReturnValue:
    return page("help/accessibility.html")


@bp.get("/privacy")
@public_page
def privacy() -> ResponseReturnValue:
    """What is kept about a person, what for, who sees it, for how long, and what he may ask for."""
    return page("help/privacy.html")
