"""How a page is put together: the frame every screen stands in, its navigation and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import current_app, g, request, session

from app import formjs
from app.domain.roles import Permission
from app.services.notices import live
from app.web.frame import forms, formviews, language, templates
from app.web.frame.addresses import address_of
from app.web.frame.helping import help_topic
from app.web.frame.navigation import NAVIGATION, as_its_own, entry_of
from app.web.request import transaction

if TYPE_CHECKING:
    from flask import Flask

    from app.domain.roles import Actor


def typing_cookie() -> str:
    """The cookie of a device on which Latin keys write Hindi; it holds "on" and nothing else."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}-typing"


def page(template: str, status: int = 200, **values: Any) -> tuple[str, int]:
    """A screen as HTML, in its frame."""
    return templates.render(current_app, language.current(), template, {**_frame(), **values}), status


def home() -> str:
    """The first screen that the officer's post may open."""
    for entry in NAVIGATION:
        if g.actor is not None and g.actor.may(entry.permission):
            return address_of(entry.endpoint)
    return address_of("account.show" if g.actor is not None else "signin.show")


def _navigation(actor: Actor | None) -> list[dict[str, Any]]:
    if actor is None:
        return []
    here = "" if "refused" in g else as_its_own(entry_of(request.blueprint or "") or "", actor)
    return [
        {
            "address": address_of(entry.endpoint),
            "key": entry.key,
            "is_here": entry.screen == here,
        }
        for entry in NAVIGATION
        if actor.may(entry.permission)
    ]


def _frame() -> dict[str, Any]:
    """What the frame of every page needs; nothing of it asks the database again."""
    actor = g.get("actor")
    return {
        "lang": language.current(),
        "actor": actor,
        "district": g.get("district"),
        "navigation": _navigation(actor),
        "home": home,
        "may_work": actor is not None and actor.may(Permission.TASK_COMPLETE),
        "help_topic": help_topic,
        "device": session.get("device", "") if actor is not None else "",
        "last_sign_in": session.get("before") if actor is not None else None,
        "live_since": _live_since,
        "types_hindi": request.cookies.get(typing_cookie()) == "on",
    }


def _live_since() -> int:
    """The event from which on this page has not seen what was committed."""
    return live.number_at(transaction.now())


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    templates.add(app, problem_text=formviews.problem_text, file_limits=formviews.file_limits)
    app.jinja_env.filters.update(runs=formjs.runs, day_parts=forms.day_parts)
