"""The OpenAPI 3.1 document of what programs may ask and are told; the bodies come from the form that judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.services.access.tokens import FETCH, LODGE, READ
from app.services.casefile.departments import Stage
from app.services.intake.programs import MOST
from app.services.notices import webhooks
from app.web.frame import language
from app.web.guard import problems
from app.web.intake import apiexamples as examples

if TYPE_CHECKING:
    from app.services.intake.programs import Schemas

_JSON, _UUID = "application/json", {"type": "string", "format": "uuid"}
_DAY, _AT = {"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_SIGNATURE = {"type": "string", "pattern": "^t=[0-9]+,v1=[0-9a-f]{64}$"}
STATES = ("draft", "sent", "returned", "received")


def document(shapes: Schemas, server: str) -> dict[str, Any]:
    """The whole document, its texts in both languages."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "e-Satyapan", "version": "1", "description": _said("api.doc.about")},
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": _paths(examples.lodging(shapes)),
        "webhooks": _webhooks(),
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": _said("api.doc.token")}
            },
            "schemas": _schemas(shapes),
        },
    }


def _said(key: str) -> str:
    texts = []
    for lang in language.LANGUAGES:
        with language.of(lang):
            texts.append(language.say(key))
    return " / ".join(texts)


def _paths(example: dict[str, Any] | None) -> dict[str, Any]:
    after = {"name": "after", "in": "query", "schema": {"type": "string", "maxLength": 120}}
    requisition = {"name": "requisition_id", "in": "path", "required": True, "schema": _UUID}
    paper = {"name": "paper_id", "in": "path", "required": True, "schema": _UUID}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": _said("api.doc.key"),
        "schema": {"type": "string", "minLength": 8, "maxLength": 120, "pattern": "^[A-Za-z0-9_-]+$"},
    }
    body = {"schema": _named("Lodging"), **({"example": example} if example else {})}
    lodged = {"requestBody": {"required": True, "content": {_JSON: body}}, "parameters": [key]}
    received = {
        "201": _answer("api.doc.lodged", "Requisition") | {"headers": {"Location": {"schema": _TEXT}}},
        "200": _answer("api.doc.lodged_before", "Requisition"),
        **_refusals("400", "409", "413", "415", "422"),
    }
    opened = {
        "200": {
            "description": _said("api.doc.paper"),
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **_refusals("404", "410"),
    }
    return {
        "/requisitions": {
            "get": _act("list_requisitions", READ, "200", "RequisitionPage", parameters=[after]),
            "post": _operation("lodge_requisition", LODGE, received, **lodged),
        },
        "/requisitions/{requisition_id}": {
            "get": _act("read_requisition", READ, "200", "Requisition", "404", parameters=[requisition])
        },
        **_file_paths(requisition),
        "/papers": {"get": _act("list_papers", FETCH, "200", "PaperPage", parameters=[after])},
        "/papers/{paper_id}/open": {"post": _operation("open_paper", FETCH, opened, parameters=[paper])},
    }


def _file_paths(requisition: dict[str, Any]) -> dict[str, Any]:
    """How files follow a letter that waits for them."""
    refused = ("400", "404", "409", "422")
    number = {
        "name": "number",
        "in": "path",
        "required": True,
        "description": _said("api.doc.number"),
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
    }
    return {
        "/requisitions/{requisition_id}/send": {
            "post": _act("send_requisition", LODGE, "200", "Requisition", *refused, parameters=[requisition])
        },
        "/requisitions/{requisition_id}/files/{field}": {
            "put": _file("put_letter_file", [requisition, _field("letter_scan", "attestation_form")])
        },
        "/requisitions/{requisition_id}/persons/{number}/files/{field}": {
            "put": _file(
                "put_person_file",
                [requisition, number, _field("photo", "person_attestation_form", "id_copy", "docs")],
            )
        },
    }


def _field(*names: str) -> dict[str, Any]:
    return {
        "name": "field",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(names)},
    }


def _file(name: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    body = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    asked = {"requestBody": {"required": True, "content": body}, "parameters": parameters}
    return _act(name, LODGE, "200", "Kept", "400", "404", "409", "413", "415", "422", **asked)


def _act(name: str, scope: str, status: str, schema: str, *refusals: str, **more: Any) -> dict[str, Any]:
    responses = {status: _answer(f"api.doc.{name}", schema), **_refusals(*refusals)}
    return _operation(name, scope, responses, **more)


def _operation(name: str, scope: str, responses: dict[str, Any], **more: Any) -> dict[str, Any]:
    everywhere = _refusals("401", "403", "429", "503")
    return {
        "operationId": name,
        "summary": _said(f"api.doc.{name}"),
        "description": f"scope: {scope}",
        "responses": responses | everywhere,
        **more,
    }


def _answer(key: str, schema: str) -> dict[str, Any]:
    told = {"schema": _named(schema), "example": examples.ANSWERS[schema]}
    return {"description": _said(key), "content": {_JSON: told}}


def _webhooks() -> dict[str, Any]:
    """What a department's own address is told: each call, its headers, and how it proves where it comes from."""
    return {name: {"post": _call(name, told)} for name, told in examples.TOLD.items()}


def _call(name: str, told: dict[str, Any]) -> dict[str, Any]:
    key, second = examples.HOOK_KEY, examples.HOOK_SECOND
    signature = webhooks.signature(key.encode(), second, webhooks.written(told))
    headers = [
        _header("Esp-Id", "api.doc.hook_id", _UUID, told["id"]),
        _header("Esp-Signature", "api.doc.hook_signature", _SIGNATURE, f"t={second},v1={signature}"),
    ]
    return {
        "operationId": name,
        "summary": _said(f"api.doc.{name}"),
        "description": f"{_said('api.doc.hook')}\n\n{_said('api.doc.hook_key')} `{key}`",
        "security": [],
        "parameters": headers,
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": _named("Trial" if name == "trial" else "Told"), "example": told}},
        },
        "responses": {
            "2XX": {"description": _said("api.doc.hook_taken")},
            "410": {"description": _said("api.doc.hook_gone")},
            "default": {"description": _said("api.doc.hook_again")},
        },
    }


def _header(name: str, key: str, schema: dict[str, str], example: str) -> dict[str, Any]:
    told = {"description": _said(key), "schema": schema, "example": example}
    return {"name": name, "in": "header", "required": True, **told}


def _refusals(*statuses: str) -> dict[str, Any]:
    told = {"schema": _named("Problem"), "example": examples.ANSWERS["Problem"]}
    problem = {problems.MEDIA_TYPE: told}
    found: dict[str, Any] = {}
    for status in statuses:
        found[status] = {"description": _said(f"api.doc.refusal.{status}"), "content": problem}
        if status in ("429", "503"):
            found[status] |= {"headers": {"Retry-After": {"schema": {"type": "string"}}}}
    return found


def _named(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schemas(shapes: Schemas) -> dict[str, Any]:
    persons = {"type": "array", "minItems": 1, "maxItems": MOST, "items": _named("Person")}
    return {
        "Letter": shapes.letter,
        "Person": shapes.person,
        "Lodging": _lodging(persons),
        "Kept": _object(field=_TEXT),
        "Requisition": _requisition(),
        "RequisitionPage": _page("Requisition"),
        "Progress": _object(
            case_number=_TEXT,
            name_hi=_TEXT,
            name_en=_TEXT,
            stage={"type": "string", "enum": [str(stage) for stage in Stage]},
            due_on=_or_null(_DAY),
            paper_id=_or_null(_UUID),
        ),
        "Paper": _object(
            id=_UUID,
            number=_TEXT,
            case_number=_TEXT,
            letter_no=_TEXT,
            status=_one_of("api.doc.status", "issued", "superseded", "revoked"),
            signature=_one_of("api.doc.signature", "digital", "ink"),
            file=_one_of("api.doc.file", "original", "advance_copy"),
            replaced_by=_or_null(_TEXT),
            valid_till=_or_null(_DAY),
            delivered_at=_AT,
            opened_at=_or_null(_AT),
        ),
        "PaperPage": _page("Paper"),
        "Problem": _problem(),
        **_told(),
    }


def _requisition() -> dict[str, Any]:
    """A letter as a list has it; by itself it tells a note and its persons besides."""
    found = _object(
        id=_UUID,
        state={"type": "string", "enum": list(STATES)},
        letter_no=_TEXT,
        letter_date=_DAY,
        received_on=_or_null(_DAY),
        candidates={"type": "integer"},
        stages={"type": "object", "additionalProperties": {"type": "integer"}},
    )
    found["properties"] |= {
        "note": _or_null(_TEXT),
        "persons": {"type": "array", "items": _named("Progress")},
    }
    return found


def _problem() -> dict[str, Any]:
    """What is wrong (RFC 9457), in both languages; with each fault by its place where there are several."""
    both = _object(hi=_TEXT, en=_TEXT)
    fault = _object(pointer=_TEXT, code=_TEXT, messages=both)
    found = _object(type=_TEXT, title=_TEXT, status={"type": "integer"}, messages=both)
    found["properties"] |= {"errors": {"type": "array", "items": fault}, "instance": _TEXT}
    return found


def _told() -> dict[str, Any]:
    """What stands in a call: never a word about a person."""
    always = {"id": _UUID, "at": _AT}
    stages = {"type": "object", "additionalProperties": {"type": "integer"}}
    state = {"type": "string", "enum": list(STATES)}
    link = {"type": "string", "format": "uri"}
    trial = _object(**always, state={"const": "trial"}, stages={"type": "object", "maxProperties": 0})
    moved = _object(**always, state=state, stages=stages, requisition=_UUID, link=link)
    return {
        name: shape | {"additionalProperties": False} for name, shape in (("Told", moved), ("Trial", trial))
    }


def _one_of(key: str, *values: str) -> dict[str, Any]:
    return {"type": "string", "enum": [*values], "description": _said(key)}


def _lodging(persons: dict[str, Any]) -> dict[str, Any]:
    shape = _object(letter=_named("Letter"), persons=persons) | {"additionalProperties": False}
    shape["properties"]["send"] = {"type": "boolean", "default": True, "description": _said("api.doc.send")}
    return shape


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    return {**shape, "type": [shape["type"], "null"]}


def _page(name: str) -> dict[str, Any]:
    return _object(items={"type": "array", "items": _named(name)}, next=_or_null(_TEXT))
