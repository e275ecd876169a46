"""From a refusal to a page: what happened, what to do next, in both languages, with nothing typed lost."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from flask import Response, g, make_response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import ClientDisconnected, HTTPException

from app.domain import errors as domain
from app.papers import PaperTooSlow
from app.services.access.separation import OwnEnquiry
from app.services.casework import numbered
from app.services.store.scopes import actor_scope
from app.web.frame import language
from app.web.frame.forms import CutShort
from app.web.frame.pages import page
from app.web.guard import problems
from app.web.request import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from app.services.access.interrupted import Sent

#: What each refusal of the domain is on the wire, and which text explains it; the first that fits counts.
KINDS: tuple[tuple[type[domain.DomainError], int, str], ...] = (
    (domain.NotFound, 404, "not_found"),
    (domain.NotAllowed, 403, "not_allowed"),
    (domain.Conflict, 409, "conflict"),
    (domain.AlreadySent, 409, "sent"),
    (domain.FormInvalid, 422, "invalid"),
    (domain.ReleaseRefused, 422, "invalid"),
    (domain.FileDamaged, 410, "damaged"),
    (domain.RouteStuck, 409, "stuck"),
    (domain.Unavailable, 503, "unavailable"),
    (PaperTooSlow, 503, "unavailable"),
    (OwnEnquiry, 422, "own_work"),
    (domain.DomainError, 422, "invalid"),
)
#: What HTTP itself refuses.
STATUSES = {
    400: "bad_request",
    401: "not_allowed",
    403: "not_allowed",
    404: "not_found",
    405: "bad_method",
    413: "too_large",
    415: "wrong_type",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}
_FIRST_REFUSAL, _FIRST_FAULT = 400, 500
_CLOSED = {401, 403, 404}  # to this officer or program
_OF_STRANGERS = {404, 405}
RETRY_AFTER = "5"  # seconds; a locked database is free again long before
_SHORT = 12  # a code or a date: not worth showing again
_GENERAL = {
    "error.file_damaged",
    "error.general",
    "error.form_invalid",
    "error.already_sent",
    "error.conflict",
    "error.unavailable",
    "error.route_stuck",
    "error.task_done",
}
_NEVER_SHOWN = {"csrf_token", "password", "again", "current", "code", "new_code", "entry_code", "passkey"}

#: Refusals of what was not read to its end: there is no form to show again.
_UNREAD = {"too_large", "cut_short"}
_WORTH_SENDING_AGAIN = {"unavailable", "failure", "conflict", "too_many", "stale"}

log = structlog.get_logger()


def install(app: Flask) -> None:
    app.register_error_handler(domain.TaskAlreadyDone, _task_already_done)
    app.register_error_handler(domain.DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _failure)
    app.after_request(_note_refusal)


def typed_texts(labels: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """The longer texts of the form that was sent, to be shown and copied: (label, text)."""
    return _longer(posted_boxes(), labels or {})


def _longer(boxes: Sequence[tuple[str, str]], labels: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (labels.get(name, ""), value)
        for name, value in boxes
        if not name.startswith("_") and value.strip() and (len(value.strip()) >= _SHORT or "\n" in value)
    ]


def interrupted(sent: Sent) -> ResponseReturnValue:
    """A form that came after the end of its session, filled in as it was: nothing is done until it is sent again."""
    return page(
        "errors/error.html",
        kind="kept",
        detail=language.say("error_page.files_lost") if sent.had_files else "",
        typed=_longer(sent.boxes, {}),
        typed_all=sent.boxes,
        resend=sent.address,
    )


def conflict(lost: domain.TaskAlreadyDone, typed: Sequence[tuple[str, str]]) -> ResponseReturnValue:
    """A task that is finished: by whom, when, and what was typed in vain; an address that was opened sent nothing."""
    winner = language.choose(lost.params.get("winner_hi", ""), lost.params.get("winner_en", ""))
    advice = _detail(lost)
    at = lost.params.get("at")
    was_sent = request.method == "POST"
    return page(
        "errors/conflict.html",
        409,
        winner=winner,
        at=at,
        advice=advice,
        typed=typed,
        was_sent=was_sent,
        case_number=_case_number(),
    )


def _case_number() -> str:
    """The case of the task that the address names, where the officer may open it."""
    task_id = (request.view_args or {}).get("task_id")
    if task_id is None:
        return ""
    actor = g.actor
    return transaction.database().read(
        lambda rows: numbered.of_task(rows, actor, task_id), actor_scope(actor)
    )


def _task_already_done(lost: domain.TaskAlreadyDone) -> ResponseReturnValue:
    return conflict(lost, typed_texts())


def _domain_error(error: domain.DomainError) -> ResponseReturnValue:
    for kind, status, name in KINDS:
        if isinstance(error, kind):
            is_closed = kind in (domain.NotFound, domain.NotAllowed)
            detail = "" if is_closed else _detail(error)
            return _answer(status, name, detail=detail)
    raise error


def _note_refusal(answer: Response) -> Response:
    """Write down who was refused what: an officer by his id, a caller by his address; never what was sent.

    Strangers who look for pages that there are not are left out: that is what programs do on every site.
    """
    status, actor = answer.status_code, g.get("actor")
    if not _FIRST_REFUSAL <= status < _FIRST_FAULT or (actor is None and status in _OF_STRANGERS):
        return answer
    who = {} if actor is None else {"officer": str(actor.officer_id), "role": str(actor.post.role)}
    log.warning(
        "access_refused" if status in _CLOSED else "request_refused",
        status=status,
        kind=g.get("refused") or STATUSES.get(status, "invalid"),
        endpoint=request.endpoint,
        method=request.method,
        address=request.remote_addr,
        **who,
    )
    return answer


def _detail(error: domain.DomainError) -> str:
    """The refusal's own sentence, when the catalogue has one beyond the general ones."""
    if error.key in _GENERAL:
        return ""
    text = language.known(error.key)
    try:
        return language.say(error.key, **error.params) if text else ""
    except (KeyError, TypeError):
        return text


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    name = STATUSES.get(status, "bad_request" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failure")
    if isinstance(error, CutShort | ClientDisconnected):
        name = "cut_short"
    elif _is_stale(error):
        name = "stale" if g.get("actor") is not None else "signed_out"
    answer = _answer(status, name)
    for header, value in error.get_headers():
        if header in {"Retry-After", "Allow"}:
            answer.headers[header] = value
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers.setdefault("Retry-After", "60")
    return answer


def _is_stale(error: HTTPException) -> bool:
    """Whether a page of ours was sent that was opened before this session began, as the browser itself says."""
    return isinstance(error, CSRFError) and request.headers.get("Sec-Fetch-Site") == "same-origin"


def _failure(error: Exception) -> ResponseReturnValue:
    """A fault of ours: logged with a reference that the page shows, never with its trace on the page."""
    reference = secrets.token_hex(4)
    log.error(
        "request_failed",
        exc_info=error,
        reference=reference,
        endpoint=request.endpoint,
        method=request.method,
    )
    try:
        return _answer(500, "failure", reference=reference)
    except Exception:  # the page itself may be what is broken; the visitor still gets words
        log.exception("error_page_failed", reference=reference)
        return Response(_PLAIN.format(reference), 500, mimetype="text/html")


_PLAIN = (
    '<!doctype html><html lang="hi"><head><meta charset="utf-8"><title>त्रुटि</title></head><body><main>'
    "<h1>इस समय पृष्ठ नहीं खुल सका</h1><p>थोड़ी देर बाद फिर प्रयास करें। संकेत: {0}</p>"
    '<p lang="en">The page could not be opened now. Please try again shortly. Reference: {0}</p></main></body></html>'
)


def _answer(status: int, kind: str, detail: str = "", reference: str = "") -> Response:
    """The page of one kind of refusal. A form that came along is shown again, and offered to be sent again."""
    g.setdefault("actor", None)
    g.refused = kind
    if problems.are_wanted():
        return _told_program(status, kind, detail, reference)
    here = request.full_path.rstrip("?")
    is_form = request.method == "POST" and kind not in _UNREAD and _can_be_read()
    may_resend = is_form and g.actor is not None and kind in _WORTH_SENDING_AGAIN
    files_lost = is_form and any(file.filename for file in request.files.values())
    may_retry = request.method == "GET" and status >= HTTPStatus.INTERNAL_SERVER_ERROR
    body, _ = page(
        "errors/error.html",
        kind="nothing_here"
        if kind == "not_found" and g.actor is None
        else kind,  # whoever is outside cannot search
        detail=detail,
        reference=reference,
        typed=typed_texts() if is_form else [],
        typed_all=_to_send_again(files_lost=files_lost) if may_resend else [],
        files_lost=files_lost and may_resend,
        resend=here if may_resend else "",
        retry=here if may_retry else "",
    )
    response = make_response(body, status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _can_be_read() -> bool:
    """Whether there is a form to show again: what was refused for another reason may be too long as well, or cut."""
    try:
        return request.form is not None
    except HTTPException:
        return False


def _told_program(status: int, kind: str, detail: str, reference: str) -> Response:
    refused = problems.of_kind(status, kind, detail, reference)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        refused.headers["Retry-After"] = RETRY_AFTER
    return refused


def posted_boxes() -> list[tuple[str, str]]:
    """The fields of the form that was sent; never a password, never the token."""
    if request.endpoint in {"signin.enter", "demo.enter", "newcomers.enter"}:
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_SHOWN]


def _to_send_again(*, files_lost: bool) -> list[tuple[str, Any]]:
    """Everything of the form, its button too. A page cannot give files back: without them it is kept, not sent."""
    if not files_lost:
        return posted_boxes()
    return [*((name, value) for name, value in posted_boxes() if name != "_op"), ("_op", "draft")]
