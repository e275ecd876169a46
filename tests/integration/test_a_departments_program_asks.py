"""A department's program: what its token opens, lodges, reads and fetches, and what it never learns."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema_rs import Draft202012Validator
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select, update

from app import create_app, pades
from app.config import Settings
from app.domain.errors import NotAllowed, NotFound
from app.domain.roles import Role
from app.models.intake.apitokens import api_token
from app.models.intake.lodgements import lodgement
from app.models.tables.audit import audit
from app.models.tables.cases import requisition
from app.models.tables.officers import posting
from app.services.access import stepup, tokens
from app.services.intake import acceptance, programs, rosters
from app.services.store import scopes
from app.services.store.officekeys import OfficeKeys
from app.services.store.scopes import actor_scope
from app.web.request import limits
from tests import lodging
from tests.districts import NOW
from tests.journey import scan
from tests.office import Office, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.journey import Journey

LETTER = {
    "letter_no": "शि०-901/2026",
    "letter_date": "2026-11-16",
    "requesting_designation": "निदेशक (प्रशासन)",
    "requesting_address": "नया सचिवालय, पटना",
    "purpose": "govt_service",
    "post_name": "सहायक शिक्षक",
    "post_group": "C",
}
PERSON = {
    "name_hi": "रमेश कुमार",
    "name_en": "Ramesh Kumar",
    "gender": "male",
    "dob": "1991-03-14",
    "father_hi": "विनय शर्मा",
    "father_en": "Vinay Sharma",
    "perm_village": "रामपुर",
    "perm_pin": "841301",
    "perm_thana": "Manjhi",
}
BODY = {"letter": LETTER, "persons": [PERSON]}


@pytest.fixture(scope="module")
def office(demo_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("programs")
    (folder / "satyapan.db").write_bytes(demo_sqlite.read_bytes())
    made = Office(folder, NOW)
    yield made
    made.database.close()


def token_of(journey: Journey, *good_for: str, days: int = 30) -> str:
    """Make a token as the department does, with a fresh code."""
    actor, database = journey.staff.holder(Role.REQUESTER), journey.database
    asked = database.write(
        lambda rows: tokens.to_make(rows, actor, "मानव संसाधन", good_for, days, NOW), actor_scope(actor)
    )
    journey.confirm(actor, asked)
    wanted = database.read(lambda rows: stepup.see(rows, actor, asked, NOW), actor_scope(actor))
    return database.write(lambda rows: tokens.make(rows, actor, wanted, NOW), actor_scope(actor))


class Program:
    """A program with a token; it keeps no cookies."""

    def __init__(self, office: Office, *scopes: str) -> None:
        self.client = office.app.test_client(use_cookies=False)
        self.token = token_of(office.journey, *scopes)

    def ask(self, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        if key:
            given["Idempotency-Key"] = key
        if body is None:
            return self.client.get(f"/api/v1{path}", headers=given)
        return self.client.post(
            f"/api/v1{path}", data=json.dumps(body), headers=given, content_type="application/json"
        )

    def put(self, path: str, data: bytes, kind: str = "application/octet-stream") -> Any:
        given = {"Authorization": f"Bearer {self.token}"}
        return self.client.put(f"/api/v1{path}", data=data, headers=given, content_type=kind)


@pytest.fixture(scope="module")
def program(office: Office) -> Program:
    return Program(office, *tokens.SCOPES)


def rows(office: Office, table: Any, *where: Any) -> list[Any]:
    with office.database.engine.connect() as connection:
        return list(connection.execute(select(table).where(*where)))


def test_a_requisition_is_lodged_once_however_often_it_is_sent_and_read_by_stage(
    office: Office, program: Program
) -> None:
    sent = program.ask("/requisitions", BODY, key="first-901")
    assert sent.status_code == 201
    found = sent.get_json()
    assert (found["state"], found["candidates"], found["received_on"]) == ("sent", 1, None)
    again = program.ask("/requisitions", BODY, key="first-901")
    assert (again.status_code, again.get_json()["id"]) == (200, found["id"])
    assert len(rows(office, lodgement, lodgement.c.letter_no == LETTER["letter_no"])) == 1
    other = program.ask("/requisitions", {**BODY, "persons": [PERSON, PERSON]}, key="first-901")
    assert other.status_code == 409
    assert "Idempotency-Key" in other.get_json()["messages"]["hi"]
    listed = program.ask("/requisitions").get_json()["items"]
    assert found["id"] in [each["id"] for each in listed]
    assistant = office.journey.staff.holder(Role.DM_ASSISTANT)
    [row] = rows(office, lodgement, lodgement.c.letter_no == LETTER["letter_no"])
    acceptance.accept(office.database, assistant, row.id, NOW)
    lodging.work(office.journey, NOW)
    [line] = office.database.read(
        lambda session: rosters.CANDIDATES.lines(session, assistant, NOW, row.id)[1], actor_scope(assistant)
    )
    seen = rosters.CANDIDATES.view(office.database, assistant, line.id, NOW)
    rosters.take(office.database, assistant, line.id, [each.number for each in seen.doubles], NOW)
    lodging.work(office.journey, NOW)
    after = program.ask(f"/requisitions/{found['id']}").get_json()
    assert (after["state"], after["stages"]) == ("received", {"scrutiny": 1})
    assert [each["name_en"] for each in after["persons"]] == ["Ramesh Kumar"]
    told = [each.detail for each in rows(office, audit, audit.c.action == "lodgement:program")]
    assert all(each["token"] for each in told)


def test_files_follow_a_letter_that_waits_for_them_and_go_with_it(office: Office, program: Program) -> None:
    body = {"letter": {**LETTER, "letter_no": "शि०-970/2026"}, "persons": [PERSON], "send": False}
    lodged = program.ask("/requisitions", body, key="files-970").get_json()
    assert lodged["state"] == "draft"
    place = f"/requisitions/{lodged['id']}"
    photo = scan("photo").data
    assert program.put(f"{place}/files/letter_scan", photo).status_code == 200
    for _ in range(2):  # sent again, it is the same file
        assert program.put(f"{place}/persons/1/files/photo", photo).get_json() == {"field": "photo"}
    refused = program.put(f"{place}/persons/1/files/docs", b"%PDF-1.4 no more")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert program.put(f"{place}/persons/2/files/photo", photo).status_code == 404
    assert program.put(f"{place}/files/nothing", photo).status_code == 422
    assert program.put(f"{place}/files/letter_scan", photo, kind="image/jpeg").status_code == 415
    assert program.put(f"{place}/files/letter_scan", b"x" * 10_000_001).status_code == 413
    assert program.ask(f"{place}/send", {}).get_json()["state"] == "sent"
    assert program.put(f"{place}/files/letter_scan", photo).status_code == 409
    assistant = office.journey.staff.holder(Role.DM_ASSISTANT)
    seen = acceptance.see(office.database, assistant, UUID(lodged["id"]), NOW)
    assert [label for _, label, _ in seen.files] == ["Scan of the requisition letter"]
    assert [label for _, label, _ in seen.persons[0].files] == ["Photograph"]


def test_every_fault_is_told_at_its_place_in_both_languages_and_nothing_is_lodged(
    office: Office, program: Program
) -> None:
    before = len(rows(office, lodgement))
    wrong = [
        {**PERSON, "dob": "1991-02-31"},
        {**PERSON, "perm_pin": "84130", "perm_thana": "कहीं नहीं"},
        {**PERSON, "nickname": "पप्पू", "same_address": "yes"},
    ]
    refused = program.ask("/requisitions", {"letter": LETTER, "persons": wrong}, key="faulty-1")
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    told = {each["pointer"]: each for each in refused.get_json()["errors"]}
    assert set(told) == {
        "/persons/0/dob",
        "/persons/1/perm_pin",
        "/persons/1/perm_thana",
        "/persons/2/nickname",
        "/persons/2/same_address",
    }
    assert all(each["messages"]["hi"] and each["messages"]["en"] for each in told.values())
    letter = program.ask(
        "/requisitions", {"letter": {**LETTER, "purpose": "x"}, "persons": [PERSON]}, key="faulty-2"
    )
    assert [each["pointer"] for each in letter.get_json()["errors"]] == ["/letter/purpose"]
    for body in ({}, [], {"letter": LETTER, "persons": []}, {"letter": [], "persons": [1]}, "x"):
        assert program.ask("/requisitions", body, key="faulty-3").status_code == 422, body
    assert len(rows(office, lodgement)) == before


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"Idempotency-Key": "12345678"}, 400),
        (b'{"letter": NaN}', {"Idempotency-Key": "12345678"}, 400),
        (b'{"letter": "\\ud800"}', {"Idempotency-Key": "12345678"}, 400),
        (b'{"letter": {}, "letter": {}}', {"Idempotency-Key": "12345678"}, 400),
        (b"\xff", {"Idempotency-Key": "12345678"}, 400),
        (b"{}", {}, 400),
        (b"[" * 100_000, {"Idempotency-Key": "12345678"}, 400),
        (b" " * 4_300_000, {"Idempotency-Key": "12345678"}, 413),
    ],
    ids=["broken", "nan", "half a sign", "twice", "not utf-8", "no key", "deep", "large"],
)
def test_a_body_that_cannot_be_read_is_told_so(
    program: Program, body: bytes, headers: dict[str, str], status: int
) -> None:
    given = {"Authorization": f"Bearer {program.token}", **headers}
    answer = program.client.post(
        "/api/v1/requisitions", data=body, headers=given, content_type="application/json"
    )
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert set(answer.get_json()["messages"]) == {"hi", "en"}


def test_a_token_opens_what_it_is_for_and_nobody_else_comes_in(office: Office) -> None:
    reader = Program(office, tokens.READ)
    assert reader.ask("/requisitions").status_code == 200
    assert reader.ask("/requisitions", BODY, key="not-mine-1").status_code == 403
    assert reader.ask("/papers").status_code == 403
    clerk = office.at(Role.REQUESTER)
    stranger = clerk.get("/api/v1/requisitions")
    assert (stranger.status_code, stranger.mimetype) == (401, "application/problem+json")
    assert stranger.headers["WWW-Authenticate"].startswith("Bearer")
    answer = reader.ask("/requisitions", None, "", **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    reader.token = "esp1_" + "x" * 43
    assert reader.ask("/requisitions").status_code == 401
    assert reader.ask("/nothing").status_code == 404
    assert reader.ask("/nothing").mimetype == "application/problem+json"


def test_a_token_ends_when_it_is_revoked_runs_out_or_its_maker_leaves(office: Office) -> None:
    revoked, old, left = (Program(office, tokens.READ) for _ in range(3))
    actor, admin = (
        office.journey.staff.holder(Role.REQUESTER),
        office.journey.staff.holder(Role.USER_ADMIN),
    )
    with pytest.raises(NotAllowed):
        office.database.write(
            lambda session: tokens.to_make(session, admin, "x", tokens.SCOPES, 30, NOW), actor_scope(admin)
        )
    digest = rows(office, api_token, api_token.c.digest == tokens.officers.digest_of(revoked.token))[0]
    office.database.write(lambda session: tokens.revoke(session, admin, digest.id, NOW), actor_scope(admin))
    assert revoked.ask("/requisitions").status_code == 401
    office.now = NOW + timedelta(days=31)
    try:
        assert old.ask("/requisitions").status_code == 401
    finally:
        office.now = NOW
    assert left.ask("/requisitions").status_code == 200
    engine = office.database.engine.execution_options(writing=True)
    mine = posting.c.id == actor.post.posting_id
    with engine.begin() as connection:
        connection.execute(update(posting).where(mine).values(valid_to=(NOW - timedelta(days=1)).date()))
    try:
        assert left.ask("/requisitions").status_code == 401
    finally:
        with engine.begin() as connection:
            connection.execute(update(posting).where(mine).values(valid_to=None))
    states = {
        each.id: each.state
        for each in office.database.read(
            lambda session: tokens.listing(session, actor, NOW), actor_scope(actor)
        )
    }
    assert states[digest.id] == "revoked"


def test_the_token_is_shown_once_and_kept_as_a_digest(office: Office) -> None:
    clerk = office.at(Role.REQUESTER)
    clerk.get("/department/tokens")
    refused = clerk.post("/department/tokens", {"name": "", "days": "7"})
    assert refused.status_code == 422
    asked = clerk.post("/department/tokens", {"name": "वेतन", "scope": "read", "days": "90"})
    made = text_of(clerk.confirm(asked))
    [text] = [word for word in made.replace("<", " ").replace(">", " ").split() if word.startswith("esp1_")]
    assert text not in text_of(clerk.get("/department/tokens"))
    kept = rows(office, api_token, api_token.c.digest == tokens.officers.digest_of(text))
    assert [each.scopes for each in kept] == ["read"]
    raw = (office.app.extensions["settings"].instance / "satyapan.db").read_bytes()
    assert text.encode() not in raw
    admin = office.at(Role.USER_ADMIN)
    assert "वेतन" in text_of(admin.get("/admin/tokens"))
    assert admin.post(f"/admin/tokens/{kept[0].id}/revoke", {}).status_code == 303
    assert "रद्द" in text_of(clerk.get("/department/tokens"))


def test_a_paper_is_fetched_as_it_was_issued_and_its_first_opening_noted(
    office: Office, program: Program
) -> None:
    number = office.journey.new_case(requesting_dept="शिक्षा विभाग", letter_no="शि०-950/2026")
    office.journey.go_on(number, "dispatch")
    office.journey.do(number, "dispatch", dispatch_mode="portal")
    [paper] = [each for each in program.ask("/papers").get_json()["items"] if each["case_number"] == number]
    assert paper["opened_at"] is None
    assert (paper["status"], paper["replaced_by"]) == ("issued", None)
    assert (paper["signature"], paper["file"]) == ("ink", "advance_copy")
    pdf = program.ask(f"/papers/{paper['id']}/open", {})
    assert pdf.data.startswith(b"%PDF")
    [again] = [each for each in program.ask("/papers").get_json()["items"] if each["case_number"] == number]
    assert again["opened_at"] is not None


def test_a_program_learns_that_a_file_is_the_signed_paper_itself(
    office: Office, program: Program, tmp_path: Path
) -> None:
    at = datetime.now(UTC)  # noqa: TID251 - a signature is of the machine's own time
    key = tmp_path / "dm.p12"
    key.write_bytes(pades.demo_key("जिला पदाधिकारी", "खुल जा", at))
    before, office.database.office_keys = office.database.office_keys, OfficeKeys({"218-dm": key}, "खुल जा")
    try:
        number = office.journey.new_case(requesting_dept="शिक्षा विभाग", letter_no="शि०-951/2026")
        office.journey.go_on(number, "dispatch")
    finally:
        office.database.office_keys = before
    office.journey.do(number, "dispatch", dispatch_mode="portal")
    [paper] = [each for each in program.ask("/papers").get_json()["items"] if each["case_number"] == number]
    assert (paper["signature"], paper["file"]) == ("digital", "original")
    [found] = pades.signatures(program.ask(f"/papers/{paper['id']}/open", {}).data)
    assert found.state == "valid"
    shape = program.client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]["Paper"]
    assert shape["properties"]["file"]["enum"] == ["original", "advance_copy"]
    assert "अग्रिम प्रति" in shape["properties"]["file"]["description"]
    assert {"signature", "file", "replaced_by"} <= {*shape["required"]}


def test_another_departments_rows_are_not_found(office: Office, program: Program) -> None:
    police = office.journey.register(requesting_dept="बिहार पुलिस", letter_no="पु०-31/2026")
    for path in (f"/requisitions/{police}", f"/requisitions/{uuid4()}"):
        answer = program.ask(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert program.ask(f"/papers/{uuid4()}/open", {}).status_code == 404


def test_too_many_requests_are_told_when_to_come_again(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.limiter, "enabled", False)
    place = Settings(tmp_path, office.app.extensions["settings"].database_url, demo=True, testing=True)
    app = create_app(place, office.database, clock=lambda: NOW)
    app.config["RATELIMIT_ENABLED"] = True
    limits.limiter.init_app(app)
    one, other = (token_of(office.journey, tokens.READ) for _ in range(2))
    client = app.test_client(use_cookies=False)

    def ask(token: str) -> Any:
        return client.get(f"/api/v1/requisitions/{uuid4()}", headers={"Authorization": f"Bearer {token}"})

    answers = [ask(one) for _ in range(limits.OF_PROGRAM + 1)]
    assert {each.status_code for each in answers[:-1]} == {404}
    assert (answers[-1].status_code, answers[-1].mimetype) == (429, "application/problem+json")
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert ask(other).status_code == 404, "each token has its own"


def test_a_letter_is_lodged_and_read_on_both_databases(journey: Journey) -> None:
    actor = journey.staff.holder(Role.REQUESTER)
    token = token_of(journey, *tokens.SCOPES)

    known = journey.database.read(lambda session: tokens.program(session, token, NOW), scopes.door())
    assert known is not None
    database, one = journey.database, known.actor
    first, is_new = programs.lodge(database, one, known.token_id, BODY, "both-1234", NOW)
    assert programs.lodge(database, one, known.token_id, BODY, "both-1234", NOW) == (first, False)
    assert is_new
    found = database.read(lambda session: programs.state(session, actor, first), actor_scope(actor))
    assert found.line is not None
    assert found.line.state == "sent"
    other = replace(actor, post=replace(actor.post, office_id=uuid4()))
    with pytest.raises(NotFound):
        database.read(lambda session: programs.state(session, other, first), actor_scope(other))
    with database.engine.connect() as connection:
        assert connection.execute(select(requisition.c.id).where(requisition.c.id == first)).all() == []
    assistant = journey.staff.holder(Role.DM_ASSISTANT)
    acceptance.accept(database, assistant, first, NOW)
    with database.engine.connect() as connection:
        assert connection.execute(select(requisition.c.id).where(requisition.c.id == first)).scalar() == first


# -- the document ----------------------------------------------------------------------------------------


def test_the_page_that_tells_how_to_begin_is_open_in_both_languages(office: Office) -> None:
    client = office.app.test_client()
    for lang, word in (("hi", "टोकन"), ("en", "Token")):
        page = client.get(f"/api?lang={lang}")
        assert word in page.get_data(as_text=True)
        assert "openapi.json" in page.get_data(as_text=True)
        assert "Esp-Signature: t=…,v1=…" in page.get_data(as_text=True), (
            "how a call proves itself is told to all"
        )


def test_the_document_asks_for_what_the_form_asks(office: Office) -> None:
    document = office.app.test_client().get("/api/v1/openapi.json").get_json()
    person = document["components"]["schemas"]["Person"]
    assert document["openapi"] == "3.1.0"
    assert {"name_hi", "name_en", "dob", "perm_village"} <= set(person["required"])
    assert person["properties"]["gender"]["enum"] == ["male", "female", "transgender"]
    assert not {"received_date", "requesting_dept"} & set(
        document["components"]["schemas"]["Letter"]["properties"]
    )


def examples(document: dict[str, Any], part: str) -> Iterator[tuple[str, Any, Any]]:
    """Each example of the paths or of the webhooks: where it stands, its whole schema, the example."""
    components = {"components": document["components"]}
    for path, acts in document[part].items():
        for method, act in acts.items():
            bodies = [act["requestBody"]] if "requestBody" in act else []
            bodies += [each for each in act["responses"].values() if "content" in each]
            for body in bodies:
                for kind, told in body["content"].items():
                    if kind.endswith("json"):
                        yield f"{method} {path}", {**components, **told["schema"]}, told["example"]
            for told in act.get("parameters", []):
                if "example" in told:
                    yield f"{method} {path} {told['name']}", told["schema"], told["example"]


@pytest.mark.parametrize("part", ["paths", "webhooks"])
def test_every_example_of_the_document_holds_by_its_schema(office: Office, part: str) -> None:
    document = office.app.test_client().get("/api/v1/openapi.json").get_json()
    found = list(examples(document, part))
    assert len({place for place, _, _ in found}) >= len(document[part])
    for place, schema, example in found:
        faults = [each.message for each in Draft202012Validator(schema).iter_errors(example)]
        assert not faults, (place, faults)


def test_the_letter_that_the_document_gives_as_an_example_is_taken(office: Office, program: Program) -> None:
    document = office.app.test_client().get("/api/v1/openapi.json").get_json()
    body = document["paths"]["/requisitions"]["post"]["requestBody"]["content"]["application/json"]
    lodged = program.ask("/requisitions", body["example"], key="as-the-example")
    assert lodged.status_code == 201, lodged.get_data(as_text=True)
    assert lodged.get_json()["candidates"] == 1


def test_what_a_department_is_told_proves_itself_as_the_document_says(office: Office) -> None:
    """Done by the words of the description alone, as a department's programmer would."""
    hooks = office.app.test_client().get("/api/v1/openapi.json").get_json()["webhooks"]
    assert set(hooks) == {"letter_moved", "trial"}
    for hook in hooks.values():
        act = hook["post"]
        key = act["description"].rpartition("`")[0].rpartition("`")[2]
        [sign] = [each["example"] for each in act["parameters"] if each["name"] == "Esp-Signature"]
        second, mark = re.fullmatch("t=([0-9]+),v1=([0-9a-f]{64})", sign).groups()
        body = json.dumps(act["requestBody"]["content"]["application/json"]["example"], sort_keys=True)
        assert hmac.new(key.encode(), f"{second}.{body}".encode(), "sha256").hexdigest() == mark


CHECKS = (
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


def test_every_answer_is_as_the_document_says(office: Office, program: Program) -> None:
    """Let schemathesis ask each operation what the document allows and what not, and hold every answer against it."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", office.app)
    # Without a server between them nothing unpacks what the tool says it takes packed.
    head, tried = {"Authorization": f"Bearer {program.token}", "Accept-Encoding": "identity"}, set()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:
            _probe(operation, mode, head)
        tried.add(operation.label)
    assert tried == addresses(office), "every address of a program stands in the document, and nothing else"


_PLACE = re.compile("<(?:[a-z]+:)?")


def addresses(office: Office) -> set[str]:
    """What programs may ask, by the routes themselves, written as the document writes it."""
    routes = [
        each
        for each in office.app.url_map.iter_rules()
        if each.rule.startswith("/api/v1/") and each.endpoint != "api.document"
    ]
    return {
        f"{method} {_PLACE.sub('{', route.rule.removeprefix('/api/v1')).replace('>', '}')}"
        for route in routes
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _probe(operation: Any, mode: Any, head: dict[str, str]) -> None:
    @few
    @given(case=operation.as_strategy(mode))
    def probe(case: Any) -> None:
        case.call_and_validate(headers=head, checks=CHECKS)

    probe()


few = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
