"""Refusals as programs read them: problem+json (RFC 9457), with the message in both languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, request

from app.web.frame import formviews, language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.services.intake.programs import Fault

MEDIA_TYPE = "application/problem+json"
PLACE = "/api/v1/"  # where programs ask


def are_wanted() -> bool:
    """Whether it is a program that asks: no page is drawn for it."""
    return request.path.startswith(PLACE)


def of_kind(status: int, kind: str, detail: str = "", reference: str = "") -> Response:
    """The refusal of one kind, in the words of its page; `detail` is a further sentence of this very case."""
    told = {}
    for lang in language.LANGUAGES:
        with language.of(lang):
            said = [language.word("error_page", kind, "title"), detail]
            told[lang] = ". ".join(filter(None, said))
    return _answer(status, kind, told, reference=reference)


def of_key(status: int, kind: str, key: str, **params: Any) -> Response:
    """The refusal that a sentence of the catalogue tells."""
    return _answer(status, kind, _both(key, **params))


def of_faults(faults: Sequence[Fault]) -> Response:
    """What is wrong with a body (422): each fault with its place, a JSON pointer."""
    told = []
    for fault in faults:
        said = {}
        for lang in language.LANGUAGES:
            with language.of(lang):
                said[lang] = formviews.problem_text(fault.problem)
        told.append({"pointer": fault.pointer, "code": fault.problem.key, "messages": said})
    return _answer(422, "invalid", _both("api.refused", count=len(faults)), errors=told)


def _both(key: str, **params: Any) -> dict[str, str]:
    said = {}
    for lang in language.LANGUAGES:
        with language.of(lang):
            said[lang] = language.say(key, **params)
    return said


def _answer(
    status: int,
    kind: str,
    messages: Mapping[str, str],
    errors: Sequence[Mapping[str, Any]] = (),
    reference: str = "",
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:e-satyapan:problem:{kind}",
        "title": messages["en"],
        "status": status,
        "messages": dict(messages),
    }
    if errors:
        body["errors"] = list(errors)
    if reference:
        body["instance"] = f"urn:e-satyapan:reference:{reference}"
    return Response(json.dumps(body, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
